//! The mail that tells a party of another account to which its payouts will go: subject and two bodies (money rule 20). It is a
//! notification, not the record. Never here: addresses, sending, account numbers.

use askama::Template;

use super::statement_mail::{MailFailure, MailText};
use crate::domain::bank_account::COOLING_OFF;
use crate::domain::digits::in_digits_of;
use crate::domain::language::Language;

/// The mail to a party of this name.
pub fn bank_account_mail(party: &str, language: Language) -> Result<MailText, MailFailure> {
    let hours = in_digits_of(language, &COOLING_OFF.num_hours().to_string());
    let letter = match language {
        Language::Fa => persian(party, &hours),
        Language::En => english(party, &hours),
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

fn persian(party: &str, hours: &str) -> Letter {
    Letter {
        language: "fa",
        direction: "rtl",
        subject: "حساب بانکی شما برای واریز تغییر می‌کند",
        greeting: format!("{party}، با سلام"),
        opening: format!(
            "حساب بانکی دیگری برای پرداخت به شما ثبت و تأیید شد. تا {hours} ساعت پس از این نامه چیزی به آن پرداخت نمی‌شود."
        ),
        request: "اگر این تغییر را شما نخواسته‌اید، پیش از آن به امور مالی شبکه خبر دهید.",
        not_a_record: "این نامه آگاهی‌رسانی است. شمارهٔ حساب در نامه نوشته نمی‌شود.",
    }
}

fn english(party: &str, hours: &str) -> Letter {
    Letter {
        language: "en",
        direction: "ltr",
        subject: "The bank account to which you are paid changes",
        greeting: format!("Dear {party},"),
        opening: format!(
            "another bank account for payouts to you was entered and approved. Nothing is paid into it within {hours} hours of \
             this mail."
        ),
        request: "If you did not ask for this, tell the network's finance office before then.",
        not_a_record: "This mail is a notification. Account numbers are not written in mails.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_is_told_in_its_language_how_long_it_may_object() {
        let fa = bank_account_mail("دفتر آزادی", Language::Fa).unwrap();
        assert!(fa.text.contains("دفتر آزادی، با سلام"), "{}", fa.text);
        assert!(fa.text.contains("تا ۷۲ ساعت پس از این نامه"), "{}", fa.text);
        assert!(fa.html.contains("dir=\"rtl\""));
        let en = bank_account_mail("Azadi <office>", Language::En).unwrap();
        assert!(en.text.contains("within 72 hours of this mail"), "{}", en.text);
        assert!(
            en.html.contains("dir=\"ltr\"") && !en.html.contains("<office>"),
            "{}",
            en.html
        );
    }
}
