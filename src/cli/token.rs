//! `daftar token`: who may ask. Never here: what a token allows (see `domain::originator`).

use std::fmt::Write;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::acting::connected;
use super::{list, output};
use crate::domain::originator::{Originator, OriginatorKind, Scope};
use crate::domain::page::Asked;
use crate::host::{Host, clock};
use crate::usecases::register::token::{
    TokenFilter, TokenHolder, TokenView, issue_token, list_tokens, revoke_token,
};
use crate::usecases::{Connection, Done};

/// Bearer tokens of people and machine clients.
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: TokenVerb,
}

#[derive(Debug, Subcommand)]
enum TokenVerb {
    /// Make a token and print it: it is shown this once, only its hash is stored.
    Create(CreateArgs),
    /// Tokens that are good, without their secrets, the oldest first.
    List(ListArgs),
    /// Take a token back; servers refuse it within seconds.
    Revoke { id: i32 },
}

#[derive(Debug, Args)]
struct CreateArgs {
    /// Code of the person or client to whom it is given, made if it is new.
    #[arg(long = "for", value_name = "CODE", alias = "as")]
    code: String,
    #[arg(long, value_enum, default_value_t = HolderKind::Person)]
    kind: HolderKind,
    /// Its name, where it is new.
    #[arg(long)]
    name: Option<String>,
    /// read: look, without others' account numbers and mail addresses; record: also post transactions; finance: also settle.
    #[arg(long, value_enum)]
    scope: TokenScope,
    /// Code of the party for which it acts: it sees what concerns that party and records at its office or for its agency, no more.
    #[arg(long, value_name = "CODE")]
    party: Option<String>,
    #[arg(long, default_value_t = 90)]
    days: i64,
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only those of this person or client.
    #[arg(long = "for", value_name = "CODE")]
    code: Option<String>,
    /// Those that are expired or revoked too.
    #[arg(long)]
    all: bool,
    /// Only tokens after this one.
    #[arg(long, value_name = "ID")]
    after: Option<i32>,
    #[arg(long, default_value_t = 50, value_parser = list::rows())]
    limit: u32,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum HolderKind {
    Person,
    Client,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TokenScope {
    Read,
    Record,
    Finance,
}

pub async fn carry_out(args: &TokenArgs, host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    let by = Originator::host();
    match &args.verb {
        TokenVerb::Create(asked) => create(&mut conn, &by, asked, args.json).await,
        TokenVerb::List(asked) => list(&mut conn, &by, asked, args.json).await,
        TokenVerb::Revoke { id } => {
            revoke_token(&mut conn, &by, clock::now(), *id).await?;
            Ok(format!("token {id} is revoked"))
        }
    }
}

async fn list(conn: &mut Connection, by: &Originator, wanted: &ListArgs, as_json: bool) -> Done<String> {
    let filter = TokenFilter {
        holder: wanted.code.clone(),
        with_ended: wanted.all,
    };
    let asked = Asked {
        after: wanted.after,
        rows: wanted.limit,
    };
    let now = clock::now();
    let page = list_tokens(conn, by, now, &filter, &asked).await?;
    if as_json {
        return Ok(json!({ "items": page.items, "more": page.more }).to_string());
    }
    let mut text = table(&page.items, now);
    if let (true, Some(last)) = (page.more, page.items.last()) {
        let _ = writeln!(text, "more: --after {}", last.id);
    }
    Ok(text)
}

/// The secret alone goes to standard output, so that a script can catch it.
async fn create(conn: &mut Connection, by: &Originator, asked: &CreateArgs, as_json: bool) -> Done<String> {
    let holder = TokenHolder {
        code: asked.code.clone(),
        kind: asked.kind.into(),
        name: asked.name.clone(),
        party: asked.party.clone(),
    };
    let token = issue_token(conn, by, clock::now(), &holder, asked.scope.into(), asked.days).await?;
    if as_json {
        return Ok(
            json!({ "id": token.id, "token": token.secret, "expires_at": token.expires_at }).to_string(),
        );
    }
    output::tell(&format!(
        "token {} of {}, good until {}; it is shown this once:",
        token.id,
        asked.code,
        day(token.expires_at)
    ));
    Ok(token.secret)
}

fn table(tokens: &[TokenView], now: DateTime<Utc>) -> String {
    let mut text = format!(
        "{:<6}{:<24}{:<8}{:<9}{:<20}{:<12}{:<10}name\n",
        "id", "originator", "kind", "scope", "party", "until", "state"
    );
    for token in tokens {
        let _ = writeln!(
            text,
            "{:<6}{:<24}{:<8}{:<9}{:<20}{:<12}{:<10}{}",
            token.id,
            token.originator,
            token.kind,
            token.scope,
            token.party.as_deref().unwrap_or("-"),
            day(token.expires_at),
            state(token, now),
            token.name
        );
    }
    text
}

fn state(token: &TokenView, now: DateTime<Utc>) -> &'static str {
    if token.revoked_at.is_some() {
        "revoked"
    } else if token.expires_at <= now {
        "expired"
    } else {
        "good"
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

impl From<HolderKind> for OriginatorKind {
    fn from(kind: HolderKind) -> Self {
        match kind {
            HolderKind::Person => Self::Person,
            HolderKind::Client => Self::Client,
        }
    }
}

impl From<TokenScope> for Scope {
    fn from(scope: TokenScope) -> Self {
        match scope {
            TokenScope::Read => Self::Read,
            TokenScope::Record => Self::Record,
            TokenScope::Finance => Self::Finance,
        }
    }
}
