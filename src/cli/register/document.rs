//! The shape of a register document as a file. Never here: what its entries become (see `entry`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

use crate::domain::json;
use crate::domain::language::Language;
use crate::domain::licence::AfterRestriction;
use crate::domain::office::Setting;
use crate::domain::party::PartyKind;

/// Each part may be left out. What stands already is not entered again: a document that repeats it is refused whole.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(title = "Register document")]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The version of this shape.
    #[schemars(extend("const" = 1))]
    pub(super) register: u16,
    #[serde(default)]
    pub(super) units: Vec<WrittenUnit>,
    #[serde(default)]
    pub(super) instruments: Vec<WrittenInstrument>,
    #[serde(default)]
    pub(super) parties: Vec<WrittenParty>,
    /// Of parties that stand already: to end one, state it again with its end; another one waits for a second person's approval.
    #[serde(default)]
    pub(super) accounts: Vec<WrittenAccountChange>,
    /// Named people, by code.
    #[serde(default)]
    pub(super) people: BTreeMap<String, String>,
    /// Machine clients, by code.
    #[serde(default)]
    pub(super) clients: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) networks: Vec<WrittenNetwork>,
    /// When banks work, and which networks go by it; each year's holidays can be stated by themselves.
    #[serde(default)]
    pub(super) calendars: Vec<WrittenCalendar>,
    /// The party that is owed an agency's share, by the agency's code.
    #[serde(default)]
    pub(super) agencies: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) services: Vec<WrittenService>,
    #[serde(default)]
    pub(super) offices: Vec<WrittenOffice>,
    #[serde(default)]
    pub(super) licences: Vec<WrittenLicence>,
    #[serde(default)]
    pub(super) tariffs: Vec<WrittenTariff>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenUnit {
    /// Such as `IRR`.
    pub(super) code: String,
    pub(super) iso_code: String,
    pub(super) name_fa: String,
    pub(super) name_en: String,
    /// Decimal digits between the smallest part, in which all amounts are counted, and the displayed unit.
    pub(super) scale: i16,
    #[schemars(with = "Moment")]
    #[serde(deserialize_with = "json::moment")]
    pub(super) valid_from: DateTime<Utc>,
    #[schemars(with = "Option<Moment>")]
    #[serde(default, deserialize_with = "json::moment_if_any")]
    pub(super) valid_until: Option<DateTime<Utc>>,
    /// How people say its amounts, for display alone: `{"name_fa": "تومان", "name_en": "toman", "digits_dropped": 1}`.
    pub(super) spoken: Option<WrittenSpoken>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSpoken {
    pub(super) name_fa: String,
    pub(super) name_en: String,
    /// How many digits of the displayed unit it drops: 1 of the rial, as ten rials are a toman.
    pub(super) digits_dropped: u8,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenInstrument {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) number: String,
    #[schemars(with = "Day")]
    #[serde(deserialize_with = "json::day")]
    pub(super) issued_on: NaiveDate,
    #[serde(default)]
    pub(super) clause: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenParty {
    pub(super) code: String,
    /// office, agency, authority, operator, treasury, municipality, tax, insurer, central, union or other.
    #[schemars(with = "String")]
    pub(super) kind: PartyKind,
    pub(super) name_fa: String,
    pub(super) name_en: String,
    /// Of its statements: fa or en.
    #[serde(default)]
    #[schemars(with = "String")]
    pub(super) language: Language,
    pub(super) email: Option<String>,
    /// Where it is paid from the first; later ones stand by themselves, under `accounts` of the document.
    #[serde(default)]
    pub(super) accounts: Vec<WrittenAccount>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenAccount {
    pub(super) iban: String,
    /// Of the destination that is paid here; left out for the plain one.
    #[serde(default)]
    pub(super) deposit_identifier: String,
    #[schemars(with = "Moment")]
    #[serde(deserialize_with = "json::moment")]
    pub(super) valid_from: DateTime<Utc>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenAccountChange {
    /// Code of the party.
    pub(super) party: String,
    pub(super) iban: String,
    /// Of the destination that is paid here; left out for the plain one.
    #[serde(default)]
    pub(super) deposit_identifier: String,
    #[schemars(with = "Moment")]
    #[serde(deserialize_with = "json::moment")]
    pub(super) valid_from: DateTime<Utc>,
    /// Exclusive: when an account that stands ends. It is yet to come, or, of one that was not paid yet, its own beginning; stated
    /// again, it is sooner. Left out of another account.
    #[schemars(with = "Option<Moment>")]
    #[serde(default, deserialize_with = "json::moment_if_any")]
    pub(super) valid_until: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenNetwork {
    /// A lower-case word, such as `pishkhan`.
    pub(super) code: String,
    pub(super) name_fa: String,
    pub(super) name_en: String,
    /// Such as `Asia/Tehran`.
    pub(super) time_zone: String,
    pub(super) cycle: WrittenCycle,
    /// On which a weekly window begins: 1 is Monday, 6 Saturday.
    #[serde(default = "saturday")]
    pub(super) week_starts_on: u8,
    /// Of the first window, in the network's time zone: the beginning of a period of the cycle.
    #[schemars(with = "Day")]
    #[serde(deserialize_with = "json::day")]
    pub(super) first_day: NaiveDate,
    pub(super) unit: String,
    /// The party that collects what is held centrally.
    pub(super) central: String,
    /// The party of each role that is the same in the whole network: operator, authority, treasury, tax, insurer, union; and
    /// central, where a tariff names that role, which is the party above.
    #[serde(default)]
    pub(super) players: BTreeMap<String, String>,
    /// Least balance that is paid out, in the smallest part of the unit.
    #[serde(default)]
    pub(super) payout_threshold: i64,
    /// Cycles after which a smaller balance is paid out all the same.
    #[serde(default = "three")]
    pub(super) carried_cycles_max: i16,
    #[serde(default = "seven")]
    pub(super) remittance_due_days: i16,
    /// An item that happened longer ago goes to quarantine.
    #[serde(default = "nine_months")]
    pub(super) lateness_max_days: i16,
    #[serde(default)]
    pub(super) after_suspension: AfterRestriction,
    /// Kinds of parties in the order in which payouts leave when the money does not suffice for all. Left out: treasury, tax,
    /// municipality, agency, insurer, office, operator, authority, union, central, other.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) payout_priority: Option<Vec<PartyKind>>,
    /// Whom to ask about a debit: a telephone number or mail address of the network, printed on statements.
    pub(super) contact: Option<String>,
    /// The public address below which a statement's code is checked, to which its QR code leads: `/verify` of this server,
    /// such as `https://daftar.example/verify`.
    pub(super) verification_url: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenCalendar {
    pub(super) code: String,
    /// Networks that follow it from now on: dates on which money is due fall on its working days.
    #[serde(default)]
    pub(super) networks: Vec<String>,
    #[serde(default)]
    pub(super) days_off: Vec<WrittenDayOff>,
    #[serde(default)]
    pub(super) holidays: Vec<WrittenHoliday>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenDayOff {
    /// 1 is Monday, 5 Friday.
    pub(super) weekday: u8,
    #[schemars(with = "Day")]
    #[serde(deserialize_with = "json::day")]
    pub(super) valid_from: NaiveDate,
    /// Exclusive; left out while nobody knows the end. To end a day off that stands, state it again with its end.
    #[schemars(with = "Option<Day>")]
    #[serde(default, deserialize_with = "json::day_if_any")]
    pub(super) valid_until: Option<NaiveDate>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenHoliday {
    #[schemars(with = "Day")]
    #[serde(deserialize_with = "json::day")]
    pub(super) day: NaiveDate,
    pub(super) name_fa: String,
    pub(super) name_en: String,
    /// To withdraw a holiday that stands, state it again with `true`. It can be entered again, also further on in the same list.
    #[serde(default)]
    pub(super) withdrawn: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WrittenCycle {
    Daily,
    Weekly,
    JalaliMonth,
    GregorianMonth,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenService {
    pub(super) code: String,
    pub(super) agency: String,
    pub(super) name_fa: String,
    pub(super) name_en: String,
    /// What becomes of it where it is given after a restriction of the licence was recorded; as the network says when left out.
    pub(super) after_suspension: Option<AfterRestriction>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenOffice {
    pub(super) code: String,
    pub(super) name_fa: String,
    pub(super) name_en: String,
    pub(super) province: String,
    pub(super) county: String,
    pub(super) district: String,
    /// urban or rural.
    #[schemars(with = "String")]
    pub(super) setting: Setting,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenLicence {
    pub(super) office: String,
    pub(super) network: String,
    pub(super) class: String,
    #[schemars(with = "Moment")]
    #[serde(deserialize_with = "json::moment")]
    pub(super) valid_from: DateTime<Utc>,
    /// Exclusive.
    #[schemars(with = "Moment")]
    #[serde(deserialize_with = "json::moment")]
    pub(super) valid_until: DateTime<Utc>,
    /// The party that runs the office.
    pub(super) licensee: String,
    pub(super) municipality: Option<String>,
    pub(super) provincial_treasury: Option<String>,
    pub(super) deciding_body: String,
    pub(super) decision: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenTariff {
    pub(super) network: String,
    pub(super) service: String,
    /// Left out where the document states its validity; else needed.
    #[schemars(with = "Option<Moment>")]
    #[serde(default, deserialize_with = "json::moment_if_any")]
    pub(super) valid_from: Option<DateTime<Utc>>,
    /// Exclusive; an open end is closed when a later version is published.
    #[schemars(with = "Option<Moment>")]
    #[serde(default, deserialize_with = "json::moment_if_any")]
    pub(super) valid_until: Option<DateTime<Utc>>,
    /// In the tariff language, whose schema `daftar tariff schema` prints.
    pub(super) document: Value,
}

/// How a moment is written, for the schema: `json::moment` reads it.
enum Moment {}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date-time",
            "description": "A moment with its offset from UTC, such as `2026-03-21T00:00:00+03:30` or `2026-03-20T20:30:00Z`.",
            "examples": ["2026-03-21T00:00:00+03:30", "2026-03-20T20:30:00Z"]
        })
    }
}

/// How a day is written, for the schema: `json::day` reads it. Its format is not `date`, which has no Jalali days.
enum Day {}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A day without a time, Gregorian or Jalali, such as `2026-03-21` or `1405-01-01`.",
            "examples": ["2026-03-21", "1405-01-01"]
        })
    }
}

const fn saturday() -> u8 {
    6
}

const fn three() -> i16 {
    3
}

const fn seven() -> i16 {
    7
}

const fn nine_months() -> i16 {
    270
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a property of an entry refers to, itself or beside null.
    fn told_of<'a>(schema: &'a Value, entry: &str, property: &str) -> &'a str {
        let property = &schema["$defs"][entry]["properties"][property];
        [property, &property["anyOf"][0]]
            .into_iter()
            .find_map(|place| place["$ref"].as_str())
            .unwrap_or_default()
    }

    #[test]
    fn the_schema_tells_moments_from_days_each_by_an_example_that_can_be_read() {
        let schema = schemars::schema_for!(Written).to_value();
        for (entry, property, what) in [
            ("WrittenUnit", "valid_from", "Moment"),
            ("WrittenUnit", "valid_until", "Moment"),
            ("WrittenAccount", "valid_from", "Moment"),
            ("WrittenAccountChange", "valid_from", "Moment"),
            ("WrittenAccountChange", "valid_until", "Moment"),
            ("WrittenLicence", "valid_until", "Moment"),
            ("WrittenTariff", "valid_from", "Moment"),
            ("WrittenInstrument", "issued_on", "Day"),
            ("WrittenNetwork", "first_day", "Day"),
            ("WrittenDayOff", "valid_from", "Day"),
            ("WrittenDayOff", "valid_until", "Day"),
            ("WrittenHoliday", "day", "Day"),
        ] {
            assert_eq!(
                told_of(&schema, entry, property),
                format!("#/$defs/{what}"),
                "{entry}.{property}"
            );
        }
        assert_eq!(schema["$defs"]["Moment"]["format"], "date-time");
        for moment in schema["$defs"]["Moment"]["examples"].as_array().unwrap() {
            assert!(
                json::moment_of_text(moment.as_str().unwrap()).is_some(),
                "{moment}"
            );
        }
        for day in schema["$defs"]["Day"]["examples"].as_array().unwrap() {
            assert!(json::day(day).is_ok(), "{day}");
        }
    }
}
