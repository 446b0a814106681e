//! The outbox and the job that empties it: every mail comes to its state, none is lost, none holds up the others.

#[cfg(feature = "pdf")]
mod enclosed;

use std::sync::Arc;

use actix_web::http::StatusCode;
use chrono::{DateTime, Duration, Utc};
use daftar::domain::originator::{Originator, Scope};
use daftar::domain::outbox::{Answer, MailState};
use daftar::domain::timetable::Job;
use daftar::host::mail::Mailer;
use daftar::jobs::files::timetable;
use daftar::jobs::follow::run_now;
use daftar::jobs::{Jobs, Signal, never_stopped, worker_name};
use daftar::usecases::Failure;
use daftar::usecases::claim_mail::claim_mail;
use daftar::usecases::finish_mail::finish_mail;
use daftar::usecases::finish_slot::Outcome;
use daftar::usecases::leave_mail::leave_mail;
use daftar::usecases::queue_mail_again::{Wanted, queue_mail_again};
use daftar::usecases::register::licence::LicenceEventKind;
use daftar::usecases::remind_licence_expiry::remind_licence_expiry;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::api::Api;
use crate::scene::{Scene, at};
use crate::smtp::{
    DROPPED_AFTER_THE_DOT, DROPPED_BEFORE_THE_DOT, HANGS, REFUSED_FOR_GOOD, REFUSED_FOR_NOW, SmtpServer,
};
use crate::world::World;

fn first_run() -> DateTime<Utc> {
    at("2026-03-23T06:00:00Z")
}

fn later_run() -> DateTime<Utc> {
    at("2026-03-23T07:00:00Z")
}

#[derive(Debug, diesel::QueryableByName)]
struct Mail {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Text)]
    last_answer: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    finished_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    next_attempt_at: DateTime<Utc>,
}

/// A reminder of a licence in this language to this recipient.
pub async fn queue(conn: &mut AsyncPgConnection, recipient: &str, language: &str) {
    queue_as(conn, recipient, language, "$1 || '@daftar'").await;
}

async fn queue_as(conn: &mut AsyncPgConnection, recipient: &str, language: &str, message_id: &str) {
    let queue = format!(
        "INSERT INTO outbox (licence_id, kind, recipient, language, message_id, cause_key, queued_at, next_attempt_at) \
         SELECT min(id), 'licence_expiry', $1 || '@example.ir', $2, {message_id}, 'test:' || $1, $3, $3 FROM licences"
    );
    diesel::sql_query(queue)
        .bind::<Text, _>(recipient)
        .bind::<Text, _>(language)
        .bind::<Timestamptz, _>(first_run() - Duration::minutes(1))
        .execute(conn)
        .await
        .unwrap();
}

async fn mail_to(conn: &mut AsyncPgConnection, recipient: &str) -> Mail {
    let find = "SELECT id, state, attempts::integer AS attempts, last_answer, finished_at, next_attempt_at FROM outbox \
        WHERE split_part(recipient, '@', 1) = $1";
    diesel::sql_query(find)
        .bind::<Text, _>(recipient)
        .get_result(conn)
        .await
        .unwrap()
}

/// Runs the job once; what it says came of it.
async fn send_mail(world: &World, mailer: Mailer, clock: fn() -> DateTime<Utc>) -> String {
    let (jobs, job) = sending(world, mailer, clock).await;
    told_by(run_now(&jobs, &job, &never_stopped()).await.unwrap())
}

/// A worker, and the job that it runs.
async fn sending(world: &World, mailer: Mailer, clock: fn() -> DateTime<Utc>) -> (Arc<Jobs>, Job) {
    let jobs = Arc::new(Jobs {
        pool: world.pool().clone(),
        clock,
        timetable: timetable(None).unwrap(),
        worker: worker_name("test"),
        mailer,
    });
    jobs.register().await.unwrap();
    let job = jobs.timetable.job("send-mail").unwrap().clone();
    (jobs, job)
}

fn told_by(outcome: Outcome) -> String {
    match outcome {
        Outcome::Succeeded(told) => told,
        Outcome::Failed(reason) | Outcome::Stopped(reason) => panic!("{reason}"),
    }
}

