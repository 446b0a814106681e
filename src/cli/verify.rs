//! `daftar verify`: the books recomputed over two connections, the rows that do not agree, and an exit status that says
//! whether there are any. Never here: what agreeing means.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::output;
use crate::domain::originator::Originator;
use crate::domain::verification::Finding;
use crate::domain::verification::total::Weights;
use crate::host::Host;
use crate::host::clock;
use crate::host::database::{self, Pool};
use crate::usecases::verify_books::{
    Checked, Extent, FINDINGS_MAX, Known, Noted, PlannedPiece, Verified, doubts, draw_weights,
    note_verification, plan_verification, verify_piece,
};
use crate::usecases::{Done, Failure};

/// While one waits for its rows, the other digests its own.
const CONNECTIONS: usize = 2;

/// Recomputes allocations, leaves, batches, windows, totals, journals, positions and statements from the transactions and
/// tariffs, and names the table and the row that does not agree. Exit status 0: all agrees; 1: something does not.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Every window. Else those that were never found good, and of the others the newest up to two million transactions.
    #[arg(long)]
    pub all: bool,
    /// The windows of this network alone; the register and the books as a whole in any case.
    #[arg(long, value_name = "CODE")]
    pub network: Option<String>,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

pub async fn carry_out(args: &VerifyArgs, host: &Host) -> Done<String> {
    let extent = if args.all { Extent::All } else { Extent::Fresh };
    let verified = verify(&host.pool, extent, args.network.as_deref()).await?;
    let told = output::answer(args.json, &verified, text);
    if verified.agrees {
        return Ok(told);
    }
    output::say(&told);
    Err(Failure::conflict("the_books_agree", count_text(&verified)))
}

/// Verifies and remembers what came of it.
pub async fn verify(pool: &Pool, extent: Extent, network: Option<&str>) -> Done<Verified> {
    let by = Originator::host();
    let began_at = clock::now();
    let mut conn = connection(pool).await?;
    let plan = plan_verification(&mut conn, &by, began_at, extent, network).await?;
    drop(conn);
    let weights = draw_weights();
    let mut found = verify_pieces(pool, &weights, plan.pieces.clone()).await?;
    let doubts = doubts(&found);
    if !doubts.is_empty() {
        found.extend(verify_pieces(pool, &weights, doubts).await?);
    }
    let mut of_window: BTreeMap<Option<i32>, Vec<Finding>> = BTreeMap::from([(None, Vec::new())]);
    of_window.extend(
        plan.sealed_windows
            .iter()
            .map(|window| (Some(*window), Vec::new())),
    );
    let mut verified = Verified {
        agrees: true,
        transactions: plan.transactions,
        windows: plan.windows.len(),
        windows_left: plan.windows_left,
        findings: Vec::new(),
        more_findings: false,
    };
    let seen = plan.horizon.after(&found);
    for (piece, Checked { findings, .. }) in found {
        verified.agrees &= findings.is_empty();
        verified.more_findings |= findings.len() >= FINDINGS_MAX;
        verified.findings.extend(findings.iter().cloned());
        if let Some(own) = of_window.get_mut(&piece.window) {
            own.extend(findings);
        }
    }
    verified
        .findings
        .sort_by(|one, other| (one.table, &one.row).cmp(&(other.table, &other.row)));
    let noted: Vec<Noted> = of_window
        .into_iter()
        .map(|(window, findings)| Noted {
            window,
            settlement: window.and_then(|window| plan.settlements.get(&window).copied()),
            seen: window.is_none().then_some(seen),
            findings,
        })
        .collect();
    let mut conn = connection(pool).await?;
    note_verification(&mut conn, &by, began_at, &noted).await?;
    Ok(verified)
}

type Found = Vec<(PlannedPiece, Checked)>;

async fn verify_pieces(pool: &Pool, weights: &Weights, pieces: Vec<PlannedPiece>) -> Done<Found> {
    let total: i64 = pieces.iter().map(|piece| piece.weight).sum();
    let bar = progress(u64::try_from(total).unwrap_or_default());
    let queue = Arc::new(Mutex::new(VecDeque::from(pieces)));
    let workers: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let known = Known::new(weights.clone());
            tokio::spawn(work(pool.clone(), known, Arc::clone(&queue), bar.clone()))
        })
        .collect();
    let mut found = Vec::new();
    for worker in workers {
        let done = worker
            .await
            .map_err(|error| Failure::Internal(error.to_string()))?;
        found.extend(done?);
    }
    bar.finish_and_clear();
    Ok(found)
}

/// Takes pieces until there are none.
async fn work(
    pool: Pool,
    mut known: Known,
    queue: Arc<Mutex<VecDeque<PlannedPiece>>>,
    bar: ProgressBar,
) -> Done<Found> {
    let by = Originator::host();
    let mut conn = connection(&pool).await?;
    let mut found = Vec::new();
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(planned) = next else { return Ok(found) };
        found.push((
            planned,
            verify_piece(&mut conn, &by, &mut known, planned.piece).await?,
        ));
        bar.inc(u64::try_from(planned.weight).unwrap_or_default());
    }
}

async fn connection(pool: &Pool) -> Done<database::PooledConnection> {
    database::connection(pool)
        .await
        .map_err(|error| Failure::Unavailable(error.to_string()))
}

fn progress(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("verifying {bar:40} {percent}% {elapsed} left {eta}");
    let bar = ProgressBar::new(total);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Of a piece with very many findings the first ones are told: then there are at least so many.
fn count_text(verified: &Verified) -> String {
    match (verified.findings.len(), verified.more_findings) {
        (1, false) => "1 finding".to_owned(),
        (count, false) => format!("{count} findings"),
        (count, true) => format!("at least {count} findings"),
    }
}

fn text(verified: &Verified) -> String {
    let mut lines: Vec<String> = verified.findings.iter().map(ToString::to_string).collect();
    let (transactions, windows) = (verified.transactions, verified.windows);
    let left = match verified.windows_left {
        0 => String::new(),
        left => format!("; {left} windows that were found good before are left, --all verifies them too"),
    };
    lines.push(if verified.agrees {
        format!("{transactions} transactions in {windows} windows, the register and the books agree{left}")
    } else {
        let count = count_text(verified);
        format!("{count}; {transactions} transactions in {windows} windows were verified{left}")
    });
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_verified_and_what_was_left_is_told() {
        let mut verified = Verified {
            agrees: true,
            transactions: 5,
            windows: 2,
            ..Verified::default()
        };
        assert!(text(&verified).ends_with("the register and the books agree"));
        verified.findings = vec![Finding::new("batches", 7, "digest", "a", "b")];
        (verified.agrees, verified.windows_left) = (false, 1);
        let told = text(&verified);
        assert!(
            told.starts_with("batches 7: digest is a, and should be b\n"),
            "{told}"
        );
        assert!(
            told.contains("1 windows") && told.contains("\n1 finding; 5"),
            "{told}"
        );
    }

    #[test]
    fn findings_that_were_cut_are_counted_as_at_least_so_many() {
        let verified = Verified {
            findings: vec![Finding::new("batches", 7, "digest", "a", "b"); FINDINGS_MAX],
            more_findings: true,
            ..Verified::default()
        };
        assert_eq!(count_text(&verified), "at least 100 findings");
        assert!(text(&verified).contains("\nat least 100 findings; "));
    }
}
