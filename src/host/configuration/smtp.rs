//! The settings of mail: whole, or absent. Never here: sending any.

use std::num::NonZeroU16;

use lettre::message::Mailbox;
use secrecy::SecretString;

use super::{
    ConfigurationError, ENVIRONMENT, SMTP, SMTP_FROM, SMTP_HOST, SMTP_PASSWORD, SMTP_PORT, SMTP_TLS,
    SMTP_USER, parsed, refused,
};

#[derive(Clone, Debug)]
pub struct SmtpConfiguration {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub login: Option<SmtpLogin>,
    pub from: String,
}

#[derive(Clone, Debug)]
pub struct SmtpLogin {
    pub user: String,
    pub password: SecretString,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    StartTls,
    Tls,
    None,
}

/// `None`: mail goes into the mailbox folder, and nothing says that it was meant to go elsewhere.
pub fn read(
    text: impl Fn(&'static str) -> Option<String>,
) -> Result<Option<SmtpConfiguration>, ConfigurationError> {
    let Some(host) = text(SMTP_HOST) else {
        let others = [SMTP_PORT, SMTP_TLS, SMTP_USER, SMTP_PASSWORD, SMTP_FROM];
        return match others.into_iter().find(|other| text(other).is_some()) {
            Some(other) => Err(refused(SMTP_HOST, format!("is missing while {other} is set"))),
            None => Ok(None),
        };
    };
    if host.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(refused(SMTP_HOST, "must be the name or the address of a host"));
    }
    let tls = smtp_tls(text(SMTP_TLS))?;
    let port = match text(SMTP_PORT) {
        Some(port) => parsed::<NonZeroU16>(SMTP_PORT, &port, "port, a number from 1 to 65535")?.get(),
        None => tls.usual_port(),
    };
    let login = match (text(SMTP_USER), text(SMTP_PASSWORD)) {
        (Some(user), Some(password)) => Some(SmtpLogin {
            user,
            password: password.into(),
        }),
        (None, None) => None,
        (Some(_), None) => return Err(refused(SMTP_PASSWORD, "is missing while a user is set")),
        (None, Some(_)) => return Err(refused(SMTP_USER, "is missing while a password is set")),
    };
    let from = text(SMTP_FROM).unwrap_or_else(|| "daftar@localhost".to_owned());
    if from.parse::<Mailbox>().is_err() {
        let reason =
            format!("`{from}` is no address such as daftar@example.org or Daftar <daftar@example.org>");
        return Err(refused(SMTP_FROM, reason));
    }
    Ok(Some(SmtpConfiguration {
        host,
        port,
        tls,
        login,
        from,
    }))
}

impl SmtpTls {
    const fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

fn smtp_tls(value: Option<String>) -> Result<SmtpTls, ConfigurationError> {
    match value.as_deref() {
        None | Some("starttls") => Ok(SmtpTls::StartTls),
        Some("tls") => Ok(SmtpTls::Tls),
        Some("none") => Ok(SmtpTls::None),
        Some(_) => Err(refused(SMTP_TLS, "must be starttls, tls or none")),
    }
}

/// A name of a setting of mail that nobody reads is a misspelt one, and mail would go elsewhere than was meant.
pub fn require_known(name: &str) -> Result<(), ConfigurationError> {
    let known = ENVIRONMENT.iter().any(|variable| variable.name == name);
    if known || !name.starts_with(SMTP) {
        return Ok(());
    }
    let settings = ENVIRONMENT.iter().map(|variable| variable.name);
    let of_mail = settings.filter(|name| name.starts_with(SMTP)).collect::<Vec<_>>();
    Err(refused(
        name,
        format!("is no setting; those of mail are {}", of_mail.join(", ")),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::*;

    #[test]
    fn a_mail_login_is_whole_or_absent() {
        let half = read(&[(SMTP_HOST, "mail"), (SMTP_USER, "u")]).unwrap_err();
        assert_eq!(half.variable, SMTP_PASSWORD);
        for (variable, wrong) in [(SMTP_FROM, "nobody"), (SMTP_PORT, "0")] {
            let refused = read(&[(SMTP_HOST, "mail"), (variable, wrong)]).unwrap_err();
            assert_eq!(refused.variable, variable);
        }
        assert_eq!(read(&[(SMTP_HOST, "two words")]).unwrap_err().variable, SMTP_HOST);
        let smtp = read(&[
            (SMTP_HOST, "mail"),
            (SMTP_TLS, "tls"),
            (SMTP_FROM, "Daftar <d@example.org>"),
        ])
        .unwrap()
        .smtp
        .unwrap();
        assert_eq!((smtp.port, smtp.login.is_none()), (465, true));
    }

    #[test]
    fn settings_of_mail_without_its_server_are_refused_and_so_are_misspelt_ones() {
        let others = [SMTP_PORT, SMTP_TLS, SMTP_USER, SMTP_PASSWORD, SMTP_FROM];
        for other in others {
            let refused = read(&[(other, "25")]).unwrap_err();
            assert_eq!(refused.variable, SMTP_HOST);
            assert!(refused.reason.contains(other), "{}", refused.reason);
        }
        assert!(read(&[(SMTP_FROM, "")]).unwrap().smtp.is_none());
        let misspelt = require_known("DAFTAR_SMTP_HSOT").unwrap_err();
        assert_eq!(misspelt.variable, "DAFTAR_SMTP_HSOT");
        assert!(misspelt.reason.contains(SMTP_HOST), "{}", misspelt.reason);
        for known in others.into_iter().chain([SMTP_HOST, "HOME", "DAFTAR_CASES"]) {
            require_known(known).unwrap();
        }
    }
}
