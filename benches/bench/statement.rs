//! A statement of two pages, of another office and other amounts each time. Never here: rendering.

use chrono::{DateTime, Utc};
use daftar::domain::dice::Dice;
use daftar::domain::language::Language;
use daftar::domain::money::{Amount, UnitCode};
use daftar::domain::statement::{
    Coded, Cycle, DestinationPosition, Due, DueKind, EntryKind, FORMAT_VERSION, Interval, Names, Network,
    Party, ServiceCount, ServiceTotal, Side, SpokenUnit, Statement, StatementContent, Unit, statement_number,
};

/// So many fill the second page.
const SERVICES: u64 = 24;

pub fn statement(number: usize) -> Statement {
    let mut dice = Dice::new(number as u64);
    let services: Vec<ServiceTotal> = (0..SERVICES).map(|service| total(service, &mut dice)).collect();
    let earned = Amount::sum(services.iter().map(|total| total.amount)).unwrap();
    let content = StatementContent {
        positions: vec![DestinationPosition {
            earned,
            before: earned,
            payable: earned,
            paid: earned,
            ..DestinationPosition::default()
        }],
        dues: vec![Due {
            destination: None,
            kind: DueKind::Payout,
            amount: earned,
            due_on: at("2025-10-26T00:00:00Z").date_naive(),
            reference: format!("P-1404-07-{number:06}"),
        }],
        cycles: cycles(&mut dice, earned),
        counts: Some(services.iter().map(ServiceCount::of).collect()),
        services,
        ..frame(number)
    };
    Statement::new(content).unwrap()
}

fn frame(number: usize) -> StatementContent {
    let unit = UnitCode::parse("IRR").unwrap();
    let code = format!("{}", 72_140_000 + number);
    StatementContent {
        format: FORMAT_VERSION,
        number: statement_number("PSK", &code, &unit, 1),
        sequence: 1,
        network: Network {
            code: "PSK".to_owned(),
            names: Names::new("شبکهٔ دفاتر پیشخوان", "Pishkhan counter network"),
            contact: Some("021-0000-1404".to_owned()),
        },
        party: Party {
            kind: Coded::new("office", "دفتر", "Office"),
            names: Names::new(
                &format!("دفتر پیشخوان شمارهٔ {code}"),
                &format!("Rural counter {code}"),
            ),
            code,
        },
        unit: Unit {
            code: unit,
            names: Names::new("ریال", "rial"),
            scale: 0,
            spoken: Some(SpokenUnit {
                names: Names::new("تومان", "toman"),
                digits_dropped: 1,
            }),
        },
        interval: Interval {
            from: at("2025-09-22T20:30:00Z"),
            until: at("2025-10-22T20:30:00Z"),
            time_zone: chrono_tz::Asia::Tehran,
            period: "j1404-07".to_owned(),
        },
        issued_at: at("2025-10-23T06:15:00Z"),
        language: Language::Fa,
        previous: None,
        positions: Vec::new(),
        services: Vec::new(),
        earlier: Vec::new(),
        counts: Some(Vec::new()),
        movements: Vec::new(),
        held: Vec::new(),
        dues: Vec::new(),
        cycles: Vec::new(),
        verification_url_base: "https://daftar.example/verify".to_owned(),
    }
}

fn total(service: u64, dice: &mut Dice) -> ServiceTotal {
    let (fa, en) = (
        format!("خدمت شمارهٔ {service}"),
        format!("Service number {service}"),
    );
    ServiceTotal {
        destination: None,
        side: Side::Earned,
        service: Coded::new(&(300 + service).to_string(), &fa, &en),
        component: Coded::new("wage", "کارمزد دفتر", "Office wage"),
        kind: EntryKind::Original,
        count: 1 + dice.roll() % 90,
        amount: rials(100_000 + dice.roll() % 9_000_000),
    }
}

fn cycles(dice: &mut Dice, earned: Amount) -> Vec<Cycle> {
    let earlier = ["j1404-02", "j1404-03", "j1404-04", "j1404-05", "j1404-06"];
    let mut cycles: Vec<Cycle> = earlier
        .iter()
        .map(|period| {
            let amount = rials(1_000_000 + dice.roll() % 90_000_000);
            cycle(period, amount)
        })
        .collect();
    cycles.push(cycle("j1404-07", earned));
    cycles
}

fn cycle(period: &str, amount: Amount) -> Cycle {
    Cycle {
        period: period.to_owned(),
        earned: amount,
        paid: amount,
    }
}

fn rials(amount: u64) -> Amount {
    Amount::from_minor(i64::try_from(amount).unwrap())
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
