//! Periods of the calendar: a day, a week, a Jalali or a Gregorian month, and their keys. Never here: windows of settlement.

use std::fmt;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::calendar::{JalaliDate, gregorian_month_name, jalali_month_name, month_days};
use super::digits::in_digits_of;
use super::interval::Interval;
use super::language::Language;
use super::zone::{day_of, start_of_day};

/// How days are gathered into periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    Day,
    /// On which weekday a week begins is data: Saturday in Iran, Monday in ISO 8601.
    Week {
        first_day: Weekday,
    },
    JalaliMonth,
    GregorianMonth,
}

/// One period: its kind and its first day, so that keys of one kind sort by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PeriodKey {
    kind: PeriodKind,
    first_day: NaiveDate,
}

/// A period's code is `2024-07-23`, `w2024-07-20`, `j1403-05` or `g2024-07`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no period: 2024-07-23, w2024-07-20 (first day of a week), j1403-05 or g2024-07")]
pub struct NoSuchPeriod(String);

impl PeriodKind {
    pub fn of_day(self, day: NaiveDate) -> PeriodKey {
        let first_day = match self {
            Self::Day => day,
            Self::Week { first_day } => back(day, day.weekday().days_since(first_day)),
            Self::JalaliMonth => back(day, JalaliDate::from(day).day() - 1),
            Self::GregorianMonth => back(day, day.day() - 1),
        };
        PeriodKey {
            kind: self,
            first_day,
        }
    }

    /// The period on whose local days the instant falls.
    pub fn at(self, instant: DateTime<Utc>, zone: Tz) -> PeriodKey {
        self.of_day(day_of(zone, instant))
    }
}

impl PeriodKey {
    pub const fn kind(self) -> PeriodKind {
        self.kind
    }

    pub const fn first_day(self) -> NaiveDate {
        self.first_day
    }

    pub fn last_day(self) -> NaiveDate {
        back(self.next().first_day, 1)
    }

    #[must_use]
    pub fn next(self) -> Self {
        let first_day = match self.kind {
            PeriodKind::Day => ahead(self.first_day, 1),
            PeriodKind::Week { .. } => ahead(self.first_day, 7),
            PeriodKind::JalaliMonth => {
                let first = JalaliDate::from(self.first_day);
                ahead(self.first_day, month_days(first.year(), first.month()))
            }
            PeriodKind::GregorianMonth => self
                .first_day
                .checked_add_months(Months::new(1))
                .unwrap_or(NaiveDate::MAX),
        };
        Self {
            kind: self.kind,
            first_day,
        }
    }

    #[must_use]
    pub fn previous(self) -> Self {
        self.kind.of_day(back(self.first_day, 1))
    }

    /// From the first instant of its first day to that of the next period.
    pub fn interval(self, zone: Tz) -> Interval<DateTime<Utc>> {
        let from = start_of_day(zone, self.first_day);
        let until = start_of_day(zone, self.next().first_day);
        Interval::new(from, Some(until)).unwrap_or(Interval::since(from))
    }

    /// As people call it: `مرداد ۱۴۰۳`, `week from 20 July 2024`.
    pub fn label(self, language: Language) -> String {
        match (self.kind, language) {
            (PeriodKind::Day, _) => day_label(self.first_day, language),
            (PeriodKind::Week { .. }, Language::Fa) => {
                format!("هفتهٔ {}", day_label(self.first_day, language))
            }
            (PeriodKind::Week { .. }, Language::En) => {
                format!("week from {}", day_label(self.first_day, language))
            }
            (PeriodKind::JalaliMonth, _) => {
                let first = JalaliDate::from(self.first_day);
                let month = jalali_month_name(first.month(), language);
                in_digits_of(language, &format!("{month} {}", first.year()))
            }
            (PeriodKind::GregorianMonth, _) => {
                let month = gregorian_month_name(self.first_day.month(), language);
                in_digits_of(language, &format!("{month} {}", self.first_day.year()))
            }
        }
    }

    /// Reads a code as `Display` writes it; a week begins on the weekday of the day that it names.
    pub fn parse(code: &str) -> Result<Self, NoSuchPeriod> {
        let refused = || NoSuchPeriod(code.to_owned());
        let day = |text: &str| text.parse::<NaiveDate>().map_err(|_| refused());
        let key = if let Some(month) = code.strip_prefix('j') {
            let first = JalaliDate::parse(&format!("{month}-01")).map_err(|_| refused())?;
            PeriodKind::JalaliMonth.of_day(first.to_gregorian())
        } else if let Some(month) = code.strip_prefix('g') {
            PeriodKind::GregorianMonth.of_day(day(&format!("{month}-01"))?)
        } else if let Some(first) = code.strip_prefix('w') {
            let first = day(first)?;
            PeriodKind::Week {
                first_day: first.weekday(),
            }
            .of_day(first)
        } else {
            PeriodKind::Day.of_day(day(code)?)
        };
        if key.to_string() == code {
            Ok(key)
        } else {
            Err(refused())
        }
    }
}

