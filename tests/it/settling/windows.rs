//! Windows: closed in order and at once, sealed with proof or refused with what does not add up.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use daftar::domain::journal::Account;
use daftar::domain::page::Asked;
use daftar::store::locks;
use daftar::usecases::close_window::{close_next_window, close_window};
use daftar::usecases::propose_settlement::propose_due_settlement;
use daftar::usecases::reading::windows::list_windows;
use daftar::usecases::seal_window::{seal_due_window, seal_window};
use daftar::usecases::{Connection, Failure};
use diesel_async::SimpleAsyncConnection;

use crate::counter::Case;
use crate::scene::{PISHKHAN, POLICE, Scene};
use crate::settling::rule_of;

#[tokio::test]
async fn a_window_closes_at_its_end_and_not_a_moment_before() {
    let scene = Scene::furnished().await;
    let end = scene.day(1, 0);
    assert_eq!(
        scene
            .close(PISHKHAN, end - chrono::Duration::microseconds(1))
            .await,
        None
    );
    let closed = scene.close(PISHKHAN, end).await.unwrap();
    assert_eq!((closed.ordinal, closed.ends_at), (1, end));
    assert_eq!(closed.period, "2026-03-21");
    assert_eq!(scene.close(PISHKHAN, end).await, None);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn empty_windows_have_their_turn_and_leave_no_gap() {
    let scene = Scene::furnished().await;
    let now = scene.day(5, 1);
    let mut ordinals = Vec::new();
    while let Some(closed) = scene.close(PISHKHAN, now).await {
        ordinals.push(closed.ordinal);
    }
    assert_eq!(ordinals, [1, 2, 3, 4, 5]);
    let sealed = scene.seal(PISHKHAN, now).await.unwrap().unwrap();
    assert_eq!(
        (sealed.ordinal, sealed.transaction_count, sealed.journal_count),
        (1, 0, 0)
    );
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn windows_are_listed_once_they_were_needed_and_those_before_them_though_nothing_was_booked_in_them() {
    let scene = Scene::furnished().await;
    let listed = async |at: DateTime<Utc>| {
        let mut conn = scene.world.conn().await;
        let found = list_windows(&mut conn, &scene.maker, at, PISHKHAN, &Asked::first(10)).await;
        let windows = found.unwrap().items.into_iter();
        windows
            .map(|window| (window.ordinal, window.state))
            .collect::<Vec<_>>()
    };
    assert!(listed(scene.day(2, 1)).await.is_empty());
    scene.book_cash(2, "1001", "copy", "a").await;
    let booked = [(3, "open"), (2, "open"), (1, "open")];
    assert_eq!(listed(scene.day(2, 4)).await, booked);
    assert_eq!(listed(scene.day(3, 1)).await, booked, "the fourth runs");
    while scene.close(PISHKHAN, scene.day(4, 0)).await.is_some() {}
    let closed = [(4, "closed"), (3, "closed"), (2, "closed"), (1, "closed")];
    assert_eq!(listed(scene.day(4, 0)).await, closed);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn windows_are_closed_and_sealed_in_order_and_once() {
    let scene = Scene::furnished().await;
    let at = scene.day(2, 1);
    scene
        .book(
            scene.day(1, 1),
            &[Case::cash("1001", "copy", "a", scene.day(1, 1))],
        )
        .await;
    let mut conn = scene.world.conn().await;
    let maker = &scene.maker;
    assert_eq!(
        rule_of(close_window(&mut conn, maker, at, 2).await),
        "windows_are_closed_in_order"
    );
    assert_eq!(
        rule_of(seal_window(&mut conn, maker, at, 1).await),
        "only_a_closed_window_is_sealed"
    );
    close_window(&mut conn, maker, at, 1).await.unwrap();
    assert_eq!(
        rule_of(close_window(&mut conn, maker, at, 1).await),
        "a_window_is_closed_once"
    );
    close_window(&mut conn, maker, at, 2).await.unwrap();
    assert_eq!(
        rule_of(seal_window(&mut conn, maker, at, 2).await),
        "windows_are_sealed_in_order"
    );
    seal_window(&mut conn, maker, at, 1).await.unwrap();
    let again = rule_of(seal_window(&mut conn, maker, at, 1).await);
    assert_eq!(again, "a_sealed_window_never_reopens");
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn sealing_posts_one_journal_per_party_and_clears_to_zero() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "passport", "p-1").await;
    scene.close(PISHKHAN, scene.day(1, 0)).await.unwrap();
    let sealed = scene.seal(PISHKHAN, scene.day(1, 0)).await.unwrap().unwrap();
    assert_eq!(
        (sealed.transaction_count, sealed.batch_count, sealed.journal_count),
        (1, 1, 4)
    );
    assert_eq!(sealed.amount_sum.minor(), 1_476_112);
    assert_eq!(sealed.earned_sum, sealed.collected_sum);
    assert_eq!(scene.due("office-1001").await, -1_047_500);
    assert_eq!(scene.due("municipality").await, 37_500);
    assert_eq!(scene.balance(&Account::Clearing { window: sealed.id }).await, 0);
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_bill_goes_whole_to_its_biller_and_only_the_fee_is_split() {
    let scene = Scene::furnished().await;
    let bill = Case {
        principal: Some(2_000_000),
        ..Case::cash("1001", "bill", "b-1", scene.day(0, 2))
    };
    let paid_centrally = Case {
        reference: "b-2",
        ..Case::central("1002", "bill", "b-2", scene.day(0, 2))
    };
    let paid_centrally = Case {
        principal: Some(500_000),
        ..paid_centrally
    };
    scene.book(scene.day(0, 3), &[bill, paid_centrally]).await;
    scene.close(PISHKHAN, scene.day(1, 0)).await.unwrap();
    let before = scene.preview(PISHKHAN, scene.day(1, 0)).await;
    scene.seal(PISHKHAN, scene.day(1, 0)).await.unwrap().unwrap();
    assert_eq!(scene.due("identity").await, 2_500_000);
    assert_eq!(scene.due("office-1001").await, 3_600 - 2_006_000);
    assert_eq!(scene.due("central").await, -506_000);
    let after = scene.preview(PISHKHAN, scene.day(1, 0)).await;
    assert_eq!((before.positions, before.digest), (after.positions, after.digest));
    scene.world.assert_sound().await;
}

/// Tampering as a superuser can, with what sealing says of it.
const TAMPERINGS: [(&str, &str, &str); 7] = [
    (
        "an amount",
        "UPDATE transactions SET amount = amount + 1 WHERE reference = 'a'",
        "an_amount_is_that_of_its_allocation",
    ),
    (
        "a lost row",
        "DELETE FROM transactions WHERE reference = 'a'",
        "a_batch_has_its_rows",
    ),
    (
        "a row put in",
        "INSERT INTO transactions SELECT (jsonb_populate_record(t, '{\"reference\": \"x\", \"line\": 2}')).* FROM transactions t WHERE reference = 'a'",
        "a_batch_counts_its_rows",
    ),
    (
        "another allocation",
        "UPDATE transactions SET allocation_id = 999 WHERE reference = 'a'",
        "a_transaction_has_its_allocation",
    ),
    (
        "another binding",
        "UPDATE transactions SET binding_id = 999 WHERE reference = 'b'",
        "a_transaction_has_its_binding",
    ),
    (
        "a batch's sum",
        "UPDATE batches SET amount_sum = amount_sum + 1",
        "a_batch_sums_its_rows",
    ),
    (
        "another service",
        "UPDATE transactions SET service_id = 999 WHERE reference = 'a'",
        "a_transaction_has_its_service",
    ),
];

#[tokio::test]
async fn a_tampered_window_is_not_sealed_and_the_refusal_names_the_row() {
    let scene = Scene::furnished().await;
    let happened = scene.day(0, 2);
    let cases = [
        Case::cash("1001", "copy", "a", happened),
        Case::cash("1002", "copy", "b", happened),
    ];
    for case in cases {
        scene.book(scene.day(0, 3), &[case]).await;
    }
    scene.close(PISHKHAN, scene.day(1, 0)).await.unwrap();
    let mut superuser = scene.world.superuser().await;
    for (what, tampering, rule) in TAMPERINGS {
        let unlocked = "SET session_replication_role = replica; ALTER TABLE transactions DISABLE TRIGGER ALL; \
                        ALTER TABLE batches DISABLE TRIGGER ALL;";
        // The copies put everything back, the triggers too.
        let copies = "CREATE TABLE kept_transactions AS TABLE transactions; CREATE TABLE kept_batches AS TABLE batches;";
        superuser
            .batch_execute(&format!("{unlocked}{copies}{tampering}"))
            .await
            .unwrap();
        let refused = scene.seal(PISHKHAN, scene.day(1, 0)).await.unwrap_err();
        let Failure::Conflict {
            rule: refusal,
            explanation,
        } = refused
        else {
            panic!("{refused:?}");
        };
        assert_eq!(refusal, "a_sealed_window_adds_up", "{what}");
        assert!(explanation.contains(rule), "{what}: {explanation}");
        assert!(
            explanation.contains("transaction ") || explanation.contains("batch "),
            "{explanation}"
        );
        let restored = "DELETE FROM transactions; INSERT INTO transactions TABLE kept_transactions; \
                        DELETE FROM batches; INSERT INTO batches TABLE kept_batches; \
                        DROP TABLE kept_transactions, kept_batches;";
        superuser.batch_execute(restored).await.unwrap();
    }
    assert_eq!(scene.count("SELECT count(*) FROM window_totals").await, 0);
    scene.seal(PISHKHAN, scene.day(1, 0)).await.unwrap().unwrap();
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_window_in_which_nobody_plays_a_role_is_not_sealed_and_the_refusal_says_so() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "passport", "a").await;
    let nobody = "ALTER TABLE bindings DISABLE TRIGGER ALL; UPDATE bindings SET party_ids[2] = NULL;";
    let mut superuser = scene.world.superuser().await;
    superuser.batch_execute(nobody).await.unwrap();
    scene.close(PISHKHAN, scene.day(1, 0)).await.unwrap();
    let refused = scene.seal(PISHKHAN, scene.day(1, 0)).await.unwrap_err();
    let told = format!("{refused:?}");
    assert!(told.contains("a_term_has_its_party"), "{told}");
}

#[tokio::test]
async fn a_window_that_does_not_add_up_keeps_no_other_network_from_being_sealed() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "copy", "a").await;
    let tampering = "ALTER TABLE batches DISABLE TRIGGER ALL; UPDATE batches SET amount_sum = 1;";
    scene
        .world
        .superuser()
        .await
        .batch_execute(tampering)
        .await
        .unwrap();
    scene.close(PISHKHAN, scene.day(7, 0)).await.unwrap();
    scene.close(POLICE, scene.day(7, 0)).await.unwrap();
    let mut conn = scene.world.conn().await;
    let sealed = seal_due_window(&mut conn, &scene.maker, scene.day(7, 0)).await;
    assert_eq!(sealed.unwrap().unwrap().network, POLICE);
    let refused = seal_due_window(&mut conn, &scene.maker, scene.day(7, 0)).await;
    assert_eq!(rule_of(refused), "a_sealed_window_adds_up");
}

