//! Sending one mail, by SMTP or into a folder, and saying exactly what is known of its fate. Never here: what a mail says,
//! when it is tried again, and whether it was sent before (see the outbox).

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::configuration::{Configuration, SmtpConfiguration};

mod letter;
mod mailbox;
#[cfg(test)]
mod script;
mod smtp;

/// The sender of mails that go into the mailbox folder.
const LOCAL_SENDER: &str = "daftar@localhost";

/// Where mails go.
#[derive(Clone, Debug)]
pub enum Mailer {
    Smtp {
        server: SmtpConfiguration,
        limits: Limits,
    },
    Mailbox {
        folder: PathBuf,
    },
}

/// How long a server may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the TCP connection, and the TLS handshake where it comes first.
    pub connect: Duration,
    /// For everything from the connection to the answer to the final dot: lettre's own time-out ends with connecting.
    pub send: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            send: Duration::from_secs(60),
        }
    }
}

/// A mail to one recipient. The same value makes the same bytes, however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMail {
    /// Without angle brackets, such as `statement-7@daftar.example`: the same at every attempt (money rule 27).
    pub message_id: String,
    /// An address, with or without a name.
    pub to: String,
    /// The `Date` header: when the mail was queued, not when it is tried.
    pub date: DateTime<Utc>,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub attachments: Vec<Attachment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    /// Such as `application/pdf`.
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// What is known after one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The server took responsibility for the mail.
    Accepted { reply: String },
    /// The server does not have the mail. `permanent`: it said that trying again is useless (5xx about this mail).
    Refused { permanent: bool, reply: String },
    /// The final dot may have reached the server, but no answer came: it may or may not have the mail.
    Unknown { reason: String },
}

impl Mailer {
    pub fn of(configuration: &Configuration) -> Self {
        match &configuration.smtp {
            Some(server) => Self::Smtp {
                server: server.clone(),
                limits: Limits::default(),
            },
            None => Self::Mailbox {
                folder: configuration.mailbox_dir(),
            },
        }
    }

    /// Tries once. Every outcome is a [`Delivery`]; there is no other error.
    pub async fn send(&self, mail: &OutgoingMail) -> Delivery {
        let letter = match letter::written(mail, self.sender()) {
            Ok(letter) => letter,
            Err(fault) => {
                return Delivery::Refused {
                    permanent: true,
                    reply: fault.to_string(),
                };
            }
        };
        match self {
            Self::Smtp { server, limits } => smtp::send(&letter, server, *limits).await,
            Self::Mailbox { folder } => mailbox::put(folder, &mail.message_id, &letter.formatted()).await,
        }
    }

    /// Clears away what senders left that were killed. What stays of it hinders nobody.
    pub async fn clear_away(&self, at: DateTime<Utc>) {
        let Self::Mailbox { folder } = self else {
            return;
        };
        match mailbox::remove_parts(folder, at).await {
            Ok(0) => {}
            Ok(parts) => {
                tracing::info!(parts, folder = %folder.display(), "parts of mails that nobody writes any more are cleared away");
            }
            Err(error) => {
                tracing::warn!(%error, folder = %folder.display(), "parts of mails that nobody writes any more could not be cleared away");
            }
        }
    }

    /// The domain of the sender's address: that of the Message-IDs.
    pub fn domain(&self) -> &str {
        let sender = self.sender();
        let (_, domain) = sender.rsplit_once('@').unwrap_or(("", sender));
        domain.trim_end_matches('>').trim()
    }

    fn sender(&self) -> &str {
        match self {
            Self::Smtp { server, .. } => &server.from,
            Self::Mailbox { .. } => LOCAL_SENDER,
        }
    }
}
