//! `daftar explain`: why a transaction's legs, or a line of a statement, are what they are. Never here: arithmetic.

mod words;

use std::fmt::Write;

use clap::Args;

pub(super) use self::words::moment;
use self::words::{Words, digits_of};
use super::acting::connected;
use super::list;
use super::output;
use crate::domain::language::Language;
use crate::domain::money::Amount;
use crate::domain::originator::Originator;
use crate::domain::page::Asked;
use crate::domain::tariff::Side;
use crate::domain::tariff::derivation::amount_text;
use crate::domain::wording::{holder_in, kind_in, role_in, side_in, transaction_kind_in};
use crate::host::{Host, clock};
use crate::usecases::explain::{
    AllocationExplained, AnswerExplained, DerivedLine, GroupView, InstrumentView, LineName,
    PrincipalExplained, RefundExplained, RefundShare, StatedTotal, StatementLineExplained,
    TransactionExplained, explain_statement_line, explain_transaction,
};
use crate::usecases::{Done, Failure};

/// Why a figure is what it is, down to tariff version, clause and rounding step.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A transaction's id, or a line of a statement as NUMBER:SERVICE or NUMBER:SERVICE:COMPONENT, such as
    /// pishkhan-office-1001-IRR-0001:passport:wage (COMPONENT is a kind: fee, wage, commission, levy, duty, tax, …)
    #[arg(value_name = "TRANSACTION|STATEMENT-LINE")]
    pub what: String,
    /// The language of the explanation: fa or en.
    #[arg(long, default_value = "en", value_parser = super::tariff::language)]
    pub lang: Language,
    /// Of a statement's line: list its transactions after this id.
    #[arg(long, value_name = "ID")]
    pub after: Option<i64>,
    /// Of a statement's line: so many transactions.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = list::rows())]
    pub limit: u32,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

pub async fn carry_out(args: &ExplainArgs, host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    let by = Originator::host();
    if let Ok(id) = args.what.parse::<i64>() {
        let explained = explain_transaction(&mut conn, &by, clock::now(), id, args.lang).await?;
        return Ok(output::answer(args.json, &explained, |explained| {
            transaction_text(explained, args.lang)
        }));
    }
    let line: LineName = args
        .what
        .parse()
        .map_err(|error: crate::usecases::explain::NoLineName| {
            Failure::invalid(
                "what",
                "a_figure_is_named",
                format!("a transaction's id, or: {error}"),
            )
        })?;
    let asked = Asked {
        after: args.after,
        rows: args.limit,
    };
    let explained = explain_statement_line(&mut conn, &by, &line, &asked, args.lang).await?;
    Ok(output::answer(args.json, &explained, |explained| {
        line_text(explained, args.lang)
    }))
}

fn transaction_text(explained: &TransactionExplained, language: Language) -> String {
    let words = Words::of(language);
    let transaction = &explained.transaction.transaction;
    let zone = explained.answer.time_zone;
    let mut text = format!(
        "{} {}: {} {} · {} · {} · {} · {}: {}\n",
        words.transaction,
        digits_of(language, transaction.id),
        transaction_kind_in(language, transaction.kind),
        amount_text(language, transaction.amount),
        transaction.service,
        transaction.office,
        moment(language, transaction.occurred_at, zone),
        words.money,
        holder_in(language, transaction.holder)
    );
    text += &answer_text(&explained.answer, &words, language);
    if let Some(principal) = &explained.principal {
        let _ = writeln!(text, "{}", principal_text(principal, &words, language));
    }
    if let Some(refund) = &explained.refund {
        text += &refund_text(refund, &words, language);
    }
    if let Some(held) = &explained.held {
        let since = moment(language, held.since, zone);
        let places = held.destinations.iter().filter(|place| !place.is_empty());
        let places: Vec<String> = places.map(|place| format!(" [{place}]")).collect();
        let places = places.concat();
        let _ = writeln!(text, "{} {since}{places}: {}", words.held, words.reinstatement);
    }
    text + words.agreement(explained.agrees)
}

/// The tariff version, what it cites, and each line down to its rounding.
fn answer_text(answer: &AnswerExplained, words: &Words, language: Language) -> String {
    let told = |at| moment(language, at, answer.time_zone);
    let until = answer.tariff_valid_until.map_or_else(|| "…".to_owned(), told);
    let mut text = format!(
        "{} {} [{} – {until}) sha256 {}\n",
        words.tariff,
        digits_of(language, answer.tariff_version),
        told(answer.tariff_valid_from),
        answer.tariff_digest
    );
    for instrument in &answer.instruments {
        let _ = writeln!(text, "  {}", instrument_text(instrument, words, language));
    }
    for line in &answer.derivation {
        let _ = writeln!(text, "{}", derived_text(line, language));
    }
    text
}

fn instrument_text(instrument: &InstrumentView, words: &Words, language: Language) -> String {
    let clause = instrument.clause.as_ref().map(|clause| {
        // Many write the word themselves.
        if clause.starts_with(words.clause) {
            clause.clone()
        } else {
            format!("{} {clause}", words.clause)
        }
    });
    let parts = [instrument.number.clone(), instrument.date.clone(), clause];
    let told = parts.into_iter().flatten().map(|part| digits_of(language, part));
    let told: Vec<String> = told.collect();
    format!(
        "[{}] {} {}",
        instrument.key,
        instrument.title,
        told.join(words.comma)
    )
}

fn derived_text(line: &DerivedLine, language: Language) -> String {
    let whose = match (&line.role, &line.party) {
        (Some(role), Some(party)) => format!(" → {} {party}", role_in(language, role)),
        (Some(role), None) => format!(" → {}", role_in(language, role)),
        (None, _) => String::new(),
    };
    let by = into_and_by(line.deposit_identifier.as_ref(), line.instrument.as_ref());
    format!("  {}{whose}{by}", line.text)
}

