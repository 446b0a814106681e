//! How many transactions a statement says that its lines sum: each once, however many terms gave the party something.

use chrono::Duration;
use daftar::cli::verify::verify;
use daftar::documents::statement_csv::statement_csv;
use daftar::domain::office::Setting;
use daftar::domain::statement::{EntryKind, Side, Statement, StatementContent};
use daftar::domain::transaction::Holder;
use daftar::usecases::keep_statement_pdf::load_statement;
use daftar::usecases::register::licence::{LicenceEntry, OfficeRoles, issue_licences};
use daftar::usecases::register::office::{OfficeEntry, register_offices};
use daftar::usecases::verify_books::Extent;
use serde_json::{Value, json};

use crate::counter::Case;
use crate::scene::{PISHKHAN, Scene};

/// The office has two terms of one kind; the operator's fee has the kind of the municipality's stamp.
fn clearance() -> Value {
    json!({ "price": 100_000, "split": [
        { "name": "wage", "kind": "wage", "party": "office", "rate": "40%" },
        { "name": "pages", "kind": "wage", "party": "office", "rate": "10%" },
        { "name": "operation", "kind": "fee", "party": "operator", "rate": "20%" },
        { "name": "stamp", "kind": "fee", "party": "municipality", "rate": "10%" },
        { "name": "levy", "kind": "duty", "party": "provincial_treasury", "rate": "20%" }
    ] })
}

impl Scene {
    /// An office whose municipality and provincial treasury are the operator.
    async fn found_office_of_the_operator(&self) {
        let (mut conn, by) = (self.world.conn().await, &self.maker);
        let since = self.began - Duration::days(400);
        let office = OfficeEntry {
            code: "1004".to_owned(),
            name_fa: "دفتر 1004".to_owned(),
            name_en: "Office 1004".to_owned(),
            province: "Tehran".to_owned(),
            county: "Tehran".to_owned(),
            district: "Tehran".to_owned(),
            setting: Setting::Rural,
        };
        register_offices(&mut conn, by, since, vec![office])
            .await
            .unwrap();
        let licence = LicenceEntry {
            office: "1004".to_owned(),
            network: PISHKHAN.to_owned(),
            class: "rural".to_owned(),
            valid_from: since,
            valid_until: since + Duration::days(5 * 365),
            roles: OfficeRoles {
                licensee: "office-1003".to_owned(),
                municipality: Some("operator".to_owned()),
                provincial_treasury: Some("operator".to_owned()),
            },
            deciding_body: "commission".to_owned(),
            decision: "P-1004".to_owned(),
        };
        issue_licences(&mut conn, by, since, &[licence]).await.unwrap();
    }

    async fn first_statement(&self, party: &str) -> Statement {
        let party = self.party_id(party).await;
        let id = format!("SELECT id AS count FROM statements WHERE party_id = {party} AND ordinal = 1");
        let id = self.count(&id).await;
        let mut conn = self.world.conn().await;
        load_statement(&mut conn, id).await.unwrap()
    }
}

/// Side, service, component (empty for all of the service) and kind with what is counted.
type Told = (Side, String, String, EntryKind, u64);

fn told(content: &StatementContent) -> Vec<Told> {
    let lines = content.services.iter().map(|t| {
        let (service, component) = (t.service.code.clone(), t.component.code.clone());
        (t.side, service, component, t.kind, t.count)
    });
    let counts = content.counts.as_ref().unwrap().iter();
    let counts = counts.map(|c| (c.side, c.service.code.clone(), String::new(), c.kind, c.count));
    let mut told: Vec<Told> = lines.chain(counts).collect();
    told.sort();
    told
}

fn expected(lines: &[(Side, &str, &str, EntryKind, u64)]) -> Vec<Told> {
    let owned = |(side, service, component, kind, count): &(Side, &str, &str, EntryKind, u64)| {
        (
            *side,
            (*service).to_owned(),
            (*component).to_owned(),
            *kind,
            *count,
        )
    };
    lines.iter().map(owned).collect()
}

#[tokio::test]
async fn a_transaction_that_gives_a_party_several_lines_of_a_service_is_counted_once() {
    use EntryKind::{Original, Refund};
    use Side::{Collected, Earned};
    let scene = Scene::furnished().await;
    scene.found_office_of_the_operator().await;
    let long_ago = scene.began - Duration::days(30);
    scene.publish(PISHKHAN, "clearance", clearance(), long_ago).await;
    let at = scene.day(0, 2);
    let bill = |reference| Case {
        principal: Some(1_000),
        ..Case::cash("1001", "bill", reference, at)
    };
    let split = Case {
        holder: Holder::SplitAtSource,
        ..Case::cash("1004", "clearance", "e", at)
    };
    let cases = [
        Case::cash("1001", "clearance", "a", at),
        Case::central("1001", "clearance", "b", at),
        bill("c"),
        bill("d"),
        split,
        Case::cash("1004", "clearance", "f", at),
    ];
    scene.book(scene.day(0, 3), &cases).await;
    let back = Case {
        takes_back: Some("b"),
        ..Case::central("1001", "clearance", "b-back", at)
    };
    scene.book(scene.day(0, 4), &[back]).await;
    scene.settle_day(1).await;

    let office = scene.first_statement("office-1001").await;
    let lines = [
        (Earned, "bill", "", Original, 2),
        (Earned, "bill", "commission", Original, 2),
        (Earned, "clearance", "", Original, 2),
        (Earned, "clearance", "", Refund, 1),
        (Earned, "clearance", "wage", Original, 2),
        (Earned, "clearance", "wage", Refund, 1),
        (Collected, "bill", "", Original, 2),
        (Collected, "bill", "fee", Original, 2),
        (Collected, "bill", "principal", Original, 2),
        (Collected, "clearance", "", Original, 1),
        (Collected, "clearance", "fee", Original, 1),
    ];
    assert_eq!(told(office.content()), expected(&lines));
    let operator = scene.first_statement("operator").await;
    let lines = [
        (Earned, "bill", "", Original, 2),
        (Earned, "bill", "fee", Original, 2),
        (Earned, "clearance", "", Original, 4),
        (Earned, "clearance", "", Refund, 1),
        (Earned, "clearance", "duty", Original, 2),
        (Earned, "clearance", "fee", Original, 4),
        (Earned, "clearance", "fee", Refund, 1),
        (Collected, "clearance", "", Original, 1),
        (Collected, "clearance", "duty", Original, 1),
        (Collected, "clearance", "fee", Original, 1),
    ];
    assert_eq!(told(operator.content()), expected(&lines));
    let csv = String::from_utf8(statement_csv(&operator).unwrap()).unwrap();
    assert!(
        csv.contains(",count,,earned,,clearance,خدمت clearance,Service clearance,,original,4,,IRR,"),
        "{csv}"
    );
    let verified = verify(scene.world.pool(), Extent::All, None).await.unwrap();
    assert_eq!(verified.findings, []);
    scene.world.assert_sound().await;
}
