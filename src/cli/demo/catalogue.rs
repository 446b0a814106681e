//! The agencies and services of the demo, and their tariffs: published tables and well-made figures of the same kinds.

use std::num::NonZeroU32;

use serde_json::{Value, json};

use crate::domain::money::Amount;
use crate::domain::split::{RoundingMode, steps};

const AGENCIES: &str = include_str!("agencies.csv");
const SERVICES: &str = include_str!("services.csv");

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedAgency {
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedService {
    pub code: String,
    pub agency: String,
    pub network: String,
    pub pricing: Pricing,
    pub name_fa: String,
    pub name_en: String,
}

/// How a service is priced and split; amounts in rials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pricing {
    /// One price, shared by percentages, tax withheld from the office's share.
    Fixed(i64),
    /// Code fee, municipal levy, treasury tariff and the office's part, as on a passport.
    Composition([i64; 4]),
    /// First, second, third or later loss.
    ByLoss([i64; 3]),
    /// Free to the citizen, borne by the agency.
    Free(i64),
    /// A base and a price per page.
    PerPage { base: i64, page: i64 },
    /// A rate of the sender's amount, with a least price.
    Percentage(String),
    /// A fixed fee beside a bill's principal.
    Bill(i64),
    /// A fee by bands of the bill's principal.
    BandedBill,
    /// Value-added tax on top of the fee.
    WithTax(i64),
    /// The civil registry's smart card: by the case, zero where the officer erred.
    SmartCard,
    /// Cash paid out at the counter; the bank bears the fee.
    CashOut,
    /// Postage given by the sender, split by activity leg.
    Post,
}

pub fn agencies() -> Vec<PlannedAgency> {
    AGENCIES.lines().skip(1).filter_map(agency).collect()
}

pub fn services() -> Vec<PlannedService> {
    SERVICES.lines().skip(1).filter_map(service).collect()
}

fn agency(line: &str) -> Option<PlannedAgency> {
    let mut cells = line.split(',').map(str::to_owned);
    Some(PlannedAgency {
        code: cells.next()?,
        name_fa: cells.next()?,
        name_en: cells.next()?,
    })
}

fn service(line: &str) -> Option<PlannedService> {
    let mut cells = line.split(',').map(str::to_owned);
    Some(PlannedService {
        code: cells.next()?,
        agency: cells.next()?,
        network: cells.next()?,
        pricing: pricing(&cells.next()?)?,
        name_fa: cells.next()?,
        name_en: cells.next()?,
    })
}

fn pricing(cell: &str) -> Option<Pricing> {
    let (kind, figures) = cell.split_once(':').unwrap_or((cell, ""));
    let amounts: Vec<i64> = figures
        .split('/')
        .filter_map(|figure| figure.parse().ok())
        .collect();
    Some(match kind {
        "fixed" => Pricing::Fixed(*amounts.first()?),
        "composition" => Pricing::Composition(amounts.try_into().ok()?),
        "by_loss" => Pricing::ByLoss(amounts.try_into().ok()?),
        "free" => Pricing::Free(*amounts.first()?),
        "per_page" => Pricing::PerPage {
            base: *amounts.first()?,
            page: *amounts.get(1)?,
        },
        "percentage" => Pricing::Percentage(format!("{figures}%")),
        "bill" => Pricing::Bill(*amounts.first()?),
        "banded_bill" => Pricing::BandedBill,
        "with_tax" => Pricing::WithTax(*amounts.first()?),
        "smart_card" => Pricing::SmartCard,
        "cash_out" => Pricing::CashOut,
        "post" => Pricing::Post,
        _ => return None,
    })
}

impl PlannedService {
    /// The tariff document; a raised one is what the resolution of the second period makes of it.
    pub fn document(&self, is_raised: bool) -> String {
        let mut document = self.pricing_of(is_raised);
        let common = json!({
            "tariff": 1,
            "service": self.code,
            "network": self.network,
            "title": { "fa": self.name_fa, "en": self.name_en },
            "unit": { "code": "IRR", "minor": "rial", "scale": 0 },
            "instruments": { "resolution": {
                "title": "مصوبهٔ تعرفهٔ خدمات دفاتر",
                "number": if is_raised { "۱۴۰۵/۲۱۸" } else { "۱۴۰۵/۱۰۲" },
                "clause": "بند ۳"
            } }
        });
        if let (Some(document), Value::Object(common)) = (document.as_object_mut(), common) {
            document.extend(common);
        }
        document.to_string()
    }

