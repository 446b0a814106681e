//! The mail that brings a statement: subject and two bodies. It is a notification with proof, not the record (money rule 27).
//! Never here: addresses, sending, national ids, account numbers or deposit identifiers.

use askama::Template;

use super::amounts::amount_with_unit;
use super::direction::isolated;
use super::statement_view::StatementView;
use super::statement_words::Words;
use crate::domain::language::Language;
use crate::domain::money::{Amount, AmountOverflow};
use crate::domain::statement::{DestinationPosition, Statement, StatementContent};

/// What a mail says, apart from to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    pub subject: String,
    pub text: String,
    pub html: String,
}

#[derive(Debug, thiserror::Error)]
pub enum MailFailure {
    #[error("the mail template cannot be filled: {0}")]
    Template(#[from] askama::Error),
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

/// The mail in the statement's language.
pub fn statement_mail(statement: &Statement) -> Result<MailText, MailFailure> {
    let letter = Letter::of(statement)?;
    Ok(MailText {
        subject: letter.subject.clone(),
        text: Text { letter: &letter }.render()?.replace("\r\n", "\n"),
        html: Html { letter: &letter }.render()?,
    })
}

/// The name of the attached PDF.
pub fn attachment_name(statement: &Statement) -> String {
    format!("{}.pdf", statement.content().number)
}

#[derive(Template)]
#[template(path = "mail/statement.txt", escape = "none")]
struct Text<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "mail/statement.html")]
struct Html<'a> {
    letter: &'a Letter,
}

struct Letter {
    view: StatementView,
    direction: &'static str,
    subject: String,
    greeting: String,
    opening: String,
    facts: Vec<Fact>,
    enclosed: &'static str,
    not_a_record: &'static str,
}

struct Fact {
    label: String,
    value: String,
}

impl Letter {
    fn of(statement: &Statement) -> Result<Self, AmountOverflow> {
        let content = statement.content();
        let view = StatementView::of(statement)?;
        let texts = texts(content.language, &view);
        Ok(Self {
            direction: if view.right_to_left { "rtl" } else { "ltr" },
            subject: texts.subject,
            greeting: texts.greeting,
            opening: texts.opening,
            facts: facts(content, &view)?,
            enclosed: texts.enclosed,
            not_a_record: texts.not_a_record,
            view,
        })
    }
}

struct Texts {
    subject: String,
    greeting: String,
    opening: String,
    enclosed: &'static str,
    not_a_record: &'static str,
}

fn texts(language: Language, view: &StatementView) -> Texts {
    let (network, party, period, interval) = (&view.network, &view.party, &view.period, &view.interval);
    match language {
        Language::Fa => Texts {
            subject: format!("صورت‌حساب {period} — {network}"),
            greeting: format!("{party}، با سلام"),
            opening: format!("صورت‌حساب {period} شما در {network} ({interval}) آماده است."),
            enclosed: "صورت‌حساب کامل، با ریز خدمات و محاسبه، به صورت PDF پیوست است.",
            not_a_record: "این نامه آگاهی‌رسانی است؛ سند معتبر همان صورت‌حساب شماره‌دار است که درستی آن را می‌توانید بسنجید.",
        },
        Language::En => Texts {
            subject: format!("Statement {period} — {network}"),
            greeting: format!("Dear {party},"),
            opening: format!("Your statement for {period} in the {network} ({interval}) is ready."),
            enclosed: "The whole statement, with every service and the arithmetic, is attached as a PDF.",
            not_a_record: "This mail is a notification; the record is the numbered statement, which you can verify.",
        },
    }
}

fn facts(content: &StatementContent, view: &StatementView) -> Result<Vec<Fact>, AmountOverflow> {
    let money = |amount: Amount| amount_with_unit(amount, &content.unit, content.language);
    let mut facts: Vec<Fact> = footing(content, view.words)?
        .into_iter()
        .map(|(label, amount)| Fact {
            label: label.to_owned(),
            value: money(amount),
        })
        .collect();
    let held = content.sum_of(|p| p.held)?;
    if !held.is_zero() {
        facts.push(Fact {
            label: format!("{} {}", view.words.of_it, view.words.held),
            value: money(held),
        });
    }
    Ok(facts)
}

