//! Days on which money is due: working days of the calendar that a network follows, as long as each day off is one.

use chrono::{NaiveDate, Weekday};
use daftar::domain::working_days::{DayOff, HolidayState};
use daftar::usecases::Done;
use daftar::usecases::register::calendar::{CalendarEntry, Holiday, day_off, register_calendar};
use diesel_async::SimpleAsyncConnection;

use crate::scene::{PISHKHAN, Scene};
use crate::settling::rule_of;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn holiday(text: &str) -> Holiday {
    Holiday {
        day: day(text),
        name_fa: "تعطیل".to_owned(),
        name_en: "Holiday".to_owned(),
        state: HolidayState::Stands,
    }
}

fn withdrawn(text: &str) -> Holiday {
    Holiday {
        state: HolidayState::Withdrawn,
        ..holiday(text)
    }
}

/// Off since the beginning of 2025, until a day or for nobody knows how long.
fn off(weekday: Weekday, until: Option<&str>) -> DayOff {
    day_off(weekday, day("2025-01-01"), until.map(day)).unwrap()
}

impl Scene {
    /// The seventh day after approval is a Sunday; Thursday and Friday are days off, the others holidays.
    async fn with_calendar() -> Self {
        let scene = Self::furnished().await;
        let banks = CalendarEntry {
            networks: vec![PISHKHAN.to_owned()],
            days_off: vec![off(Weekday::Thu, None), off(Weekday::Fri, None)],
            holidays: ["2026-03-29", "2026-03-30", "2026-03-31", "2026-04-01"]
                .map(holiday)
                .into(),
            ..CalendarEntry::default()
        };
        scene.state(banks).await.unwrap();
        scene
    }

    async fn state(&self, entry: CalendarEntry) -> Done<()> {
        let banks = CalendarEntry {
            code: "banks".to_owned(),
            ..entry
        };
        let mut conn = self.world.conn().await;
        register_calendar(&mut conn, &self.maker, self.began, &banks).await
    }

    async fn state_holidays<const N: usize>(&self, holidays: [Holiday; N]) -> Done<()> {
        let entry = CalendarEntry {
            holidays: holidays.into(),
            ..CalendarEntry::default()
        };
        self.state(entry).await
    }

    async fn state_off(&self, days_off: Vec<DayOff>) -> Done<()> {
        let entry = CalendarEntry {
            days_off,
            ..CalendarEntry::default()
        };
        self.state(entry).await
    }

    /// How many remittances are demanded by the end of a day in Tehran, of a debt of the first day.
    async fn demanded_by(&self, until: &str) -> i64 {
        self.book_cash(0, "1001", "passport", "p-1").await;
        self.settle_day(1).await;
        let due = format!(
            "SELECT count(*) FROM remittance_demands WHERE due_at = timestamptz '{until} 20:30:00+00'"
        );
        self.count(&due).await
    }
}

#[tokio::test]
async fn a_remittance_is_due_on_a_working_day_of_the_networks_calendar() {
    let scene = Scene::with_calendar().await;
    scene.state_holidays([holiday("2027-03-21")]).await.unwrap();
    assert_eq!(scene.demanded_by("2026-04-04").await, 1, "a Saturday");
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn what_falls_on_a_day_off_that_has_ended_is_due_on_it() {
    let scene = Scene::with_calendar().await;
    let ended = off(Weekday::Thu, Some("2026-04-02"));
    scene.state_off(vec![ended]).await.unwrap();
    let again = scene.state_off(vec![off(Weekday::Thu, Some("2027-01-01"))]).await;
    assert_eq!(rule_of(again), "a_day_off_ends_once");
    let twice = scene.state_off(vec![off(Weekday::Fri, None)]).await;
    assert_eq!(rule_of(twice), "a_day_off_is_stated_once");
    assert_eq!(scene.demanded_by("2026-04-02").await, 1, "a Thursday");
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_withdrawn_holiday_moves_no_due_date_and_who_withdrew_it_is_kept() {
    let scene = Scene::with_calendar().await;
    scene.state_holidays([withdrawn("2026-03-29")]).await.unwrap();
    let kept = format!(
        "SELECT count(*) FROM holidays JOIN holiday_revisions r USING (calendar, day) JOIN originators o ON o.id = r.made_by
          WHERE day = '2026-03-29' AND r.withdrawn AND r.made_at = '{}' AND o.code = '{}'",
        scene.began, scene.maker.code
    );
    assert_eq!(scene.count(&kept).await, 1);
    assert_eq!(scene.demanded_by("2026-03-29").await, 1, "a Sunday");
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_holiday_that_was_withdrawn_is_entered_again_and_moves_due_dates_again() {
    let scene = Scene::with_calendar().await;
    scene.state_holidays([withdrawn("2026-03-29")]).await.unwrap();
    let again = [
        holiday("2026-03-29"),
        withdrawn("2026-03-29"),
        holiday("2026-03-29"),
    ];
    scene.state_holidays(again).await.unwrap();
    let twice = scene.state_holidays([holiday("2026-03-29")]).await;
    assert_eq!(rule_of(twice), "a_holiday_is_stated_once");
    assert_eq!(scene.demanded_by("2026-04-04").await, 1, "a Saturday");
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn only_a_holiday_that_stands_is_withdrawn_and_nothing_of_one_is_edited() {
    let scene = Scene::with_calendar().await;
    let once_too_often = vec![withdrawn("2026-03-29"), withdrawn("2026-03-29")];
    for (holidays, field) in [
        (once_too_often, "holidays.2026-03-29.withdrawn"),
        (vec![withdrawn("2026-03-28")], "holidays.2026-03-28.withdrawn"),
    ] {
        let entry = CalendarEntry {
            holidays,
            ..CalendarEntry::default()
        };
        let failure = scene.state(entry).await.unwrap_err();
        let fault = &failure.faults()[0];
        let rule = "only_a_holiday_that_stands_is_withdrawn";
        assert_eq!((fault.field.as_str(), fault.rule.as_str()), (field, rule));
    }
    assert_eq!(scene.count("SELECT count(*) FROM holiday_revisions").await, 0);
    scene.state_holidays([withdrawn("2026-03-29")]).await.unwrap();
    for edit in [
        "UPDATE holiday_revisions SET withdrawn = false",
        "DELETE FROM holiday_revisions",
    ] {
        scene.world.assert_refused(edit).await;
    }
    let out_of_turn = "INSERT INTO holiday_revisions SELECT calendar, day, 2, true, name_fa, name_en, made_by, made_at \
                       FROM holiday_revisions";
    let mut conn = scene.world.conn().await;
    let refused = conn.batch_execute(out_of_turn).await.unwrap_err().to_string();
    assert!(
        refused.contains("withdrawn and entered again in turn"),
        "{refused}"
    );
}
