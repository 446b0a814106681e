//! The demo's transactions: what each office of a network did on one day. The same day is the same to the byte.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::{Map, Value, json};

use super::catalogue::{PlannedService, Pricing};
use super::geography::PlannedOffice;
use crate::domain::dice::Dice;
use crate::domain::money::Amount;
use crate::domain::rate::Rate;
use crate::domain::split::{Rounding, rate_of};

/// Of a thousand rows, how many are the exception.
const LATE: usize = 12;
const REVERSED: usize = 6;
const REFUNDED: usize = 5;
/// One row of so many is sent from a second office too.
const SENT_TWICE_OF: usize = 5_000;
/// Noon in Tehran is 08:30 in UTC; counters work from 08:00 to 14:00 there.
const OPENS_UTC_MINUTES: i64 = 4 * 60 + 30;
const WORKS_MINUTES: usize = 6 * 60;

/// What happens in one network: its offices, its services, and how busy an office is on a day.
#[derive(Debug)]
pub struct Traffic<'a> {
    pub seed: u64,
    pub network: &'a str,
    pub offices: Vec<&'a PlannedOffice>,
    pub services: Vec<&'a PlannedService>,
    pub rows_per_office_and_day: usize,
}

impl Traffic<'_> {
    /// The rows that the network's counter systems send in the evening of `day`, as the recording API takes them.
    pub fn rows_of(&self, day: NaiveDate) -> Vec<Value> {
        let mut dice = Dice::new(self.seed_of(day));
        let mut rows = Vec::new();
        for office in &self.offices {
            for visit in 0..self.visits(&mut dice) {
                rows.extend(self.row(office, day, visit, &mut dice));
            }
        }
        rows.extend(self.sent_twice(&rows, day));
        rows.extend(self.taken_back(day));
        rows
    }

    /// Some cases come from a second office under the same reference as well: the exceptions of their window.
    fn sent_twice(&self, rows: &[Value], day: NaiveDate) -> Vec<Value> {
        let mut dice = Dice::new(self.seed_of(day) ^ 0x2_0FF1);
        let mut twice = Vec::new();
        for row in rows {
            let other = dice
                .pick(&self.offices)
                .filter(|office| row["office"] != json!(office.code));
            if let Some(other) = other.filter(|_| dice.below(SENT_TWICE_OF) == 0) {
                let mut again = row.clone();
                again["office"] = json!(other.code);
                twice.push(again);
            }
        }
        twice
    }

    fn seed_of(&self, day: NaiveDate) -> u64 {
        let day = u64::from(u32::try_from(chrono::Datelike::num_days_from_ce(&day)).unwrap_or(0));
        let network = self.network.bytes().fold(0_u64, |seed, byte| {
            seed.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        self.seed ^ (day << 20) ^ network
    }

    fn visits(&self, dice: &mut Dice) -> usize {
        let (mean, spread) = (self.rows_per_office_and_day, self.rows_per_office_and_day / 2);
        mean - spread + dice.below(2 * spread + 1)
    }

    fn row(&self, office: &PlannedOffice, day: NaiveDate, visit: usize, dice: &mut Dice) -> Option<Value> {
        let service = *dice.pick(&self.services)?;
        let late_days = if dice.chance(LATE) {
            1 + i64::try_from(dice.below(20)).ok()?
        } else {
            0
        };
        let mut row = Map::new();
        row.insert("office".into(), json!(office.code));
        row.insert("service".into(), json!(service.code));
        row.insert("network".into(), json!(self.network));
        row.insert("reference".into(), json!(reference(office, day, visit)));
        row.insert(
            "occurred_at".into(),
            json!(at_the_counter(day - Duration::days(late_days), dice)),
        );
        row.insert("holder".into(), json!(holder(&service.pricing, dice)));
        case_of(&service.pricing, dice, &mut row);
        Some(Value::Object(row))
    }

    /// Some of yesterday's rows are given back, whole or in part; yesterday is worked out anew.
    fn taken_back(&self, day: NaiveDate) -> Vec<Value> {
        let yesterday = day - Duration::days(1);
        let mut dice = Dice::new(self.seed_of(yesterday));
        let mut rows = Vec::new();
        for office in &self.offices {
            for visit in 0..self.visits(&mut dice) {
                rows.extend(self.row(office, yesterday, visit, &mut dice));
            }
        }
        let mut dice = Dice::new(self.seed_of(day) ^ 0xBAC4);
        rows.into_iter()
            .filter_map(|row| self.take_back(&row, day, &mut dice))
            .collect()
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only fixed prices are refunded in part here"
    )]
    fn take_back(&self, row: &Value, day: NaiveDate, dice: &mut Dice) -> Option<Value> {
        let (is_reversed, is_refunded) = (dice.chance(REVERSED), dice.chance(REFUNDED));
        let service = self
            .services
            .iter()
            .find(|service| row["service"] == json!(service.code))?;
        let mut back = json!({
            "office": row["office"],
            "service": row["service"],
            "network": row["network"],
            "reference": format!("{}-back", row["reference"].as_str()?),
            "original": row["reference"],
            "occurred_at": at_the_counter(day, dice),
            "holder": row["holder"],
        });
        match &service.pricing {
            Pricing::Fixed(price) if is_refunded => {
                let quarter = rate_of(Amount::from_minor(*price), Rate::parse("25%").ok()?);
                back["kind"] = json!("refund");
                back["amount"] = json!(quarter.round(Rounding::FLOOR).ok()?.minor());
            }
            _ if is_reversed => back["kind"] = json!("reversal"),
            _ => return None,
        }
        Some(back)
    }
}

