//! A row as its sender states it, and what is wrong with one that cannot be read. Never here: what became of it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Holder, TransactionKind};
use crate::domain::excerpt::{EXPLANATION_MAX, FIELD_MAX, excerpt};
use crate::domain::facts::{self, Facts};
use crate::domain::json::{self, Misread};
use crate::domain::moment::kept;
use crate::domain::money::{AMOUNT_MAX, Amount};
use crate::domain::printable::{self, CODE_MAX};
use crate::domain::tariff::FactValue;

/// A row as its sender states it: the JSON of the recording API, and what a CSV line reads as.
///
/// What is absent here was not sent. Its canonical text is its JSON in the order of these fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submitted {
    /// Code of the office.
    #[schema(example = "72110042")]
    pub office: String,
    /// Code of the service; not needed by what takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "passport-issue")]
    pub service: Option<String>,
    /// Code of the network, where the service is not allowed in one only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// The sender's own reference, unique per office and sender for ever: 1 to 80 characters that can be seen, without outer
    /// blanks. It is taken as it was sent, from JSON and CSV alike.
    pub reference: String,
    #[serde(default, skip_serializing_if = "is_original")]
    pub kind: TransactionKind,
    /// Of a refund or reversal: the sender's reference of the original at the same office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// When it happened.
    #[serde(deserialize_with = "json::moment")]
    pub occurred_at: DateTime<Utc>,
    /// What the tariff calls the amount, or the citizen's price. Of a refund, how much is given back of all that the sources bore:
    /// where others bear a part beside the citizen, each has back its share of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    pub amount: Option<Amount>,
    /// A bill's principal beside the fee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    pub principal: Option<Amount>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// The activity leg.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leg: Option<String>,
    /// By their names, each true, false, a whole number or a text: at most 32, with names and texts of 900 bytes in all.
    #[serde(
        default,
        skip_serializing_if = "Facts::is_empty",
        deserialize_with = "facts::each_once"
    )]
    #[schema(schema_with = facts::schema)]
    pub facts: Facts,
    /// Who holds the money, or gave it back.
    pub holder: Holder,
    /// Keyed hash of the citizen that the sender made, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "citizen_hex")]
    #[schema(value_type = Option<String>)]
    pub citizen: Option<Vec<u8>>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_original(kind: &TransactionKind) -> bool {
    *kind == TransactionKind::Original
}

/// What is wrong with one field of a row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowFault {
    pub field: String,
    pub rule: &'static str,
    pub explanation: String,
}

impl RowFault {
    pub fn new(field: impl Into<String>, rule: &'static str, explanation: impl Into<String>) -> Self {
        Self {
            field: excerpt(field, FIELD_MAX),
            rule,
            explanation: excerpt(explanation, EXPLANATION_MAX),
        }
    }
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => f.write_str(&self.explanation),
            field => write!(f, "{field}: {}", self.explanation),
        }
    }
}

const REFERENCE_MAX: usize = 80;
const QUANTITY_MAX: u32 = 1_000_000;
const FACTS_MAX: usize = 32;
/// So many that, written down, they can still be looked up by PostgreSQL's index: at most 2,700 bytes.
const FACTS_BYTES_MAX: usize = 900;
const CITIZEN_BYTES: std::ops::RangeInclusive<usize> = 16..=64;

impl Submitted {
    /// Reads one row of JSON.
    pub fn from_json(text: &[u8]) -> Result<Self, Vec<RowFault>> {
        Self::read(text, json::object)
    }

    /// Reads one row of a file that has a row a line.
    pub fn from_line(text: &[u8]) -> Result<Self, Vec<RowFault>> {
        Self::read(text, json::object_of_line)
    }

    /// `misreading`: what is wrong with a text that is no row.
    fn read(text: &[u8], misreading: fn(&[u8]) -> Result<Self, Misread>) -> Result<Self, Vec<RowFault>> {
        match serde_json::from_slice::<Self>(text) {
            Ok(row) if !json::is_no_object(text) => row.checked(),
            Ok(_) | Err(_) => Err(vec![fault_of(misreading(text))]),
        }
    }

