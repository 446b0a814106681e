//! Tokens: given out once, found by their hash, expired, taken back.

use chrono::Duration;
use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::domain::page::Asked;
use daftar::usecases::Failure;
use daftar::usecases::authenticate_token::authenticate_token;
use daftar::usecases::register::token::{TokenFilter, TokenHolder, issue_token, list_tokens, revoke_token};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::host::Folder;
use crate::scene::Scene;
use crate::serve::daftar;

fn holder(code: &str, party: Option<&str>) -> TokenHolder {
    TokenHolder {
        code: code.to_owned(),
        kind: OriginatorKind::Person,
        name: Some(format!("Name of {code}")),
        party: party.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_token_stands_from_its_issue_until_it_expires_or_is_taken_back() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    let (by, at) = (Originator::host(), scene.began);
    let owner = holder("owner", Some("office-1001"));
    let token = issue_token(&mut conn, &by, at, &owner, Scope::Record, 1)
        .await
        .unwrap();
    let hash: [u8; 32] = Sha256::digest(token.secret.as_bytes()).into();
    let second = Duration::seconds(1);
    for (moment, stands) in [
        (at - second, false),
        (at, true),
        (token.expires_at - second, true),
        (token.expires_at, false),
    ] {
        let found = authenticate_token(&mut conn, moment, &hash).await.unwrap();
        assert_eq!(found.is_some(), stands, "{moment}");
        assert!(found.is_none_or(|o| o.code == "owner" && o.party_id.is_some() && o.scope == Scope::Record));
    }
    revoke_token(&mut conn, &by, at + second, token.id).await.unwrap();
    assert!(
        authenticate_token(&mut conn, at + second, &hash)
            .await
            .unwrap()
            .is_none()
    );
    revoke_token(&mut conn, &by, at + second * 9, token.id)
        .await
        .unwrap();
    let with_ended = TokenFilter {
        with_ended: true,
        ..TokenFilter::default()
    };
    let listed = list_tokens(&mut conn, &by, at, &with_ended, &Asked::first(9))
        .await
        .unwrap();
    let revoked_at = listed.items[0].revoked_at;
    assert_eq!(revoked_at, Some(at + second), "the first time counts");
    let unknown = revoke_token(&mut conn, &by, at, token.id + 1).await.unwrap_err();
    assert!(matches!(unknown, Failure::NotFound(_)));
}

#[tokio::test]
async fn the_secret_of_a_token_is_nowhere_in_the_database() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    let token = issue_token(
        &mut conn,
        &Originator::host(),
        scene.began,
        &holder("a", None),
        Scope::Read,
        1,
    )
    .await;
    let secret = token.unwrap().secret;
    assert!(secret.len() > 40);
    let dump = scene.world.data_dump();
    assert!(dump.contains("COPY public.tokens"), "the dump has the tokens");
    assert!(!dump.contains(&secret) && !dump.contains(&hex::encode(&secret)));
}

#[tokio::test]
async fn a_second_token_goes_to_the_same_originator_and_never_changes_whose_it_is() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    let (by, at) = (Originator::host(), scene.began);
    let nameless = TokenHolder {
        name: None,
        ..holder("clerk", None)
    };
    let refused = issue_token(&mut conn, &by, at, &nameless, Scope::Read, 1)
        .await
        .unwrap_err();
    assert!(matches!(refused, Failure::Invalid(faults) if faults[0].field == "name"));
    issue_token(&mut conn, &by, at, &holder("clerk", None), Scope::Read, 1)
        .await
        .unwrap();
    issue_token(&mut conn, &by, at, &nameless, Scope::Finance, 1)
        .await
        .unwrap();
    let of_clerk = TokenFilter {
        holder: Some("clerk".to_owned()),
        ..TokenFilter::default()
    };
    let listed = list_tokens(&mut conn, &by, at, &of_clerk, &Asked::first(9)).await;
    assert_eq!(listed.unwrap().items.len(), 2);
    let for_party = issue_token(&mut conn, &by, at, &holder("clerk", Some("tax")), Scope::Read, 1).await;
    assert!(
        matches!(for_party, Err(Failure::Conflict { rule, .. }) if rule == "an_originator_keeps_its_kind_and_party")
    );
}

#[tokio::test]
async fn the_program_lists_the_good_tokens_of_one_holder_page_by_page_and_the_ended_ones_where_asked() {
    let scene = Scene::furnished().await;
    let folder = Folder::new();
    let run = |arguments: &[&str]| {
        let mut command = daftar(folder.path(), "token");
        command.env("DATABASE_URL", scene.world.app_url().expose());
        command.args(arguments).output().unwrap()
    };
    let listed = |arguments: &[&str]| -> (Vec<i64>, bool) {
        let said = run(&[&["list", "--for", "counters", "--json"], arguments].concat());
        let page: Value = serde_json::from_slice(&said.stdout).unwrap();
        let items = page["items"].as_array().unwrap();
        let ids = items.iter().map(|token| token["id"].as_i64().unwrap()).collect();
        (ids, page["more"].as_bool().unwrap())
    };
    // Long expired by the clock of the machine.
    let mut conn = scene.world.conn().await;
    let counters = TokenHolder {
        kind: OriginatorKind::Client,
        ..holder("counters", None)
    };
    issue_token(
        &mut conn,
        &Originator::host(),
        scene.began - Duration::days(400),
        &counters,
        Scope::Read,
        1,
    )
    .await
    .unwrap();
    for code in ["counters", "maker", "counters", "counters"] {
        let kind = if code == "maker" { "person" } else { "client" };
        let made = run(&["create", "--for", code, "--kind", kind, "--scope", "read"]);
        assert!(made.status.success(), "{made:?}");
    }
    assert!(run(&["revoke", "4"]).status.success());
    assert_eq!(listed(&[]), (vec![2, 5], false));
    assert_eq!(listed(&["--all"]), (vec![1, 2, 4, 5], false));
    assert_eq!(listed(&["--limit", "1"]), (vec![2], true));
    assert_eq!(listed(&["--limit", "1", "--after", "2"]), (vec![5], false));
    let told = run(&["list", "--limit", "2"]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.contains("maker") && told.ends_with("more: --after 3\n"),
        "{told}"
    );
    let unknown = run(&["list", "--for", "nobody"]);
    let told = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(told.contains("there is no originator nobody"), "{told}");
}

#[tokio::test]
async fn who_acts_for_a_party_never_settles_and_no_token_outlives_a_leap_year() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    let (by, at) = (Originator::host(), scene.began);
    let refused = issue_token(&mut conn, &by, at, &holder("x", Some("tax")), Scope::Finance, 1).await;
    assert!(matches!(refused, Err(Failure::Invalid(faults)) if faults[0].rule == "a_party_never_settles"));
    let refused = issue_token(&mut conn, &by, at, &holder("bad code", None), Scope::Read, 1).await;
    assert!(
        matches!(refused, Err(Failure::Invalid(faults)) if faults[0].rule == "originator_code_has_its_form")
    );
    for (days, allowed) in [(0, false), (1, true), (366, true), (367, false)] {
        let issued = issue_token(&mut conn, &by, at, &holder("y", None), Scope::Read, days).await;
        assert_eq!(issued.is_ok(), allowed, "{days}");
    }
}
