//! Why a figure is what it is, through the API: to those it concerns, and to nobody else.

use chrono::Duration;
use daftar::domain::originator::{Originator, Scope};
use daftar::domain::page::Asked;
use daftar::usecases::explain::{LineName, explain_statement_line};
use serde_json::Value;

use crate::api::Api;
use crate::scene::Scene;
use crate::verifying::{day, record, settled};

async fn id_of(scene: &Scene, reference: &str) -> i64 {
    let query =
        format!("SELECT batch_id * 16384 + line AS count FROM transactions WHERE reference = '{reference}'");
    scene.count(&query).await
}

async fn explained(scene: &Scene, reference: &str, lang: &str) -> Value {
    let api = Api::of(&scene.world, scene.day(0, 20));
    let token = api.token("auditor", Scope::Read, None).await;
    let path = format!(
        "/v1/transactions/{}/explanation?lang={lang}",
        id_of(scene, reference).await
    );
    api.get(&path, &token).await.json()
}

fn leg<'a>(explained: &'a Value, name: &str) -> &'a Value {
    let lines = explained["derivation"].as_array().unwrap();
    lines
        .iter()
        .find(|line| line["subject"] == "leg" && line["name"] == name)
        .unwrap()
}

#[actix_web::test]
async fn a_transaction_is_explained_down_to_clause_party_and_rounding_step() {
    let scene = Scene::furnished().await;
    record(&scene, &day(&scene), scene.began + Duration::hours(9)).await;
    let copy = explained(&scene, "copy-0", "en").await;
    assert_eq!(
        (copy["agrees"].as_bool(), copy["price"].as_i64()),
        (Some(true), Some(100_000))
    );
    assert_eq!(copy["instruments"][0]["clause"], "3");
    let wage = leg(&copy, "wage");
    assert_eq!(
        (wage["amount"].as_i64(), wage["party"].as_str()),
        (Some(67_900), Some("office-1001"))
    );
    let withheld = leg(&copy, "tax_withheld");
    assert_eq!(
        (withheld["amount"].as_i64(), withheld["instrument"].as_str()),
        (Some(2_100), Some("order"))
    );
    let duty = explained(&scene, "duty-1", "en").await;
    let lines = duty["derivation"].as_array().unwrap();
    let steps = lines.iter().flat_map(|line| line["steps"].as_array().unwrap());
    assert!(steps.clone().any(|step| step["rounding"].is_string()), "{duty}");
    let persian = explained(&scene, "copy-0", "fa").await;
    assert!(
        leg(&persian, "wage")["text"].as_str().unwrap().contains('۶'),
        "{persian}"
    );
}

#[actix_web::test]
async fn a_refund_is_explained_term_by_term_from_what_was_taken_before() {
    let scene = Scene::furnished().await;
    record(&scene, &day(&scene), scene.began + Duration::hours(9)).await;
    let second = explained(&scene, "back-2", "en").await;
    let refund = &second["refund"];
    assert_eq!(
        (second["agrees"].as_bool(), refund["ordinal"].as_i64()),
        (Some(true), Some(2))
    );
    let legs = refund["legs"].as_array().unwrap();
    let taken: i64 = legs.iter().map(|leg| leg["taken"].as_i64().unwrap()).sum();
    assert_eq!(taken, 500_000);
    let text = legs[1]["text"].as_str().unwrap();
    assert!(
        text.starts_with("(500,000 + 500,000) × 37,500 ÷ 1,476,112 − 12,702 = "),
        "{text}"
    );
    let whole = explained(&scene, "back-all", "en").await;
    assert_eq!(
        (whole["agrees"].as_bool(), whole["refund"]["ordinal"].as_i64()),
        (Some(true), None)
    );
}

#[actix_web::test]
async fn a_held_transaction_says_since_when_and_somebody_elses_is_not_found() {
    let scene = settled().await;
    let held = explained(&scene, "copy-0", "en").await;
    assert_eq!(held["held"]["until"], "reinstatement");
    assert_eq!(explained(&scene, "copy-1", "en").await["held"], Value::Null);
    let api = Api::of(&scene.world, scene.day(2, 20));
    let stranger = api.token("owner-1003", Scope::Read, Some("office-1003")).await;
    let path = format!("/v1/transactions/{}/explanation", id_of(&scene, "copy-0").await);
    assert_eq!(api.get(&path, &stranger).await.status, 404);
}

#[actix_web::test]
async fn a_line_of_a_statement_is_count_times_allocation_and_lists_its_transactions() {
    let scene = settled().await;
    let mut conn = scene.world.conn().await;
    let asked = Asked { after: None, rows: 1 };
    let line: LineName = "pishkhan-office-1002-IRR-0001:passport".parse().unwrap();
    let explained = explain_statement_line(&mut conn, &Originator::host(), &line, &asked)
        .await
        .unwrap();
    assert!(explained.agrees && explained.totals.len() >= 4, "{explained:?}");
    let wage = explained
        .groups
        .iter()
        .find(|group| group.component == "wage" && group.kind == "original");
    let wage = wage.unwrap();
    assert_eq!(
        (wage.count, wage.each.minor(), wage.amount.minor()),
        (1, 428_612, 428_612)
    );
    let rest = Asked {
        after: explained.next_after,
        rows: 10,
    };
    let next = explain_statement_line(&mut conn, &Originator::host(), &line, &rest)
        .await
        .unwrap();
    let references: Vec<_> = explained
        .transactions
        .iter()
        .chain(&next.transactions)
        .map(|t| t.reference.as_str())
        .collect();
    assert_eq!(
        (references, next.next_after),
        (vec!["passport-1", "back-all"], None)
    );
}

#[actix_web::test]
async fn every_line_of_every_statement_comes_out_as_it_was_stated() {
    let scene = settled().await;
    let mut conn = scene.world.conn().await;
    let asked = Asked { after: None, rows: 1 };
    let lines = scene.lines_of_statements().await;
    assert!(lines.len() > 20);
    for line in lines {
        let line: LineName = line.parse().unwrap();
        let explained = explain_statement_line(&mut conn, &Originator::host(), &line, &asked)
            .await
            .unwrap();
        assert!(explained.agrees, "{line:?}: {:?}", explained.totals);
    }
}

impl Scene {
    /// `NUMBER:SERVICE` of everything that a statement states.
    async fn lines_of_statements(&self) -> Vec<String> {
        use daftar::domain::statement::Statement;
        use diesel_async::RunQueryDsl;
        #[derive(diesel::QueryableByName)]
        struct Bytes {
            #[diesel(sql_type = diesel::sql_types::Binary)]
            canonical: Vec<u8>,
        }
        let all: Vec<Bytes> = diesel::sql_query("SELECT canonical FROM statements")
            .load(&mut *self.world.conn().await)
            .await
            .unwrap();
        let mut lines = Vec::new();
        for one in all {
            let statement = Statement::read(one.canonical).unwrap();
            let content = statement.content();
            let earlier = content.earlier.iter().map(|earlier| &earlier.total);
            lines.extend(
                content
                    .services
                    .iter()
                    .chain(earlier)
                    .map(|total| format!("{}:{}", content.number, total.service.code)),
            );
        }
        lines.sort();
        lines.dedup();
        lines
    }
}
