//! Why a figure is what it is, through the API: to those it concerns, and to nobody else.

use chrono::Duration;
use daftar::domain::language::Language;
use daftar::domain::originator::{Originator, Scope};
use daftar::domain::page::Asked;
use daftar::domain::statement::{ALL_SERVICES, Coded, FORMAT_WITHOUT_COUNTS, Statement};
use daftar::domain::transaction::Holder;
use daftar::usecases::explain::{LineName, explain_statement_line};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde_json::Value;

use crate::api::Api;
use crate::counter::Case;
use crate::scene::Scene;
use crate::verifying::{day, record, refund, settled};

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
async fn a_line_of_refunds_is_explained_down_to_what_each_takes_of_each_term() {
    let scene = Scene::furnished().await;
    record(&scene, &day(&scene), scene.began + Duration::hours(9)).await;
    scene.settle_day(1).await;
    let mut conn = scene.world.conn().await;
    let asked = Asked::first(1);
    let line: LineName = "pishkhan-office-1001-IRR-0001:passport".parse().unwrap();
    let explained = explain_statement_line(&mut conn, &Originator::host(), &line, &asked, Language::En)
        .await
        .unwrap();
    let refunds = explained
        .allocations
        .iter()
        .filter_map(|told| told.refund.as_ref());
    let ordinals: Vec<_> = refunds.clone().map(|refund| refund.ordinal).collect();
    assert!(
        ordinals.contains(&Some(1)) && ordinals.contains(&Some(2)),
        "{ordinals:?}"
    );
    assert!(
        refunds
            .flat_map(|refund| &refund.legs)
            .any(|leg| leg.text.contains("÷ 1,476,112"))
    );
    assert!(explained.agrees);
}

#[actix_web::test]
async fn a_bill_is_explained_with_its_principal_and_a_refund_names_the_originals_parties() {
    let scene = Scene::furnished().await;
    record(&scene, &day(&scene), scene.began + Duration::hours(9)).await;
    let api = Api::of(&scene.world, scene.day(0, 20));
    let token = api.token("auditor", Scope::Read, None).await;
    let found = api
        .get("/v1/transactions?office=1001&reference=bill", &token)
        .await;
    let id = found.items()[0]["id"].as_i64().unwrap();
    let bill = api
        .get(&format!("/v1/transactions/{id}/explanation"), &token)
        .await
        .json();
    assert_eq!(
        (
            bill["principal"]["amount"].as_i64(),
            bill["principal"]["party"].as_str()
        ),
        (Some(250_000), Some("identity"))
    );
    let given_centrally = daftar::domain::transaction::Submitted {
        holder: Holder::Central,
        ..refund(&scene, "1003", "passport-2", "back-central", 500_000)
    };
    record(&scene, &[given_centrally], scene.began + Duration::hours(10)).await;
    let back = explained(&scene, "back-central", "en").await;
    assert_eq!(
        back["transaction"]["sources"][0]["party"], "central",
        "who gives it back"
    );
    let lines = back["derivation"].as_array().unwrap();
    let source = lines.iter().find(|line| line["subject"] == "source").unwrap();
    assert_eq!(source["party"], "office-1003", "who took it");
}

#[actix_web::test]
async fn explanations_speak_as_the_query_says_else_as_is_accepted_else_english() {
    let scene = Scene::furnished().await;
    record(&scene, &day(&scene), scene.began + Duration::hours(9)).await;
    let api = Api::of(&scene.world, scene.day(0, 20));
    let token = api.token("auditor", Scope::Read, None).await;
    let path = format!("/v1/transactions/{}/explanation", id_of(&scene, "copy-0").await);
    let is_persian = |said: &Value| leg(said, "wage")["text"].as_str().unwrap().contains('۶');
    assert!(!is_persian(&api.get(&path, &token).await.json()));
    let accepting = api.get_accepting(&path, "fa-IR,en;q=0.5", &token).await.json();
    assert!(is_persian(&accepting));
    let named = api
        .get_accepting(&format!("{path}?lang=en"), "fa", &token)
        .await
        .json();
    assert!(!is_persian(&named));
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
    let asked = Asked::first(1);
    let line: LineName = "pishkhan-office-1002-IRR-0001:passport".parse().unwrap();
    let explained = explain_statement_line(&mut conn, &Originator::host(), &line, &asked, Language::En)
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
    let wages = explained
        .allocations
        .iter()
        .find(|told| told.allocation == wage.allocation)
        .unwrap();
    let derived = wages
        .answer
        .derivation
        .iter()
        .find(|line| line.name == "wage")
        .unwrap();
    assert_eq!(
        (derived.amount.minor(), derived.instrument.as_deref()),
        (428_612, Some("order"))
    );
    assert!(
        derived.text.contains("1,476,112 − identity_code 10,000"),
        "{}",
        derived.text
    );
    assert_eq!(wages.answer.instruments[0].clause.as_deref(), Some("3"));
}

#[actix_web::test]
async fn the_transactions_behind_a_line_are_paged_by_the_link_to_the_next() {
    let scene = settled().await;
    let api = Api::of(&scene.world, scene.day(2, 20));
    let token = api.token("auditor", Scope::Read, None).await;
    let line = "/v1/statements/pishkhan-office-1002-IRR-0001/lines/passport/explanation";
    let first = api.get(&format!("{line}?limit=1"), &token).await.json();
    let next = api.get(first["next"].as_str().unwrap(), &token).await.json();
    let reference = |page: &Value| page["transactions"][0]["reference"].clone();
    assert_eq!([reference(&first), reference(&next)], ["passport-1", "back-all"]);
    assert_eq!(next["next"], Value::Null);
}