fn sender() -> Originator {
    Originator {
        scope: Scope::Finance,
        ..Originator::host()
    }
}

#[tokio::test]
async fn each_mail_comes_to_its_own_state_and_a_later_run_sends_again_what_may_not_have_arrived() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    let arriving: Vec<String> = (0..30).map(|n| format!("office-{n}")).collect();
    let troubled = [
        REFUSED_FOR_GOOD,
        REFUSED_FOR_NOW,
        HANGS,
        DROPPED_BEFORE_THE_DOT,
        DROPPED_AFTER_THE_DOT,
    ];
    for recipient in troubled.into_iter().chain(arriving.iter().map(String::as_str)) {
        queue(&mut conn, recipient, "fa").await;
    }
    let server = SmtpServer::start().await;
    let told = send_mail(&scene.world, server.mailer(), first_run).await;
    assert_eq!(told, "30 accepted, 1 failed, 3 queued, 1 unknown");
    for recipient in &arriving {
        assert_eq!(server.received_by(recipient).len(), 1);
    }
    let failed = mail_to(&mut conn, REFUSED_FOR_GOOD).await;
    assert_eq!(
        (failed.state.as_str(), failed.finished_at),
        ("failed", Some(first_run()))
    );
    assert!(failed.last_answer.contains("no such office"), "{failed:?}");
    for recipient in [REFUSED_FOR_NOW, HANGS, DROPPED_BEFORE_THE_DOT] {
        let mail = mail_to(&mut conn, recipient).await;
        assert_eq!(
            (mail.state.as_str(), mail.finished_at),
            ("queued", None),
            "{recipient}"
        );
        assert_eq!(
            mail.next_attempt_at,
            first_run() + Duration::minutes(1),
            "{recipient}"
        );
    }
    let unknown = mail_to(&mut conn, DROPPED_AFTER_THE_DOT).await;
    assert_eq!((unknown.state.as_str(), unknown.attempts), ("unknown", 1));

    let healthy = std::env::temp_dir().join(format!("daftar-mailbox-{}", uuid::Uuid::new_v4()));
    let told = send_mail(
        &scene.world,
        Mailer::Mailbox {
            folder: healthy.clone(),
        },
        later_run,
    )
    .await;
    assert_eq!(told, "4 accepted");
    let again = std::fs::read_to_string(healthy.join("dropped-after@daftar.eml")).unwrap();
    let first = server.received_by(DROPPED_AFTER_THE_DOT).pop().unwrap();
    assert_eq!(
        again.replace("\r\n", "\n").trim_end(),
        first.trim_end(),
        "the same mail, under the same Message-ID"
    );
    assert!(first.contains("Message-ID: <dropped-after@daftar>"));
    assert_eq!(mail_to(&mut conn, REFUSED_FOR_GOOD).await.attempts, 1);
    std::fs::remove_dir_all(healthy).unwrap();
}