/// Signed lines that add up to the last one, the closing balance; what did not move is left out where it seldom does, and a
/// balance where it would net one destination against another.
fn footing(content: &StatementContent, w: &Words) -> Result<Vec<(&'static str, Amount)>, AmountOverflow> {
    let balance = |label, line: fn(&DestinationPosition) -> Amount| {
        let balance = content.balance_of(|p| Ok(line(p)))?;
        Ok(balance.map(|balance| (label, balance, Shown::Always)))
    };
    let (opening, closing) = (
        balance(w.opening, |p| p.opening)?,
        balance(w.closing, |p| p.closing)?,
    );
    let moved = [
        (w.earned, content.sum_of(|p| p.earned)?, Shown::Always),
        (w.collected, -content.sum_of(|p| p.collected)?, Shown::Always),
        (w.memos, content.sum_of(|p| p.memos)?, Shown::IfMoved),
        (w.remitted, content.sum_of(|p| p.remitted)?, Shown::IfMoved),
        (w.returned, content.sum_of(|p| p.returned)?, Shown::IfMoved),
        (w.paid, -content.sum_of(|p| p.paid)?, Shown::Always),
    ];
    let lines = opening.into_iter().chain(moved).chain(closing);
    let shown = lines.filter(|(_, amount, shown)| *shown == Shown::Always || !amount.is_zero());
    Ok(shown.map(|(label, amount, _)| (label, amount)).collect())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Always,
    IfMoved,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::statement_words::words;
    use crate::domain::statement::{Movement, MovementKind, sample};

    fn mail(content: StatementContent) -> MailText {
        statement_mail(&Statement::new(content).unwrap()).unwrap()
    }

    #[test]
    fn a_persian_office_is_told_what_it_will_be_paid() {
        let mail = mail(sample::short(Language::Fa));
        insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text));
        assert!(mail.html.contains("dir=\"rtl\"") && mail.html.contains("۲٬۴۱۸٬۶۱۲"));
    }

    #[test]
    fn an_office_that_owes_is_told_until_when_to_remit() {
        let mail = mail(sample::owing(Language::En));
        insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text));
        assert!(mail.html.contains("dir=\"ltr\"") && mail.html.contains("1,047,500"));
    }

    #[test]
    fn the_figures_of_a_mail_add_up_to_its_closing_balance() {
        let (mut came_in, language) = (sample::owing(Language::En), Language::En);
        came_in.movements = vec![Movement {
            destination: None,
            kind: MovementKind::Remitted,
            booked_at: came_in.interval.from,
            reference: "SATNA-1".to_owned(),
            reason: String::new(),
            amount: Amount::from_minor(47_500),
        }];
        let position = &mut came_in.positions[0];
        position.remitted = Amount::from_minor(47_500);
        for figure in [&mut position.before, &mut position.payable, &mut position.closing] {
            *figure = Amount::from_minor(-1_000_000);
        }
        came_in.dues[0].amount = Amount::from_minor(1_000_000);
        Statement::new(came_in.clone()).unwrap();
        let samples = [
            sample::short(language),
            sample::long(language),
            sample::owing(language),
            sample::treasury(language),
            came_in,
        ];
        for content in samples {
            let mut lines = footing(&content, words(language)).unwrap();
            let (_, closing) = lines.pop().unwrap();
            assert_eq!(
                Amount::sum(lines.iter().map(|(_, amount)| *amount)),
                Ok(closing),
                "{lines:?}"
            );
        }
    }

    #[test]
    fn no_deposit_identifier_stands_in_a_mail() {
        let content = sample::treasury(Language::Fa);
        let identifier = content.positions[0].destination.clone().unwrap();
        let mail = mail(content);
        assert!(!mail.text.contains(&identifier) && !mail.html.contains(&identifier));
    }

    #[test]
    fn a_name_with_markup_stays_text() {
        let mut content = sample::short(Language::En);
        content.party.names.en = "<script>alert(1)</script>".to_owned();
        assert!(!mail(content).html.contains("<script>"));
    }
}
