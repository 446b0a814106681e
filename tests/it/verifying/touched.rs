//! Whatever a superuser touches past all triggers is pointed at, in its table and row.

use daftar::domain::originator::Originator;
use daftar::domain::verification::seal::PROTECTED;
use daftar::usecases::export::{BooksFormat, JournalsWanted, export_journals};
use diesel_async::SimpleAsyncConnection;

use super::{record, row, settled, settled_and_verified, verified};
use crate::scene::{PISHKHAN, Scene};
use crate::tampering::Tampering;

/// Verifying itself writes there, so that it is tried apart (see `believed`).
const WRITTEN_BY_VERIFYING: &str = "verifications";

/// What a tampered row is found as: in the table itself, for nothing less is pointed at.
async fn pointed_at(scene: &Scene, table: &str, deed: &str) {
    let verified = verified(scene).await;
    let tables: Vec<&str> = verified.findings.iter().map(|finding| finding.table).collect();
    assert!(
        tables.contains(&table),
        "{deed} in {table}: {:?}",
        verified.findings
    );
}

#[tokio::test]
async fn whatever_row_a_superuser_edits_deletes_or_inserts_is_pointed_at() {
    let scene = settled_and_verified().await;
    let tried = PROTECTED
        .iter()
        .filter(|(table, _)| *table != WRITTEN_BY_VERIFYING);
    for (table, _) in tried {
        let mut tampering = Tampering::with(scene.world.superuser().await, table).await;
        let mut row = tampering
            .row()
            .await
            .unwrap_or_else(|| panic!("{table} is empty"));
        let mut edited = 0;
        for column in tampering.columns.clone() {
            let Some(place) = tampering.edit(&row, &column).await else {
                continue;
            };
            pointed_at(&scene, table, &format!("editing {}", column.name)).await;
            row = tampering.undo(Some(&place)).await;
            edited += 1;
        }
        assert!(edited > 0, "nothing of {table} could be edited");
        let copy = tampering.copy(&row).await;
        pointed_at(&scene, table, "inserting").await;
        tampering.remove(&copy).await;
        tampering.delete(&row).await;
        pointed_at(&scene, table, "deleting").await;
        tampering.undo(None).await;
    }
    assert_eq!(verified(&scene).await.findings, []);
}

#[tokio::test]
async fn what_a_superuser_writes_is_pointed_at_although_all_triggers_saw_it() {
    let scene = settled().await;
    let holiday = "INSERT INTO holidays VALUES ('iran', '2040-07-01', 'ساختگی', 'Made up')";
    scene
        .world
        .superuser()
        .await
        .batch_execute(holiday)
        .await
        .unwrap();
    let findings = verified(&scene).await.findings;
    let [finding] = findings.as_slice() else {
        panic!("{findings:?}");
    };
    assert_eq!(
        (finding.table, finding.stored.as_str()),
        ("holidays", "written by a superuser")
    );
}

#[tokio::test]
async fn a_batch_that_is_gone_with_all_its_transactions_is_missed_before_and_after_its_window_is_sealed() {
    let scene = Scene::furnished().await;
    for (hour, reference) in [(9, "kept"), (10, "gone")] {
        let rows = [row(&scene, "1001", "copy", reference)];
        record(&scene, &rows, scene.day(0, hour)).await;
    }
    let deed = "ALTER TABLE batches DISABLE TRIGGER ALL; \
                ALTER TABLE transactions DISABLE TRIGGER ALL; \
                DELETE FROM batches WHERE id = (SELECT batch_id FROM transactions WHERE reference = 'gone'); \
                DELETE FROM transactions WHERE reference = 'gone'";
    scene.world.superuser().await.batch_execute(deed).await.unwrap();
    pointed_at(&scene, "batches", "deleting a whole batch").await;
    scene.close(PISHKHAN, scene.day(1, 1)).await.unwrap();
    scene.seal(PISHKHAN, scene.day(1, 1)).await.unwrap().unwrap();
    pointed_at(
        &scene,
        "batches",
        "deleting a whole batch before its window was sealed",
    )
    .await;
}

/// Edits past all triggers, and tells what is then found in a table: row, column, stored, expected.
pub async fn found_after(scene: &Scene, table: &str, edit: &str) -> Vec<[String; 4]> {
    let mut conn = scene.world.superuser().await;
    let all = "ALTER TABLE windows DISABLE TRIGGER ALL; ALTER TABLE hold_movements DISABLE TRIGGER ALL; \
        ALTER TABLE licence_events DISABLE TRIGGER ALL; ALTER TABLE window_totals DISABLE TRIGGER ALL; \
        SET session_replication_role = replica";
    conn.batch_execute(all).await.unwrap();
    conn.batch_execute(edit).await.unwrap();
    let findings = verified(scene).await.findings;
    let of_table = findings.into_iter().filter(|finding| finding.table == table);
    of_table
        .map(|finding| [finding.row, finding.what, finding.stored, finding.expected])
        .collect()
}

