//! A mail as MIME. The same mail is the same bytes: its date, id and boundaries are given, never made up. Never here: sending.

use std::time::SystemTime;

use lettre::Message;
use lettre::address::AddressError;
use lettre::message::header::{ContentType, ContentTypeErr, HeaderName, HeaderValue};
use lettre::message::{Attachment as Part, Mailbox, MultiPart, SinglePart};
use sha2::{Digest as _, Sha256};

use super::{Attachment, OutgoingMail};

#[derive(Debug, thiserror::Error)]
pub(super) enum LetterFault {
    #[error("no mail address: {0}")]
    Address(#[from] AddressError),
    #[error("no media type: {0}")]
    MediaType(#[from] ContentTypeErr),
    #[error("a mail that cannot be written: {0}")]
    Mail(#[from] lettre::error::Error),
}

pub(super) fn written(mail: &OutgoingMail, sender: &str) -> Result<Message, LetterFault> {
    let bodies = MultiPart::alternative()
        .boundary(boundary("alternative", mail))
        .singlepart(SinglePart::plain(mail.text.clone()))
        .singlepart(SinglePart::html(mail.html.clone()));
    let mixed = MultiPart::mixed()
        .boundary(boundary("mixed", mail))
        .multipart(bodies);
    let body = mail.attachments.iter().try_fold(mixed, |body, file| {
        Ok::<_, LetterFault>(body.singlepart(part(file)?))
    })?;
    let letter = Message::builder()
        .from(sender.parse::<Mailbox>()?)
        .to(mail.to.parse::<Mailbox>()?)
        .subject(&mail.subject)
        .date(SystemTime::from(mail.date))
        .message_id(Some(format!("<{}>", mail.message_id)))
        .raw_header(automatic());
    Ok(letter.multipart(body)?)
}

fn part(file: &Attachment) -> Result<SinglePart, LetterFault> {
    Ok(Part::new(file.name.clone()).body(file.bytes.clone(), ContentType::parse(&file.media_type)?))
}

/// Tells vacation responders to be silent (RFC 3834).
fn automatic() -> HeaderValue {
    HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    )
}

/// Two boundaries that no body contains by chance, and that are the same whenever the mail is written.
fn boundary(kind: &str, mail: &OutgoingMail) -> String {
    let digest = Sha256::new()
        .chain_update(kind)
        .chain_update(&mail.message_id)
        .finalize();
    hex::encode(&digest[..20])
}

#[cfg(test)]
mod tests {
    use super::super::script::sample_mail;
    use super::*;

    #[test]
    fn a_mail_written_twice_is_the_same_to_the_byte() {
        let mail = sample_mail();
        let written = || written(&mail, "daftar@localhost").unwrap().formatted();
        assert_eq!(written(), written());
    }

    #[test]
    fn a_mail_bears_its_stable_id_and_says_that_a_machine_wrote_it() {
        let bytes = written(&sample_mail(), "دفتر <daftar@localhost>")
            .unwrap()
            .formatted();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("Message-ID: <statement-7@daftar.example>\r\n"));
        assert!(text.contains("Auto-Submitted: auto-generated\r\n"));
        assert!(text.contains("Date: Thu, 23 Oct 2025 06:15:00 +0000\r\n"));
        assert!(text.is_ascii(), "no server has to know 8BITMIME");
    }

    #[test]
    fn an_address_that_is_none_is_a_fault() {
        let mail = OutgoingMail {
            to: "nobody".to_owned(),
            ..sample_mail()
        };
        assert!(matches!(
            written(&mail, "daftar@localhost"),
            Err(LetterFault::Address(_))
        ));
    }
}