    fn pricing_of(&self, is_raised: bool) -> Value {
        let raised = |amount: i64| if is_raised { raised(amount) } else { amount };
        match &self.pricing {
            Pricing::Fixed(price) => json!({ "price": raised(*price), "split": shares() }),
            Pricing::Composition(parts) => composition(*parts, raised(parts[3])),
            Pricing::ByLoss([first, second, later]) => {
                by_loss([raised(*first), raised(*second), raised(*later)])
            }
            Pricing::Free(price) => json!({
                "price": raised(*price),
                "sources": [{ "party": "agency", "take": "price" }],
                "split": shares()
            }),
            Pricing::PerPage { base, page } => per_page(raised(*base), *page),
            Pricing::Percentage(rate) => percentage(rate),
            Pricing::Bill(fee) => json!({
                "principal": { "party": "agency", "at_least": 1 },
                "price": raised(*fee),
                "split": bill_shares()
            }),
            Pricing::BandedBill => banded_bill(is_raised),
            Pricing::WithTax(fee) => with_tax(raised(*fee)),
            Pricing::SmartCard => smart_card(),
            Pricing::CashOut => cash_out(),
            Pricing::Post => post(),
        }
    }
}

fn shares() -> Value {
    json!([
        { "name": "wage", "kind": "wage", "party": "office", "rate": "70%", "withhold": [
            { "name": "tax_withheld", "party": "tax", "rate": "3%", "round": "floor" }
        ] },
        { "name": "operation", "kind": "fee", "party": "operator", "rate": "12%" },
        { "name": "supervision", "kind": "levy", "party": "authority", "rate": "8%" },
        { "name": "agency_share", "kind": "fee", "party": "agency", "rate": "10%" }
    ])
}

fn bill_shares() -> Value {
    json!([
        { "name": "commission", "kind": "commission", "party": "office", "rate": "60%" },
        { "name": "operation", "kind": "fee", "party": "operator", "rate": "40%" }
    ])
}

fn composition([code, levy, treasury, _]: [i64; 4], office: i64) -> Value {
    let priced = [
        ("identity_code", code),
        ("municipal_levy", levy),
        ("treasury_tariff", treasury),
        ("counter", office),
    ];
    let price: Vec<Value> = priced
        .iter()
        .filter(|(_, amount)| *amount > 0)
        .map(|(name, amount)| json!({ "name": name, "amount": amount }))
        .collect();
    let mut split = Vec::new();
    if code > 0 {
        split.push(json!({ "name": "code_fee", "kind": "fee", "party": "agency", "take": "identity_code" }));
    }
    if levy > 0 {
        split.push(
            json!({ "name": "levy", "kind": "levy", "party": "municipality", "take": "municipal_levy" }),
        );
    }
    if treasury > 0 {
        split.push(json!({
            "name": "treasury", "kind": "duty", "party": "provincial_treasury", "take": "treasury_tariff",
            "deposit_identifier": "288011100140149001055000065724", "refundable": false
        }));
    }
    split.push(json!({ "name": "wage", "kind": "wage", "party": "office", "take": "remainder" }));
    json!({ "price": price, "split": split })
}

fn by_loss([first, second, later]: [i64; 3]) -> Value {
    json!({
        "facts": { "losses": { "kind": "integer", "at_least": 1, "at_most": 20 } },
        "price": { "choose": { "cases": [
            { "when": { "losses": 1 }, "then": first },
            { "when": { "losses": 2 }, "then": second },
            { "when": { "losses": { "at_least": 3 } }, "then": later }
        ] } },
        "split": [
            { "name": "treasury", "kind": "duty", "party": "treasury", "rate": "62%" },
            { "name": "wage", "kind": "wage", "party": "office", "rate": "30%" },
            { "name": "operation", "kind": "fee", "party": "operator", "rate": "8%" }
        ]
    })
}

fn per_page(base: i64, page: i64) -> Value {
    json!({
        "facts": { "pages": { "kind": "integer", "at_least": 1, "at_most": 200 } },
        "price": [
            { "name": "base", "amount": base },
            { "name": "pages_fee", "amount": { "times": { "count": "pages", "value": page } } }
        ],
        "split": shares()
    })
}

fn percentage(rate: &str) -> Value {
    json!({
        "amount": { "at_least": 500_000 },
        "price": { "percent": { "rate": rate, "of": "amount", "round": "half_up", "at_least": 20_000 } },
        "split": [
            { "name": "duty", "kind": "duty", "party": "treasury", "rate": "81.5%",
              "deposit_identifier": "311011100140149001055000075724" },
            { "name": "wage", "kind": "wage", "party": "office", "rate": "13.5%" },
            { "name": "operation", "kind": "fee", "party": "operator", "rate": "5%" }
        ]
    })
}

fn banded_bill(is_raised: bool) -> Value {
    let (small, middle, large) = if is_raised {
        (7_000, 10_500, 16_500)
    } else {
        (6_000, 9_000, 14_000)
    };
    json!({
        "principal": { "party": "agency", "at_least": 1 },
        "price": { "bands": { "of": "principal", "rows": [
            { "from": 1, "below": 500_000, "value": small },
            { "from": 500_000, "below": 2_000_000, "value": middle },
            { "from": 2_000_000, "value": large }
        ] } },
        "split": bill_shares()
    })
}