#[tokio::test]
async fn a_window_that_its_networks_schedule_does_not_make_is_pointed_at() {
    let scene = settled().await;
    let id = scene
        .count("SELECT id::bigint AS count FROM windows WHERE network_id = 1 AND ordinal = 2")
        .await;
    let renamed = format!("UPDATE windows SET period_key = '2027-01-01' WHERE id = {id}");
    let found = found_after(&scene, "windows", &renamed).await;
    let row = id.to_string();
    let expected = [row.as_str(), "period_key", "2027-01-01", "2026-03-22"].map(str::to_owned);
    assert!(found.contains(&expected), "{found:?}");
    // Shorter, because the database itself refuses two windows that overlap.
    for (column, shorter, back) in [("starts_at", '+', '-'), ("ends_at", '-', '+')] {
        let edit = |sign| {
            format!(
                "UPDATE windows SET period_key = '2026-03-22', {column} = {column} {sign} interval '1 hour' WHERE id = {id}"
            )
        };
        let found = found_after(&scene, "windows", &edit(shorter)).await;
        let named = found
            .iter()
            .any(|finding| finding[0] == row && finding[1] == column);
        assert!(named, "{column}: {found:?}");
        found_after(&scene, "windows", &edit(back)).await;
    }
}

#[tokio::test]
async fn a_network_in_an_unknown_time_zone_is_pointed_at_and_its_books_are_told_in_no_other() {
    let scene = settled().await;
    let moved = "UPDATE networks SET time_zone = 'Utopia' WHERE id = 1";
    let found = found_after(&scene, "networks", moved).await;
    let unreadable = |finding: &[String; 4]| {
        finding[1] == "the schedule" && finding[2].contains("`Utopia` is no time zone")
    };
    assert!(found.iter().any(unreadable), "{found:?}");
    let mut conn = scene.world.conn().await;
    let (by, all) = (Originator::host(), JournalsWanted::default());
    let exported = export_journals(&mut conn, &by, &all, BooksFormat::Csv, 0).await;
    let told = exported.expect_err("days of no known zone were told").to_string();
    assert!(told.contains("`Utopia` is no time zone"), "{told}");
}

#[tokio::test]
async fn a_hold_that_the_licences_events_do_not_make_is_pointed_at() {
    let scene = settled().await;
    let movement = "FROM hold_movements WHERE id = (SELECT min(id) FROM hold_movements)";
    let id = scene
        .count(&format!("SELECT id AS count {movement}"))
        .await
        .to_string();
    let amount = scene.count(&format!("SELECT amount AS count {movement}")).await;
    let finding = |stored: i64, expected: i64| {
        [
            id.clone(),
            "amount".to_owned(),
            stored.to_string(),
            expected.to_string(),
        ]
    };
    let larger = format!("UPDATE hold_movements SET amount = amount + 1 WHERE id = {id}");
    let found = found_after(&scene, "hold_movements", &larger).await;
    assert!(found.contains(&finding(amount + 1, amount)), "{found:?}");
    // Nothing is wrong with the movement any more, but nobody was suspended.
    let unsuspended = format!(
        "UPDATE hold_movements SET amount = {amount} WHERE id = {id}; DELETE FROM licence_events WHERE kind = 'suspended'"
    );
    let found = found_after(&scene, "hold_movements", &unsuspended).await;
    assert!(found.contains(&finding(amount, 0)), "{found:?}");
}

#[tokio::test]
async fn a_hold_that_is_missing_is_told_with_what_it_should_be() {
    let scene = settled().await;
    let amount = scene
        .count("SELECT amount AS count FROM hold_movements ORDER BY id LIMIT 1")
        .await;
    let gone = "DELETE FROM hold_movements WHERE id = (SELECT min(id) FROM hold_movements)";
    let found = found_after(&scene, "hold_movements", gone).await;
    let told = format!("there, of {amount}");
    assert!(
        found
            .iter()
            .any(|finding| finding[2] == "absent" && finding[3] == told),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_position_of_zeros_that_nothing_made_is_named() {
    let scene = settled().await;
    let made_up = "ALTER TABLE positions DISABLE TRIGGER ALL;
        INSERT INTO positions (settlement_id, party_id, deposit_identifier, unit_id, opening, earned, collected, memos, remitted,
                               returned, before, active_holds, held, payable, paid, closing, carried_cycles)
        SELECT min(settlement_id), min(party_id), 'made-up', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM positions";
    let found = found_after(&scene, "positions", made_up).await;
    let key = "SELECT min(settlement_id) * 1000::bigint + min(party_id) AS count FROM positions";
    let key = scene.count(key).await;
    let row = format!("{}:{}:made-up:1", key / 1000, key % 1000);
    let expected = [row.as_str(), "the row", "there", "absent: nothing moved"].map(str::to_owned);
    assert!(found.contains(&expected), "{found:?}");
}

#[tokio::test]
async fn a_recipient_that_was_exchanged_is_pointed_at_before_and_after_the_mail_was_sent() {
    for state in ["queued", "accepted"] {
        let scene = settled().await;
        let sent = "UPDATE outbox SET state = 'sending', lease_until = queued_at;
            UPDATE outbox SET state = 'accepted', lease_until = NULL, finished_at = queued_at";
        if state == "accepted" {
            scene.world.conn().await.batch_execute(sent).await.unwrap();
        }
        let id = scene.count("SELECT min(id) AS count FROM outbox").await;
        let exchanged = format!(
            "ALTER TABLE outbox DISABLE TRIGGER ALL; UPDATE outbox SET recipient = 'x@example.ir' WHERE id = {id}"
        );
        let found = found_after(&scene, "outbox", &exchanged).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0][0].as_str(), found[0][2].as_str()),
            (id.to_string().as_str(), "changed")
        );
    }
}
