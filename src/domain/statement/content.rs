//! What a statement says, apart from its lines. Never here: computing any of it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Cycle, DestinationPosition, Due, DueKind, EarlierTotal, HeldItem, Movement, MovementKind, ServiceCount,
    ServiceTotal, Side, StatementDigest,
};
use crate::domain::language::Language;
use crate::domain::money::{Amount, AmountOverflow, UnitCode};
use crate::domain::zone;

/// Everything that a statement says, in the order in which its canonical JSON says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementContent {
    /// [`super::FORMAT_VERSION`], or an older one.
    pub format: u16,
    /// Unique for ever; see [`super::statement_number`].
    pub number: String,
    /// 1 for the first statement of a chain, without gaps.
    pub sequence: u32,
    pub network: Network,
    pub party: Party,
    pub unit: Unit,
    pub interval: Interval,
    pub issued_at: DateTime<Utc>,
    pub language: Language,
    /// `None` for the first of a chain only.
    pub previous: Option<PreviousStatement>,
    /// One per destination of the party, never netted against each other (money rule 19); most parties have one.
    pub positions: Vec<DestinationPosition>,
    pub services: Vec<ServiceTotal>,
    pub earlier: Vec<EarlierTotal>,
    /// One per destination, side, service and kind that has lines; nothing in [`super::FORMAT_WITHOUT_COUNTS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Vec<ServiceCount>>,
    pub movements: Vec<Movement>,
    pub held: Vec<HeldItem>,
    pub dues: Vec<Due>,
    /// The last cycles over all destinations, oldest first, this one included: what the chart draws.
    pub cycles: Vec<Cycle>,
    /// Such as `https://daftar.example/verify`: the QR code points below it.
    pub verification_url_base: String,
}

impl StatementContent {
    pub(super) fn in_canonical_order(mut self) -> Self {
        self.positions
            .sort_by(|one, other| one.destination.cmp(&other.destination));
        self.services.sort();
        self.earlier.sort();
        self.counts.iter_mut().for_each(|counts| counts.sort());
        self.movements.sort();
        self.held.sort();
        self.dues.sort_by(Due::by_day);
        self
    }

    /// This interval's items and those of earlier periods together.
    pub fn total_of(&self, destination: Option<&str>, side: Side) -> Result<Amount, AmountOverflow> {
        let earlier = self.earlier.iter().map(|earlier| &earlier.total);
        let totals = self.services.iter().chain(earlier);
        Amount::sum(
            totals
                .filter(|t| t.side == side && t.destination.as_deref() == destination)
                .map(|t| t.amount),
        )
    }

    pub fn moved_by(&self, destination: Option<&str>, kind: MovementKind) -> Result<Amount, AmountOverflow> {
        let movements = self.movements.iter();
        Amount::sum(
            movements
                .filter(|m| m.kind == kind && m.destination.as_deref() == destination)
                .map(|m| m.amount),
        )
    }

    pub fn holds_on(&self, destination: Option<&str>) -> Result<Amount, AmountOverflow> {
        let held = self.held.iter();
        Amount::sum(
            held.filter(|item| item.destination.as_deref() == destination)
                .map(|item| item.amount),
        )
    }

    pub fn due_by(&self, destination: Option<&str>, kind: DueKind) -> Result<Amount, AmountOverflow> {
        let dues = self.dues.iter();
        Amount::sum(
            dues.filter(|due| due.kind == kind && due.destination.as_deref() == destination)
                .map(|d| d.amount),
        )
    }

    /// What was moved or is held over all destinations. Of a balance see [`Self::balance_of`].
    pub fn sum_of(&self, line: impl Fn(&DestinationPosition) -> Amount) -> Result<Amount, AmountOverflow> {
        Amount::sum(self.positions.iter().map(line))
    }

    /// One balance over all destinations; `None` where that would net one against another, which is never done (money
    /// rule 19).
    pub fn balance_of(
        &self,
        line: impl Fn(&DestinationPosition) -> Result<Amount, AmountOverflow>,
    ) -> Result<Option<Amount>, AmountOverflow> {
        let balances: Vec<Amount> = self.positions.iter().map(line).collect::<Result<_, _>>()?;
        let nets =
            balances.iter().any(|one| *one < Amount::ZERO) && balances.iter().any(|one| *one > Amount::ZERO);
        if nets {
            Ok(None)
        } else {
            Amount::sum(balances).map(Some)
        }
    }
}

/// A name in both languages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Names {
    pub fa: String,
    pub en: String,
}

impl Names {
    pub fn new(fa: &str, en: &str) -> Self {
        Self {
            fa: fa.to_owned(),
            en: en.to_owned(),
        }
    }

    /// The name in this language, or in the other where this one is empty.
    pub fn in_language(&self, language: Language) -> &str {
        let (wanted, other) = match language {
            Language::Fa => (&self.fa, &self.en),
            Language::En => (&self.en, &self.fa),
        };
        if wanted.is_empty() { other } else { wanted }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Network {
    pub code: String,
    pub names: Names,
    /// Whom to ask about a debit (money rule 23): a telephone number or a mail address of the network, never of a person.
    pub contact: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Party {
    pub code: String,
    /// Such as `office`, `agency`, `municipality`: the code of the kind and its names.
    pub kind: Coded,
    pub names: Names,
}

/// A code and its names: a service, a component, a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Coded {
    pub code: String,
    pub names: Names,
}

impl Coded {
    pub fn new(code: &str, fa: &str, en: &str) -> Self {
        Self {
            code: code.to_owned(),
            names: Names::new(fa, en),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unit {
    pub code: UnitCode,
    pub names: Names,
    /// Decimal places of the smallest part: 0 for the rial, 2 for the rupee.
    pub scale: u8,
    /// How people say amounts of this unit aloud, for display only (money rule 1): toman for the rial.
    pub spoken: Option<SpokenUnit>,
}

/// A unit that exists in speech only: one toman is the rial with one digit dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SpokenUnit {
    pub names: Names,
    pub digits_dropped: u8,
}

/// The half-open interval that the statement covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Interval {
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
    /// An IANA name, such as `Asia/Tehran`: people read the interval in it.
    #[serde(with = "zone::by_name")]
    #[schema(value_type = String)]
    pub time_zone: Tz,
    /// The period's key: `j1405-09` (Jalali month), `g2025-10` (Gregorian month), `w2025-10-11` (the week that begins then) or
    /// `2025-10-11` (day).
    pub period: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviousStatement {
    pub number: String,
    pub digest: StatementDigest,
    pub closings: Vec<DestinationClosing>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DestinationClosing {
    pub destination: Option<String>,
    pub closing: Amount,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;
    use crate::domain::statement::sample;

    #[test]
    fn no_balance_of_one_destination_is_netted_against_that_of_another() {
        let mut content = sample::treasury(Language::En);
        let mut of = |balances: [i64; 2]| {
            for (position, balance) in content.positions.iter_mut().zip(balances) {
                position.closing = Amount::from_minor(balance);
            }
            content.balance_of(|p| Ok(p.closing)).unwrap()
        };
        assert_eq!(of([300_000, 200_000]), Some(Amount::from_minor(500_000)));
        assert_eq!(of([-300_000, 0]), Some(Amount::from_minor(-300_000)));
        assert_eq!(of([-300_000, 300_000]), None);
    }
}
