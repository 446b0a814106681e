//! What counters send in these tests, and how they go on until they have an answer. Never here: what disturbs them.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::client::{Client, Said};
use super::{PATIENCE, lines};
use crate::scene::OFFICES;
use crate::world::World;

const POST: &str = "/v1/transactions";

/// The rows of one counter, in the order in which they must be booked: services of all kinds, what takes some of them
/// back, and a few that cannot be booked.
pub fn rows_of(counter: usize, count: usize, occurred_at: DateTime<Utc>) -> Vec<Value> {
    (0..count).map(|n| row(counter, n, occurred_at)).collect()
}

fn row(counter: usize, n: usize, occurred_at: DateTime<Utc>) -> Value {
    let holder = if n.is_multiple_of(2) { "office" } else { "central" };
    let mut row = json!({
        "office": OFFICES[counter % OFFICES.len()], "network": "pishkhan", "reference": format!("c{counter}-{n}"),
        "holder": holder,
        "occurred_at": occurred_at + Duration::seconds(i64::try_from(n).unwrap()),
    });
    let case = match n % 8 {
        0 | 1 => json!({ "service": "copy" }),
        2 => json!({ "service": "passport" }),
        3 => json!({ "service": "bill", "principal": 1_000 + n }),
        4 => json!({ "service": "card", "facts": { "losses": 1 + n % 4 } }),
        5 => json!({ "service": "duty", "amount": 10_000 + 7 * n }),
        6 => json!({ "kind": "refund", "original": format!("c{counter}-{}", n - 5), "amount": 333 }),
        _ if n % 16 == 7 => json!({ "service": "unheard-of" }),
        _ => json!({ "kind": "reversal", "original": format!("c{counter}-{}", n - 5) }),
    };
    let case = case.as_object().unwrap().clone();
    row.as_object_mut().unwrap().extend(case);
    row
}

/// Originals in another order than what takes them back, as files come.
pub fn file_of(counter: usize, count: usize, occurred_at: DateTime<Utc>) -> String {
    let rows = rows_of(counter, count, occurred_at);
    rows.iter().rev().fold(String::new(), |mut file, row| {
        writeln!(file, "{row}").unwrap();
        file
    })
}

/// Sends one row until it is answered for good, and counts how often the server had no database meanwhile.
pub async fn send(client: &mut Client, row: &Value, away: &Cell<usize>) -> Said {
    let body = row.to_string();
    let began = std::time::Instant::now();
    loop {
        match client.post(POST, &body).await {
            Ok(said) if matches!(said.status, 200..=202) => return said,
            Ok(said) => {
                assert_eq!(said.status, 503, "{}", said.body);
                assert_eq!(said.kind, "application/problem+json");
                away.set(away.get() + 1);
            }
            // The server went away; the address is that of the next one.
            Err(_gone) => {}
        }
        assert!(began.elapsed() < PATIENCE, "{row} was never taken");
        tokio::task::yield_now().await;
    }
}

/// Every transaction in all that was sent and all that was worked out of it, without the numbers that a sequence gives.
pub async fn content(world: &World) -> Vec<String> {
    let content = "SELECT concat_ws(' ', o.code, t.reference, t.kind, s.code, n.code, t.holder, t.amount, t.principal,
             t.occurred_at, f.canonical, t.licence_id, t.binding_id, a.kind, a.tariff_version_id, a.asked_amount, a.quantity,
             a.original_ordinal, a.source_terms, a.source_amounts, a.leg_terms, a.leg_amounts, taken.reference) AS line
        FROM transactions t JOIN offices o ON o.id = t.office_id JOIN services s ON s.id = t.service_id
        JOIN networks n ON n.id = t.network_id JOIN facts f ON f.id = t.facts_id JOIN allocations a ON a.id = t.allocation_id
        LEFT JOIN transactions taken ON taken.office_id = t.office_id AND taken.batch_id * 16384 + taken.line = t.original_id
       ORDER BY t.office_id, t.reference";
    lines(world, content).await
}

/// Every row that waits in quarantine.
pub async fn waiting(world: &World) -> Vec<String> {
    let waiting = "SELECT concat_ws(' ', office_code, reference, reason, row) AS line FROM quarantine WHERE state = 'waiting'
        ORDER BY office_code, reference";
    lines(world, waiting).await
}

/// The answers that are in the books: the transaction's number by office and reference.
pub fn acknowledged(answers: &[Said]) -> BTreeMap<String, i64> {
    let booked = answers.iter().filter(|said| said.status != 202);
    booked
        .map(|said| {
            let told: Value = serde_json::from_str(&said.body).unwrap();
            let key = format!(
                "{} {}",
                told["office"].as_str().unwrap(),
                told["reference"].as_str().unwrap()
            );
            (key, told["id"].as_i64().unwrap())
        })
        .collect()
}

/// What is in the books, in the same shape.
pub async fn booked(world: &World) -> BTreeMap<String, i64> {
    let booked = "SELECT concat_ws(' ', o.code, t.reference, t.batch_id * 16384 + t.line) AS line
        FROM transactions t JOIN offices o ON o.id = t.office_id";
    let booked = lines(world, booked).await;
    booked
        .iter()
        .map(|line| {
            let (key, id) = line.rsplit_once(' ').unwrap();
            (key.to_owned(), id.parse().unwrap())
        })
        .collect()
}