#[actix_web::test]
async fn mail_that_was_given_up_is_queued_again_by_a_person_under_its_message_id_and_no_other_mail_is() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    queue(&mut conn, REFUSED_FOR_GOOD, "fa").await;
    queue(&mut conn, "arriving", "en").await;
    // Of unknown fate, and tried again by itself: it was not given up.
    queue(&mut conn, DROPPED_AFTER_THE_DOT, "fa").await;
    let server = SmtpServer::start().await;
    send_mail(&scene.world, server.mailer(), first_run).await;
    let (failed, accepted) = (
        mail_to(&mut conn, REFUSED_FOR_GOOD).await.id,
        mail_to(&mut conn, "arriving").await.id,
    );
    let again = async |by: &Originator, wanted: Wanted| {
        let mut conn = scene.world.conn().await;
        queue_mail_again(&mut conn, by, later_run(), &wanted).await
    };
    let refused = again(&scene.counters, Wanted::Named(vec![failed])).await;
    assert!(matches!(refused, Err(Failure::Forbidden(_))), "{refused:?}");
    for (ids, told) in [
        (vec![failed, accepted], format!("mail {accepted} was accepted")),
        (vec![failed, 999], "mail 999".to_owned()),
    ] {
        let refused = again(&scene.checker, Wanted::Named(ids)).await.unwrap_err();
        assert!(refused.to_string().contains(&told), "{refused}");
        assert_eq!(mail_to(&mut conn, REFUSED_FOR_GOOD).await.state, "failed");
    }
    let api = Api::of(&scene.world, later_run());
    let reader = api.token("reader", Scope::Read, None).await;
    let decider = api.token("decider", Scope::Finance, None).await;
    let post = async |token: &str, body: Value| api.post("/v1/outbox/queue", &body, token).await;
    let refused = post(&reader, json!({ "state": "failed" })).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    for (body, queued) in [
        (json!({ "state": "unknown" }), 0),
        (json!({ "state": "failed" }), 1),
    ] {
        let answer = post(&decider, body).await.json();
        assert_eq!(answer, json!({ "queued": queued, "left": 0 }));
    }
    let listed = api.get("/v1/outbox?state=queued", &reader).await.json();
    assert_eq!(
        (&listed["items"][0]["id"], &listed["items"][0]["queued_again_by"]),
        (&json!(failed), &json!("decider"))
    );
    let queued = mail_to(&mut conn, REFUSED_FOR_GOOD).await;
    assert_eq!(
        (queued.state.as_str(), queued.attempts, queued.next_attempt_at),
        ("queued", 0, later_run())
    );
    let refused = again(&scene.checker, Wanted::Named(vec![failed]))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("tried again by itself"), "{refused}");

    let folder = std::env::temp_dir().join(format!("daftar-mailbox-{}", uuid::Uuid::new_v4()));
    let mailbox = Mailer::Mailbox {
        folder: folder.clone(),
    };
    let told = send_mail(&scene.world, mailbox, later_run).await;
    assert_eq!(told, "2 accepted");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    let sent = [DROPPED_AFTER_THE_DOT, REFUSED_FOR_GOOD].map(|to| format!("{to}@daftar.eml"));
    assert_eq!(names, sent);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_mail_that_cannot_be_written_is_put_off_and_holds_up_nobody() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    queue(&mut conn, "broken", "klingon").await;
    queue(&mut conn, "sound", "en").await;
    let server = SmtpServer::start().await;
    assert_eq!(
        send_mail(&scene.world, server.mailer(), first_run).await,
        "1 accepted, 1 queued"
    );
    let broken = mail_to(&mut conn, "broken").await;
    assert!(broken.last_answer.contains("klingon"), "{broken:?}");
    assert_eq!(server.received_by("sound").len(), 1);
}

#[tokio::test]
async fn a_reminder_names_the_licensee_who_was_known_when_it_was_queued() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    queue(&mut conn, "former", "en").await;
    scene.hand_over("office-1003", first_run()).await;
    let server = SmtpServer::start().await;
    assert_eq!(
        send_mail(&scene.world, server.mailer(), later_run).await,
        "1 accepted"
    );
    let mail = server.received_by("former").pop().unwrap();
    assert!(
        mail.contains("Party office-1001") && !mail.contains("Party office-1003"),
        "{mail}"
    );
}

#[tokio::test]
async fn a_licence_that_was_taken_away_is_reminded_of_again_once_it_is_reinstated() {
    let scene = Scene::furnished().await;
    let ends = scene.began + Duration::days(5 * 365 - 400);
    let [revoked, reinstated] = [25, 20].map(|days| ends - Duration::days(days));
    let remind = async |at| {
        let mut conn = scene.world.conn().await;
        remind_licence_expiry(&mut conn, &sender(), at).await.unwrap()
    };
    scene.befall(LicenceEventKind::Revoked, revoked, revoked).await;
    assert_eq!(remind(revoked).await, 3, "of four licences");
    scene
        .befall(
            LicenceEventKind::Reinstated,
            reinstated,
            revoked + Duration::hours(1),
        )
        .await;
    let just_before = reinstated - Duration::microseconds(1);
    assert_eq!((remind(just_before).await, remind(reinstated).await), (0, 1));
}

