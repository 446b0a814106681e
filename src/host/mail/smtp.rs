//! One mail over one SMTP connection. The point of no return is the final dot: what fails before it was not handed over, what
//! goes silent after it is unknown. Never here: retries.

use std::sync::atomic::{AtomicBool, Ordering};

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use secrecy::ExposeSecret as _;
use tokio::time::timeout;

use super::{Delivery, Limits};
use crate::host::configuration::{SmtpConfiguration, SmtpLogin, SmtpTls};

const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

pub(super) async fn send(letter: &Message, server: &SmtpConfiguration, limits: Limits) -> Delivery {
    let dot = FinalDot::default();
    match timeout(limits.send, attempt(letter, server, limits, &dot)).await {
        Ok(delivery) => delivery,
        Err(_) => dot.lost(format!("no answer within {} seconds", limits.send.as_secs())),
    }
}

/// Whether the final dot may have been sent. It outlives the attempt, which a time-out drops half-way.
#[derive(Default)]
struct FinalDot(AtomicBool);

impl FinalDot {
    fn may_be_sent(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// The connection ended or went silent without an answer.
    fn lost(&self, reason: String) -> Delivery {
        if self.0.load(Ordering::SeqCst) {
            Delivery::Unknown { reason }
        } else {
            Delivery::Refused {
                permanent: false,
                reply: reason,
            }
        }
    }
}

async fn attempt(letter: &Message, server: &SmtpConfiguration, limits: Limits, dot: &FinalDot) -> Delivery {
    let mut connection = match introduced(letter, server, limits).await {
        Ok(connection) => connection,
        // A full greeting queue, a wrong password or a sender that may not send is not the mail's fault: it is tried again,
        // whatever the code.
        Err(fault) => {
            return Delivery::Refused {
                permanent: false,
                reply: fault.to_string(),
            };
        }
    };
    let delivery = match hand_over(&mut connection, letter, dot).await {
        Ok(response) => Delivery::Accepted {
            reply: reply_of(&response),
        },
        Err(fault) if fault.status().is_some() => Delivery::Refused {
            permanent: fault.is_permanent(),
            reply: fault.to_string(),
        },
        Err(fault) => dot.lost(fault.to_string()),
    };
    // The outcome stands already: a server that hangs at QUIT changes nothing.
    let _ = timeout(limits.connect, connection.abort()).await;
    delivery
}

/// A connection on which the server takes mails of our sender.
async fn introduced(
    letter: &Message,
    server: &SmtpConfiguration,
    limits: Limits,
) -> Result<AsyncSmtpConnection, Error> {
    let mut connection = connected(server, limits).await?;
    let sender = letter.envelope().from().cloned();
    connection.command(Mail::new(sender, vec![])).await?;
    Ok(connection)
}

async fn connected(server: &SmtpConfiguration, limits: Limits) -> Result<AsyncSmtpConnection, Error> {
    let hello = ClientId::default();
    let address = (server.host.as_str(), server.port);
    let tls = match server.tls {
        SmtpTls::Tls => Some(TlsParameters::new(server.host.clone())?),
        SmtpTls::StartTls | SmtpTls::None => None,
    };
    let mut connection =
        AsyncSmtpConnection::connect_tokio1(address, Some(limits.connect), &hello, tls, None).await?;
    if server.tls == SmtpTls::StartTls {
        connection
            .starttls(TlsParameters::new(server.host.clone())?, &hello)
            .await?;
    }
    if let Some(login) = &server.login {
        connection.auth(&MECHANISMS, &credentials(login)).await?;
    }
    Ok(connection)
}

fn credentials(login: &SmtpLogin) -> Credentials {
    Credentials::new(login.user.clone(), login.password.expose_secret().to_owned())
}

async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    letter: &Message,
    dot: &FinalDot,
) -> Result<Response, Error> {
    for recipient in letter.envelope().to() {
        connection.command(Rcpt::new(recipient.clone(), vec![])).await?;
    }
    connection.command(Data).await?;
    // lettre asks for the next part when the last one is written, and writes the dot when there is none.
    let parts = std::iter::once(letter.formatted()).chain(std::iter::from_fn(|| {
        dot.may_be_sent();
        None
    }));
    connection.message_iter(parts).await
}

