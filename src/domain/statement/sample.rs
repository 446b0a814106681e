//! Statements for tests, with the passport office of money rules 13 and 14. Never here: what the product shows.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeZone as _, Utc};

use super::{
    CarryReason, Coded, Cycle, DestinationPosition, Due, DueKind, EarlierTotal, EntryKind, FORMAT_VERSION,
    HeldItem, Interval, Movement, MovementKind, Names, Network, Party, ServiceCount, ServiceTotal, Side,
    SpokenUnit, StatementContent, Unit, statement_number,
};
use crate::domain::language::Language;
use crate::domain::money::{Amount, UnitCode};

/// The first statement of a rural office: three services, one refund, a hold, a late item; 2,418,612 rials are paid out.
pub fn short(language: Language) -> StatementContent {
    let mut content = empty(language);
    content.services = vec![
        earned(
            "101",
            "صدور گذرنامه",
            "Passport, first issue",
            EntryKind::Original,
            7,
            3_000_284,
        ),
        earned(
            "101",
            "صدور گذرنامه",
            "Passport, first issue",
            EntryKind::Refund,
            1,
            -428_612,
        ),
        earned(
            "214",
            "تعویض کارت ملی هوشمند",
            "Smart identity card, renewal",
            EntryKind::Original,
            31,
            1_395_000,
        ),
        collected("101", "صدور گذرنامه", "Passport, first issue", 3, 1_285_836),
    ];
    let late = earned(
        "214",
        "تعویض کارت ملی هوشمند",
        "Smart identity card, renewal",
        EntryKind::Original,
        2,
        90_000,
    );
    content.earlier = vec![EarlierTotal {
        period: "j1404-06".to_owned(),
        total: late,
    }];
    content.movements = vec![Movement {
        destination: None,
        kind: MovementKind::Memo,
        booked_at: Utc.with_ymd_and_hms(2025, 10, 8, 9, 30, 0).unwrap(),
        reference: "M-1404-118".to_owned(),
        reason: "جبران تعرفهٔ ابلاغ‌شده در تیر".to_owned(),
        amount: rials(97_776),
    }];
    content.held = vec![HeldItem {
        destination: None,
        cause: Names::new("تعلیق پروانه از ۲۵ مهر", "Licence suspended on 17 October"),
        amount: rials(450_000),
    }];
    foot(&mut content, true);
    content
}

/// A statement of an office that holds cash: it collected more than it earned and owes a remittance.
pub fn owing(language: Language) -> StatementContent {
    let mut content = empty(language);
    content.services = vec![
        earned(
            "101",
            "صدور گذرنامه",
            "Passport, first issue",
            EntryKind::Original,
            1,
            428_612,
        ),
        collected("101", "صدور گذرنامه", "Passport, first issue", 1, 1_476_112),
    ];
    foot(&mut content, false);
    content.positions[0].carry_reason = Some(CarryReason::OwedByParty);
    content.dues = vec![due(None, DueKind::Remittance, 1_047_500)];
    content
}

/// A statement of the treasury: one position per deposit identifier.
pub fn treasury(language: Language) -> StatementContent {
    let mut content = empty(language);
    content.party.kind = Coded::new("treasury", "خزانه", "Treasury");
    content.party.names = Names::new("خزانه‌داری کل کشور", "National treasury");
    let passport = earned(
        "101",
        "صدور گذرنامه",
        "Passport, first issue",
        EntryKind::Original,
        7,
        7_000_000,
    );
    let card = earned(
        "214",
        "تعویض کارت ملی هوشمند",
        "Smart identity card, renewal",
        EntryKind::Original,
        31,
        9_300_000,
    );
    content.services = vec![
        ServiceTotal {
            destination: Some("140105272100000000000000000101".to_owned()),
            ..passport
        },
        ServiceTotal {
            destination: Some("140105272100000000000000000214".to_owned()),
            ..card
        },
    ];
    foot(&mut content, true);
    content
}

/// A statement of three pages.
pub fn long(language: Language) -> StatementContent {
    with_services(44, language)
}

/// The short statement with so many services more, each third of them with a refund.
pub fn with_services(services: i64, language: Language) -> StatementContent {
    let mut content = short(language);
    for ordinal in 0..services {
        let code = format!("{}", 300 + ordinal);
        let (fa, en) = (
            format!("خدمت آزمایشی شمارهٔ {ordinal}"),
            format!("Sample service number {ordinal}"),
        );
        let amount = 1_250_000 + ordinal * 137_003;
        content
            .services
            .push(earned(&code, &fa, &en, EntryKind::Original, 40, amount));
        if ordinal % 3 == 0 {
            content
                .services
                .push(earned(&code, &fa, &en, EntryKind::Refund, 2, -amount / 20));
        }
    }
    foot(&mut content, true);
    content
}

