//! The PDF that a mail brings. Never here: builds without the feature `pdf`, which make none.

use daftar::domain::statement::Statement;
use daftar::host::mail::Mailer;
use daftar::usecases::reading::stock::count_stock;
use diesel::sql_types::{BigInt, Bytea, SmallInt};
use diesel_async::RunQueryDsl;

use super::{first_run, from_base64, installation, later_run, queue, send_mail, sender};
use crate::host::Folder;
use crate::scene::Scene;
use crate::settled::settled;

#[derive(diesel::QueryableByName)]
struct Kept {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Bytea)]
    canonical: Vec<u8>,
    #[diesel(sql_type = Bytea)]
    bytes: Vec<u8>,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = SmallInt)]
    attempts: i16,
}

#[tokio::test]
async fn a_statement_lies_in_the_mailbox_with_the_pdf_that_is_kept_for_ever() {
    let scene = Scene::furnished().await;
    settled(&scene).await;
    let mut conn = scene.world.conn().await;
    let folder = Folder::new();
    let mailer = Mailer::Mailbox {
        folder: folder.path().to_owned(),
    };
    queue(&mut conn, "reminded", "en").await;
    assert_eq!(
        send_mail(&scene.world, mailer.clone(), first_run).await,
        "3 accepted"
    );
    let stock = count_stock(&mut conn, &sender()).await.unwrap();
    assert_eq!(stock.mailed_statements, 2, "a reminder is no statement");
    let here = installation(&mut conn).await;
    let kept =
        "SELECT s.id, s.canonical, p.bytes FROM statement_pdfs p JOIN statements s ON s.id = p.statement_id";
    let kept: Vec<Kept> = diesel::sql_query(kept).load(&mut *conn).await.unwrap();
    assert_eq!(kept.len(), 2);
    for Kept { id, canonical, bytes } in kept {
        let statement = Statement::read(canonical).unwrap();
        let message_id = format!("statement-{id}.{here}@localhost");
        let mail = std::fs::read_to_string(folder.path().join(format!("{message_id}.eml"))).unwrap();
        assert!(mail.contains(&format!("Message-ID: <{message_id}>\r\n")));
        assert!(mail.contains(&format!("{}.pdf", statement.content().number)));
        assert!(bytes.starts_with(b"%PDF-"));
        assert_eq!(enclosed_pdf(&mail), bytes);
    }
    assert_eq!(
        send_mail(&scene.world, mailer, later_run).await,
        "no mail was due"
    );
    let count: Count = diesel::sql_query("SELECT count(*) AS count, max(attempts) AS attempts FROM outbox")
        .get_result(&mut *conn)
        .await
        .unwrap();
    assert_eq!((count.count, count.attempts), (3, 1));
}

/// The one part that is a PDF, out of its base64.
fn enclosed_pdf(mail: &str) -> Vec<u8> {
    let (_, part) = mail.split_once("Content-Type: application/pdf").unwrap();
    let (_, body) = part.split_once("\r\n\r\n").unwrap();
    let (body, _) = body.split_once("\r\n--").unwrap();
    from_base64(body)
}