#[tokio::test]
async fn a_network_whose_recorders_are_busy_keeps_no_other_from_being_closed_and_sealed() {
    let scene = Scene::furnished().await;
    let mut recorder = scene.world.conn().await;
    recorder.batch_execute("BEGIN").await.unwrap();
    locks::share_networks(&recorder, &[1]).await.unwrap();
    let (told, failure) = scene
        .run_job_until_it_fails("close-windows", scene.day(7, 1))
        .await;
    let [closed, sealed] = ["closed", "sealed"].map(|done| format!("{done} {POLICE}"));
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with(&closed) && told[1].starts_with(&sealed),
        "{told:?}"
    );
    assert!(failure.unwrap().is_passing());
    recorder.batch_execute("COMMIT").await.unwrap();
    let told = scene.run_job("close-windows", scene.day(7, 2)).await;
    assert_eq!(told.len(), 14, "{told:?}");
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn a_network_that_cannot_be_settled_keeps_no_other_from_being_proposed() {
    let scene = Scene::furnished().await;
    let at = scene.day(7, 1);
    scene.run_job("close-windows", at).await;
    let mut settling = scene.world.conn().await;
    settling.batch_execute("BEGIN").await.unwrap();
    locks::take_chains(&mut settling, 1).await.unwrap();
    let mut conn = scene.world.conn().await;
    conn.batch_execute("SET lock_timeout = '100ms'").await.unwrap();
    let proposed = propose_due_settlement(&mut conn, &scene.maker, at).await;
    assert_eq!(proposed.unwrap().unwrap().network, POLICE);
    let busy = propose_due_settlement(&mut conn, &scene.maker, at).await;
    assert!(busy.unwrap_err().is_passing());
    settling.batch_execute("COMMIT").await.unwrap();
    let proposed = propose_due_settlement(&mut conn, &scene.maker, at).await;
    assert_eq!(proposed.unwrap().unwrap().network, PISHKHAN);
}

