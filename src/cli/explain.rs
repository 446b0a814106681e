//! `daftar explain`: why a transaction's legs, or a line of a statement, are what they are. Never here: arithmetic.

use std::fmt::Write;

use clap::Args;
use serde_json::json;

use crate::domain::language::Language;
use crate::domain::originator::Originator;
use crate::domain::page::Asked;
use crate::domain::tariff::derivation::amount_text;
use crate::host::{Host, clock};
use crate::usecases::explain::{
    DerivedLine, InstrumentView, LineName, RefundExplained, RefundShare, StatementLineExplained,
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
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

pub async fn carry_out(args: &ExplainArgs, host: &Host) -> Done<String> {
    let mut conn = host
        .connection()
        .await
        .map_err(|error| Failure::Unavailable(error.to_string()))?;
    let by = Originator::host();
    if let Ok(id) = args.what.parse::<i64>() {
        let explained = explain_transaction(&mut conn, &by, clock::now(), id, args.lang).await?;
        return Ok(if args.json {
            json!(explained).to_string()
        } else {
            transaction_text(&explained, args.lang)
        });
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
    let explained = explain_statement_line(&mut conn, &by, &line, &asked).await?;
    Ok(if args.json {
        json!(explained).to_string()
    } else {
        line_text(&explained, args)
    })
}

fn transaction_text(explained: &TransactionExplained, language: Language) -> String {
    let words = Words::of(language);
    let transaction = &explained.transaction.transaction;
    let mut text = format!(
        "{} {}: {} {} · {} · {} · {}\n",
        words.transaction,
        transaction.id,
        transaction.kind,
        amount_text(language, transaction.amount),
        transaction.service,
        transaction.office,
        transaction.occurred_at
    );
    let until = explained
        .tariff_valid_until
        .map_or_else(|| "…".to_owned(), |until| until.to_string());
    let _ = writeln!(
        text,
        "{} {} [{} – {until}) sha256 {}",
        words.tariff, explained.tariff_version, explained.tariff_valid_from, explained.tariff_digest
    );
    for instrument in &explained.instruments {
        let _ = writeln!(text, "  {}", instrument_text(instrument, &words));
    }
    for line in &explained.derivation {
        let _ = writeln!(text, "{}", derived_text(line));
    }
    if let Some(refund) = &explained.refund {
        text += &refund_text(refund, &words, language);
    }
    if let Some(held) = &explained.held {
        let _ = writeln!(text, "{} {}: {}", words.held, held.since, words.reinstatement);
    }
    text + if explained.agrees {
        words.agrees
    } else {
        words.differs
    }
}

fn instrument_text(instrument: &InstrumentView, words: &Words) -> String {
    let clause = instrument.clause.as_ref().map(|clause| {
        // Many write the word themselves.
        if clause.starts_with(words.clause) {
            clause.clone()
        } else {
            format!("{} {clause}", words.clause)
        }
    });
    let parts = [instrument.number.clone(), instrument.date.clone(), clause];
    let told: Vec<String> = parts.into_iter().flatten().collect();
    format!("[{}] {} {}", instrument.key, instrument.title, told.join(", "))
}

fn derived_text(line: &DerivedLine) -> String {
    let whose = match (&line.role, &line.party) {
        (Some(role), Some(party)) => format!(" → {role} {party}"),
        (Some(role), None) => format!(" → {role}"),
        (None, _) => String::new(),
    };
    let into = line
        .deposit_identifier
        .as_ref()
        .map_or_else(String::new, |identifier| format!(" #{identifier}"));
    let by = line
        .instrument
        .as_ref()
        .map_or_else(String::new, |key| format!(" [{key}]"));
    format!("  {}{whose}{into}{by}", line.text)
}

fn refund_text(refund: &RefundExplained, words: &Words, language: Language) -> String {
    let ordinal = refund.ordinal.map_or_else(
        || words.whole.to_owned(),
        |ordinal| format!("{} {ordinal}", words.refund),
    );
    let mut text = format!("{} {}: {ordinal}\n", words.of_original, refund.original_id);
    let mut side = |shares: &[RefundShare]| {
        for share in shares {
            let taken = amount_text(language, share.line.taken);
            let _ = writeln!(text, "  {} = {taken}: {}", share.name, share.text);
        }
    };
    side(&refund.sources);
    side(&refund.legs);
    text
}

fn line_text(explained: &StatementLineExplained, args: &ExplainArgs) -> String {
    let language = args.lang;
    let words = Words::of(language);
    let told = |amount| amount_text(language, amount);
    let mut text = format!(
        "{} · {} · {}\n",
        explained.statement, explained.party, explained.service
    );
    for total in &explained.totals {
        let earlier = if total.earlier { words.earlier } else { "" };
        let _ = writeln!(
            text,
            "{} {} {}{earlier}: {} ({} {})",
            total.side,
            total.component,
            total.kind,
            told(total.stated),
            total.count,
            words.transactions
        );
        let own = explained.groups.iter().filter(|group| {
            (group.side, &group.component, group.kind, group.earlier)
                == (total.side, &total.component, total.kind, total.earlier)
        });
        for group in own {
            let _ = writeln!(
                text,
                "  {} × {} = {} · {} · {} {} · {} {}",
                group.count,
                told(group.each),
                told(group.amount),
                group.term,
                words.tariff,
                group.tariff_version,
                words.allocation,
                group.allocation
            );
        }
    }
    for row in &explained.transactions {
        let _ = writeln!(
            text,
            "{} {} {} +{} −{}",
            row.id,
            row.office,
            row.reference,
            told(row.earned),
            told(row.collected)
        );
    }
    if let Some(after) = explained.next_after {
        let _ = writeln!(text, "{} --after {after}", words.more);
    }
    text + if explained.agrees {
        words.agrees
    } else {
        words.differs
    }
}

/// What is said in both languages.
struct Words {
    transaction: &'static str,
    tariff: &'static str,
    clause: &'static str,
    held: &'static str,
    reinstatement: &'static str,
    of_original: &'static str,
    refund: &'static str,
    whole: &'static str,
    earlier: &'static str,
    transactions: &'static str,
    allocation: &'static str,
    more: &'static str,
    agrees: &'static str,
    differs: &'static str,
}

impl Words {
    const fn of(language: Language) -> Self {
        match language {
            Language::En => Self {
                transaction: "transaction",
                tariff: "tariff version",
                clause: "clause",
                held: "held since",
                reinstatement: "until the suspended licence is reinstated",
                of_original: "takes back",
                refund: "refund number",
                whole: "all of it at once",
                earlier: " (earlier periods)",
                transactions: "transactions",
                allocation: "allocation",
                more: "more with",
                agrees: "asked again today, it comes out the same",
                differs: "ASKED AGAIN TODAY, IT COMES OUT OTHERWISE",
            },
            Language::Fa => Self {
                transaction: "تراکنش",
                tariff: "نسخهٔ تعرفه",
                clause: "بند",
                held: "مسدود از",
                reinstatement: "تا رفع تعلیق پروانه",
                of_original: "برگشت تراکنش",
                refund: "برگشت شمارهٔ",
                whole: "همه یک‌جا",
                earlier: " (اقلام دوره‌های پیش)",
                transactions: "تراکنش",
                allocation: "تسهیم",
                more: "ادامه با",
                agrees: "امروز هم از نو پرسیده شود، همین است",
                differs: "امروز از نو پرسیده شود، این نیست",
            },
        }
    }
}
