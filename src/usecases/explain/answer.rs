//! An allocation explained: the tariff version that answers its question, the instruments that it cites, each line with its
//! steps. Never here: whose transaction it is, presenting it in a shell.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::refund::{RefundExplained, explain_refund};
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::tariff::derivation::{Line, LineSubject, StepText};
use crate::domain::tariff::document::Instrument;
use crate::domain::tariff::{Derivation, Share, Side, Tariff, TermDeclaration};
use crate::domain::transaction::TransactionId;
use crate::domain::zone::by_name;
use crate::store::Connection;
use crate::store::allocation::shares;
use crate::store::reading::explanation::asked_at;
use crate::store::reading::tariff::{TariffRow, TariffsWanted, list_tariffs};
use crate::store::verification::content::{AllocationRow, allocations};
use crate::usecases::network::network_of_code;
use crate::usecases::reading::transactions::ShareView;
use crate::usecases::{Done, Failure};

/// What a tariff version answers, line by line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AnswerExplained {
    pub tariff_version: i32,
    pub tariff_valid_from: DateTime<Utc>,
    pub tariff_valid_until: Option<DateTime<Utc>>,
    /// Of the network: people read its moments in it.
    #[schema(value_type = String, example = "Asia/Tehran")]
    #[serde(serialize_with = "by_name::serialize")]
    pub time_zone: Tz,
    /// SHA-256 of its document, in hexadecimal digits.
    pub tariff_digest: String,
    /// What its lines cite.
    pub instruments: Vec<InstrumentView>,
    /// What the citizen pays for the fee, the principal aside.
    #[schema(value_type = i64)]
    pub price: Amount,
    /// Of the original, where something is taken back.
    pub derivation: Vec<DerivedLine>,
}

/// An allocation that any number of transactions share.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AllocationExplained {
    pub allocation: i64,
    #[serde(flatten)]
    pub answer: AnswerExplained,
    /// Of the allocation of a part that was taken back.
    pub refund: Option<RefundExplained>,
    /// Asked again today the tariff answers exactly what is stored.
    pub agrees: bool,
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
    pub subject: LineSubject,
    pub name: String,
    pub label: String,
    #[schema(value_type = i64)]
    pub amount: Amount,
    /// Who bears or earns it, and where it goes, if it is a source or a leg.
    pub role: Option<String>,
    /// Absent where many transactions share the allocation.
    pub party: Option<String>,
    pub deposit_identifier: Option<String>,
    /// Key of the instrument that orders it.
    pub instrument: Option<String>,
    /// Rule, base, arithmetic and rounding of each step.
    pub steps: Vec<StepView>,
    /// All of it as one sentence.
    pub text: String,
}

/// One step of a derivation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StepView {
    pub rule: String,
    pub base: Option<String>,
    pub arithmetic: String,
    pub rounding: Option<String>,
}

impl From<StepText> for StepView {
    fn from(step: StepText) -> Self {
        Self {
            rule: step.rule,
            base: step.base,
            arithmetic: step.arithmetic,
            rounding: step.rounding,
        }
    }
}

/// An allocation of the database asked again of its tariff.
pub(super) struct Asked {
    pub tariff: Tariff,
    version: TariffRow,
    time_zone: Tz,
    price: Amount,
    derivation: Derivation,
    /// The tariff answers what is stored.
    pub agrees: bool,
}

impl Asked {
    /// Asks the tariff version what the stored allocation answers.
    pub async fn again(conn: &mut Connection, priced: &AllocationRow, language: Language) -> Done<Self> {
        let version = tariff_row(conn, priced.tariff_version_id).await?;
        let tariff = Tariff::from_published(&version.document).map_err(|_| {
            Failure::Internal(format!(
                "the document of tariff version {} cannot be read",
                version.id
            ))
        })?;
        let leg = Some(priced.activity_leg.clone()).filter(|leg| !leg.is_empty());
        let quantity = u32::try_from(priced.quantity).unwrap_or_default();
        let facts = priced.read_facts.as_deref().unwrap_or("{}");
        let question = tariff
            .question_of_key(Amount::from_minor(priced.asked_amount), quantity, leg, facts)
            .ok_or_else(|| {
                Failure::Internal(format!("the facts of allocation {} cannot be read", priced.id))
            })?;
        let (quote, derivation) = tariff.explain(&question).map_err(|refusal| {
            Failure::conflict("the_tariff_answers_what_it_answered", refusal.text(language))
        })?;
        let (sources, legs) = (quote.allocation.sources(), quote.allocation.legs());
        Ok(Self {
            agrees: shares(&priced.source_terms, &priced.source_amounts) == asked(sources)
                && shares(&priced.leg_terms, &priced.leg_amounts) == asked(legs),
            time_zone: network_of_code(conn, &version.network).await?.time_zone,
            price: quote.price,
            tariff,
            version,
            derivation,
        })
    }

