use proptest::prelude::*;

use super::super::journal::balances;
use super::*;

const WINDOW_A: Booking = Booking { unit: 1, window: 1 };
const OFFICE: i32 = 1;
const IDENTITY: i32 = 2;
const MUNICIPALITY: i32 = 3;
const TREASURY: i32 = 4;

fn rial(minor: i64) -> Amount {
    Amount::from_minor(minor)
}

fn total(party: i32, side: TotalSide, component_kind: &str, minor: i64) -> WindowTotal {
    WindowTotal {
        destination: Destination::plain(party),
        side,
        kind: EntryKind::Original,
        component_kind: component_kind.to_owned(),
        count: 1,
        amount: rial(minor),
    }
}

/// The passport of money rule 13: the office holds the citizen's 1,476,112.
fn passport() -> Vec<WindowTotal> {
    vec![
        total(OFFICE, TotalSide::Collected, "", 1_476_112),
        total(OFFICE, TotalSide::Earned, "wage", 428_612),
        total(IDENTITY, TotalSide::Earned, "fee", 10_000),
        total(MUNICIPALITY, TotalSide::Earned, "levy", 37_500),
        total(TREASURY, TotalSide::Earned, "fee", 1_000_000),
    ]
}

fn paid(id: i64, party: i32, minor: i64) -> Approved {
    Approved {
        destination: Destination::plain(party),
        held_change: Amount::ZERO,
        payout: Some(PayoutOrder {
            id,
            amount: rial(minor),
        }),
    }
}

fn balance(journals: &[Journal], account: &Account) -> i64 {
    balances(journals)
        .unwrap()
        .get(account)
        .map_or(0, |amount| amount.minor())
}

fn due(party: i32) -> Account {
    Account::Due(Destination::plain(party))
}

#[test]
fn the_sides_of_totals_have_two_numbers_and_no_other() {
    for code in 1..3 {
        assert_eq!(TotalSide::from_code(code).map(TotalSide::code), Some(code));
    }
    for code in [0, 3, -1] {
        assert_eq!(TotalSide::from_code(code), None);
    }
}

#[test]
fn the_passport_ends_with_every_account_at_zero() {
    let mut books = window_journals(WINDOW_A, &passport()).unwrap();
    assert_eq!(books.len(), 4);
    assert_eq!(balance(&books, &Account::Clearing { window: 1 }), 0);
    assert_eq!(balance(&books[..1], &Account::Clearing { window: 1 }), 1_047_500);
    assert_eq!(balance(&books, &due(OFFICE)), -1_047_500);

    let orders = [
        (11, IDENTITY, 10_000),
        (12, MUNICIPALITY, 37_500),
        (13, TREASURY, 1_000_000),
    ];
    let approved = orders.map(|(id, party, minor)| paid(id, party, minor));
    books.extend(settlement_journals(WINDOW_A, 5, &approved).unwrap());
    assert_eq!(balance(&books, &Account::Transit), 1_047_500);
    assert_eq!(balance(&books, &due(TREASURY)), 0);

    let office = Destination::plain(OFFICE);
    books.push(remittance_journal(WINDOW_A, 21, &office, rial(1_047_500)).unwrap());
    assert_eq!(balance(&books, &Account::Bank), -1_047_500);

    for (answer, (_, party, minor)) in (31..).zip(orders) {
        let to = Destination::plain(party);
        let settled = PayoutOutcome::Settled;
        books.push(answer_journal(WINDOW_A, answer, &to, rial(minor), settled).unwrap());
    }
    let end = balances(&books).unwrap();
    assert!(
        end.len() == 7 && end.values().all(|amount| amount.is_zero()),
        "{end:?}"
    );
}

#[test]
fn a_window_whose_sides_differ_by_a_rial_is_not_posted() {
    let mut totals = passport();
    totals[1].amount = rial(428_613);
    assert_eq!(
        window_journals(WINDOW_A, &totals),
        Err(PostingRule::ClearingAtZero(rial(-1)))
    );
}

#[test]
fn a_split_at_the_source_nets_to_zero_and_is_in_the_books_all_the_same() {
    let totals = [
        total(OFFICE, TotalSide::Collected, "wage", 300),
        total(OFFICE, TotalSide::Earned, "wage", 300),
        total(TREASURY, TotalSide::Collected, "fee", 700),
        total(TREASURY, TotalSide::Earned, "fee", 700),
    ];
    let books = window_journals(WINDOW_A, &totals).unwrap();
    assert_eq!(books[0].entries().len(), 3);
    assert_eq!(
        (balance(&books, &due(OFFICE)), balance(&books, &due(TREASURY))),
        (0, 0)
    );
}

