//! The mail that reminds of a licence's end: subject and two bodies. It is a notification, not the record (money rule 27).
//! Never here: addresses, sending, when it is due.

use askama::Template;
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::dates;
use super::direction::isolated;
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
    /// Exclusive: the office works through the day before if a day begins then, else until the moment.
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
    end_label: &'static str,
    end: String,
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
    let (days, code) = (left(ending, at).to_string(), isolated(&ending.office_code));
    let (days, end) = (in_digits_of(Language::Fa, &days), End::of(ending));
    let (end_label, valid) = match &end {
        End::OfDay(day) => ("آخرین روز اعتبار", format!("تا پایان {day}")),
        End::At(moment) => ("پایان اعتبار", format!("تا {moment}")),
    };
    Letter {
        language: "fa",
        direction: "rtl",
        network: network.clone(),
        subject: format!("پروانهٔ {office} تا {days} روز دیگر پایان می‌یابد"),
        greeting: format!("{licensee}، با سلام"),
        opening: format!("پروانهٔ {office} (کد {code}) در {network} {valid} معتبر است: {days} روز دیگر."),
        end_label,
        end: end.into_text(),
        request: "برای آن که خدمت‌رسانی دفتر قطع نشود، پیش از آن درخواست تمدید بدهید. پس از پایان پروانه، تراکنش تازه ثبت نمی‌شود.",
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
    let days = match left(ending, at) {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    let end = End::of(ending);
    let (end_label, valid) = match &end {
        End::OfDay(day) => ("Last day of validity", format!("through {day}")),
        End::At(moment) => ("End of validity", format!("until {moment}")),
    };
    Letter {
        language: "en",
        direction: "ltr",
        network: network.clone(),
        subject: format!("The licence of {office} ends in {days}"),
        greeting: format!("Dear {licensee},"),
        opening: format!(
            "The licence of {office} (code {office_code}) in the {network} is valid {valid}: {days} from now."
        ),
        end_label,
        end: end.into_text(),
        request: "Apply for its renewal before then, so that the office need not stop serving. After the end of the licence no new transaction is booked.",
        not_a_record: "This mail is a notification. If you have applied already, please ignore it.",
    }
}

/// Whole days left, a begun one counted.
fn left(ending: &LicenceEnding, at: DateTime<Utc>) -> i64 {
    let begun = ending.valid_until - at + Duration::days(1) - Duration::seconds(1);
    begun.num_days().max(0)
}

/// When a licence ends, as people read it.
enum End {
    OfDay(String),
    At(String),
}

impl End {
    fn of(ending: &LicenceEnding) -> Self {
        let (end, zone, language) = (ending.valid_until, ending.zone, ending.language);
        if dates::starts_a_day(end, zone) {
            Self::OfDay(dates::day_before(end, zone, language))
        } else {
            Self::At(dates::moment(end, zone, language))
        }
    }

    fn into_text(self) -> String {
        match self {
            Self::OfDay(text) | Self::At(text) => text,
        }
    }
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
    fn a_licence_that_ends_within_a_day_is_said_to_end_at_that_moment() {
        let says = |language| {
            let ending = LicenceEnding {
                valid_until: at("2027-03-20T08:30:00Z"),
                ..ending(language)
            };
            licence_mail(&ending, at("2027-03-19T08:30:00Z")).unwrap()
        };
        let (fa, en) = (says(Language::Fa), says(Language::En));
        assert!(
            fa.text.contains("تا ۲۹ اسفند ۱۴۰۵، ساعت ۱۲:۰۰ معتبر است"),
            "{}",
            fa.text
        );
        assert!(
            en.text.contains("valid until 20 March 2027, 12:00: 1 day"),
            "{}",
            en.text
        );
        assert!(en.subject.ends_with("in 1 day"), "{}", en.subject);
    }

    #[test]
    fn an_offices_code_reads_from_left_to_right_among_persian_words() {
        let ending = LicenceEnding {
            office_code: "02-7005".to_owned(),
            ..ending(Language::Fa)
        };
        let mail = licence_mail(&ending, at("2027-02-18T20:30:00Z")).unwrap();
        assert!(
            mail.text.contains("(کد \u{2066}02-7005\u{2069})"),
            "{}",
            mail.text
        );
    }

    #[test]
    fn a_begun_day_counts_as_a_day_left() {
        let says = |moment| licence_mail(&ending(Language::En), at(moment)).unwrap().subject;
        assert!(says("2027-03-13T20:30:00Z").ends_with("in 7 days"));
        assert!(says("2027-03-13T20:30:01Z").ends_with("in 7 days"));
        assert!(says("2027-03-13T20:29:59Z").ends_with("in 8 days"));
    }
}
