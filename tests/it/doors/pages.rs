//! Lists page by page, and whose rows they show. Never here: what a parameter must be.

use daftar::domain::originator::Scope;
use serde_json::{Value, json};

use super::Doors;
use crate::counter::Case;
use crate::scene::at;

#[actix_web::test]
async fn an_owner_sees_the_waiting_rows_of_what_happened_while_the_office_was_hers_and_no_others() {
    let doors = Doors::new().await;
    let wait = async |office: &str, network: Option<&str>, occurred_at: &str| {
        let row = json!({ "office": office, "service": "copy", "network": network, "reference": occurred_at, "amount": 1,
            "occurred_at": occurred_at, "holder": "office" });
        assert_eq!(doors.post("/v1/transactions", &row).await.status, 202);
    };
    wait("1001", Some("pishkhan"), "2026-03-23T05:00:00Z").await;
    let seen = async |name: &str, party: &str, scope: Scope| {
        let token = doors.api.token(name, scope, Some(party)).await;
        doors.api.get("/v1/quarantine", &token).await.items().len()
    };
    assert_eq!(seen("own", "office-1001", Scope::Read).await, 1);
    assert_eq!(seen("other", "office-1002", Scope::Read).await, 0);
    assert_eq!(seen("other-recorder", "office-1002", Scope::Record).await, 0);
    doors
        .scene
        .hand_over("office-1003", at("2026-03-23T05:30:00Z"))
        .await;
    assert_eq!(seen("successor", "office-1003", Scope::Read).await, 0);
    assert_eq!(seen("former", "office-1001", Scope::Read).await, 1);
    wait("1001", Some("pishkhan"), "2026-03-23T05:45:00Z").await;
    wait("1002", None, "2026-03-23T05:45:00Z").await;
    assert_eq!(seen("new", "office-1003", Scope::Read).await, 1);
    assert_eq!(seen("old", "office-1001", Scope::Read).await, 1);
    assert_eq!(seen("of-two-networks", "office-1002", Scope::Read).await, 1);
}

/// The rows of a list, page by page of one each.
async fn page_by_page(doors: &Doors, path: &str, items: &str) -> (Vec<Value>, Vec<Value>) {
    let (mut rows, mut pages) = (Vec::new(), Vec::new());
    let mut next = Some(format!("{path}limit=1"));
    while let Some(path) = next {
        let page = doors.get(&path).await.json();
        let own = page[items].as_array().unwrap();
        assert_eq!(own.len(), 1, "{page}");
        rows.extend(own.iter().cloned());
        next = page["next"].as_str().map(str::to_owned);
        pages.push(page);
    }
    (rows, pages)
}

#[actix_web::test]
async fn transactions_of_an_office_under_one_reference_come_in_pages_one_per_sender() {
    let doors = Doors::new().await;
    let row = json!({ "office": "1001", "service": "copy", "network": "pishkhan", "reference": "same",
        "occurred_at": "2026-03-23T05:00:00Z", "holder": "office" });
    let senders = ["counter-c", "counter-a", "counter-b"];
    for sender in senders {
        let token = doors.api.token(sender, Scope::Record, None).await;
        let booked = doors.api.post("/v1/transactions", &row, &token).await;
        assert_eq!(booked.status, 201, "{}", booked.text());
    }
    let path = "/v1/transactions?office=1001&reference=same";
    let whole = doors.get(path).await.json();
    assert!(whole.get("next").is_none(), "{whole}");
    let (rows, pages) = page_by_page(&doors, &format!("{path}&"), "items").await;
    assert_eq!((&json!(rows), pages.len()), (&whole["items"], senders.len()));
    let told: Vec<&str> = rows.iter().map(|row| row["sender"].as_str().unwrap()).collect();
    assert_eq!(told, senders);
    let others = doors.get("/v1/transactions?office=1001&reference=other").await;
    assert!(others.items().is_empty());
    doors.scene.world.assert_sound().await;
}

#[actix_web::test]
async fn networks_balances_and_previewed_positions_come_in_pages_and_a_digest_is_over_all() {
    let doors = Doors::new().await;
    let scene = &doors.scene;
    let bill = |network, reference| Case {
        network,
        ..Case::cash("1002", "passport", reference, scene.day(0, 2))
    };
    let cases = [bill("pishkhan", "a"), bill("police10", "b")];
    scene.book(scene.day(0, 3), &cases).await;
    scene.settle_day(1).await;
    scene.close("police10", scene.day(7, 1)).await.unwrap();
    scene.seal("police10", scene.day(7, 1)).await.unwrap().unwrap();
    for (path, items, count) in [
        ("/v1/networks?", "items", 2),
        ("/v1/parties/office-1002/balances?at=2026-04-01&", "balances", 2),
        ("/v1/networks/police10/settlement-preview?", "positions", 4),
    ] {
        let whole = doors.get(path.trim_end_matches(['?', '&'])).await.json();
        let (rows, pages) = page_by_page(&doors, path, items).await;
        assert_eq!(&json!(rows), &whole[items], "{path}");
        assert_eq!(rows.len(), count, "{path}: {rows:?}");
        for page in pages {
            assert_eq!(
                (&page["digest"], &page["totals"]),
                (&whole["digest"], &whole["totals"])
            );
        }
    }
    for (path, rows_max) in [
        ("/v1/networks?", 200),
        ("/v1/networks/police10/settlement-preview?", 100_000),
    ] {
        let of = async |rows: u32| doors.get(&format!("{path}limit={rows}")).await;
        assert_eq!(of(rows_max).await.status, 200, "{path}");
        let told = of(rows_max + 1).await.text();
        assert!(told.contains(&format!("from 1 to {rows_max}")), "{told}");
    }
}
