//! A real SMTP server that treats each mail as its recipient's name says. Never here: what the product does with it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use daftar::host::configuration::{SmtpConfiguration, SmtpTls};
use daftar::host::mail::{Limits, Mailer};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

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

struct Session {
    lines: Lines<BufReader<OwnedReadHalf>>,
    writer: OwnedWriteHalf,
    recipient: String,
    received: Arc<Received>,
}

impl SmtpServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::<Received>::default();
        let mails = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Session::over(stream, Arc::clone(&mails)).play());
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

impl Session {
    fn over(stream: TcpStream, received: Arc<Received>) -> Self {
        let (reader, writer) = stream.into_split();
        Self {
            lines: BufReader::new(reader).lines(),
            writer,
            recipient: String::new(),
            received,
        }
    }

    async fn play(mut self) {
        let _ended = self.served().await;
    }

    async fn served(&mut self) -> Result<(), End> {
        self.say("220 test ESMTP").await?;
        loop {
            let line = self.heard().await?;
            match line
                .split([' ', ':'])
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase()
                .as_str()
            {
                "RCPT" => self.recipient_named(&line).await?,
                "DATA" => self.mail_taken().await?,
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("250 go on").await?,
            }
        }
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
        self.lines.next_line().await.ok().flatten().ok_or(End)
    }

    async fn say(&mut self, reply: &str) -> Result<(), End> {
        let reply = format!("{reply}\r\n");
        self.writer.write_all(reply.as_bytes()).await.map_err(|_| End)
    }
}