fn reply_of(response: &Response) -> String {
    let lines: Vec<_> = response.message().collect();
    format!("{} {}", response.code(), lines.join(" "))
}

#[cfg(test)]
mod tests {
    use super::super::script::{Script, Server, sample_mail};
    use super::*;

    async fn outcome(script: Script) -> Delivery {
        let server = Server::playing(script).await;
        server.mailer().send(&sample_mail()).await
    }

    #[tokio::test]
    async fn an_accepted_mail_arrives_whole_under_its_stable_id() {
        let server = Server::playing(Script::Accept).await;
        let delivery = server.mailer().send(&sample_mail()).await;
        assert_eq!(
            delivery,
            Delivery::Accepted {
                reply: "250 queued as 7".to_owned()
            }
        );
        let mail = server.received().pop().unwrap();
        assert!(mail.contains("Message-ID: <statement-7@daftar.example>"));
        assert!(mail.contains("To: office@example.com"));
        assert!(mail.contains("multipart/alternative") && mail.contains("application/pdf"));
    }

    #[tokio::test]
    async fn a_recipient_refused_for_good_is_permanent() {
        let delivery = outcome(Script::RefuseRecipient("550 no such office")).await;
        assert!(matches!(delivery, Delivery::Refused { permanent: true, reply } if reply.contains("550")));
    }

    #[tokio::test]
    async fn a_sender_that_may_not_send_says_nothing_of_the_mail() {
        let delivery = outcome(Script::RefuseSender(
            "530 5.7.0 Must issue a STARTTLS command first",
        ))
        .await;
        let Delivery::Refused { permanent, reply } = delivery else {
            panic!("{delivery:?}");
        };
        assert!(!permanent);
        assert_eq!(reply.matches("STARTTLS").count(), 1, "{reply}");
    }

    #[tokio::test]
    async fn a_recipient_refused_for_now_is_tried_again() {
        let delivery = outcome(Script::RefuseRecipient("451 greylisted")).await;
        assert!(matches!(delivery, Delivery::Refused { permanent: false, .. }));
    }

    #[tokio::test]
    async fn a_mail_refused_after_the_final_dot_is_refused() {
        let delivery = outcome(Script::RefuseContent("554 looks like spam")).await;
        assert!(matches!(delivery, Delivery::Refused { permanent: true, .. }));
        let delivery = outcome(Script::RefuseContent("452 disk full")).await;
        assert!(matches!(delivery, Delivery::Refused { permanent: false, .. }));
    }

    #[tokio::test]
    async fn a_server_that_turns_everybody_away_says_nothing_of_the_mail() {
        let delivery = outcome(Script::RefuseEverybody("554 go away")).await;
        assert!(matches!(delivery, Delivery::Refused { permanent: false, .. }));
    }

    #[tokio::test]
    async fn a_server_that_hangs_before_the_final_dot_does_not_have_the_mail() {
        for script in [Script::HangAtGreeting, Script::HangAtRecipient] {
            assert!(matches!(
                outcome(script).await,
                Delivery::Refused { permanent: false, .. }
            ));
        }
    }

    #[tokio::test]
    async fn a_connection_dropped_before_the_final_dot_did_not_hand_over_the_mail() {
        let delivery = outcome(Script::DropAtData).await;
        assert!(matches!(delivery, Delivery::Refused { permanent: false, .. }));
    }

    #[tokio::test]
    async fn a_connection_dropped_or_silent_after_the_final_dot_is_unknown() {
        for script in [Script::DropAfterDot, Script::HangAfterDot] {
            assert!(matches!(outcome(script).await, Delivery::Unknown { .. }));
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_tried_again() {
        let mailer = Server::closed().await;
        assert!(matches!(
            mailer.send(&sample_mail()).await,
            Delivery::Refused { permanent: false, .. }
        ));
    }

    #[tokio::test]
    async fn a_server_without_the_starttls_that_was_asked_for_gets_no_mail() {
        let server = Server::playing(Script::Accept).await;
        let delivery = server.mailer_with(SmtpTls::StartTls).send(&sample_mail()).await;
        assert!(matches!(delivery, Delivery::Refused { permanent: false, .. }));
        assert!(server.received().is_empty());
    }
}
