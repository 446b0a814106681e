//! Days on which money is due: working days of the calendar that a network follows, as long as each day off is one.

use chrono::{NaiveDate, Weekday};
use daftar::domain::working_days::DayOff;
use daftar::usecases::Done;
use daftar::usecases::register::calendar::{CalendarEntry, Holiday, day_off, register_calendar};

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
        register_calendar(&mut conn, &self.maker, &banks).await
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
    let next_year = CalendarEntry {
        holidays: vec![holiday("2027-03-21")],
        ..CalendarEntry::default()
    };
    scene.state(next_year).await.unwrap();
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
