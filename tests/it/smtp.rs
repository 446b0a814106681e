//! A real SMTP server that treats each mail as its recipient's name says. Never here: what the product does with it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use daftar::host::configuration::{SmtpConfiguration, SmtpTls};
use daftar::host::mail::{Limits, Mailer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::mail::from_base64;

/// Recipients whose mail does not simply arrive, by the part before the `@`.
pub const REFUSED_FOR_GOOD: &str = "nobody";
pub const REFUSED_FOR_NOW: &str = "greylisted";
pub const HANGS: &str = "hangs";
pub const DROPPED_BEFORE_THE_DOT: &str = "dropped-before";
pub const DROPPED_AFTER_THE_DOT: &str = "dropped-after";

const PATIENCE: Duration = Duration::from_millis(1_500);

pub struct SmtpServer {
    port: u16,
    received: Arc<Received>,
}

#[derive(Default)]
struct Received {
    /// Every mail that the server took, by its recipient's name.
    mails: Mutex<HashMap<String, Vec<String>>>,
    count: watch::Sender<usize>,
}

/// The client went away, or it is dropped.
struct End;

/// What a session runs over: a plain connection, or an encrypted one.
trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<W: AsyncRead + AsyncWrite + Send + Unpin> Wire for W {}

/// How the server has its sessions encrypted.
#[derive(Clone)]
pub enum Encryption {
    Never,
    /// No mail is taken before the client has asked for it.
    OnDemand(TlsAcceptor),
    FromTheStart(TlsAcceptor),
}

/// Who may send mail, and by which password.
#[derive(Clone, Copy)]
pub struct Account {
    pub user: &'static str,
    pub password: &'static str,
}

struct Session {
    wire: BufReader<Box<dyn Wire>>,
    recipient: String,
    received: Arc<Received>,
}

impl SmtpServer {
    pub async fn start() -> Self {
        Self::encrypting(Encryption::Never).await
    }

    pub async fn encrypting(encryption: Encryption) -> Self {
        Self::serving(encryption, None).await
    }

    /// It takes mail from the holder of this account alone, who logs in by AUTH PLAIN.
    pub async fn of_account(account: Account) -> Self {
        Self::serving(Encryption::Never, Some(account)).await
    }

    async fn serving(encryption: Encryption, account: Option<Account>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::<Received>::default();
        let mails = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Session::play(
                    Box::new(stream),
                    encryption.clone(),
                    account,
                    Arc::clone(&mails),
                ));
            }
        });
        Self { port, received }
    }

    pub fn mailer(&self) -> Mailer {
        let server = SmtpConfiguration {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            tls: SmtpTls::None,
            login: None,
            from: "daftar@localhost".to_owned(),
        };
        let limits = Limits {
            connect: PATIENCE,
            send: PATIENCE,
        };
        Mailer::Smtp { server, limits }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many mails it took.
    pub fn count(&self) -> usize {
        *self.received.count.borrow()
    }

    /// Returns when it has taken so many.
    pub async fn arrived(&self, count: usize) {
        let mut counted = self.received.count.subscribe();
        counted.wait_for(|taken| *taken >= count).await.unwrap();
    }

    /// The mails of one recipient, in order.
    pub fn received_by(&self, recipient: &str) -> Vec<String> {
        self.received
            .mails
            .lock()
            .unwrap()
            .get(recipient)
            .cloned()
            .unwrap_or_default()
    }
}

impl Account {
    /// As `AUTH PLAIN` writes it (RFC 4616), without its base64.
    fn plain(self) -> String {
        format!("\0{}\0{}", self.user, self.password)
    }

    fn is_told_by(self, line: &str) -> bool {
        let told = line.strip_prefix("AUTH PLAIN ").map(from_base64);
        told.is_some_and(|told| told == self.plain().as_bytes())
    }
}

impl Session {
    async fn play(
        wire: Box<dyn Wire>,
        encryption: Encryption,
        account: Option<Account>,
        received: Arc<Received>,
    ) {
        let mut session = Self {
            wire: BufReader::new(wire),
            recipient: String::new(),
            received,
        };
        let _ended = session.served(encryption, account).await;
    }

