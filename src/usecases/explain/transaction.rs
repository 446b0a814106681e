//! One transaction explained: its question, the tariff that answers it, each line with its steps, what was taken back of
//! it, and whether it is held. Never here: presenting it in a shell.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::refund::{RefundExplained, explain_refund};
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::tariff::derivation::{Line, StepText};
use crate::domain::tariff::{Share, Tariff};
use crate::domain::transaction::TransactionId;
use crate::store::Connection;
use crate::store::allocation::shares;
use crate::store::reading::explanation::{asked_at, licence_of_id};
use crate::store::reading::licence::events_of;
use crate::store::reading::tariff::{TariffRow, TariffsWanted, list_tariffs};
use crate::store::verification::content::{AllocationRow, allocations};
use crate::usecases::reading::standing::held_stretch;
use crate::usecases::reading::transactions::{TransactionDetails, show_transaction};
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TransactionExplained {
    pub transaction: TransactionDetails,
    /// The version in force when it happened, as known when it was booked.
    pub tariff_version: i32,
    pub tariff_valid_from: DateTime<Utc>,
    pub tariff_valid_until: Option<DateTime<Utc>>,
    /// SHA-256 of its document, in hexadecimal digits.
    pub tariff_digest: String,
    /// What its lines cite.
    pub instruments: Vec<InstrumentView>,
    /// What the citizen pays for the fee, the principal aside.
    #[schema(value_type = i64)]
    pub price: Amount,
    /// Of the original, where this one takes back.
    pub derivation: Vec<DerivedLine>,
    pub refund: Option<RefundExplained>,
    /// Asked again today the tariff answers exactly what is stored.
    pub agrees: bool,
    /// Since when the licensee's own legs are held, if they are.
    pub held: Option<HeldSince>,
}

/// Law, bylaw, resolution or contract, with the clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct InstrumentView {
    pub key: String,
    pub title: String,
    pub number: Option<String>,
    pub date: Option<String>,
    pub clause: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DerivedLine {
    /// `part`, `base`, `price`, `group`, `source` or `leg`.
    #[schema(value_type = String)]
    pub subject: crate::domain::tariff::derivation::LineSubject,
    pub name: String,
    pub label: String,
    #[schema(value_type = i64)]
    pub amount: Amount,
    /// Who bears or earns it, and where it goes, if it is a source or a leg.
    pub role: Option<String>,
    pub party: Option<String>,
    pub deposit_identifier: Option<String>,
    /// Key of the instrument that orders it.
    pub instrument: Option<String>,
    /// Rule, base, arithmetic and rounding of each step.
    #[schema(value_type = Vec<Object>)]
    pub steps: Vec<StepText>,
    /// All of it as one sentence.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HeldSince {
    pub since: DateTime<Utc>,
    /// What releases it: `reinstatement` of the suspended licence.
    pub until: &'static str,
}

/// # Errors
/// `NotFound` unless the originator sees all, or acts for its licensee or its agency.
pub async fn explain_transaction(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    id: i64,
    language: Language,
) -> Done<TransactionExplained> {
    let details = show_transaction(conn, by, id).await?;
    let place = TransactionId::from_number(id);
    let asked = asked_at(conn, place.batch_id(), place.line()).await?;
    let asked = asked.ok_or_else(|| Failure::not_found("transaction", id))?;
    let own = allocation(conn, asked.allocation_id).await?;
    let priced = match (asked.original_id, own.kind) {
        (Some(original), 2) => {
            let place = TransactionId::from_number(original);
            let of_original = asked_at(conn, place.batch_id(), place.line()).await?;
            let of_original = of_original.ok_or_else(|| Failure::not_found("transaction", original))?;
            allocation(conn, of_original.allocation_id).await?
        }
        _ => own.clone(),
    };
    let version = tariff_row(conn, priced.tariff_version_id).await?;
    let tariff = Tariff::from_published(&version.document).map_err(|_| {
        Failure::Internal(format!(
            "the document of tariff version {} cannot be read",
            version.id
        ))
    })?;
    let answer = Answer::of(&tariff, &priced, details.transaction.principal, language)?;
    let refund = match asked.original_id {
        Some(original) => Some(explain_refund(conn, &tariff, original, &priced, &own, language).await?),
        None => None,
    };
    let agrees = answer.agrees && refund.as_ref().is_none_or(|refund| refund.agrees);
    Ok(TransactionExplained {
        held: held(conn, &details, asked.licence_id, at).await?,
        derivation: told(&answer.lines, &tariff, &details, language),
        instruments: instruments(&tariff),
        tariff_version: version.id,
        tariff_valid_from: version.valid_from,
        tariff_valid_until: version.valid_until,
        tariff_digest: hex::encode(&version.digest),
        price: answer.price,
        transaction: details,
        refund,
        agrees,
    })
}

