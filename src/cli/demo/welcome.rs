//! What the demo says when all is there: what was made, where it is served, what is worth trying. Never here: doing any of it.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::geography;
use super::parties::licensee;
use super::people::{COUNTERS, MAKER};
use crate::cli::acting::connected;
use crate::domain::originator::{Originator, OriginatorKind, Scope};
use crate::host::Host;
use crate::usecases::reading::stock::count_stock;
use crate::usecases::register::token::{TokenHolder, issue_token};
use crate::usecases::{Done, Failure};

const TOKEN_DAYS: i64 = 30;

/// Tokens to try, and the office whose owner one of them is.
pub struct Tokens {
    finance: String,
    counters: String,
    owner: String,
    office: String,
}

/// What there is now, in a few lines.
pub async fn summary(host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    let stock = count_stock(&mut conn, &Originator::host()).await?;
    Ok(format!(
        "{} offices, {} transactions, {} rows in quarantine\n\
         {} settlements approved, {} statements, {} payouts settled and {} returned, {} remittances\n\
         {} mails with their PDFs; the books were recomputed and agree",
        stock.offices,
        stock.transactions,
        stock.waiting_rows,
        stock.settlements,
        stock.statements,
        stock.settled_payouts,
        stock.returned_payouts,
        stock.remittances,
        stock.accepted_mails,
    ))
}

pub async fn tokens(host: &Host, now: DateTime<Utc>) -> Done<Tokens> {
    let offices = geography::offices(super::SEED);
    let office = offices
        .first()
        .ok_or_else(|| Failure::Internal("the demo has no office".to_owned()))?;
    let owner = licensee(office);
    Ok(Tokens {
        finance: token(host, now, (OriginatorKind::Person, MAKER, None), Scope::Finance).await?,
        counters: token(host, now, (OriginatorKind::Client, COUNTERS, None), Scope::Record).await?,
        owner: token(
            host,
            now,
            (
                OriginatorKind::Person,
                &format!("owner-{}", office.code),
                Some(&owner),
            ),
            Scope::Read,
        )
        .await?,
        office: office.code.clone(),
    })
}

async fn token(
    host: &Host,
    now: DateTime<Utc>,
    (kind, code, party): (OriginatorKind, &str, Option<&String>),
    scope: Scope,
) -> Done<String> {
    let mut conn = connected(host).await?;
    let holder = TokenHolder {
        code: code.to_owned(),
        kind,
        name: Some(code.to_owned()),
        party: party.cloned(),
    };
    let token = issue_token(&mut conn, &Originator::host(), now, &holder, scope, TOKEN_DAYS).await?;
    Ok(token.secret)
}

/// The address, the tokens, three lines worth trying, and where the papers lie.
pub fn text(address: SocketAddr, tokens: &Tokens, mailbox: &Path) -> String {
    let base = format!("http://{address}");
    let office = &tokens.office;
    let mut text = format!("\nDaftar serves at {base}/ (API reference at {base}/docs); Ctrl-C ends it.\n\n");
    for (who, token) in [
        ("finance", &tokens.finance),
        ("counter systems", &tokens.counters),
        (&format!("owner of {office}"), &tokens.owner),
    ] {
        let _ = writeln!(text, "  token of {who:<20} {token}");
    }
    let _ = write!(
        text,
        "\nWorth trying:\n  \
         curl -s -H 'Authorization: Bearer {}' {base}/v1/offices/{office}/earnings\n  \
         curl -s -H 'Authorization: Bearer {}' '{base}/v1/statements?limit=3'\n  \
         curl -s -H 'Authorization: Bearer {}' -H 'Content-Type: application/json' {base}/v1/transactions \\\n    \
         -d '{{\"office\":\"{office}\",\"service\":\"address-certificate\",\"reference\":\"try-1\",\"occurred_at\":\"{}\",\"holder\":\"office\"}}'\n\n\
         The mails lie in {}, each with its statement's PDF; {base}/v1/statements/NUMBER.pdf gives the same bytes.\n",
        tokens.owner,
        tokens.finance,
        tokens.counters,
        crate::host::clock::now().format("%Y-%m-%dT%H:%M:%SZ"),
        mailbox.display(),
    );
    text
}