fn empty(language: Language) -> StatementContent {
    let instant = |month, day| Utc.with_ymd_and_hms(2025, month, day, 20, 30, 0).unwrap();
    StatementContent {
        format: FORMAT_VERSION,
        number: statement_number("PSK", "72140012", &UnitCode::parse("IRR").unwrap(), 1),
        sequence: 1,
        network: Network {
            code: "PSK".to_owned(),
            names: Names::new("شبکهٔ دفاتر پیشخوان", "Pishkhan counter network"),
            contact: Some("021-0000-1404".to_owned()),
        },
        party: Party {
            code: "72140012".to_owned(),
            kind: Coded::new("office", "دفتر", "Office"),
            names: Names::new("دفتر پیشخوان روستای ده‌بالا", "Deh-Bala rural counter"),
        },
        unit: Unit {
            code: UnitCode::parse("IRR").unwrap(),
            names: Names::new("ریال", "rial"),
            scale: 0,
            spoken: Some(SpokenUnit {
                names: Names::new("تومان", "toman"),
                digits_dropped: 1,
            }),
        },
        interval: Interval {
            from: instant(9, 22),
            until: instant(10, 22),
            time_zone: chrono_tz::Asia::Tehran,
            period: "j1404-07".to_owned(),
        },
        issued_at: Utc.with_ymd_and_hms(2025, 10, 23, 6, 15, 0).unwrap(),
        language,
        previous: None,
        positions: vec![],
        services: vec![],
        earlier: vec![],
        counts: Some(vec![]),
        movements: vec![],
        held: vec![],
        dues: vec![],
        cycles: cycles(),
        verification_url_base: "https://daftar.example/verify".to_owned(),
    }
}

/// Computes the positions from the lists, as a settlement does.
fn foot(content: &mut StatementContent, pay: bool) {
    content.positions.clear();
    content.dues.clear();
    content.counts = Some(counts(content));
    let destinations: BTreeSet<_> = content
        .services
        .iter()
        .map(|total| total.destination.clone())
        .collect();
    for destination in destinations {
        let position = position(content, destination.as_deref(), pay);
        if pay {
            content.dues.push(due(
                destination.as_deref(),
                DueKind::Payout,
                position.paid.minor(),
            ));
        }
        content.positions.push(position);
    }
}

/// Each service of a sample has one line of a kind.
fn counts(content: &StatementContent) -> Vec<ServiceCount> {
    let earlier = content.earlier.iter().map(|earlier| ServiceCount {
        earlier: true,
        ..ServiceCount::of(&earlier.total)
    });
    content
        .services
        .iter()
        .map(ServiceCount::of)
        .chain(earlier)
        .collect()
}

fn position(content: &StatementContent, destination: Option<&str>, pay: bool) -> DestinationPosition {
    let earned = content.total_of(destination, Side::Earned).unwrap();
    let collected = content.total_of(destination, Side::Collected).unwrap();
    let memos = content.moved_by(destination, MovementKind::Memo).unwrap();
    let before = earned.minus(collected).unwrap().plus(memos).unwrap();
    let held = before
        .max(Amount::ZERO)
        .min(content.holds_on(destination).unwrap());
    let payable = before.minus(held).unwrap();
    let paid = if pay { payable } else { Amount::ZERO };
    let closing = before.minus(paid).unwrap();
    let destination = destination.map(str::to_owned);
    DestinationPosition {
        destination,
        earned,
        collected,
        memos,
        before,
        held,
        payable,
        paid,
        closing,
        ..DestinationPosition::default()
    }
}

fn earned(code: &str, fa: &str, en: &str, kind: EntryKind, count: u64, minor: i64) -> ServiceTotal {
    let component = Coded::new("office_share", "سهم دفتر", "Office share");
    ServiceTotal {
        destination: None,
        side: Side::Earned,
        service: Coded::new(code, fa, en),
        component,
        kind,
        count,
        amount: rials(minor),
    }
}

fn collected(code: &str, fa: &str, en: &str, count: u64, minor: i64) -> ServiceTotal {
    let component = Coded::new("cash", "دریافت نقدی", "Cash taken");
    let kind = EntryKind::Original;
    ServiceTotal {
        destination: None,
        side: Side::Collected,
        service: Coded::new(code, fa, en),
        component,
        kind,
        count,
        amount: rials(minor),
    }
}

fn due(destination: Option<&str>, kind: DueKind, minor: i64) -> Due {
    let due_on = NaiveDate::from_ymd_opt(2025, 10, 26).unwrap();
    let destination = destination.map(str::to_owned);
    Due {
        destination,
        kind,
        amount: rials(minor),
        due_on,
        reference: "P-1404-07-000731".to_owned(),
    }
}

fn cycles() -> Vec<Cycle> {
    [
        ("j1404-02", 2_900_000, 2_900_000),
        ("j1404-03", 3_450_000, 3_450_000),
        ("j1404-04", 1_120_000, 0),
        ("j1404-05", 4_710_000, 5_830_000),
        ("j1404-06", 3_980_000, 3_980_000),
        ("j1404-07", 4_056_672, 2_418_612),
    ]
    .map(|(period, earned, paid)| Cycle {
        period: period.to_owned(),
        earned: rials(earned),
        paid: rials(paid),
    })
    .into()
}

pub fn rials(minor: i64) -> Amount {
    Amount::from_minor(minor)
}