#[tokio::test]
async fn a_worker_that_was_frozen_past_its_lease_writes_nothing_down() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    queue(&mut conn, "office", "fa").await;
    let by = sender();
    let frozen = claim_mail(&mut conn, &by, first_run(), "example.ir")
        .await
        .unwrap()
        .pop()
        .unwrap();
    let within_lease = first_run() + Duration::minutes(14);
    assert!(
        claim_mail(&mut conn, &by, within_lease, "example.ir")
            .await
            .unwrap()
            .is_empty()
    );
    let awake = claim_mail(&mut conn, &by, first_run() + Duration::minutes(15), "example.ir")
        .await
        .unwrap()
        .pop()
        .unwrap();
    let accepted = Answer::Accepted {
        reply: "250 ok".to_owned(),
    };
    let refused = finish_mail(&mut conn, &by, later_run(), &frozen, &accepted)
        .await
        .unwrap_err();
    assert!(matches!(refused, Failure::Conflict { rule, .. } if rule == "a_lapsed_lease_commits_nothing"));
    assert_eq!(mail_to(&mut conn, "office").await.state, "sending");
    finish_mail(&mut conn, &by, later_run(), &awake, &accepted)
        .await
        .unwrap();
    assert_eq!(mail_to(&mut conn, "office").await.state, "accepted");
}

#[tokio::test]
async fn a_message_id_is_this_installations_and_keeps_the_domain_of_its_first_claim() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    queue_as(&mut conn, "office", "fa", "'licence-1-30.' || installation()").await;
    let mut ids = Vec::new();
    for (run, domain) in [(first_run(), "example.ir"), (later_run(), "moved.example")] {
        ids.push(
            claim_mail(&mut conn, &sender(), run, domain)
                .await
                .unwrap()
                .remove(0)
                .message_id,
        );
    }
    let here = installation(&mut conn).await;
    assert_eq!(ids, [format!("licence-1-30.{here}@example.ir"), ids[0].clone()]);
    let another = World::new().await;
    assert_ne!(here, installation(&mut *another.conn().await).await);
}

#[derive(diesel::QueryableByName)]
struct Installation {
    #[diesel(sql_type = Text)]
    installation: String,
}

async fn installation(conn: &mut AsyncPgConnection) -> String {
    let here = diesel::sql_query("SELECT installation()");
    here.get_result::<Installation>(conn).await.unwrap().installation
}

#[tokio::test]
async fn a_mail_whose_senders_always_die_ends_as_unknown() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    queue(&mut conn, "deadly", "fa").await;
    for attempt in 0..8 {
        let at = first_run() - Duration::days(1) + Duration::hours(attempt);
        diesel::sql_query("UPDATE outbox SET next_attempt_at = $1")
            .bind::<Timestamptz, _>(at)
            .execute(&mut *conn)
            .await
            .unwrap();
        assert_eq!(
            claim_mail(&mut conn, &sender(), at, "example.ir")
                .await
                .unwrap()
                .len(),
            1
        );
    }
    let server = SmtpServer::start().await;
    assert_eq!(
        send_mail(&scene.world, server.mailer(), first_run).await,
        "1 unknown"
    );
    assert!(mail_to(&mut conn, "deadly").await.finished_at.is_some());
    assert!(server.received_by("deadly").is_empty());
}

#[tokio::test]
async fn several_senders_at_once_send_each_mail_once() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    for n in 0..90 {
        queue(&mut conn, &format!("office-{n}"), "fa").await;
    }
    drop(conn);
    let server = SmtpServer::start().await;
    let (jobs, one) = sending(&scene.world, server.mailer(), first_run).await;
    // A job never overlaps itself.
    let other = Job {
        name: "send-more-mail".to_owned(),
        ..one.clone()
    };
    let heard = never_stopped();
    let (sent, sent_too) = tokio::join!(run_now(&jobs, &one, &heard), run_now(&jobs, &other, &heard));
    for outcome in [sent, sent_too] {
        told_by(outcome.unwrap());
    }
    for n in 0..90 {
        assert_eq!(server.received_by(&format!("office-{n}")).len(), 1, "office-{n}");
    }
}