    /// The rules that hold for a row whatever the register and the tariffs say. Instants are cut to what the database keeps:
    /// the microsecond, and no leap second, which is the beginning of the next minute.
    pub fn checked(mut self) -> Result<Self, Vec<RowFault>> {
        self.occurred_at = kept(self.occurred_at);
        let mut faults = Vec::new();
        self.check_texts(&mut faults);
        self.check_numbers(&mut faults);
        self.check_kind(&mut faults);
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// The row as it is kept in quarantine.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn check_texts(&self, faults: &mut Vec<RowFault>) {
        let texts = [
            ("office", Some(&self.office), CODE_MAX),
            ("service", self.service.as_ref(), CODE_MAX),
            ("network", self.network.as_ref(), CODE_MAX),
            ("reference", Some(&self.reference), REFERENCE_MAX),
            ("original", self.original.as_ref(), REFERENCE_MAX),
            ("leg", self.leg.as_ref(), CODE_MAX),
        ];
        for (field, text, characters_max) in texts {
            let Some(text) = text else { continue };
            let fits = !text.is_empty()
                && text.len() <= characters_max * 4
                && text.chars().count() <= characters_max;
            let length = (printable::RULE, "none of them a control character");
            let fault = printable::fault_of_code(text).or((!fits).then_some(length));
            if let Some((rule, told)) = fault {
                let explanation = format!("1 to {characters_max} characters, {told}");
                faults.push(RowFault::new(field, rule, explanation));
            }
        }
        if let Some(citizen) = &self.citizen
            && !CITIZEN_BYTES.contains(&citizen.len())
        {
            faults.push(RowFault::new(
                "citizen",
                "citizen_is_a_hash",
                "a keyed hash of 16 to 64 bytes in hexadecimal digits",
            ));
        }
    }

    fn check_numbers(&self, faults: &mut Vec<RowFault>) {
        for (field, amount) in [("amount", self.amount), ("principal", self.principal)] {
            if amount.is_some_and(Amount::is_negative) {
                faults.push(RowFault::new(
                    field,
                    "not_negative",
                    "zero or more; what takes back is a refund or reversal",
                ));
            }
            if amount.is_some_and(Amount::is_above_limit) {
                let explanation = format!("at most {AMOUNT_MAX} of the unit's smallest part");
                faults.push(RowFault::new(field, "an_amount_has_a_limit", explanation));
            }
        }
        if self
            .quantity
            .is_some_and(|quantity| !(1..=QUANTITY_MAX).contains(&quantity))
        {
            faults.push(RowFault::new(
                "quantity",
                "in_range",
                format!("1 to {QUANTITY_MAX}"),
            ));
        }
        if self.facts.len() > FACTS_MAX {
            faults.push(RowFault::new(
                "facts",
                "few",
                format!("at most {FACTS_MAX} facts"),
            ));
        }
        if stated_bytes(&self.facts) > FACTS_BYTES_MAX {
            let explanation = format!("names and texts of at most {FACTS_BYTES_MAX} bytes in all");
            faults.push(RowFault::new("facts", "facts_have_a_limit", explanation));
        }
        let printable = |fact: &FactValue| match fact {
            FactValue::Text(text) => printable::is_printable(text),
            FactValue::Bool(_) | FactValue::Integer(_) => true,
        };
        for (name, fact) in &self.facts {
            if !printable::is_printable(name) || !printable(fact) {
                let field = format!("facts.{}", name.escape_debug());
                faults.push(RowFault::new(field, printable::RULE, printable::TOLD));
            }
        }
        let year = chrono::Datelike::year(&self.occurred_at);
        if !(1970..=2199).contains(&year) {
            faults.push(RowFault::new("occurred_at", "in_range", "a year of 1970 to 2199"));
        }
    }