/// With the office's code: a sender's reference that comes twice, from two offices, is an exception of its window.
fn reference(office: &PlannedOffice, day: NaiveDate, visit: usize) -> String {
    format!("{}-{}-{visit:03}", office.code, day.format("%Y%m%d"))
}

fn at_the_counter(day: NaiveDate, dice: &mut Dice) -> DateTime<Utc> {
    let minute = i64::try_from(dice.below(WORKS_MINUTES)).unwrap_or(0);
    day.and_time(chrono::NaiveTime::MIN).and_utc() + Duration::minutes(OPENS_UTC_MINUTES + minute)
}

fn holder(pricing: &Pricing, dice: &mut Dice) -> &'static str {
    match (pricing, dice.below(10)) {
        (Pricing::CashOut, _) => "office",
        // No terminal splits what the agency bears.
        (Pricing::Free(_), 8) => "office",
        (_, 0..=5) => "office",
        (_, 6..=7) => "central",
        (_, 8) => "split_at_source",
        _ => "agency",
    }
}

fn case_of(pricing: &Pricing, dice: &mut Dice, row: &mut Map<String, Value>) {
    let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
    match pricing {
        Pricing::Fixed(_) | Pricing::Composition(_) | Pricing::Free(_) | Pricing::WithTax(_) => {}
        Pricing::ByLoss(_) => {
            let losses = [1, 1, 1, 1, 2, 2, 3, 4][dice.below(8)];
            put("facts", json!({ "losses": losses }));
        }
        Pricing::PerPage { .. } => {
            put("facts", json!({ "pages": 1 + dice.below(12) }));
        }
        Pricing::Percentage(_) => {
            put("amount", json!(500_000 + 50_000 * dice.below(400)));
        }
        Pricing::Bill(_) | Pricing::BandedBill => {
            put("principal", json!(80_000 + 1_000 * dice.below(3_500)));
        }
        Pricing::CashOut => {
            put("principal", json!(1_000_000 * (1 + dice.below(40))));
        }
        Pricing::SmartCard => {
            let case = [
                "first",
                "first",
                "first_loss",
                "second_loss",
                "later_loss",
                "replacement",
            ][dice.below(6)];
            put(
                "facts",
                json!({ "case": case, "officer_erred": case == "replacement" && dice.chance(300) }),
            );
        }
        Pricing::Post => {
            put("amount", json!(150_000 + 2_615 * dice.below(300)));
            put(
                "leg",
                json!(if dice.chance(700) {
                    "acceptance"
                } else {
                    "distribution"
                }),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{catalogue, geography};
    use super::*;

    #[test]
    fn a_day_is_the_same_each_time_and_its_references_are_unique_per_office() {
        let (offices, services) = (geography::offices(1), catalogue::services());
        let traffic = Traffic {
            seed: 1,
            network: "pishkhan",
            offices: offices
                .iter()
                .filter(|office| office.network == "pishkhan")
                .collect(),
            services: services
                .iter()
                .filter(|service| service.network == "pishkhan")
                .collect(),
            rows_per_office_and_day: 5,
        };
        let day = NaiveDate::from_ymd_opt(2026, 10, 3).unwrap();
        let rows = traffic.rows_of(day);
        assert_eq!(rows, traffic.rows_of(day));
        let mut keys: Vec<String> = rows
            .iter()
            .map(|row| format!("{}{}", row["office"], row["reference"]))
            .collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), rows.len());
        assert!(rows.iter().any(|row| row["kind"] == "reversal"));
    }
}
