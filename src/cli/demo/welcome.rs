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
use crate::usecases::verify_books::Verified;
use crate::usecases::{Done, Failure};

const TOKEN_DAYS: i64 = 30;

/// Tokens to try, and the office whose owner one of them is.
pub struct Tokens {
    finance: String,
    counters: String,
    owner: String,
    office: String,
}

/// What there is now, in a few lines. `verified`: of books that agree.
pub async fn summary(host: &Host, verified: &Verified) -> Done<String> {
    let mut conn = connected(host).await?;
    let stock = count_stock(&mut conn, &Originator::host()).await?;
    Ok(format!(
        "{} offices, {} transactions, {} rows in quarantine\n\
         {} settlements approved, {} statements, {} payouts settled and {} returned, {} remittances\n\
         {} mails with their PDFs; the books were recomputed from {} transactions in {} windows and agree",
        stock.offices,
        stock.transactions,
        stock.waiting_rows,
        stock.settlements,
        stock.statements,
        stock.settled_payouts,
        stock.returned_payouts,
        stock.remittances,
        stock.mailed_statements,
        verified.transactions,
        verified.windows,
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

/// The address, the tokens, three lines worth trying, and where the papers lie. `at`: when it is said; a row that is sent as of
/// then is another one at each start.
pub fn text(address: SocketAddr, tokens: &Tokens, mailbox: &Path, at: DateTime<Utc>) -> String {
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
        "\nWorth trying, the last one twice, for it is booked once:\n  \
         curl -s -H 'Authorization: Bearer {}' {base}/v1/offices/{office}/earnings\n  \
         curl -s -H 'Authorization: Bearer {}' '{base}/v1/statements?limit=3'\n  \
         curl -s -H 'Authorization: Bearer {}' -H 'Content-Type: application/json' {base}/v1/transactions \\\n    \
         -d '{{\"office\":\"{office}\",\"service\":\"address-certificate\",\"reference\":\"try-{}\",\"occurred_at\":\"{}\",\"holder\":\"office\"}}'\n\n\
         The mails lie in {}, each with its statement's PDF; {base}/v1/statements/NUMBER.pdf gives the same bytes.\n",
        tokens.owner,
        tokens.finance,
        tokens.counters,
        at.format("%Y%m%dT%H%M%SZ"),
        at.format("%Y-%m-%dT%H:%M:%SZ"),
        mailbox.display(),
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_that_is_worth_trying_is_another_one_at_each_start() {
        let tokens = Tokens {
            finance: String::new(),
            counters: String::new(),
            owner: String::new(),
            office: "01-7000".to_owned(),
        };
        let said_at = |at: &str| {
            let address = SocketAddr::from(([127, 0, 0, 1], 8080));
            text(address, &tokens, Path::new("data/mailbox"), at.parse().unwrap())
        };
        for (at, reference) in [
            ("2026-12-01T08:45:00Z", "try-20261201T084500Z"),
            ("2026-12-01T08:45:01Z", "try-20261201T084501Z"),
        ] {
            let row = format!(
                r#"-d '{{"office":"01-7000","service":"address-certificate","reference":"{reference}","occurred_at":"{at}","holder":"office"}}'"#
            );
            assert!(said_at(at).contains(&row), "{}", said_at(at));
        }
    }
}
