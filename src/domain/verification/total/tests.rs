//! The lines of one transaction for each holder and kind, written out by hand, and sums that tell any difference.

use std::collections::HashMap;
use std::hash::RandomState;

use chrono::DateTime;

use super::super::booking::{AllocationContent, WindowContent};
use super::TotalSide::{Collected, Earned};
use super::*;
use crate::domain::proof::facts_digest;
use crate::domain::transaction::TransactionKind;

const OFFICE: i32 = 21;
const MUNICIPALITY: i32 = 22;
const AGENCY: i32 = 23;
const CENTRAL: i32 = 24;
const TAX: i32 = 25;
const BILLER: i32 = 26;
const UNIT: i16 = 1;
const SERVICE: i32 = 2;

/// Who earned or collected how much, as what and under which deposit identifier.
type Told = (i32, &'static str, &'static str, TotalSide, i64);

fn term(
    weights: &Weights,
    ordinal: i16,
    is_leg: bool,
    kind: &str,
    player: Player,
    deposit: &str,
) -> TotalTerm {
    TotalTerm {
        ordinal,
        is_leg,
        is_principal: kind == "principal",
        player,
        own: weights.article(deposit, UNIT, SERVICE, kind),
        plain: weights.article("", UNIT, SERVICE, kind),
    }
}

/// The holder's price of 100, of which 60 are the office's, 30 the municipality's and 10 the tax's, and the agency's 5 for the
/// office beside it; `bill` is the principal, owed to the biller or due from it.
fn contents(weights: &Weights, bill: Option<bool>) -> Contents {
    let mut terms = vec![
        term(weights, 1, false, "price", Player::Holder, ""),
        term(weights, 2, false, "borne", Player::Party(AGENCY), "B"),
        term(weights, 3, true, "wage", Player::OfOffice(1), ""),
        term(weights, 4, true, "share", Player::OfOffice(2), ""),
        term(weights, 5, true, "tax", Player::Party(TAX), "T"),
    ];
    if let Some(is_leg) = bill {
        terms.push(term(weights, 6, is_leg, "principal", Player::Party(BILLER), "P"));
    }
    let digest = facts_digest("{}");
    Contents {
        allocations: [(
            10,
            AllocationContent {
                digest,
                total: 105,
                network: 1,
                service: SERVICE,
                unit: UNIT,
                tariff_version: 12,
                original: None,
                shares: [(1, 100), (2, 5), (3, 65), (4, 30), (5, 10)].into(),
            },
        )]
        .into(),
        tariffs: [(
            12,
            TariffContent {
                agency: AGENCY,
                terms: terms.into(),
            },
        )]
        .into(),
        bindings: [(
            4,
            BindingContent {
                digest,
                office: 3,
                licence: 5,
                parties: [Some(OFFICE), Some(MUNICIPALITY), None].into(),
            },
        )]
        .into(),
        windows: [(
            8,
            WindowContent {
                network: 1,
                starts_at: DateTime::UNIX_EPOCH,
                central: CENTRAL,
            },
        )]
        .into(),
        ..Contents::default()
    }
}

fn row(kind: TransactionKind, holder: Holder, principal: i64) -> BookedTransaction {
    BookedTransaction {
        allocation: 10,
        batch: 9,
        original: None,
        amount: 105,
        principal,
        leaf: 0,
        occurred_at: DateTime::UNIX_EPOCH,
        received_at: DateTime::UNIX_EPOCH,
        office: 3,
        sender: 7,
        service: SERVICE,
        licence: 5,
        binding: 4,
        facts: 6,
        window: 8,
        line: 1,
        network: 1,
        kind: kind.number(),
        holder: holder.number(),
        reference: "r".to_owned(),
        citizen: None,
    }
}

fn weighed(weights: &Weights, row: &BookedTransaction, earlier: bool, told: &[Told]) -> Fingerprint {
    let of = |(party, kind, deposit, side, amount): &Told| {
        let line = Line {
            party: *party,
            article: weights.article(deposit, UNIT, SERVICE, kind),
            side: *side,
            kind: row.kind,
            earlier,
        };
        weights.weigh(line, 1, *amount)
    };
    told.iter()
        .map(of)
        .fold(Fingerprint::default(), Fingerprint::plus)
}

/// The legs of every case, and the agency's source.
const LEGS: [Told; 3] = [
    (OFFICE, "wage", "", Earned, 65),
    (MUNICIPALITY, "share", "", Earned, 30),
    (TAX, "tax", "T", Earned, 10),
];
const BORNE: Told = (AGENCY, "borne", "", Collected, 5);

#[test]
fn the_price_was_collected_by_whoever_holds_it_and_the_legs_were_earned() {
    let weights = Weights::new(RandomState::new());
    let contents = contents(&weights, None);
    for (holder, party) in [
        (Holder::Office, OFFICE),
        (Holder::Agency, AGENCY),
        (Holder::Central, CENTRAL),
    ] {
        let row = row(TransactionKind::Original, holder, 0);
        let price = (party, "price", "", Collected, 100);
        let told: Vec<Told> = LEGS.into_iter().chain([BORNE, price]).collect();
        assert_eq!(
            made(&row, &contents, &weights),
            weighed(&weights, &row, false, &told),
            "{holder:?}"
        );
    }
}

#[test]
fn what_the_terminal_split_was_collected_by_whoever_earned_it_at_the_same_destination() {
    let weights = Weights::new(RandomState::new());
    let contents = contents(&weights, None);
    let row = row(TransactionKind::Original, Holder::SplitAtSource, 0);
    let mirrored = LEGS.map(|(party, kind, deposit, _, amount)| (party, kind, deposit, Collected, amount));
    let told: Vec<Told> = LEGS.into_iter().chain(mirrored).collect();
    assert_eq!(
        made(&row, &contents, &weights),
        weighed(&weights, &row, false, &told)
    );
}