    fn check_kind(&self, faults: &mut Vec<RowFault>) {
        match self.kind {
            TransactionKind::Original => {
                if self.service.is_none() {
                    faults.push(RowFault::new("service", "required", "the code of the service"));
                }
                if self.original.is_some() {
                    faults.push(RowFault::new(
                        "original",
                        "unexpected",
                        "only a refund or reversal names an original",
                    ));
                }
            }
            TransactionKind::Refund | TransactionKind::Reversal => self.check_take_back(faults),
            TransactionKind::Correction => {
                faults.push(RowFault::new(
                    "kind",
                    "known",
                    "original, refund or reversal; corrections are made by runs",
                ));
            }
        }
    }

    fn check_take_back(&self, faults: &mut Vec<RowFault>) {
        if self.original.is_none() {
            faults.push(RowFault::new(
                "original",
                "required",
                "the reference of the original",
            ));
        }
        let own = [
            ("quantity", self.quantity.is_some()),
            ("leg", self.leg.is_some()),
            ("facts", !self.facts.is_empty()),
        ];
        for (field, _) in own.iter().filter(|(_, sent)| *sent) {
            faults.push(RowFault::new(*field, "unexpected", "the original has it"));
        }
        let amounts = [("amount", self.amount), ("principal", self.principal)];
        let stated = amounts
            .iter()
            .filter_map(|(field, amount)| Some((*field, (*amount)?)));
        let gives_something = stated.clone().any(|(_, amount)| !amount.is_zero());
        for (field, _) in stated {
            if self.kind == TransactionKind::Reversal {
                let told = "a reversal takes whatever is left; a refund names an amount";
                faults.push(RowFault::new(field, "unexpected", told));
            } else if !gives_something {
                let told = "a refund gives something back; without an amount it gives back all that is left";
                faults.push(RowFault::new(field, "more_than_zero", told));
            }
        }
    }
}

/// What facts take at least when they are written down; escapes can double it.
fn stated_bytes(facts: &Facts) -> usize {
    let each = |(name, fact): (&String, &FactValue)| match fact {
        FactValue::Text(text) => name.len() + text.len(),
        FactValue::Bool(_) | FactValue::Integer(_) => name.len(),
    };
    facts.iter().map(each).sum()
}

/// Whether a text can be a sender's reference.
pub fn may_be_reference(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= REFERENCE_MAX && printable::fault_of_code(text).is_none()
}

fn fault_of(misread: Result<Submitted, Misread>) -> RowFault {
    match misread {
        Ok(_) => RowFault::new("", json::IS_JSON, "one JSON object"),
        Err(misread) => RowFault::new(misread.field, misread.rule, misread.explanation),
    }
}