#[tokio::test]
async fn each_transaction_is_in_exactly_one_window_however_often_one_closes_beside() {
    const WRITERS: usize = 4;
    const WINDOWS: i64 = 300;
    let scene = Arc::new(Scene::furnished().await);
    // The day on which it is; it passes as fast as windows close, and writers never wait for it.
    let today = Arc::new(AtomicI64::new(0));
    let writers = (0..WRITERS).map(|writer| {
        let (scene, today) = (Arc::clone(&scene), Arc::clone(&today));
        tokio::spawn(async move { write_until_the_end(&scene, &today, writer, WINDOWS).await })
    });
    let writers: Vec<_> = writers.collect();
    let mut conn = scene.world.conn().await;
    for day in 1..=WINDOWS {
        today.store(day, Ordering::SeqCst);
        while !closed_now(&mut conn, &scene, day).await {}
    }
    let mut written = 0;
    for writer in writers {
        written += writer.await.unwrap();
    }
    let end = scene.day(WINDOWS + 1, 0);
    while scene.close(PISHKHAN, end).await.is_some() {}
    while scene.seal(PISHKHAN, end).await.unwrap().is_some() {}
    let sealed = scene
        .count("SELECT sum(transaction_count)::bigint AS count FROM window_seals")
        .await;
    assert_eq!(sealed, written);
    assert!(
        written >= WINDOWS,
        "only {written} were written beside {WINDOWS} closings"
    );
    scene.world.assert_sound().await;
}