    async fn served(&mut self, encryption: Encryption, mut account: Option<Account>) -> Result<(), End> {
        let mut on_demand = None;
        match encryption {
            Encryption::Never => {}
            Encryption::OnDemand(acceptor) => on_demand = Some(acceptor),
            Encryption::FromTheStart(acceptor) => self.encrypt(&acceptor).await?,
        }
        self.say("220 test ESMTP").await?;
        loop {
            let line = self.heard().await?;
            let command = line.split([' ', ':']).next().unwrap_or_default();
            match command.to_ascii_uppercase().as_str() {
                "EHLO" if on_demand.is_some() => self.say("250-test\r\n250 STARTTLS").await?,
                "STARTTLS" => {
                    let acceptor = on_demand.take().ok_or(End)?;
                    self.say("220 go ahead").await?;
                    self.encrypt(&acceptor).await?;
                }
                "QUIT" => return self.say("221 bye").await,
                _ if on_demand.is_some() => self.say("530 encrypt first").await?,
                "EHLO" if account.is_some() => self.say("250-test\r\n250 AUTH PLAIN").await?,
                "AUTH" if account.is_some_and(|account| account.is_told_by(&line)) => {
                    account = None;
                    self.say("235 2.7.0 welcome").await?;
                }
                "AUTH" => self.say("535 5.7.8 who are you").await?,
                _ if account.is_some() => self.say("530 5.7.0 log in first").await?,
                "RCPT" => self.recipient_named(&line).await?,
                "DATA" => self.mail_taken().await?,
                _ => self.say("250 go on").await?,
            }
        }
    }

    /// The client may turn away from our certificate.
    async fn encrypt(&mut self, acceptor: &TlsAcceptor) -> Result<(), End> {
        let nothing: Box<dyn Wire> = Box::new(tokio::io::empty());
        let plain = std::mem::replace(&mut self.wire, BufReader::new(nothing)).into_inner();
        let encrypted = acceptor.accept(plain).await.map_err(|_| End)?;
        self.wire = BufReader::new(Box::new(encrypted));
        Ok(())
    }

    async fn recipient_named(&mut self, line: &str) -> Result<(), End> {
        let address = line.split(['<', '>']).nth(1).unwrap_or_default();
        self.recipient = address.split('@').next().unwrap_or_default().to_owned();
        match self.recipient.as_str() {
            REFUSED_FOR_GOOD => self.say("550 no such office").await,
            REFUSED_FOR_NOW => self.say("451 come back later").await,
            HANGS => std::future::pending().await,
            _ => self.say("250 known").await,
        }
    }

    async fn mail_taken(&mut self) -> Result<(), End> {
        if self.recipient == DROPPED_BEFORE_THE_DOT {
            return Err(End);
        }
        self.say("354 end with a dot").await?;
        let mut mail = String::new();
        loop {
            let line = self.heard().await?;
            if line == "." {
                break;
            }
            mail.push_str(line.strip_prefix('.').unwrap_or(&line));
            mail.push('\n');
        }
        let recipient = self.recipient.clone();
        self.received
            .mails
            .lock()
            .unwrap()
            .entry(recipient)
            .or_default()
            .push(mail);
        self.received.count.send_modify(|count| *count += 1);
        if self.recipient == DROPPED_AFTER_THE_DOT {
            return Err(End);
        }
        self.say("250 queued").await
    }

    async fn heard(&mut self) -> Result<String, End> {
        let mut line = String::new();
        let read = self.wire.read_line(&mut line).await.map_err(|_| End)?;
        match read {
            0 => Err(End),
            _ => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
        }
    }

    async fn say(&mut self, reply: &str) -> Result<(), End> {
        let reply = format!("{reply}\r\n");
        self.wire.write_all(reply.as_bytes()).await.map_err(|_| End)?;
        self.wire.flush().await.map_err(|_| End)
    }
}