#[tokio::test]
async fn a_sender_that_is_stopped_begins_no_other_mail_and_gives_back_what_it_had_claimed() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    for n in 0..90 {
        queue(&mut conn, &format!("office-{n}"), "fa").await;
    }
    let server = SmtpServer::start().await;
    let (jobs, job) = sending(&scene.world, server.mailer(), first_run).await;
    let (signal, heard) = watch::channel(Signal::Tick(0));
    let running = tokio::spawn(async move { run_now(&jobs, &job, &heard).await });
    server.arrived(1).await;
    signal.send_replace(Signal::Stop);
    let Outcome::Stopped(told) = running.await.unwrap().unwrap() else {
        panic!("there was more to send");
    };
    let sent = server.count();
    assert!(sent < 40, "{sent} of the first 40 were sent all the same");
    assert!(
        told.starts_with(&format!("its worker stopped after: {sent} accepted; ")),
        "{told}"
    );
    let untouched =
        "SELECT count(*) FROM outbox WHERE state = 'queued' AND attempts = 0 AND finished_at IS NULL";
    assert_eq!(scene.count(untouched).await, 90 - i64::try_from(sent).unwrap());
    let given_back = "SELECT count(*) FROM job_runs WHERE state = 'lapsed' AND attempts = 0";
    assert_eq!(scene.count(given_back).await, 1);

    send_mail(&scene.world, server.mailer(), later_run).await;
    for n in 0..90 {
        assert_eq!(server.received_by(&format!("office-{n}")).len(), 1, "office-{n}");
    }
}

#[tokio::test]
async fn a_mail_that_was_claimed_and_never_begun_loses_no_attempt_and_comes_into_no_doubt() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    queue(&mut conn, "office", "fa").await;
    let by = sender();
    let mut now = first_run();
    for _ in 0..10 {
        let claimed = claim_mail(&mut conn, &by, now, "example.ir")
            .await
            .unwrap()
            .remove(0);
        assert_eq!((claimed.attempts, claimed.claimed_from), (1, MailState::Queued));
        leave_mail(&mut conn, &by, now, &claimed).await.unwrap();
        now += Duration::minutes(1);
    }
    let silent = claim_mail(&mut conn, &by, now, "example.ir")
        .await
        .unwrap()
        .remove(0);
    now += Duration::minutes(15);
    let claimed = claim_mail(&mut conn, &by, now, "example.ir")
        .await
        .unwrap()
        .remove(0);
    let refused = leave_mail(&mut conn, &by, now, &silent).await.unwrap_err();
    assert_eq!(refused.rule(), Some("a_lapsed_lease_commits_nothing"));
    // Whoever was silent may have sent it, and that stays so.
    leave_mail(&mut conn, &by, now, &claimed).await.unwrap();
    now += Duration::minutes(1);
    let claimed = claim_mail(&mut conn, &by, now, "example.ir")
        .await
        .unwrap()
        .remove(0);
    assert_eq!((claimed.attempts, claimed.claimed_from), (2, MailState::Sending));
}

#[tokio::test]
async fn a_mail_that_may_have_arrived_at_its_last_attempt_is_sent_once_more() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    queue(&mut conn, DROPPED_AFTER_THE_DOT, "fa").await;
    let spent = "UPDATE outbox SET attempts = 7";
    conn.batch_execute(spent).await.unwrap();
    let server = SmtpServer::start().await;
    let runs: [(Clock, bool); 2] = [(first_run, false), (days_later, true)];
    for (clock, is_over) in runs {
        assert_eq!(send_mail(&scene.world, server.mailer(), clock).await, "1 unknown");
        let mail = mail_to(&mut conn, DROPPED_AFTER_THE_DOT).await;
        assert_eq!(mail.finished_at.is_some(), is_over, "{mail:?}");
        assert!(!mail.last_answer.contains("never said"), "{mail:?}");
    }
    assert_eq!(server.received_by(DROPPED_AFTER_THE_DOT).len(), 2);
}

type Clock = fn() -> DateTime<Utc>;

fn days_later() -> DateTime<Utc> {
    first_run() + Duration::days(2)
}

pub fn from_base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for sextet in text
        .bytes()
        .filter_map(|b| ALPHABET.iter().position(|known| *known == b))
    {
        held = (held << 6) | u32::try_from(sextet).unwrap();
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xFF).unwrap());
        }
    }
    bytes
}
