//! The books and raw journals for others to read: hledger agrees to the rial, and an owner has all terms of the own office.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use chrono::Duration;
use daftar::domain::originator::{Originator, Scope};
use daftar::usecases::export::{BooksFormat, JournalsWanted, export_journals, journal_head};
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;

use crate::api::Api;
use crate::scene::Scene;
use crate::verifying::{day, record, row, settled};

#[derive(diesel::QueryableByName)]
struct Balance {
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

async fn exported(scene: &Scene, format: BooksFormat) -> String {
    let mut conn = scene.world.conn().await;
    let by = Originator::host();
    let mut text = journal_head(&mut conn, &by, format).await.unwrap();
    let page = export_journals(&mut conn, &by, &JournalsWanted::default(), format, 0)
        .await
        .unwrap();
    assert_eq!(page.next_after, None);
    text.extend(page.text);
    String::from_utf8(text).unwrap()
}

/// Debit positive, by the account's name in hledger, those at zero left out.
async fn own_balances(scene: &Scene) -> BTreeMap<String, i64> {
    let query = "SELECT concat_ws(':', n.code, a.kind, p.code, w.period_key, nullif(a.deposit_identifier, '')) AS account,
                        (-sum(e.amount))::bigint AS amount
                   FROM entries e JOIN accounts a ON a.id = e.account_id JOIN networks n ON n.id = a.network_id
                   LEFT JOIN parties p ON p.id = a.party_id LEFT JOIN windows w ON w.id = a.window_id
                  GROUP BY 1 HAVING sum(e.amount) <> 0";
    let rows: Vec<Balance> = diesel::sql_query(query)
        .load(&mut *scene.world.conn().await)
        .await
        .unwrap();
    rows.into_iter().map(|row| (row.account, row.amount)).collect()
}

fn hledger(journal: &str, arguments: &[&str]) -> String {
    let mut child = Command::new("hledger")
        .args(["-f", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("hledger is installed by `make test`");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(journal.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn hledger_finds_the_books_sound_and_agrees_with_their_balances_to_the_rial() {
    let scene = settled().await;
    let journal = exported(&scene, BooksFormat::Hledger).await;
    hledger(&journal, &["check"]);
    let balances = hledger(&journal, &["balance", "--flat", "--no-total", "-O", "csv"]);
    let mut reader = csv::Reader::from_reader(balances.as_bytes());
    let found: BTreeMap<String, i64> = reader
        .records()
        .map(|record| record.unwrap())
        .map(|record| {
            (
                record[0].to_owned(),
                record[1].trim_end_matches(" IRR").parse().unwrap(),
            )
        })
        .collect();
    assert!(found.len() > 5);
    assert_eq!(found, own_balances(&scene).await);
}

#[tokio::test]
async fn a_journal_posted_after_midnight_in_tehran_bears_that_day() {
    let scene = Scene::furnished().await;
    record(&scene, &day(&scene), scene.began + Duration::hours(9)).await;
    // The day begins at 20:30 UTC.
    scene
        .close(crate::scene::PISHKHAN, scene.day(1, 0))
        .await
        .unwrap();
    scene.seal(crate::scene::PISHKHAN, scene.day(1, 0)).await.unwrap();
    let journal = exported(&scene, BooksFormat::Hledger).await;
    let dates = journal.lines().filter(|line| line.starts_with("20"));
    let dates: Vec<_> = dates.map(|line| &line[..10]).collect();
    assert!(
        !dates.is_empty() && dates.iter().all(|date| *date == "2026-03-22"),
        "{dates:?}"
    );
}

#[tokio::test]
async fn csv_and_json_have_every_entry_and_balance() {
    let scene = settled().await;
    let entries = scene.count("SELECT count(*) FROM entries").await;
    let csv = exported(&scene, BooksFormat::Csv).await;
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let (mut rows, mut debit, mut credit) = (0, 0, 0);
    for record in reader.records() {
        let record = record.unwrap();
        let amount = |cell: &str| {
            if cell.is_empty() {
                0
            } else {
                cell.parse::<i64>().unwrap()
            }
        };
        (rows, debit, credit) = (
            rows + 1,
            debit + amount(&record[13]),
            credit + amount(&record[14]),
        );
    }
    assert_eq!((rows, debit), (entries, credit));
    let mut json = 0;
    for line in exported(&scene, BooksFormat::Json).await.lines() {
        let journal: serde_json::Value = serde_json::from_str(line).unwrap();
        let amounts = journal["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["amount"].as_i64().unwrap());
        assert_eq!(amounts.clone().sum::<i64>(), 0);
        json += i64::try_from(amounts.count()).unwrap();
    }
    assert_eq!(json, entries);
}

#[actix_web::test]
async fn an_owner_exports_the_raw_journal_of_the_own_office_with_all_terms_and_of_no_other() {
    let scene = Scene::furnished().await;
    record(&scene, &day(&scene), scene.began + Duration::hours(9)).await;
    let many: Vec<_> = (0..1_100)
        .map(|n| row(&scene, "1001", "copy", &format!("many-{n}")))
        .collect();
    record(&scene, &many, scene.began + Duration::hours(10)).await;
    let api = Api::of(&scene.world, scene.day(0, 20));
    let owner = api.token("owner-1001", Scope::Read, Some("office-1001")).await;
    let said = api
        .get("/v1/offices/1001/transactions/export?format=json", &owner)
        .await;
    let mut ids = std::collections::BTreeSet::new();
    for line in said.text().lines() {
        let transaction: serde_json::Value = serde_json::from_str(line).unwrap();
        let terms = transaction["terms"].as_array().unwrap();
        let sum = |side: &str| -> i64 {
            let of_side = terms.iter().filter(|term| term["side"] == side);
            of_side.map(|term| term["amount"].as_i64().unwrap()).sum()
        };
        assert_eq!(
            (sum("source"), sum("leg")),
            (
                sum("leg"),
                transaction["amount"].as_i64().unwrap() + transaction["principal"].as_i64().unwrap()
            ),
            "{line}"
        );
        assert!(transaction["facts"].is_object(), "{line}");
        ids.insert(transaction["id"].as_i64().unwrap());
    }
    assert_eq!(ids.len(), 1_107);
    let sheet = api.get("/v1/offices/1001/transactions/export", &owner).await;
    let csv = sheet.text();
    assert!(csv.starts_with("\u{feff}id,network,office"), "{}", &csv[..40]);
    let document = api.get("/openapi.json", "").await.json();
    let route = &document["paths"]["/v1/offices/{code}/transactions/export"];
    for answer in [&said, &sheet] {
        let kind = answer.header("content-type").split(';').next().unwrap();
        let promised = &route["get"]["responses"]["200"]["content"][kind];
        assert!(promised.is_object(), "{kind} is not in the document");
    }
    assert_eq!(
        api.get("/v1/offices/1002/transactions/export", &owner)
            .await
            .status,
        404
    );
}

/// Earned and collected by party, deposit identifier and window.
type Sums = BTreeMap<(String, String, String), [i64; 2]>;

/// Over the raw journals of all offices, as somebody sums them who knows nothing but their columns.
async fn summed(api: &Api, token: &str) -> Sums {
    let mut sums = Sums::new();
    for office in crate::scene::OFFICES {
        let path = format!("/v1/offices/{office}/transactions/export");
        let csv = api.get(&path, token).await.text();
        let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
        for row in reader.deserialize::<BTreeMap<String, String>>() {
            let row = row.unwrap();
            let key = ["term_party", "term_deposit_identifier", "window"].map(|name| row[name].clone());
            let [party, deposit_identifier, window] = key;
            let signed: i64 = row["term_signed_amount"].parse().unwrap();
            let sign: i64 = row["sign"].parse().unwrap();
            assert_eq!(signed, sign * row["term_amount"].parse::<i64>().unwrap());
            let place = usize::from(row["term_side"] == "source");
            sums.entry((party, deposit_identifier, window)).or_default()[place] += signed;
        }
    }
    sums.retain(|_, [earned, collected]| *earned != 0 || *collected != 0);
    sums
}

#[actix_web::test]
async fn what_raw_journals_say_of_a_party_sums_to_what_its_settlements_and_statements_say() {
    let scene = settled().await;
    let api = Api::of(&scene.world, scene.day(2, 20));
    let auditor = api.token("auditor", Scope::Read, None).await;
    let mut sums = summed(&api, &auditor).await;
    assert!(sums.keys().all(|(party, ..)| !party.is_empty()), "{sums:?}");
    let settled =
        "SELECT p.code || '/' || o.deposit_identifier || '/' || w.period_key AS account, o.earned AS amount
                     FROM positions o JOIN settlements s ON s.id = o.settlement_id AND s.state = 'approved'
                     JOIN windows w ON w.id = s.window_id JOIN parties p ON p.id = o.party_id
                    WHERE o.earned <> 0 OR o.collected <> 0";
    let collected = settled.replace("o.earned AS", "o.collected AS");
    let mut conn = scene.world.conn().await;
    let mut stated = Sums::new();
    for (place, query) in [settled.to_owned(), collected].into_iter().enumerate() {
        let rows: Vec<Balance> = diesel::sql_query(query).load(&mut *conn).await.unwrap();
        for Balance { account, amount } in rows {
            let mut parts = account.split('/').map(str::to_owned);
            let key = [(); 3].map(|()| parts.next().unwrap());
            stated.entry(key.into()).or_default()[place] = amount;
        }
    }
    let open = scene
        .count("SELECT max(ordinal)::bigint AS count FROM windows")
        .await;
    let open_key = api.get("/v1/networks/pishkhan/windows", &auditor).await.items();
    let open_key = open_key.iter().find(|window| window["ordinal"] == open).unwrap()["period"].clone();
    sums.retain(|(_, _, window), _| open_key != window.as_str());
    assert!(stated.len() > 10, "{stated:?}");
    assert_eq!(sums, stated);
}

#[actix_web::test]
async fn the_two_sides_of_a_bill_a_terminals_split_and_a_refund_have_one_sum_and_name_their_parties() {
    let scene = settled().await;
    let api = Api::of(&scene.world, scene.day(2, 20));
    let auditor = api.token("auditor", Scope::Read, None).await;
    for (reference, sign) in [("bill", 1), ("card", 1), ("back-1", -1), ("duty-0", 1)] {
        let found = api
            .get(
                &format!("/v1/transactions?office=1001&reference={reference}"),
                &auditor,
            )
            .await
            .items();
        let path = format!("/v1/transactions/{}", found[0]["id"]);
        let shown = api.get(&path, &auditor).await.json();
        assert_eq!(shown["sign"], sign, "{reference}");
        let sum = |side: &str, figure: &str| -> i64 {
            let shares = shown[side].as_array().unwrap().iter();
            let own = shares.inspect(|share| assert!(share["party"].is_string(), "{share}"));
            own.map(|share| share[figure].as_i64().unwrap()).sum()
        };
        let whole = shown["amount"].as_i64().unwrap() + shown["principal"].as_i64().unwrap();
        for side in ["sources", "legs"] {
            assert_eq!(
                (sum(side, "amount"), sum(side, "signed_amount")),
                (whole, sign * whole),
                "{reference}"
            );
        }
    }
}
