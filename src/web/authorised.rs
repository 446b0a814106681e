//! The bearer token of a request, as the originator it belongs to. Never here: what an originator may do.

use std::collections::HashMap;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Mutex;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::domain::originator::Originator;
use crate::usecases::authenticate_token::authenticate_token;

use super::problem::Problem;
use super::state::AppState;

/// A revoked token is refused after this long at the latest.
const TOKEN_REMEMBERED_SECS: i64 = 5;
const TOKENS_REMEMBERED_MAX: usize = 10_000;
/// Longer than any token that is made here.
const TOKEN_LENGTH_MAX: usize = 200;

/// Who asks: a handler that takes this is refused without a valid token. It is found once a request, at the door.
#[derive(Clone, Debug)]
pub struct Authorised(pub Originator);

impl FromRequest for Authorised {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if let Some(known) = request.extensions().get::<Self>() {
            return Box::pin(ready(Ok(known.clone())));
        }
        let token = bearer_token(request);
        let state = request.app_data::<Data<AppState>>().cloned();
        Box::pin(async move {
            let state = state.ok_or_else(|| Problem::unauthenticated("this server knows no tokens"))?;
            let hash = Sha256::digest(token?.as_bytes()).into();
            originator_of(&state, hash).await.map(Self)
        })
    }
}

fn bearer_token(request: &HttpRequest) -> Result<String, Problem> {
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .ok_or_else(|| Problem::unauthenticated("send the header `Authorization: Bearer <token>`"))?;
    header
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| (1..=TOKEN_LENGTH_MAX).contains(&token.len()))
        .map(str::to_owned)
        .ok_or_else(|| Problem::unauthenticated("the header Authorization bears no bearer token"))
}

async fn originator_of(state: &AppState, hash: [u8; 32]) -> Result<Originator, Problem> {
    let now = state.now();
    if let Some(remembered) = state.tokens.find(&hash, now) {
        return Ok(remembered);
    }
    let mut conn = state.connection().await?;
    let originator = authenticate_token(&mut conn, now, &hash)
        .await?
        .ok_or_else(|| Problem::unauthenticated("the token is unknown, revoked or expired"))?;
    state.tokens.remember(hash, originator.clone(), now);
    Ok(originator)
}

/// Tokens found valid moments ago, by their hashes, so that a stream of single posts does not ask for each.
#[derive(Debug, Default)]
pub struct RememberedTokens(Mutex<HashMap<[u8; 32], Remembered>>);

/// Whose it is, and until when that is believed.
type Remembered = (Originator, DateTime<Utc>);

impl RememberedTokens {
    fn find(&self, hash: &[u8; 32], now: DateTime<Utc>) -> Option<Originator> {
        let known = self.0.lock().ok()?;
        known
            .get(hash)
            .filter(|(_, until)| now < *until)
            .map(|(originator, _)| originator.clone())
    }

    fn remember(&self, hash: [u8; 32], originator: Originator, now: DateTime<Utc>) {
        let Ok(mut known) = self.0.lock() else { return };
        if known.len() >= TOKENS_REMEMBERED_MAX {
            known.clear();
        }
        known.insert(
            hash,
            (originator, now + TimeDelta::seconds(TOKEN_REMEMBERED_SECS)),
        );
    }
}
