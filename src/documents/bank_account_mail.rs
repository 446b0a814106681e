//! The mail that tells a party of another account to which its payouts will go: subject and two bodies (money rule 20). It is a
//! notification, not the record. Never here: addresses, sending, account numbers.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::dates;
use super::statement_mail::{MailFailure, MailText};
use crate::domain::language::Language;

/// Another account of a party, in the name that it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountChange {
    pub party: String,
    /// Nothing is paid into it before.
    pub paid_from: DateTime<Utc>,
    pub zone: Tz,
    pub language: Language,
}

/// The mail to its party, in the party's language.
pub fn bank_account_mail(change: &AccountChange) -> Result<MailText, MailFailure> {
    let paid_from = dates::moment(change.paid_from, change.zone, change.language);
    let letter = match change.language {
        Language::Fa => persian(&change.party, &paid_from),
        Language::En => english(&change.party, &paid_from),
    };
    Ok(MailText {
        subject: letter.subject.to_owned(),
        text: Text { letter: &letter }.render()?,
        html: Html { letter: &letter }.render()?,
    })
}

#[derive(Template)]
#[template(path = "mail/bank_account.txt", escape = "none")]
struct Text<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "mail/bank_account.html")]
struct Html<'a> {
    letter: &'a Letter,
}

struct Letter {
    language: &'static str,
    direction: &'static str,
    subject: &'static str,
    greeting: String,
    opening: String,
    request: &'static str,
    not_a_record: &'static str,
}

fn persian(party: &str, paid_from: &str) -> Letter {
    Letter {
        language: "fa",
        direction: "rtl",
        subject: "تغییر حساب بانکی برای پرداخت به شما",
        greeting: format!("{party}، با سلام"),
        opening: format!(
            "حساب بانکی دیگری برای پرداخت به شما ثبت و تأیید شده است. پیش از {paid_from}، مبلغی به آن پرداخت نمی‌شود."
        ),
        request: "اگر این تغییر را نخواسته‌اید، پیش از آن زمان به شبکه‌ای که به شما پرداخت می‌کند خبر دهید؛ تا آن زمان می‌توان جلوی تغییر را گرفت.",
        not_a_record: "این نامه آگاهی‌رسانی است. شمارهٔ حساب هرگز در نامه‌ها نوشته نمی‌شود.",
    }
}

fn english(party: &str, paid_from: &str) -> Letter {
    Letter {
        language: "en",
        direction: "ltr",
        subject: "You will be paid into another bank account",
        greeting: format!("Dear {party},"),
        opening: format!(
            "Another bank account for payouts to you has been entered and approved. Nothing is paid into it before {paid_from}."
        ),
        request: "If you did not ask for this, tell the network that pays you before then: until then the change can be stopped.",
        not_a_record: "This mail is a notification. Account numbers are never written in mails.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(party: &str, language: Language) -> MailText {
        bank_account_mail(&AccountChange {
            party: party.to_owned(),
            paid_from: "2026-03-24T09:00:00Z".parse().unwrap(),
            zone: Tz::Asia__Tehran,
            language,
        })
        .unwrap()
    }

    #[test]
    fn a_party_is_told_in_its_language_until_when_it_may_object() {
        let fa = mail("دفتر آزادی", Language::Fa);
        assert!(fa.text.contains("دفتر آزادی، با سلام"), "{}", fa.text);
        assert!(
            fa.text.contains("پیش از ۴ فروردین ۱۴۰۵، ساعت ۱۲:۳۰، مبلغی"),
            "{}",
            fa.text
        );
        assert!(fa.html.contains("dir=\"rtl\""));
        let en = mail("Azadi <office>", Language::En);
        let paragraphs = [
            "Dear Azadi <office>,",
            "Another bank account for payouts to you has been entered and approved. Nothing is paid into it before 24 March 2026, 12:30.",
            "If you did not ask for this, tell the network that pays you before then: until then the change can be stopped.",
            "This mail is a notification. Account numbers are never written in mails.",
        ];
        assert_eq!(en.text.trim_end(), paragraphs.join("\n\n"));
        for paragraph in &paragraphs[1..] {
            assert!(en.html.contains(paragraph), "{paragraph} in {}", en.html);
        }
        assert!(
            en.html.contains("dir=\"ltr\"") && !en.html.contains("<office>"),
            "{}",
            en.html
        );
    }
}
