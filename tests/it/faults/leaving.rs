//! Clients that leave half-way through a post. Never here: those that have sent all of it (see `recording::posting`).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use chrono::Duration;
use daftar::domain::dice::Dice;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::client::{Address, Client};
use super::sending::{booked, file_of, rows_of, send};
use super::{batches_are_exact, counters_token, days_ago, until};
use crate::scene::Scene;
use crate::serve::Serving;
use crate::world::World;

const CLIENTS: usize = 300;
/// Far fewer than clients, so that each one that is lost is missed.
const CONNECTIONS: usize = 3;
const FILE_ROWS: usize = 40;

#[tokio::test]
async fn clients_that_leave_half_way_leave_nothing_half_booked_and_take_no_connection_with_them() {
    let scene = Scene::furnished_in(World::new().await, days_ago(3)).await;
    let token = counters_token(&scene).await;
    let serving = Serving::on(&scene.world, CONNECTIONS, &["--no-jobs"]);
    let mut dice = Dice::new(20_260_323);
    let occurred_at = scene.began + Duration::days(2);
    let rows = rows_of(0, CLIENTS, occurred_at);
    for (nth, row) in rows.iter().enumerate() {
        let (path, kind, body) = match nth % 3 {
            0 => (
                "/v1/transactions/batch",
                "application/x-ndjson",
                file_of(1 + nth, FILE_ROWS, occurred_at),
            ),
            _ => ("/v1/transactions", "application/json", row.to_string()),
        };
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        // Anywhere before the last byte.
        let length = 1 + dice.roll() % u64::try_from(request.len() - 1).unwrap();
        let mut stream = TcpStream::connect(&serving.address).await.unwrap();
        let part = &request.as_bytes()[..usize::try_from(length).unwrap()];
        stream.write_all(part).await.unwrap();
    }
    let address: Address = Rc::new(RefCell::new(serving.address.clone()));
    let mut client = Client::of(&address, &token);
    for row in &rows {
        let away = Cell::new(0);
        send(&mut client, row, &away).await;
        assert_eq!(away.get(), 0, "the pool is drained");
    }
    let whole = booked(&scene.world)
        .await
        .keys()
        .filter(|key| key.contains(" c0-"))
        .count();
    let refused = rows.len() / 16 + usize::from(rows.len() % 16 > 7);
    assert_eq!(whole, rows.len() - refused);
    batches_are_exact(&scene.world).await;
    // Those of the pool, and one of its own for each of the two groups of posts.
    let connections = "SELECT (count(*) <= 5 AND count(*) FILTER (WHERE state <> 'idle') = 0)::text AS line
        FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'daftar' AND pid <> pg_backend_pid()";
    until(&scene.world, connections, "true").await;
    scene.world.assert_sound().await;
}