fn with_tax(fee: i64) -> Value {
    json!({
        "price": [
            { "name": "fee", "amount": fee },
            { "name": "vat", "amount": { "percent": { "rate": "10%", "of": "fee" } } }
        ],
        "round_price": { "mode": "ceiling", "step": 1000, "taker": { "party": "treasury" } },
        "split": [
            { "name": "vat_due", "kind": "tax", "party": "tax", "take": "vat" },
            { "name": "net", "take": "remainder", "among": [
                { "name": "agency_share", "kind": "fee", "party": "agency", "weight": 93 },
                { "name": "wage", "kind": "wage", "party": "office", "weight": 92 },
                { "name": "operation", "kind": "fee", "party": "operator", "weight": 70 }
            ] }
        ]
    })
}

/// The civil registry's published tariff of 1398, with a counter wage beside it.
fn smart_card() -> Value {
    let rows = [
        ("first", 250_000, "315011100140149001055000015724"),
        ("first_loss", 500_000, "366011100140149001055000025724"),
        ("second_loss", 700_000, "387011100140149001055000035724"),
        ("later_loss", 1_000_000, "398011100140149001055000045724"),
        ("replacement", 300_000, "371011100140149001055000055724"),
    ];
    let prices: Vec<Value> = rows
        .iter()
        .map(|(case, price, _)| json!({ "when": { "case": case }, "then": price }))
        .collect();
    let identifiers: Vec<Value> = rows
        .iter()
        .map(|(case, _, id)| json!({ "when": { "case": case }, "then": id }))
        .collect();
    let erred = json!({ "when": { "case": "replacement", "officer_erred": true }, "then": 0 });
    let prices = [vec![erred], prices].concat();
    json!({
        "facts": {
            "case": { "kind": "one_of", "values": rows.map(|(case, _, _)| case) },
            "officer_erred": { "kind": "bool", "default": false }
        },
        "price": [
            { "name": "card", "amount": { "choose": { "cases": prices } } },
            { "name": "counter", "amount": 130_000 }
        ],
        "split": [
            { "name": "treasury", "kind": "duty", "party": "treasury", "take": "card",
              "deposit_identifier": { "choose": { "cases": identifiers } } },
            { "name": "wage", "kind": "wage", "party": "office", "take": "remainder" }
        ]
    })
}

fn cash_out() -> Value {
    json!({
        "principal": { "party": "agency", "direction": "paid_out", "at_least": 10_000, "at_most": 50_000_000 },
        "price": { "percent": { "rate": "0.40%", "of": "principal", "at_most": 60_000 } },
        "sources": [{ "party": "agency", "take": "price" }],
        "split": [
            { "name": "incentive", "kind": "incentive", "party": "office", "rate": "80%", "withhold": [
                { "name": "tax_withheld", "party": "tax", "rate": "3.75%", "round": "floor" }
            ] },
            { "name": "operation", "kind": "fee", "party": "operator", "rate": "20%" }
        ]
    })
}

fn post() -> Value {
    json!({
        "activity_legs": ["acceptance", "distribution"],
        "amount": { "at_least": 1_000 },
        "price": "amount",
        "split": { "by_leg": {
            "acceptance": [
                { "name": "agent", "kind": "wage", "party": "office", "rate": "65%" },
                { "name": "facility", "kind": "fee", "party": "operator", "rate": "35%" }
            ],
            "distribution": [{ "name": "agent_delivery", "kind": "wage", "party": "office", "rate": "100%" }]
        } }
    })
}

/// By 150 rials for each full thousand. No price of the demo comes near what 64 bits hold.
fn raised(amount: i64) -> i64 {
    const THOUSAND: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);
    let before = Amount::from_minor(amount);
    let after = steps(before, THOUSAND, RoundingMode::Floor)
        .and_then(|thousands| thousands.times(150))
        .and_then(|more| before.plus(more));
    after.map_or(amount, Amount::minor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tariff::Tariff;

    #[test]
    fn only_full_thousands_are_raised() {
        assert_eq!(
            [999, 1_000, 320_000, 428_612].map(raised),
            [999, 1_150, 368_000, 492_812]
        );
    }

    #[test]
    fn every_tariff_of_the_demo_is_in_order_before_and_after_it_was_raised() {
        assert_eq!((agencies().len(), services().len()), (14, 61));
        for service in services() {
            for is_raised in [false, true] {
                if let Err(faults) = Tariff::parse(&service.document(is_raised)) {
                    panic!("{}: {faults:#?}", service.code);
                }
            }
        }
    }
}
