//! The mail that reminds of a licence's end: subject and two bodies. It is a notification, not the record (money rule 27).
//! Never here: addresses, sending, when it is due.

use askama::Template;
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::dates;
use super::statement_mail::{MailFailure, MailText};
use crate::domain::digits::in_digits_of;
use crate::domain::language::Language;

/// A licence that ends, in the names that its licensee reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceEnding {
    pub licensee: String,
    pub office: String,
    pub office_code: String,
    pub network: String,
    /// Exclusive: the office works to the day before, or to the moment.
    pub valid_until: DateTime<Utc>,
    pub zone: Tz,
    pub language: Language,
}

/// The reminder as it reads at `at`, in the licensee's language.
pub fn licence_mail(ending: &LicenceEnding, at: DateTime<Utc>) -> Result<MailText, MailFailure> {
    let letter = match ending.language {
        Language::Fa => persian(ending, at),
        Language::En => english(ending, at),
    };
    Ok(MailText {
        subject: letter.subject.clone(),
        text: Text { letter: &letter }.render()?,
        html: Html { letter: &letter }.render()?,
    })
}

#[derive(Template)]
#[template(path = "mail/licence.txt", escape = "none")]
struct Text<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "mail/licence.html")]
struct Html<'a> {
    letter: &'a Letter,
}

struct Letter {
    language: &'static str,
    direction: &'static str,
    network: String,
    subject: String,
    greeting: String,
    opening: String,
    last_day_label: &'static str,
    last_day: String,
    request: &'static str,
    not_a_record: &'static str,
}

fn persian(ending: &LicenceEnding, at: DateTime<Utc>) -> Letter {
    let LicenceEnding {
        office,
        licensee,
        network,
        ..
    } = ending;
    let (days, code) = (left(ending, at), in_digits_of(Language::Fa, &ending.office_code));
    let last_day = last_day(ending);
    Letter {
        language: "fa",
        direction: "rtl",
        network: network.clone(),
        subject: format!("پروانهٔ {office} تا {days} روز دیگر پایان می‌یابد"),
        greeting: format!("{licensee}، با سلام"),
        opening: format!(
            "پروانهٔ {office} (کد {code}) در {network} تا پایان {last_day} معتبر است: {days} روز دیگر."
        ),
        last_day_label: "آخرین روز اعتبار",
        last_day,
        request: "برای آن که خدمت‌رسانی دفتر قطع نشود، پیش از این روز درخواست تمدید بدهید. پس از پایان پروانه، تراکنش تازه ثبت نمی‌شود.",
        not_a_record: "این نامه آگاهی‌رسانی است. اگر درخواست تمدید داده‌اید، آن را نادیده بگیرید.",
    }
}

fn english(ending: &LicenceEnding, at: DateTime<Utc>) -> Letter {
    let LicenceEnding {
        office,
        licensee,
        network,
        office_code,
        ..
    } = ending;
    let days = left(ending, at);
    let last_day = last_day(ending);
    Letter {
        language: "en",
        direction: "ltr",
        network: network.clone(),
        subject: format!("The licence of {office} ends in {days} days"),
        greeting: format!("Dear {licensee},"),
        opening: format!(
            "the licence of {office} (code {office_code}) in the {network} is valid through {last_day}: {days} more days."
        ),
        last_day_label: "Last day of validity",
        last_day,
        request: "Apply for its renewal before that day, so that the office need not stop serving. After the end of the licence no new transaction is booked.",
        not_a_record: "This mail is a notification. If you have applied already, please ignore it.",
    }
}

/// Whole days left, a begun one counted.
fn left(ending: &LicenceEnding, at: DateTime<Utc>) -> String {
    let begun = ending.valid_until - at + Duration::days(1) - Duration::seconds(1);
    in_digits_of(ending.language, &begun.num_days().max(0).to_string())
}

fn last_day(ending: &LicenceEnding) -> String {
    let last_moment = ending.valid_until - Duration::seconds(1);
    dates::day(
        last_moment.with_timezone(&ending.zone).date_naive(),
        ending.language,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(language: Language) -> LicenceEnding {
        LicenceEnding {
            licensee: "Roya Karimi".to_owned(),
            office: "دفتر آزادی".to_owned(),
            office_code: "72010045".to_owned(),
            network: "شبکهٔ پیشخوان".to_owned(),
            valid_until: "2027-03-20T20:30:00Z".parse().unwrap(),
            zone: Tz::Asia__Tehran,
            language,
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_day_is_the_one_before_the_end_in_the_networks_own_zone() {
        let mail = licence_mail(&ending(Language::Fa), at("2027-02-18T20:30:00Z")).unwrap();
        assert!(mail.text.contains("۲۹ اسفند ۱۴۰۵"), "{}", mail.text);
        assert!(mail.subject.contains("۳۰ روز"), "{}", mail.subject);
        assert!(mail.html.contains("dir=\"rtl\""));
    }

    #[test]
    fn a_begun_day_counts_as_a_day_left() {
        let says = |moment| licence_mail(&ending(Language::En), at(moment)).unwrap().subject;
        assert!(says("2027-03-13T20:30:00Z").ends_with("in 7 days"));
        assert!(says("2027-03-13T20:30:01Z").ends_with("in 7 days"));
        assert!(says("2027-03-13T20:29:59Z").ends_with("in 8 days"));
    }
}