mod citizen_hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[allow(clippy::ref_option, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => to.serialize_str(&hex::encode(bytes)),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.map(|text| {
            hex::decode(text.as_ref()).map_err(|_| D::Error::custom("hexadecimal digits, two a byte"))
        })
        .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = r#"{"office":"1001","service":"passport","reference":"r-1","occurred_at":"2026-11-24T07:30:00.1234567+03:30","amount":1476112,"facts":{"loss":2},"holder":"office","citizen":"00112233445566778899aabbccddeeff"}"#;

    #[test]
    fn a_row_reads_as_its_canonical_text_says() {
        let row = Submitted::from_json(ROW.as_bytes()).unwrap();
        assert_eq!(row.occurred_at.timestamp_subsec_nanos(), 123_456_000);
        assert_eq!(Submitted::from_json(row.canonical().as_bytes()).unwrap(), row);
        assert!(!row.canonical().contains("null"));
    }

    #[test]
    fn a_leap_second_is_read_as_the_database_keeps_it() {
        let at = |time: &str| {
            let row = ROW.replace("07:30:00.1234567", time);
            Submitted::from_json(row.as_bytes()).unwrap().occurred_at
        };
        assert_eq!(at("07:29:60"), at("07:30:00"));
        assert_eq!(at("07:29:60.5"), at("07:30:00.5"));
        assert_eq!(at("07:29:59.9999999"), at("07:29:59.999999"));
    }

    #[test]
    fn a_row_that_cannot_be_read_names_the_field() {
        let wrong = ROW.replace("1476112", "\"x\"");
        assert_eq!(
            Submitted::from_json(wrong.as_bytes()).unwrap_err()[0].field,
            "amount"
        );
        let unknown = ROW.replace("\"amount\"", "\"amuont\"");
        let fault = &Submitted::from_json(unknown.as_bytes()).unwrap_err()[0];
        assert_eq!(fault.field, "amuont");
        assert!(
            fault.explanation.contains("known: office, service, network"),
            "{fault}"
        );
        let float = ROW.replace("1476112", "1476112.0");
        assert!(Submitted::from_json(float.as_bytes()).is_err());
    }

    #[test]
    fn amounts_below_zero_empty_references_and_control_characters_are_refused() {
        for (was, is, field) in [
            ("1476112", "-1", "amount"),
            ("\"r-1\"", "\"\"", "reference"),
            ("\"r-1\"", "\"a\\u0000b\"", "reference"),
        ] {
            let faults = Submitted::from_json(ROW.replace(was, is).as_bytes()).unwrap_err();
            assert_eq!(faults[0].field, field);
        }
    }

    #[test]
    fn an_amount_and_a_principal_have_a_limit() {
        let stating = |field: &str, minor: i64| {
            let stated = format!("\"{field}\":{minor},\"facts\"");
            let without_amount = ROW.replace("\"amount\":1476112,", "");
            Submitted::from_json(without_amount.replace("\"facts\"", &stated).as_bytes())
        };
        for field in ["amount", "principal"] {
            assert!(stating(field, AMOUNT_MAX.minor()).is_ok());
            for above in [AMOUNT_MAX.minor() + 1, i64::MAX] {
                let faults = stating(field, above).unwrap_err();
                assert_eq!(
                    (faults[0].field.as_str(), faults[0].rule),
                    (field, "an_amount_has_a_limit")
                );
                assert!(faults[0].explanation.contains(&AMOUNT_MAX.to_string()));
            }
        }
    }

    #[test]
    fn a_refund_names_its_original_and_a_reversal_no_amount() {
        let refund = ROW.replace("\"reference\"", "\"kind\":\"refund\",\"reference\"");
        let faults = Submitted::from_json(refund.as_bytes()).unwrap_err();
        assert_eq!(
            faults.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(),
            ["original", "facts"]
        );
        let taking_back = |kind: &str, stated: &str| {
            let row = ROW.replace("\"facts\":{\"loss\":2},", "");
            let row = row.replace("\"amount\":1476112", &format!("\"original\":\"r-0\",{stated}"));
            let row = row.replace("\"reference\"", &format!("\"kind\":\"{kind}\",\"reference\""));
            let read = Submitted::from_json(row.as_bytes());
            let faults = read.err().unwrap_or_default().into_iter();
            faults.map(|fault| (fault.field, fault.rule)).collect::<Vec<_>>()
        };
        let unexpected = |field: &str| (field.to_owned(), "unexpected");
        assert_eq!(
            taking_back("reversal", "\"principal\":5"),
            [unexpected("principal")]
        );
        let both = [unexpected("amount"), unexpected("principal")];
        assert_eq!(taking_back("reversal", "\"amount\":5,\"principal\":5"), both);
        let nothing = [("principal".to_owned(), "more_than_zero")];
        assert_eq!(taking_back("refund", "\"principal\":0"), nothing);
        assert_eq!(taking_back("refund", "\"amount\":0,\"principal\":5"), []);
    }

    #[test]
    fn facts_have_a_limit_in_all() {
        let stating = |chars: usize| {
            let facts = format!("{{\"remark\":\"{}\"}}", "x".repeat(chars));
            Submitted::from_json(ROW.replace("{\"loss\":2}", &facts).as_bytes())
        };
        assert!(stating(FACTS_BYTES_MAX - "remark".len()).is_ok());
        let faults = stating(FACTS_BYTES_MAX - "remark".len() + 1).unwrap_err();
        assert_eq!(
            (faults[0].field.as_str(), faults[0].rule),
            ("facts", "facts_have_a_limit")
        );
        assert!(faults[0].explanation.contains("900 bytes"), "{}", faults[0]);
    }
}
