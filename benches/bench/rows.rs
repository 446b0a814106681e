//! The rows that counters send: every office and service alike, references as UUIDs, 70 % at a fixed price, 20 % by facts or
//! quantity, 10 % percentages of all-different amounts. Never here: the tariffs (see `network`), how rows are sent.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use chrono::{DateTime, Duration, Utc};
use daftar::domain::dice::Dice;
use daftar::domain::facts::Facts;
use daftar::domain::money::Amount;
use daftar::domain::tariff::FactValue;
use daftar::domain::transaction::{Holder, Submitted, TransactionKind};
use uuid::Uuid;

use crate::network::{NETWORK, OFFICES, Pricing, SERVICES, office_code, service_code};

/// Of the percentages' amounts.
const AMOUNTS: u64 = 100_000;

/// Rows without end, the same for the same seed.
#[derive(Clone, Debug)]
pub struct Rows {
    dice: Dice,
    from: DateTime<Utc>,
    seconds: u64,
}

impl Rows {
    /// Given within [from, until).
    pub fn within(from: DateTime<Utc>, until: DateTime<Utc>, seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            from,
            seconds: u64::try_from((until - from).num_seconds()).unwrap().max(1),
        }
    }

    pub fn next_row(&mut self) -> Submitted {
        let dice = &mut self.dice;
        let service = dice.roll() % SERVICES;
        let mut row = Submitted {
            office: office_code(dice.roll() % OFFICES),
            service: Some(service_code(service)),
            network: Some(NETWORK.to_owned()),
            reference: reference(dice),
            kind: TransactionKind::Original,
            original: None,
            occurred_at: self.from + Duration::seconds(i64::try_from(dice.roll() % self.seconds).unwrap()),
            amount: None,
            principal: None,
            quantity: None,
            leg: None,
            facts: Facts::new(),
            holder: holder(dice),
            citizen: None,
        };
        match Pricing::of(service) {
            Pricing::Fixed => {}
            Pricing::ByFacts => {
                let losses = FactValue::Integer(1 + i64::try_from(dice.roll() % 20).unwrap());
                row.facts.insert("losses".to_owned(), losses);
            }
            Pricing::ByQuantity => row.quantity = Some(1 + u32::try_from(dice.roll() % 20).unwrap()),
            Pricing::Percentage => {
                let amount = 500_000 + 1_370 * i64::try_from(dice.roll() % AMOUNTS).unwrap();
                row.amount = Some(Amount::from_minor(amount));
            }
        }
        row
    }

    pub fn some(&mut self, count: usize) -> Vec<Submitted> {
        (0..count).map(|_| self.next_row()).collect()
    }

    /// A file of so many rows, one JSON object a line.
    pub fn write(mut self, path: &Path, count: usize) {
        let mut file = BufWriter::new(File::create(path).unwrap());
        for _ in 0..count {
            serde_json::to_writer(&mut file, &self.next_row()).unwrap();
            file.write_all(b"\n").unwrap();
        }
        file.flush().unwrap();
    }
}

fn reference(dice: &mut Dice) -> String {
    let number = (u128::from(dice.roll()) << 64) | u128::from(dice.roll());
    uuid::Builder::from_random_bytes(number.to_be_bytes())
        .into_uuid()
        .as_hyphenated()
        .encode_lower(&mut Uuid::encode_buffer())
        .to_owned()
}

fn holder(dice: &mut Dice) -> Holder {
    match dice.roll() % 10 {
        0..=5 => Holder::Office,
        6..=7 => Holder::Central,
        8 => Holder::SplitAtSource,
        _ => Holder::Agency,
    }
}
