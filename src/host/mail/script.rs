//! A real SMTP server for tests, which plays one script to all who connect. Never here: anything that the product runs.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a script says only what it does otherwise"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{TimeZone as _, Utc};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use super::{Attachment, Limits, Mailer, OutgoingMail};
use crate::host::configuration::{SmtpConfiguration, SmtpTls};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    Accept,
    RefuseEverybody(&'static str),
    RefuseSender(&'static str),
    RefuseRecipient(&'static str),
    RefuseContent(&'static str),
    HangAtGreeting,
    HangAtRecipient,
    HangAfterDot,
    DropAtData,
    DropAfterDot,
}

pub struct Server {
    port: u16,
    received: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub async fn playing(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::new(Mutex::new(vec![]));
        let mails = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Session::over(stream, script, Arc::clone(&mails)).play());
            }
        });
        Self { port, received }
    }

    /// A mailer whose server does not listen.
    pub async fn closed() -> Mailer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        mailer(listener.local_addr().unwrap().port(), SmtpTls::None)
    }

    pub fn mailer(&self) -> Mailer {
        self.mailer_with(SmtpTls::None)
    }

    pub fn mailer_with(&self, tls: SmtpTls) -> Mailer {
        mailer(self.port, tls)
    }

    pub fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

fn mailer(port: u16, tls: SmtpTls) -> Mailer {
    let from = "daftar@localhost".to_owned();
    let server = SmtpConfiguration {
        host: "127.0.0.1".to_owned(),
        port,
        tls,
        login: None,
        from,
    };
    Mailer::Smtp {
        server,
        limits: Limits {
            connect: Duration::from_secs(2),
            send: Duration::from_millis(300),
        },
    }
}

pub fn sample_mail() -> OutgoingMail {
    OutgoingMail {
        message_id: "statement-7@daftar.example".to_owned(),
        to: "office@example.com".to_owned(),
        date: Utc.with_ymd_and_hms(2025, 10, 23, 6, 15, 0).unwrap(),
        subject: "صورت‌حساب مهر ۱۴۰۴".to_owned(),
        text: "صورت‌حساب پیوست است.\n.\nاین خط پس از یک نقطه است.\n".to_owned(),
        html: "<p dir=\"rtl\">صورت‌حساب پیوست است.</p>".to_owned(),
        attachments: vec![Attachment {
            name: "PSK-1-IRR-0007.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            bytes: b"%PDF-1.7 sample".to_vec(),
        }],
    }
}

struct Session {
    lines: Lines<BufReader<OwnedReadHalf>>,
    writer: OwnedWriteHalf,
    script: Script,
    mails: Arc<Mutex<Vec<String>>>,
}

/// The client went away, or the script says to drop it.
struct End;

impl Session {
    fn over(stream: TcpStream, script: Script, mails: Arc<Mutex<Vec<String>>>) -> Self {
        let (reader, writer) = stream.into_split();
        Self {
            lines: BufReader::new(reader).lines(),
            writer,
            script,
            mails,
        }
    }

    async fn play(mut self) {
        while self.greeted().await.is_ok() && self.served().await.is_ok() {}
    }

    async fn greeted(&mut self) -> Result<(), End> {
        match self.script {
            Script::HangAtGreeting => hang().await,
            Script::RefuseEverybody(reply) => self.say(reply).await,
            _ => self.say("220 script ESMTP").await,
        }
    }

    async fn served(&mut self) -> Result<(), End> {
        loop {
            let line = self.heard().await?;
            let verb = line.split([' ', ':']).next().unwrap_or("").to_ascii_uppercase();
            match (verb.as_str(), self.script) {
                ("MAIL", Script::RefuseSender(reply)) => self.say(reply).await?,
                ("RCPT", Script::RefuseRecipient(reply)) => self.say(reply).await?,
                ("RCPT", Script::HangAtRecipient) => hang().await,
                ("DATA", Script::DropAtData) => return Err(End),
                ("DATA", _) => self.mail_taken().await?,
                ("QUIT", _) => return Err(End),
                _ => self.say("250 go on").await?,
            }
        }
    }

    async fn mail_taken(&mut self) -> Result<(), End> {
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
        match self.script {
            Script::RefuseContent(reply) => self.say(reply).await,
            Script::HangAfterDot => hang().await,
            Script::DropAfterDot => Err(End),
            _ => {
                self.mails.lock().unwrap().push(mail);
                self.say("250 queued as 7").await
            }
        }
    }

    async fn heard(&mut self) -> Result<String, End> {
        self.lines.next_line().await.ok().flatten().ok_or(End)
    }

    async fn say(&mut self, reply: &str) -> Result<(), End> {
        self.writer
            .write_all(format!("{reply}\r\n").as_bytes())
            .await
            .map_err(|_| End)
    }
}

async fn hang<T>() -> T {
    std::future::pending().await
}