#[test]
fn what_takes_back_counts_negative_and_what_happened_before_the_window_apart() {
    let weights = Weights::new(RandomState::new());
    let contents = contents(&weights, None);
    let mut row = row(TransactionKind::Refund, Holder::Central, 0);
    row.occurred_at -= chrono::Duration::microseconds(1);
    let price = (CENTRAL, "price", "", Collected, 100);
    let told: Vec<Told> = LEGS
        .into_iter()
        .chain([BORNE, price])
        .map(|(party, kind, deposit, side, amount)| (party, kind, deposit, side, -amount))
        .collect();
    assert_eq!(
        made(&row, &contents, &weights),
        weighed(&weights, &row, true, &told)
    );
}

#[test]
fn a_principal_is_owed_to_the_biller_or_due_from_it_against_the_holder() {
    let weights = Weights::new(RandomState::new());
    let price = (OFFICE, "price", "", Collected, 100);
    let plain: Vec<Told> = LEGS.into_iter().chain([BORNE, price]).collect();
    let collected = [
        (BILLER, "principal", "P", Earned, 900),
        (OFFICE, "principal", "", Collected, 900),
    ];
    let paid_out = [
        (BILLER, "principal", "", Collected, 900),
        (OFFICE, "principal", "", Earned, 900),
    ];
    for (is_leg, ends) in [(true, collected), (false, paid_out)] {
        let contents = contents(&weights, Some(is_leg));
        let billed = row(TransactionKind::Original, Holder::Office, 900);
        let told: Vec<Told> = plain.iter().copied().chain(ends).collect();
        assert_eq!(
            made(&billed, &contents, &weights),
            weighed(&weights, &billed, false, &told)
        );
        // The biller's two sides at the destination that it has for the one.
        let split = row(TransactionKind::Original, Holder::SplitAtSource, 900);
        let fee = made(
            &row(TransactionKind::Original, Holder::SplitAtSource, 0),
            &contents,
            &weights,
        );
        let deposit = if is_leg { "P" } else { "" };
        let both = [Earned, Collected].map(|side| (BILLER, "principal", deposit, side, 900));
        assert_eq!(
            made(&split, &contents, &weights),
            fee.plus(weighed(&weights, &split, false, &both))
        );
    }
}

const PLACE: StoredPlace<'static> = StoredPlace {
    party: OFFICE,
    deposit_identifier: "",
    unit: UNIT,
    earlier: false,
};

fn line(service: i32, side: TotalSide, items: i64, amount: i64) -> StoredLine<'static> {
    StoredLine {
        service,
        component_kind: "wage",
        side,
        kind: 1,
        items,
        amount,
    }
}

#[test]
fn stored_lines_weigh_as_the_transactions_that_make_them() {
    let weights = Weights::new(RandomState::new());
    let row = row(TransactionKind::Original, Holder::Office, 0);
    let once = [(OFFICE, "wage", "", Earned, 65)];
    let made = weighed(&weights, &row, false, &once).plus(weighed(&weights, &row, false, &once));
    let lines = [line(SERVICE, Earned, 2, 130)];
    assert_eq!(stored(PLACE, lines.into_iter(), &weights), Some(made));
    assert!(made.plus(made.negated()).is_nothing());
    // Every bit of an amount and of a count makes a difference, and so does one against the other.
    let made_amount = 130_i64;
    for bit in 0..63 {
        let other = made_amount ^ (1_i64 << bit);
        let amounts = [line(SERVICE, Earned, 2, other)];
        assert_ne!(stored(PLACE, amounts.into_iter(), &weights), Some(made), "{bit}");
        let counts = [line(SERVICE, Earned, 2 + (1_i64 << bit.min(61)), 130)];
        assert_ne!(stored(PLACE, counts.into_iter(), &weights), Some(made), "{bit}");
        let both = [line(SERVICE, Earned, 3, 130 - (1_i64 << bit))];
        assert_ne!(stored(PLACE, both.into_iter(), &weights), Some(made), "{bit}");
    }
    let late = StoredPlace {
        earlier: true,
        ..PLACE
    };
    assert_ne!(stored(late, lines.into_iter(), &weights), Some(made));
}

#[test]
fn lines_that_sealing_does_not_write_weigh_nothing_known() {
    let weights = Weights::new(RandomState::new());
    let weigh = |lines: &[StoredLine<'static>]| stored(PLACE, lines.iter().copied(), &weights);
    let (first, second) = (line(2, Earned, 1, 65), line(2, Collected, 1, 65));
    assert!(weigh(&[first, second, line(3, Earned, 1, 65)]).is_some());
    assert_eq!(weigh(&[first, first]), None, "a line twice");
    assert_eq!(weigh(&[second, first]), None, "out of order");
    assert_eq!(weigh(&[line(2, Earned, 0, 0)]), None, "of no transaction");
    assert_eq!(weigh(&[]), None, "no line");
}

#[test]
fn what_refers_to_nothing_adds_nothing() {
    let weights = Weights::new(RandomState::new());
    let row = row(TransactionKind::Original, Holder::Office, 0);
    let whole = contents(&weights, None);
    let mut without = [whole.clone(), whole.clone(), whole];
    without[0].allocations = HashMap::new();
    without[1].tariffs = HashMap::new();
    without[2].windows = HashMap::new();
    for contents in &without {
        assert!(made(&row, contents, &weights).is_nothing());
    }
}
