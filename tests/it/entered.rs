//! What the register has beside the scene: a token, an instrument, a calendar that nobody follows. Never here: what money
//! of a test hangs on.

use chrono::{Duration, NaiveDate, Weekday};
use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::domain::working_days::HolidayState;
use daftar::usecases::register::calendar::{CalendarEntry, Holiday, day_off, register_calendar};
use daftar::usecases::register::instrument::{InstrumentEntry, register_instruments};
use daftar::usecases::register::token::{TokenHolder, issue_token, revoke_token};

use crate::scene::Scene;

impl Scene {
    /// Two tokens of the maker, the first of them revoked; an instrument; of a calendar two days off and a holiday, which was
    /// withdrawn and entered again.
    pub async fn enter_the_rest(&self) {
        let (mut conn, by) = (self.world.conn().await, Originator::host());
        let maker = TokenHolder {
            code: self.maker.code.clone(),
            kind: OriginatorKind::Person,
            name: None,
            party: None,
        };
        let mut given = Vec::new();
        for _ in 0..2 {
            let token = issue_token(&mut conn, &by, self.began, &maker, Scope::Read, 30).await;
            given.push(token.unwrap().id);
        }
        let later = self.began + Duration::hours(1);
        revoke_token(&mut conn, &by, later, given[0]).await.unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let order = InstrumentEntry {
            code: "order-102".to_owned(),
            title: "مصوبهٔ تعرفه".to_owned(),
            number: "102".to_owned(),
            issued_on: day("2025-01-01"),
            clause: "3".to_owned(),
        };
        register_instruments(&mut conn, &by, vec![order]).await.unwrap();
        let nowruz = |state| Holiday {
            day: day("2026-03-21"),
            name_fa: "نوروز".to_owned(),
            name_en: "Nowruz".to_owned(),
            state,
        };
        let (stands, withdrawn) = (HolidayState::Stands, HolidayState::Withdrawn);
        let banks = CalendarEntry {
            code: "others".to_owned(),
            networks: Vec::new(),
            days_off: [Weekday::Thu, Weekday::Fri]
                .map(|weekday| day_off(weekday, day("2025-01-01"), None).unwrap())
                .into(),
            holidays: [stands, withdrawn, stands].map(nowruz).into(),
        };
        register_calendar(&mut conn, &self.maker, self.began, &banks)
            .await
            .unwrap();
    }
}