async fn write_until_the_end(scene: &Scene, today: &AtomicI64, writer: usize, end: i64) -> i64 {
    let mut conn = scene.world.conn().await;
    let office = crate::scene::OFFICES[writer % 3];
    let mut written = 0;
    loop {
        let day = today.load(Ordering::SeqCst);
        let at = scene.day(day, 1);
        let reference = format!("{writer}-{written}");
        scene
            .book_with(&mut conn, at, &[Case::cash(office, "copy", &reference, at)])
            .await;
        written += 1;
        if day >= end {
            return written;
        }
    }
}

/// Tries once to close the window that has just ended; it may have to wait for recorders.
async fn closed_now(conn: &mut Connection, scene: &Scene, day: i64) -> bool {
    match close_next_window(conn, &scene.maker, scene.day(day, 0), PISHKHAN).await {
        Ok(closed) => i64::from(closed.unwrap().ordinal) == day,
        Err(Failure::Unavailable(_)) => false,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_database_itself_refuses_an_early_closing_and_any_edit() {
    let scene = Scene::furnished().await;
    scene.book_cash(0, "1001", "copy", "a").await;
    let mut conn = scene.world.conn().await;
    let early = "INSERT INTO window_closings SELECT id, ends_at - interval '1 microsecond', 1 FROM windows";
    let refused = conn.batch_execute(early).await.unwrap_err().to_string();
    assert!(refused.contains("does not end before its end"), "{refused}");
    for edit in [
        "UPDATE windows SET ends_at = ends_at + interval '1 day'",
        "DELETE FROM transactions",
    ] {
        scene.world.assert_refused(edit).await;
    }
    scene.world.assert_sound().await;
}

#[tokio::test]
async fn the_job_closes_then_seals_whatever_is_due_and_ends() {
    let scene = Scene::furnished().await;
    let told = scene.run_job("close-windows", scene.day(2, 1)).await;
    let day = |n| format!("{PISHKHAN} 2026-03-2{n}");
    assert_eq!(
        told,
        [
            format!("closed {}", day(1)),
            format!("closed {}", day(2)),
            format!("sealed {}", day(1)),
            format!("sealed {}", day(2))
        ]
    );
    scene.world.assert_sound().await;
}
