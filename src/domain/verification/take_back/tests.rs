//! An original of 100 with a principal of 50, and what its take-backs come to.

use chrono::DateTime;

use super::super::booking::AllocationContent;
use super::*;
use crate::domain::proof::facts_digest;

const WHOLE: i64 = 10;
const PART: i64 = 11;
const REST: i64 = 12;
const OF_NOTHING: i64 = 13;
const OF_ANOTHER: i64 = 14;

fn original() -> Original {
    Original {
        id: TransactionId::of(8, 1),
        kind: 1,
        office: 3,
        service: 2,
        network: 1,
        binding: 4,
        facts: 6,
        allocation: WHOLE,
        principal: 50,
    }
}

fn contents() -> Contents {
    let allocation = |part_of: Option<TransactionId>, [price, wage, share]: [i64; 3]| AllocationContent {
        digest: facts_digest("{}"),
        total: price,
        network: 1,
        service: 2,
        unit: 1,
        tariff_version: 12,
        original: part_of.map(TransactionId::number),
        shares: [(1, price), (2, wage), (3, share)].into(),
    };
    let own = Some(original().id);
    let other = Some(TransactionId::of(8, 2));
    Contents {
        allocations: [
            (WHOLE, allocation(None, [100, 70, 30])),
            (PART, allocation(own, [40, 28, 12])),
            (REST, allocation(own, [60, 42, 18])),
            (OF_NOTHING, allocation(own, [0, 0, 0])),
            (OF_ANOTHER, allocation(other, [1, 1, 0])),
        ]
        .into(),
        ..Contents::default()
    }
}

fn row(line: i16, allocation: i64, principal: i64) -> BookedTransaction {
    BookedTransaction {
        allocation,
        batch: 9,
        original: Some(original().id.number()),
        amount: 0,
        principal,
        leaf: 0,
        occurred_at: DateTime::UNIX_EPOCH,
        received_at: DateTime::UNIX_EPOCH,
        office: 3,
        sender: 7,
        service: 2,
        licence: 5,
        binding: 4,
        facts: 6,
        window: 8,
        line,
        network: 1,
        kind: 2,
        holder: 1,
        reference: format!("r-{line}"),
        citizen: None,
    }
}

fn taker(row: &BookedTransaction) -> Taker {
    Taker {
        id: id_of(row),
        original: original().id,
        allocation: row.allocation,
        principal: row.principal,
    }
}

/// Line and what of it does not agree, where these take back and nothing else does.
fn told(rows: &[BookedTransaction]) -> Vec<String> {
    let takers: Vec<Taker> = rows.iter().map(taker).collect();
    places(&check_take_backs(rows, &[original()], &takers, &contents()))
}

fn places(findings: &[Finding]) -> Vec<String> {
    let line = |row: &str| TransactionId::from_number(row.parse().unwrap()).line();
    let place = |f: &Finding| format!("{} {}", line(&f.row), f.what);
    findings.iter().map(place).collect()
}

#[test]
fn the_whole_and_parts_that_make_it_up_agree() {
    assert_eq!(told(&[row(1, WHOLE, 50)]), [""; 0]);
    let parts = [row(1, PART, 20), row(2, OF_NOTHING, 30), row(3, REST, 0)];
    assert_eq!(told(&parts), [""; 0]);
}

#[test]
fn what_takes_back_the_whole_again_is_told() {
    let found = told(&[row(1, WHOLE, 0), row(2, WHOLE, 0)]);
    let shares = [1, 2, 3].map(|term| format!("2 its share of term {term}"));
    assert_eq!(found[..1], ["2 allocation_id"]);
    assert_eq!(found[1..], shares);
}

#[test]
fn a_part_of_what_is_gone_and_more_principal_than_is_left_are_told_where_they_are_taken() {
    let found = told(&[row(1, WHOLE, 30), row(2, OF_NOTHING, 21), row(3, PART, 0)]);
    let shares = [1, 2, 3].map(|term| format!("3 its share of term {term}"));
    assert_eq!(found[..1], ["2 principal"]);
    assert_eq!(found[1..], shares);
    let twice = told(&[row(1, OF_NOTHING, 25), row(2, OF_NOTHING, 25)]);
    assert_eq!(twice, ["2 allocation_id"]);
}

#[test]
fn what_another_portion_takes_counts_and_is_told_there() {
    let (own, other) = (row(1, PART, 0), row(2, WHOLE, 0));
    let takers = [taker(&own), taker(&other)];
    let found = |row: &BookedTransaction| {
        places(&check_take_backs(
            std::slice::from_ref(row),
            &[original()],
            &takers,
            &contents(),
        ))
    };
    assert_eq!(found(&own), [""; 0]);
    assert_eq!(found(&other).len(), 3);
}

#[test]
fn what_bears_anything_else_than_its_original_is_told() {
    let changed = |change: fn(&mut BookedTransaction)| {
        let mut row = row(1, PART, 0);
        change(&mut row);
        told(&[row])
    };
    assert_eq!(changed(|row| row.office = 30), ["1 office_id"]);
    assert_eq!(changed(|row| row.service = 20), ["1 service_id"]);
    assert_eq!(changed(|row| row.network = 2), ["1 network_id"]);
    assert_eq!(changed(|row| row.binding = 40), ["1 binding_id"]);
    assert_eq!(changed(|row| row.facts = 60), ["1 facts_id"]);
    assert_eq!(told(&[row(1, OF_ANOTHER, 0)]), ["1 allocation_id"]);
}

#[test]
fn an_original_that_is_gone_or_takes_back_itself_is_told() {
    let rows = [row(1, PART, 0)];
    let found = |originals: &[Original]| {
        places(&check_take_backs(
            &rows,
            originals,
            &[taker(&rows[0])],
            &contents(),
        ))
    };
    assert_eq!(found(&[]), ["1 original_id"]);
    let refund = Original {
        kind: 2,
        ..original()
    };
    assert_eq!(found(&[refund]), ["1 original_id"]);
}