    /// `of`: the sources and the legs of the transaction whose parties play the roles, if it is one.
    pub fn explained(&self, of: (&[ShareView], &[ShareView]), language: Language) -> AnswerExplained {
        AnswerExplained {
            tariff_version: self.version.id,
            tariff_valid_from: self.version.valid_from,
            tariff_valid_until: self.version.valid_until,
            time_zone: self.time_zone,
            tariff_digest: hex::encode(&self.version.digest),
            instruments: instruments(&self.tariff),
            price: self.price,
            derivation: self
                .derivation
                .lines
                .iter()
                .map(|line| self.derived(line, of, language))
                .collect(),
        }
    }

    fn derived(
        &self,
        line: &Line,
        (sources, legs): (&[ShareView], &[ShareView]),
        language: Language,
    ) -> DerivedLine {
        let term = line.ordinal.and_then(|ordinal| self.tariff.term(ordinal));
        let share = term.and_then(|term| {
            let own_side = match term.side {
                Side::Source => sources,
                Side::Leg => legs,
            };
            own_side
                .iter()
                .find(|share| share.name == term.name && share.deposit_identifier == identifier(term))
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
            steps: line.steps_in(language).into_iter().map(StepView::from).collect(),
            text: line.text_in(language),
        }
    }
}

/// An allocation by itself: of a part that was taken back, with the original's.
pub(super) async fn explain_allocation(
    conn: &mut Connection,
    id: i64,
    language: Language,
) -> Done<AllocationExplained> {
    let own = allocation(conn, id).await?;
    let original = match own.original_id {
        Some(original) => Some((original, allocation_of(conn, original).await?)),
        None => None,
    };
    let asked = Asked::again(
        conn,
        original.as_ref().map_or(&own, |(_, priced)| priced),
        language,
    )
    .await?;
    let refund = match &original {
        Some((id, priced)) => Some(explain_refund(conn, &asked.tariff, *id, priced, &own, language).await?),
        None => None,
    };
    Ok(AllocationExplained {
        allocation: id,
        answer: asked.explained((&[], &[]), language),
        agrees: asked.agrees && refund.as_ref().is_none_or(|refund| refund.agrees),
        refund,
    })
}

pub(super) async fn allocation(conn: &mut Connection, id: i64) -> Done<AllocationRow> {
    let found = allocations(conn, &[id]).await?.into_iter().next();
    found.ok_or_else(|| Failure::Internal(format!("allocation {id} is gone")))
}

/// The allocation of a transaction.
pub(super) async fn allocation_of(conn: &mut Connection, transaction: i64) -> Done<AllocationRow> {
    let place = TransactionId::from_number(transaction);
    let found = asked_at(conn, place.batch_id(), place.line()).await?;
    let found = found.ok_or_else(|| Failure::not_found("transaction", transaction))?;
    allocation(conn, found.allocation_id).await
}

async fn tariff_row(conn: &mut Connection, id: i32) -> Done<TariffRow> {
    let wanted = TariffsWanted {
        id: Some(id),
        ..TariffsWanted::default()
    };
    let found = list_tariffs(conn, &wanted, None, 1).await?.into_iter().next();
    found.ok_or_else(|| Failure::not_found("tariff version", id))
}

fn asked(side: &[Share]) -> Vec<(i16, i64)> {
    side.iter()
        .map(|share| (share.ordinal, share.amount.minor()))
        .collect()
}

fn instruments(tariff: &Tariff) -> Vec<InstrumentView> {
    let view = |(key, instrument): (&String, &Instrument)| InstrumentView {
        key: key.clone(),
        title: instrument.title.clone(),
        number: instrument.number.clone(),
        date: instrument.date.clone(),
        clause: instrument.clause.clone(),
    };
    tariff.instruments().iter().map(view).collect()
}

fn identifier(term: &TermDeclaration) -> &str {
    term.deposit_identifier.as_deref().unwrap_or_default()
}