/// Earlier before later; periods that begin on the same day, by kind.
impl Ord for PeriodKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_day = self.first_day.cmp(&other.first_day);
        by_day.then_with(|| rank(self.kind).cmp(&rank(other.kind)))
    }
}

impl PartialOrd for PeriodKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for PeriodKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            PeriodKind::Day => write!(f, "{}", self.first_day),
            PeriodKind::Week { .. } => write!(f, "w{}", self.first_day),
            PeriodKind::JalaliMonth => {
                let first = JalaliDate::from(self.first_day);
                write!(f, "j{:04}-{:02}", first.year(), first.month())
            }
            PeriodKind::GregorianMonth => write!(f, "g{}", self.first_day.format("%Y-%m")),
        }
    }
}

impl TryFrom<String> for PeriodKey {
    type Error = NoSuchPeriod;

    fn try_from(code: String) -> Result<Self, NoSuchPeriod> {
        Self::parse(&code)
    }
}

impl From<PeriodKey> for String {
    fn from(key: PeriodKey) -> Self {
        key.to_string()
    }
}

fn rank(kind: PeriodKind) -> u32 {
    match kind {
        PeriodKind::Day => 0,
        PeriodKind::Week { first_day } => 1 + first_day.num_days_from_monday(),
        PeriodKind::JalaliMonth => 8,
        PeriodKind::GregorianMonth => 9,
    }
}

/// In Persian a day is a Jalali one, in English a Gregorian one.
fn day_label(day: NaiveDate, language: Language) -> String {
    match language {
        Language::Fa => JalaliDate::from(day).label(language),
        Language::En => {
            format!(
                "{} {} {}",
                day.day(),
                gregorian_month_name(day.month(), language),
                day.year()
            )
        }
    }
}

fn back(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_sub_days(Days::new(u64::from(days)))
        .unwrap_or(NaiveDate::MIN)
}

fn ahead(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days)))
        .unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [PeriodKind; 5] = [
        PeriodKind::Day,
        PeriodKind::Week {
            first_day: Weekday::Sat,
        },
        PeriodKind::Week {
            first_day: Weekday::Mon,
        },
        PeriodKind::JalaliMonth,
        PeriodKind::GregorianMonth,
    ];

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_periods_of_a_kind_cover_a_century_without_gap_or_overlap() {
        for kind in KINDS {
            let mut key = kind.of_day(day("1979-03-21"));
            while key.first_day() < day("2079-03-21") {
                let next = key.next();
                assert!(next > key);
                assert_eq!(next.previous(), key);
                assert_eq!(kind.of_day(key.last_day()), key);
                assert_eq!(kind.of_day(next.first_day()), next);
                assert!(
                    key.interval(Tz::Asia__Tehran)
                        .meets(&next.interval(Tz::Asia__Tehran))
                );
                key = next;
            }
        }
    }

    #[test]
    fn a_code_reads_back_as_the_same_period() {
        for kind in KINDS {
            for day in day("2022-01-01").iter_days().take(900) {
                let key = kind.of_day(day);
                assert_eq!(PeriodKey::parse(&key.to_string()), Ok(key));
            }
        }
        for wrong in [
            "",
            "j1403-13",
            "j1403",
            "g2024-7",
            "2024-02-30",
            "w20240720",
            "x",
            "j۱۴۰۳-۰۵",
        ] {
            assert!(PeriodKey::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_week_begins_on_saturday_where_the_data_say_so() {
        let key = PeriodKind::Week {
            first_day: Weekday::Sat,
        }
        .of_day(day("2024-07-23"));
        assert_eq!(
            (key.first_day(), key.last_day()),
            (day("2024-07-20"), day("2024-07-26"))
        );
        assert_eq!(key.to_string(), "w2024-07-20");
    }

    #[test]
    fn an_instant_belongs_to_the_period_of_its_local_day() {
        let last: DateTime<Utc> = "2025-03-20T20:29:59Z".parse().unwrap();
        let first: DateTime<Utc> = "2025-03-20T20:30:00Z".parse().unwrap();
        let key = |at| PeriodKind::JalaliMonth.at(at, Tz::Asia__Tehran).to_string();
        assert_eq!(
            (key(last), key(first)),
            ("j1403-12".to_owned(), "j1404-01".to_owned())
        );
    }

    #[test]
    fn periods_read_in_persian_and_in_english() {
        let on = day("2024-07-23");
        let labels = |kind: PeriodKind, language| kind.of_day(on).label(language);
        assert_eq!(labels(PeriodKind::Day, Language::Fa), "۲ مرداد ۱۴۰۳");
        assert_eq!(labels(PeriodKind::Day, Language::En), "23 July 2024");
        assert_eq!(labels(KINDS[1], Language::Fa), "هفتهٔ ۳۰ تیر ۱۴۰۳");
        assert_eq!(labels(KINDS[1], Language::En), "week from 20 July 2024");
        assert_eq!(labels(PeriodKind::JalaliMonth, Language::Fa), "مرداد ۱۴۰۳");
        assert_eq!(labels(PeriodKind::JalaliMonth, Language::En), "Mordad 1403");
        assert_eq!(labels(PeriodKind::GregorianMonth, Language::Fa), "ژوئیه ۲۰۲۴");
    }
}