/// Under which deposit identifier a share goes, and by which instrument.
pub(super) fn into_and_by(deposit_identifier: Option<&String>, instrument: Option<&String>) -> String {
    let by = instrument.map_or_else(String::new, |key| format!(" [{key}]"));
    into_text(deposit_identifier) + &by
}

fn into_text(deposit_identifier: Option<&String>) -> String {
    deposit_identifier.map_or_else(String::new, |identifier| format!(" #{identifier}"))
}

fn principal_text(principal: &PrincipalExplained, words: &Words, language: Language) -> String {
    let arrow = arrow(principal.side);
    format!(
        "  {} {} = {}: {} {arrow} {} {}{} [{}]",
        words.principal,
        principal.name,
        amount_text(language, principal.amount),
        words.passes_whole,
        role_in(language, &principal.role),
        principal.party.as_deref().unwrap_or_default(),
        into_text(principal.deposit_identifier.as_ref()),
        principal.instrument
    )
}

/// To whom a principal passes that was collected, or from whom one came that was paid out.
pub(super) const fn arrow(side: Side) -> char {
    match side {
        Side::Leg => '→',
        Side::Source => '←',
    }
}

fn refund_text(refund: &RefundExplained, words: &Words, language: Language) -> String {
    let ordinal = refund.ordinal.map_or_else(
        || words.whole.to_owned(),
        |ordinal| format!("{} {}", words.refund, digits_of(language, ordinal)),
    );
    let original = digits_of(language, refund.original_id);
    let mut text = format!("{} {original}: {ordinal}\n", words.of_original);
    let mut side = |shares: &[RefundShare]| {
        for share in shares {
            let taken = amount_text(language, share.line.taken);
            let _ = writeln!(text, "  {} = {taken}: {}", share.label, share.text);
        }
    };
    side(&refund.sources);
    side(&refund.legs);
    text
}

fn line_text(explained: &StatementLineExplained, language: Language) -> String {
    let words = Words::of(language);
    let mut text = format!(
        "{} · {} · {}\n",
        explained.statement, explained.party, explained.service
    );
    for total in &explained.totals {
        text += &total_text(total, &words, language);
        for group in explained.groups.iter().filter(|group| total.sums(group)) {
            text += &group_text(group, &words, language);
        }
    }
    if explained.more_groups {
        let _ = writeln!(text, "{}", words.more_groups);
    }
    for allocation in &explained.allocations {
        text += &allocation_text(allocation, &words, language);
    }
    if explained.more_allocations {
        let _ = writeln!(text, "{}", words.more_allocations);
    }
    for row in &explained.transactions {
        let _ = writeln!(
            text,
            "{} {} {} {} {}",
            digits_of(language, row.id),
            row.office,
            row.reference,
            signed(Sign::Plus, row.earned, language),
            signed(Sign::Minus, row.collected, language)
        );
    }
    if let Some(after) = explained.next_after {
        let _ = writeln!(text, "{} --after {after}", words.more);
    }
    text + words.agreement(explained.agrees)
}

/// Whether a figure adds to what is owed to a party, or takes off it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Plus,
    Minus,
}

/// A figure with its sign; one below zero, which takes back, has the other.
fn signed(sign: Sign, amount: Amount, language: Language) -> String {
    let told = amount_text(language, amount);
    match (sign, told.strip_prefix('-')) {
        (Sign::Plus, None) => format!("+{told}"),
        (Sign::Plus, Some(size)) => format!("−{size}"),
        (Sign::Minus, None) => format!("−{told}"),
        (Sign::Minus, Some(size)) => format!("+{size}"),
    }
}

fn total_text(total: &StatedTotal, words: &Words, language: Language) -> String {
    format!(
        "{} · {} · {}{}: {} ({} {})\n",
        side_in(language, total.side),
        kind_in(language, &total.component),
        transaction_kind_in(language, total.kind),
        if total.earlier { words.earlier } else { "" },
        amount_text(language, total.stated),
        digits_of(language, total.count),
        words.transactions
    )
}

fn group_text(group: &GroupView, words: &Words, language: Language) -> String {
    let takes_back = group.amount.is_negative() != group.each.is_negative();
    let times = if takes_back { -group.count } else { group.count };
    format!(
        "  {} × {} = {} · {} · {} {} · {} {}\n",
        digits_of(language, times),
        amount_text(language, group.each),
        amount_text(language, group.amount),
        group.term,
        words.tariff,
        digits_of(language, group.tariff_version),
        words.allocation,
        digits_of(language, group.allocation)
    )
}

fn allocation_text(explained: &AllocationExplained, words: &Words, language: Language) -> String {
    let allocation = digits_of(language, explained.allocation);
    let mut text = format!("{} {allocation}: ", words.allocation);
    text += &answer_text(&explained.answer, words, language);
    if let Some(refund) = &explained.refund {
        text += &refund_text(refund, words, language);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_back_has_the_other_sign() {
        let signed = |sign, minor, language| signed(sign, Amount::from_minor(minor), language);
        for (minor, earned, collected) in [(18, "+18", "−18"), (0, "+0", "−0"), (-1_018, "−1,018", "+1,018")]
        {
            assert_eq!(signed(Sign::Plus, minor, Language::En), earned);
            assert_eq!(signed(Sign::Minus, minor, Language::En), collected);
        }
        assert_eq!(signed(Sign::Plus, -18, Language::Fa), "−۱۸");
    }
}
