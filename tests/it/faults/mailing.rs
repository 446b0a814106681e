//! Senders of mail killed at their work: those after them leave no mail unsent, and send none under two names or with two contents.
//! Never here: what becomes of a mail that a server refuses (see `mail`).

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use daftar::domain::dice::Dice;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::settling::{WINDOWS, recorded};
use super::{assert_same, lines, one};
use crate::mail::queue;
use crate::serve::daftar;
use crate::smtp::SmtpServer;
use crate::world::World;

const REMINDERS: usize = 40;
const DEATHS: u32 = 4;
const DEATHS_OVER_STATEMENTS: u32 = 3;
const UNFINISHED: &str = "SELECT count(*)::text AS line FROM outbox WHERE finished_at IS NULL";

fn sender(world: &World, server: &SmtpServer) -> Child {
    let nowhere = std::env::temp_dir().join("daftar-nowhere");
    let mut command = Command::from(daftar(&nowhere, "jobs"));
    command
        .args(["run", "send-mail"])
        .env("DATABASE_URL", world.app_url().expose())
        .env("DAFTAR_SMTP_HOST", "127.0.0.1")
        .env("DAFTAR_SMTP_PORT", server.port().to_string())
        .env("DAFTAR_SMTP_TLS", "none")
        .stdout(std::process::Stdio::null())
        .kill_on_drop(true);
    command.spawn().unwrap()
}

/// What the dead had claimed is free again when its lease ends: mail, and the job's slot.
async fn leases_end(world: &World) {
    for lapse in [
        "UPDATE outbox SET lease_until = now() - interval '1 second' WHERE state = 'sending' RETURNING message_id AS line",
        "UPDATE job_runs SET lease_until = now() - interval '1 second' WHERE state = 'running' RETURNING job AS line",
    ] {
        lines(world, lapse).await;
    }
}

/// Every mail was accepted, and all copies of it that arrived are the same.
async fn assert_arrived(world: &World, server: &SmtpServer) {
    let mut arrived = 0;
    let mails = "SELECT concat_ws(' ', state, split_part(recipient, '@', 1), message_id) AS line FROM outbox";
    for mail in lines(world, mails).await {
        let [state, recipient, message_id] = mail.split(' ').collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(state, "accepted", "{mail}");
        let copies = server.received_by(recipient);
        let named = format!("Message-ID: <{message_id}>");
        let copies: Vec<_> = copies.iter().filter(|copy| copy.contains(&named)).collect();
        assert!(!copies.is_empty(), "{mail}");
        let distinct: BTreeSet<_> = copies.iter().collect();
        assert_eq!(distinct.len(), 1, "{mail} was sent with two contents");
        arrived += copies.len();
    }
    assert_eq!(arrived, server.count(), "a mail that is not in the outbox");
}

#[tokio::test]
async fn a_sender_killed_while_it_mails_leaves_no_mail_unsent_and_sends_none_twice_under_two_names() {
    let scene = recorded().await;
    scene.settle_day(1).await;
    let mut conn = scene.world.conn().await;
    for n in 0..REMINDERS {
        queue(&mut conn, &format!("reminded-{n}"), "fa").await;
    }
    drop(conn);
    let server = SmtpServer::start().await;
    let mut dice = Dice::new(20_260_325);
    let (mut deaths, mut target) = (0, 0);
    while one(&scene.world, UNFINISHED).await != "0" {
        target += usize::try_from(1 + dice.roll() % 9).unwrap();
        let mut sender = sender(&scene.world, &server);
        tokio::select! {
            ended = sender.wait() => assert!(ended.unwrap().success()),
            () = server.arrived(target), if deaths < DEATHS => {
                sender.kill().await.unwrap();
                deaths += 1;
                target = target.max(server.count());
            }
        }
        leases_end(&scene.world).await;
    }
    assert_eq!(deaths, DEATHS);
    assert_arrived(&scene.world, &server).await;
}

/// Sends all that is due, undisturbed.
async fn sent(world: &World, server: &SmtpServer) {
    while one(world, UNFINISHED).await != "0" {
        assert!(sender(world, server).wait().await.unwrap().success());
        leases_end(world).await;
    }
}

#[tokio::test]
async fn a_sender_killed_at_any_moment_over_statements_that_were_not_rendered_sends_the_papers_of_one_that_lived()
 {
    let scene = recorded().await;
    for day in 1..=WINDOWS {
        scene.settle_day(day).await;
    }
    let [disturbed, undisturbed] = scene.twins().await;
    let calm = SmtpServer::start().await;
    let began = Instant::now();
    sent(&undisturbed.world, &calm).await;
    let lasted = u64::try_from(began.elapsed().as_micros()).unwrap();

    let server = SmtpServer::start().await;
    let mut dice = Dice::new(20_260_326);
    let mut deaths = 0;
    for _ in 0..DEATHS_OVER_STATEMENTS {
        let mut sender = sender(&disturbed.world, &server);
        let moment = Duration::from_micros(dice.roll() % lasted);
        match timeout(moment, sender.wait()).await {
            Ok(ended) => assert!(ended.unwrap().success()),
            Err(_moment) => {
                sender.kill().await.unwrap();
                deaths += 1;
            }
        }
        leases_end(&disturbed.world).await;
    }
    assert!(deaths > 0, "it was never killed");
    sent(&disturbed.world, &server).await;
    assert_arrived(&disturbed.world, &server).await;
    let papers = "SELECT s.number || ' ' || encode(sha256(p.bytes), 'hex') AS line
        FROM statement_pdfs p JOIN statements s ON s.id = p.statement_id ORDER BY 1";
    let papers_of = async |world: &World| lines(world, papers).await;
    let expected = papers_of(&undisturbed.world).await;
    assert!(expected.len() > 3, "{expected:?}");
    assert_same(&papers_of(&disturbed.world).await, &expected);
}