/// More different shares than are told one by one: each total is summed over all of them all the same.
#[actix_web::test]
async fn a_line_of_very_many_different_shares_sums_all_and_tells_the_greatest_of_each_total() {
    let scene = Scene::furnished().await;
    let references: Vec<String> = (0..230).map(|n| format!("d-{n}")).collect();
    let cases: Vec<Case<'_>> = references
        .iter()
        .zip(100..)
        .map(|(reference, n)| Case {
            amount: Some(10_000 * n),
            ..Case::cash("1001", "duty", reference, scene.day(0, 2))
        })
        .collect();
    scene.book(scene.day(0, 3), &cases).await;
    let back = Case {
        takes_back: Some("d-0"),
        ..Case::cash("1001", "duty", "d-0-back", scene.day(0, 4))
    };
    scene.book(scene.day(0, 5), &[back]).await;
    scene.settle_day(1).await;
    let mut conn = scene.world.conn().await;
    let line: LineName = "pishkhan-office-1001-IRR-0001:duty".parse().unwrap();
    let explained = explain_statement_line(
        &mut conn,
        &Originator::host(),
        &line,
        &Asked::first(1),
        Language::En,
    )
    .await
    .unwrap();
    assert!(
        explained.agrees && explained.more_groups,
        "{:?}",
        explained.totals
    );
    for total in &explained.totals {
        assert_eq!(total.stated, total.summed, "{total:?}");
        assert!(
            explained.groups.iter().any(|group| total.sums(group)),
            "{total:?}"
        );
    }
    let earned = explained
        .totals
        .iter()
        .find(|total| total.side == "earned" && total.kind == "original");
    let whole: i64 = scene
        .count(
            "SELECT sum(a.leg_amounts[array_position(a.leg_terms, m.ordinal)])::bigint AS count \
               FROM transactions t JOIN allocations a ON a.id = t.allocation_id \
               JOIN tariff_terms m ON m.tariff_version_id = a.tariff_version_id AND m.name = 'wage' \
              WHERE t.kind = 1",
        )
        .await;
    assert_eq!(earned.unwrap().summed.minor(), whole);
}

#[actix_web::test]
async fn every_line_of_every_statement_comes_out_as_it_was_stated() {
    let scene = settled().await;
    let mut conn = scene.world.conn().await;
    let asked = Asked::first(1);
    let lines = scene.lines_of_statements().await;
    assert!(lines.len() > 20);
    for line in lines {
        let line: LineName = line.parse().unwrap();
        let explained = explain_statement_line(&mut conn, &Originator::host(), &line, &asked, Language::En)
            .await
            .unwrap();
        assert!(explained.agrees, "{line:?}: {:?}", explained.totals);
    }
}

/// As it is told where there are very many: without services and counts.
#[actix_web::test]
async fn a_line_of_all_services_together_sums_those_of_each() {
    let scene = settled().await;
    let mut conn = scene.world.superuser().await;
    let number = "pishkhan-office-1002-IRR-0001";
    let stored = scene.statement_bytes(number).await;
    let mut content = Statement::read(stored).unwrap().content().clone();
    content.format = FORMAT_WITHOUT_COUNTS;
    content.counts = None;
    for total in &mut content.services {
        total.service = Coded::new(ALL_SERVICES, "همه", "All");
    }
    let told = Statement::new(content).unwrap();
    conn.batch_execute("ALTER TABLE statements DISABLE TRIGGER ALL")
        .await
        .unwrap();
    diesel::sql_query(
        "UPDATE statements SET canonical = $2, digest = $3, verification_code = $4 WHERE number = $1",
    )
    .bind::<diesel::sql_types::Text, _>(number)
    .bind::<diesel::sql_types::Binary, _>(told.bytes())
    .bind::<diesel::sql_types::Binary, _>(told.digest().as_bytes().to_vec())
    .bind::<diesel::sql_types::Text, _>(told.verification_code())
    .execute(&mut conn)
    .await
    .unwrap();
    let line: LineName = format!("{number}:{ALL_SERVICES}").parse().unwrap();
    let asked = Asked::first(100);
    let explained = explain_statement_line(&mut conn, &Originator::host(), &line, &asked, Language::En)
        .await
        .unwrap();
    assert!(
        explained.agrees && explained.transactions.len() > 1,
        "{explained:?}"
    );
}

impl Scene {
    async fn statement_bytes(&self, number: &str) -> Vec<u8> {
        #[derive(diesel::QueryableByName)]
        struct Bytes {
            #[diesel(sql_type = diesel::sql_types::Binary)]
            canonical: Vec<u8>,
        }
        let query = format!("SELECT canonical FROM statements WHERE number = '{number}'");
        let stored: Bytes = diesel::sql_query(query)
            .get_result(&mut *self.world.conn().await)
            .await
            .unwrap();
        stored.canonical
    }

    /// `NUMBER:SERVICE` of everything that a statement states.
    pub async fn lines_of_statements(&self) -> Vec<String> {
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
