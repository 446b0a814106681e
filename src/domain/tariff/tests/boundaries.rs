//! Where one band or step ends and the next begins, and tables whose bands do not follow each other. Never here: other rules
//! (`kinds`).

use super::rule_model::{AMOUNTS, Measure, Rule, below, starts};
use super::*;
use crate::domain::cases::{Numbers, count};

const TABLES_EACH: usize = 40;

/// Rows over the amount whose values differ, so that it is seen which one was taken; with up to so many after the first.
fn random_bands(numbers: &mut Numbers, further: u64) -> Vec<(i64, Rule)> {
    let row = |(at, from)| (from, Rule::Fixed(at));
    let starts = starts(numbers, Measure::Amount, further);
    (1..).zip(starts).map(row).collect()
}

fn priced(price: &Value) -> Value {
    let document = document(price, &office_takes_all());
    with(
        document,
        "amount",
        json!({"at_least": AMOUNTS[0], "at_most": AMOUNTS[1]}),
    )
}

#[test]
fn a_measure_on_the_boundary_of_two_bands_is_in_the_upper_one() {
    let mut numbers = Numbers::of(37);
    let mut asked = 0;
    while asked < count() {
        let further = numbers.between(1, 20);
        let rows = random_bands(&mut numbers, further);
        let tariff = parse(&priced(&Rule::Bands(Measure::Amount, rows.clone()).json()));
        let mut price = |amount| {
            asked += 1;
            tariff.quote(&of_amount(amount)).unwrap().price.minor()
        };
        for (band, from) in (1..).zip(rows.iter().map(|(from, _)| *from)) {
            assert_eq!(price(from), band, "{rows:?}");
            if band > 1 {
                assert_eq!(price(from - 1), band - 1, "{rows:?}");
            }
        }
        assert_eq!(price(AMOUNTS[1]), i64::try_from(rows.len()).unwrap());
    }
}

#[test]
fn a_step_is_begun_by_the_first_unit_after_the_last_and_whole_with_its_own_last() {
    let mut numbers = Numbers::of(41);
    let mut asked = 0;
    while asked < count() {
        let (free, size) = (below(&mut numbers, 5_000), 2 + below(&mut numbers, 1_000_000));
        let of = Measure::Amount;
        let stepped = |begun| Rule::Steps {
            of,
            free,
            size,
            charge: 1,
            begun,
        };
        let [charged, not_charged] =
            ["charged", "not_charged"].map(|begun| parse(&priced(&stepped(begun).json())));
        let mut price = |tariff: &Tariff, amount| {
            asked += 1;
            tariff.quote(&of_amount(amount)).unwrap().price.minor()
        };
        for step in 1..=50 {
            let last = free + step * size;
            // Below it there may be no amount to ask of.
            if last <= AMOUNTS[0] {
                continue;
            }
            let around = [last - 1, last, last + 1];
            assert_eq!(
                around.map(|amount| price(&charged, amount)),
                [step, step, step + 1],
                "{free} {size}"
            );
            assert_eq!(
                around.map(|amount| price(&not_charged, amount)),
                [step - 1, step, step],
                "{free} {size}"
            );
        }
    }
}

/// Lets one of these rows begin a unit too early or too late: what is then wrong, by its place below the rows.
fn disorder(numbers: &mut Numbers, rows: &[(i64, Rule)], table: &mut Value) -> Vec<(String, &'static str)> {
    let row = numbers.index(rows.len());
    let is_late = row == 0 || numbers.coin();
    let begins = rows[row].0 + if is_late { 1 } else { -1 };
    table["bands"]["rows"][row]["from"] = json!(begins);
    // Before the first there is no band, but the beginning of what is measured.
    let place = if row == 0 {
        String::new()
    } else {
        format!("[{row}]")
    };
    let rule = if is_late { "bands_gap" } else { "bands_overlap" };
    let mut wrong = vec![(place, rule)];
    if rows.get(row + 1).is_some_and(|(next, _)| *next == begins) {
        wrong.push((format!("[{row}]"), "empty_band"));
    }
    wrong
}

#[test]
fn bands_that_leave_a_gap_or_overlap_anywhere_are_refused_at_that_row_and_others_are_not() {
    let mut numbers = Numbers::of(43);
    let mut tables = 0;
    while tables < count() {
        let (mut parts, mut expected) = (Vec::new(), Vec::new());
        for at in 0..TABLES_EACH {
            let further = numbers.between(1, 5);
            let rows = random_bands(&mut numbers, further);
            let mut table = Rule::Bands(Measure::Amount, rows.clone()).json();
            // Were all in order, there would be trial questions.
            if at == 0 || numbers.between(0, 3) > 0 {
                for (place, rule) in disorder(&mut numbers, &rows, &mut table) {
                    expected.push((format!("$.price[{at}].amount.bands.rows{place}"), rule));
                }
            }
            parts.push(json!({"name": format!("p{at}"), "amount": table}));
            tables += 1;
        }
        let document = priced(&json!(parts));
        let faults = Tariff::parse(&document.to_string()).map(|_| ()).unwrap_err();
        let mut found: Vec<_> = faults.into_iter().map(|fault| (fault.path, fault.rule)).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{document:#}");
    }
}
