//! A batch of three rows that agrees, and what each way of tampering with it makes of it.

use super::super::Finding;
use super::*;
use crate::domain::proof::facts_digest;

fn contents() -> Contents {
    let digest = facts_digest("{}");
    let allocation = |total| AllocationContent {
        digest,
        total,
        network: 1,
        service: 2,
        unit: 1,
        tariff_version: 12,
        original: None,
        shares: Box::default(),
    };
    Contents {
        allocations: [(10, allocation(100)), (11, allocation(40))].into(),
        tariffs: HashMap::new(),
        bindings: [(
            4,
            BindingContent {
                digest,
                office: 3,
                licence: 5,
                parties: Box::default(),
            },
        )]
        .into(),
        facts: [(6, digest)].into(),
        licences: [(
            5,
            LicenceContent {
                office: 3,
                network: 1,
            },
        )]
        .into(),
        offices: [3].into(),
        services: [2].into(),
        originators: [7].into(),
        windows: [(8, window())].into(),
    }
}

fn window() -> WindowContent {
    WindowContent {
        network: 1,
        starts_at: DateTime::UNIX_EPOCH,
        central: 13,
    }
}

fn row(line: i16, kind: i16, allocation: i64, amount: i64) -> BookedTransaction {
    let mut row = BookedTransaction {
        allocation,
        batch: 9,
        original: (kind == 2).then_some(147_457),
        amount,
        principal: 0,
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
        kind,
        holder: 1,
        reference: format!("r-{line}"),
        citizen: None,
    };
    row.leaf = leaf(&row.leaf_fields(&contents())).prefix();
    row
}

fn rows() -> Vec<BookedTransaction> {
    vec![row(1, 1, 10, 100), row(2, 1, 10, 100), row(3, 2, 11, 40)]
}

fn batch() -> BookedBatch {
    let leaves: Vec<_> = rows()
        .iter()
        .map(|row| leaf(&row.leaf_fields(&contents())))
        .collect();
    BookedBatch {
        id: 9,
        window: 8,
        unit: 1,
        booked_at: DateTime::UNIX_EPOCH,
        row_count: 3,
        amount_sum: 160,
        principal_sum: 0,
        digest: batch_digest(DateTime::UNIX_EPOCH, &leaves).as_bytes().to_vec(),
    }
}

fn places(findings: &[Finding]) -> Vec<String> {
    let place = |f: &Finding| format!("{} {} {}", f.table, f.row, f.what);
    findings.iter().map(place).collect()
}

#[test]
fn a_batch_that_was_left_alone_agrees() {
    assert_eq!(check_batch(&batch(), &rows(), &contents()), []);
}

#[test]
fn a_changed_row_is_named_and_its_batch_is_not() {
    let mut changed = rows();
    changed[1].holder = 2;
    assert_eq!(
        places(&check_batch(&batch(), &changed, &contents())),
        ["transactions 147458 leaf"]
    );
}

#[test]
fn a_row_changed_together_with_its_leaf_is_told_by_the_batch() {
    let mut changed = rows();
    changed[1].reference = "forged".to_owned();
    changed[1].leaf = leaf(&changed[1].leaf_fields(&contents())).prefix();
    assert_eq!(
        places(&check_batch(&batch(), &changed, &contents())),
        ["batches 9 digest"]
    );
}

#[test]
fn a_deleted_an_inserted_and_a_doubled_row_are_named() {
    let mut gone = rows();
    gone.remove(0);
    assert_eq!(
        places(&check_batch(&batch(), &gone, &contents())),
        ["transactions 147457 the row"]
    );
    let mut more = rows();
    more.push(row(4, 1, 10, 100));
    let found = places(&check_batch(&batch(), &more, &contents()));
    assert_eq!(found, ["transactions 147460 (3:7:r-4) the row"]);
    let mut doubled = rows();
    doubled.insert(2, row(2, 1, 10, 100));
    assert_eq!(places(&check_batch(&batch(), &doubled, &contents())).len(), 1);
    assert_eq!(
        places(&check_batch(&batch(), &[], &contents())),
        ["batches 9 row_count"]
    );
}

#[test]
fn references_to_nothing_and_figures_of_the_batch_are_told() {
    let mut without = contents();
    without.offices.clear();
    assert_eq!(
        places(&check_batch(&batch(), &rows()[..1], &without))[2..],
        ["transactions 147457 office_id"]
    );
    let counted = BookedBatch {
        row_count: 4,
        ..batch()
    };
    let found = places(&check_batch(&counted, &rows(), &contents()));
    assert_eq!(found, ["batches 9 row_count"]);
    let summed = BookedBatch {
        amount_sum: 161,
        unit: 2,
        ..batch()
    };
    let found = places(&check_batch(&summed, &rows(), &contents()));
    assert_eq!(found[..2], ["batches 9 amount_sum", "batches 9 unit_id"]);
}
