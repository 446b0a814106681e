//! The login at the mail server, as the program's settings say it: taken or refused, and its password told to nobody else.

use std::process::Output;

use daftar::domain::originator::Scope;
use diesel_async::SimpleAsyncConnection;

use crate::api::Api;
use crate::certified::fate;
use crate::host::Folder;
use crate::mail::queue;
use crate::scene::{BEGAN, Scene, at};
use crate::serve::daftar;
use crate::smtp::{Account, SmtpServer};
use crate::world::World;

const ACCOUNT: Account = Account {
    user: "daftar",
    password: "correct horse",
};
const MISTYPED: &str = "correct house";
/// Both passwords as they stand, and within what `AUTH PLAIN` makes of them.
const SECRETS: [&str; 4] = [
    ACCOUNT.password,
    MISTYPED,
    "AGRhZnRhcgBjb3JyZWN0IGhvcnNl",
    "AGRhZnRhcgBjb3JyZWN0IGhvdXNl",
];

/// Runs the job as the program does, which logs whatever it has to say.
async fn send_mail(world: &World, server: &SmtpServer, password: &'static str) -> Output {
    let folder = Folder::new();
    let mut command = daftar(folder.path(), "jobs");
    command
        .args(["run", "send-mail"])
        .env("DATABASE_URL", world.app_url().expose())
        .env("DAFTAR_LOG", "trace")
        .env("DAFTAR_SMTP_HOST", "127.0.0.1")
        .env("DAFTAR_SMTP_PORT", server.port().to_string())
        .env("DAFTAR_SMTP_TLS", "none")
        .env("DAFTAR_SMTP_USER", ACCOUNT.user)
        .env("DAFTAR_SMTP_PASSWORD", password);
    let ran = tokio::task::spawn_blocking(move || command.output().unwrap());
    let ran = ran.await.unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    ran
}

fn assert_tells_no_password(what: &str, text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{what} tells `{secret}`");
    }
}

#[actix_web::test]
async fn mail_waits_while_its_login_is_refused_and_goes_out_once_the_password_is_right_which_nothing_tells() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    queue(&mut conn, "office", "en").await;
    let server = SmtpServer::of_account(ACCOUNT).await;
    let api = Api::of(&scene.world, at(BEGAN));
    let reader = api.token("reader", Scope::Finance, None).await;

    let refused = send_mail(&scene.world, &server, MISTYPED).await;
    let waiting = fate(&mut conn, "office").await;
    assert_eq!(
        waiting.state, "queued",
        "a wrong password is not the mail's fault"
    );
    assert!(
        waiting.last_answer.contains("(535): 5.7.8 who are you"),
        "{waiting:?}"
    );
    assert_eq!(server.count(), 0);
    let told = api.get("/v1/outbox", &reader).await.text();
    assert!(told.contains("who are you"), "{told}");

    conn.batch_execute("UPDATE outbox SET next_attempt_at = queued_at")
        .await
        .unwrap();
    let taken = send_mail(&scene.world, &server, ACCOUNT.password).await;
    let sent = fate(&mut conn, "office").await;
    assert_eq!(
        (sent.state.as_str(), sent.last_answer.as_str()),
        ("accepted", "250 queued")
    );
    assert_eq!(server.received_by("office").len(), 1);

    for ran in [&refused, &taken] {
        let log = String::from_utf8_lossy(&ran.stderr);
        assert!(log.contains("a mail was tried"), "{log}");
        assert_tells_no_password("the log", &log);
        assert_tells_no_password("what the program says", &String::from_utf8_lossy(&ran.stdout));
    }
    assert_tells_no_password("the answer", &told);
    assert_tells_no_password("a row", &scene.world.data_dump());
}