/// What the tariff says to the stored question.
struct Answer {
    price: Amount,
    lines: Vec<Line>,
    agrees: bool,
}

impl Answer {
    fn of(tariff: &Tariff, priced: &AllocationRow, principal: Amount, language: Language) -> Done<Self> {
        let leg = Some(priced.activity_leg.clone()).filter(|leg| !leg.is_empty());
        let quantity = u32::try_from(priced.quantity).unwrap_or_default();
        let facts = priced.read_facts.as_deref().unwrap_or("{}");
        let asked_amount = Amount::from_minor(priced.asked_amount);
        let mut question = tariff
            .question_of_key(asked_amount, quantity, leg, facts)
            .ok_or_else(|| {
                Failure::Internal(format!("the facts of allocation {} cannot be read", priced.id))
            })?;
        if tariff.principal_term().is_some() && !principal.is_zero() {
            question.principal = Some(principal);
        }
        let (quote, derivation) = tariff.explain(&question).map_err(|refusal| {
            Failure::conflict("the_tariff_answers_what_it_answered", refusal.text(language))
        })?;
        let stored = |terms: &[i16], amounts: &[i64]| shares(terms, amounts);
        let asked = |side: &[Share]| -> Vec<(i16, i64)> {
            side.iter()
                .map(|share| (share.ordinal, share.amount.minor()))
                .collect()
        };
        let agrees = stored(&priced.source_terms, &priced.source_amounts)
            == asked(quote.allocation.sources())
            && stored(&priced.leg_terms, &priced.leg_amounts) == asked(quote.allocation.legs());
        Ok(Self {
            price: quote.price,
            lines: derivation.lines,
            agrees,
        })
    }
}

pub(super) async fn allocation(conn: &mut Connection, id: i64) -> Done<AllocationRow> {
    let found = allocations(conn, &[id]).await?.into_iter().next();
    found.ok_or_else(|| Failure::Internal(format!("allocation {id} is gone")))
}

async fn tariff_row(conn: &mut Connection, id: i32) -> Done<TariffRow> {
    let wanted = TariffsWanted {
        id: Some(id),
        ..TariffsWanted::default()
    };
    let found = list_tariffs(conn, &wanted, None, 1).await?.into_iter().next();
    found.ok_or_else(|| Failure::not_found("tariff version", id))
}

async fn held(
    conn: &mut Connection,
    details: &TransactionDetails,
    licence_id: i32,
    at: DateTime<Utc>,
) -> Done<Option<HeldSince>> {
    let Some(licence) = licence_of_id(conn, licence_id).await? else {
        return Ok(None);
    };
    let events = events_of(conn, &[licence_id]).await?;
    let events: Vec<_> = events.iter().collect();
    let stretch = held_stretch(&licence, &events, at);
    let stretch = stretch.filter(|stretch| details.transaction.occurred_at >= stretch.from);
    Ok(stretch.map(|stretch| HeldSince {
        since: stretch.from,
        until: "reinstatement",
    }))
}

fn instruments(tariff: &Tariff) -> Vec<InstrumentView> {
    let view = |(key, instrument): (&String, &crate::domain::tariff::document::Instrument)| InstrumentView {
        key: key.clone(),
        title: instrument.title.clone(),
        number: instrument.number.clone(),
        date: instrument.date.clone(),
        clause: instrument.clause.clone(),
    };
    tariff.instruments().iter().map(view).collect()
}

fn told(
    lines: &[Line],
    tariff: &Tariff,
    details: &TransactionDetails,
    language: Language,
) -> Vec<DerivedLine> {
    let line = |line: &Line| {
        let term = line.ordinal.and_then(|ordinal| tariff.term(ordinal));
        let share = term.and_then(|term| {
            let mut all = details.sources.iter().chain(&details.legs);
            all.find(|share| share.name == term.name && share.deposit_identifier == identifier(term))
        });
        DerivedLine {
            subject: line.subject,
            name: line.name.clone(),
            label: line.label(language).to_owned(),
            amount: line.amount,
            role: term.map(|term| term.role.as_str().to_owned()),
            party: share.and_then(|share| share.party.clone()),
            deposit_identifier: term.and_then(|term| term.deposit_identifier.clone()),
            instrument: line.instrument.clone(),
            steps: line.steps_in(language),
            text: line.text(language),
        }
    };
    lines.iter().map(line).collect()
}

fn identifier(term: &crate::domain::tariff::TermDeclaration) -> &str {
    term.deposit_identifier.as_deref().unwrap_or_default()
}
