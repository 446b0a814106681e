//! What servers, senders and the night go by, versions of the rules, counts of files and verifications; and the seals by which
//! tampering is known. Never here: the other protected tables (see `touched`).

use diesel_async::SimpleAsyncConnection;

use super::{settled, settled_and_verified, verified};
use crate::scene::Scene;

/// Row and stored value of each finding in a table.
async fn found_in(scene: &Scene, table: &str) -> Vec<(String, String)> {
    let findings = verified(scene).await.findings;
    let of_table = findings.into_iter().filter(|finding| finding.table == table);
    of_table.map(|finding| (finding.row, finding.stored)).collect()
}

#[tokio::test]
async fn a_seal_that_is_edited_deleted_or_made_up_is_seen_by_its_row() {
    let scene = settled().await;
    let id = scene.count("SELECT max(id) AS count FROM remittances").await;
    let mut conn = scene.world.superuser().await;
    let kept =
        "ALTER TABLE row_seals DISABLE TRIGGER ALL; CREATE TEMPORARY TABLE kept_seals AS TABLE row_seals";
    conn.batch_execute(kept).await.unwrap();
    let own = "WHERE relation = 'remittances'";
    let of = |row: i64, stored: &str| (row.to_string(), stored.to_owned());
    for (deed, expected) in [
        (
            format!("UPDATE row_seals SET digests[1] = digests[1] + 1 {own}"),
            vec![of(id, "changed")],
        ),
        (
            format!("UPDATE row_seals SET keys = '{{900}}' {own}"),
            vec![of(id, "there"), of(900, "absent")],
        ),
        (
            format!("UPDATE row_seals SET humble = false {own}"),
            vec![of(id, "written by a superuser")],
        ),
        (format!("DELETE FROM row_seals {own}"), vec![of(id, "there")]),
        (
            "INSERT INTO row_seals (relation, keys, digests, login, humble) \
             VALUES ('remittances', '{900}', '{1}', 'daftar_app', true)"
                .to_owned(),
            vec![of(900, "absent")],
        ),
    ] {
        conn.batch_execute(&deed).await.unwrap();
        assert_eq!(found_in(&scene, "remittances").await, expected, "{deed}");
        let restored = format!(
            "DELETE FROM row_seals {own}; INSERT INTO row_seals OVERRIDING SYSTEM VALUE SELECT * FROM kept_seals {own}"
        );
        conn.batch_execute(&restored).await.unwrap();
    }
    assert_eq!(verified(&scene).await.findings, []);
}

#[tokio::test]
async fn a_verification_that_a_superuser_edits_deletes_or_makes_up_is_pointed_at() {
    let scene = settled_and_verified().await;
    let first = scene.count("SELECT min(id) AS count FROM verifications").await;
    let (edited, deleted) = (first, first + 1);
    let mut conn = scene.world.superuser().await;
    for deed in [
        format!(
            "UPDATE verifications SET verified_at = verified_at + interval '1 second' WHERE id = {edited}"
        ),
        format!("DELETE FROM verifications WHERE id = {deleted}"),
        "INSERT INTO verifications (verified_at, agreed) VALUES (now(), true)".to_owned(),
    ] {
        let unseen = format!(
            "ALTER TABLE verifications DISABLE TRIGGER ALL; {deed}; ALTER TABLE verifications ENABLE TRIGGER ALL"
        );
        conn.batch_execute(&unseen).await.unwrap();
    }
    let made_up = scene.count("SELECT max(id) AS count FROM verifications").await;
    let mut expected = [
        (edited.to_string(), "changed".to_owned()),
        (deleted.to_string(), "absent".to_owned()),
        (made_up.to_string(), "there".to_owned()),
    ];
    expected.sort();
    assert_eq!(found_in(&scene, "verifications").await, expected);
}

#[tokio::test]
async fn a_network_that_lost_its_version_of_the_rules_is_pointed_at_although_the_seals_went_with_it() {
    let scene = Scene::furnished().await;
    let lost = "ALTER TABLE network_rules DISABLE TRIGGER ALL; ALTER TABLE row_seals DISABLE TRIGGER ALL;
        DELETE FROM network_rules WHERE network_id = 2;
        DELETE FROM row_seals WHERE relation = 'network_rules' AND keys = '{2}'";
    scene.world.superuser().await.batch_execute(lost).await.unwrap();
    let expected = [("2".to_owned(), "absent".to_owned())];
    assert_eq!(found_in(&scene, "network_rules").await, expected);
}

#[tokio::test]
async fn counts_that_the_rows_of_a_file_do_not_make_are_pointed_at_although_the_application_wrote_them() {
    let scene = settled_and_verified().await;
    let forged = "UPDATE submissions SET malformed = 0, refused = 3";
    scene.world.conn().await.batch_execute(forged).await.unwrap();
    let findings = verified(&scene).await.findings;
    let told: Vec<_> = findings
        .iter()
        .map(|found| {
            (
                found.table,
                found.what.as_str(),
                found.stored.as_str(),
                found.expected.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("submissions", "malformed", "0", "1"),
            ("submissions", "refused", "3", "0")
        ]
    );
}