#[test]
fn every_entry_of_a_window_says_what_it_sums() {
    let books = window_journals(WINDOW_A, &passport()).unwrap();
    let earned = &books[0].entries()[1];
    assert_eq!(
        (earned.side, earned.kind, earned.count),
        (EntrySide::Earned, EntryKind::Original, 1)
    );
    assert_eq!(
        (earned.component_kind.as_str(), earned.amount),
        ("wage", rial(428_612))
    );
    assert_eq!(books[0].entries()[2].count, 2);
    assert_eq!((books[0].head().party, books[0].head().cause), (OFFICE, 1));
}

#[test]
fn a_hold_moves_from_due_to_held_and_back() {
    let office = Destination::plain(OFFICE);
    let with_hold = |minor| Approved {
        destination: office.clone(),
        held_change: rial(minor),
        payout: None,
    };
    let mut books = settlement_journals(WINDOW_A, 5, &[with_hold(60)]).unwrap();
    let held = Account::Held(office.clone());
    assert_eq!((balance(&books, &due(OFFICE)), balance(&books, &held)), (-60, 60));
    books.extend(settlement_journals(WINDOW_A, 6, &[with_hold(-60)]).unwrap());
    assert_eq!((balance(&books, &due(OFFICE)), balance(&books, &held)), (0, 0));
    assert!(
        settlement_journals(WINDOW_A, 7, &[with_hold(0)])
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_returned_payout_is_owed_again_whether_it_left_or_not() {
    let to = Destination::plain(TREASURY);
    let ordered = settlement_journals(WINDOW_A, 5, &[paid(13, TREASURY, 100)]).unwrap();
    let answered = |outcomes: &[PayoutOutcome]| {
        let answers = (31..).zip(outcomes);
        let journals = answers.map(|(id, o)| answer_journal(WINDOW_A, id, &to, rial(100), *o).unwrap());
        let books: Vec<_> = ordered.iter().cloned().chain(journals).collect();
        [due(TREASURY), Account::Transit, Account::Bank].map(|account| balance(&books, &account))
    };
    assert_eq!(answered(&[]), [-100, 100, 0]);
    assert_eq!(answered(&[PayoutOutcome::Settled]), [-100, 0, 100]);
    assert_eq!(answered(&[PayoutOutcome::Rejected]), [0, 0, 0]);
    let both = [PayoutOutcome::Settled, PayoutOutcome::ReturnedAfterSettling];
    assert_eq!(answered(&both), [0, 0, 0]);
}

#[test]
fn destinations_of_one_party_are_never_netted() {
    let plain = Destination::plain(TREASURY);
    let identified = Destination {
        deposit_identifier: "361".to_owned(),
        ..plain.clone()
    };
    let mut totals = passport();
    totals[4].destination = identified.clone();
    let books = window_journals(WINDOW_A, &totals).unwrap();
    assert_eq!(balance(&books, &Account::Due(identified)), 1_000_000);
    assert_eq!(balance(&books, &Account::Due(plain)), 0);
}

#[test]
fn an_amount_that_is_not_positive_is_not_posted() {
    let office = Destination::plain(OFFICE);
    for minor in [0, -1] {
        assert_eq!(
            remittance_journal(WINDOW_A, 1, &office, rial(minor)),
            Err(PostingRule::Positive(rial(minor)))
        );
        assert!(settlement_journals(WINDOW_A, 1, &[paid(1, OFFICE, minor)]).is_err());
    }
}

proptest! {
    #[test]
    fn any_window_whose_sides_agree_clears_to_zero(
        legs in proptest::collection::vec((1..9_i32, -1_000_000..1_000_000_i64), 1..40),
        holder in 1..9_i32,
    ) {
        let mut totals: Vec<_> =
            legs.iter().map(|(party, minor)| total(*party, TotalSide::Earned, "fee", *minor)).collect();
        let sum = legs.iter().map(|(_, minor)| minor).sum();
        totals.push(total(holder, TotalSide::Collected, "", sum));
        let books = window_journals(WINDOW_A, &totals).unwrap();
        prop_assert_eq!(balance(&books, &Account::Clearing { window: 1 }), 0);
        let owed: i64 = (1..9).map(|party| balance(&books, &due(party))).sum();
        prop_assert_eq!(owed, 0);
        totals[0].amount = totals[0].amount.plus(rial(1)).unwrap();
        prop_assert!(window_journals(WINDOW_A, &totals).is_err());
    }
}
