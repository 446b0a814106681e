//! Tokens: given out once, found by their hash, expired, taken back.

use chrono::Duration;
use daftar::domain::originator::{Originator, OriginatorKind, Scope};
use daftar::usecases::Failure;
use daftar::usecases::authenticate_token::authenticate_token;
use daftar::usecases::register::token::{TokenHolder, issue_token, list_tokens, revoke_token};
use sha2::{Digest, Sha256};

use crate::scene::Scene;

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
    let listed = list_tokens(&mut conn, &by).await.unwrap().pop().unwrap();
    assert_eq!(listed.revoked_at, Some(at + second), "the first time counts");
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
    assert_eq!(list_tokens(&mut conn, &by).await.unwrap().len(), 2);
    let for_party = issue_token(&mut conn, &by, at, &holder("clerk", Some("tax")), Scope::Read, 1).await;
    assert!(
        matches!(for_party, Err(Failure::Conflict { rule, .. }) if rule == "an_originator_keeps_its_kind_and_party")
    );
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
