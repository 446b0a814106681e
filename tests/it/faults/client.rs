//! A counter system over HTTP that notices when a server goes away. Never here: sending again.

use std::cell::RefCell;
use std::io::{Error, ErrorKind};
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than any answer takes: a server that says nothing for so long hangs.
const ANSWER_SECS_MAX: u64 = 15;
const PIECE_BYTES: usize = 32 * 1024;

/// Where the server is now: another place after each start.
pub type Address = Rc<RefCell<String>>;

pub struct Client {
    address: Address,
    token: String,
    stream: Option<BufReader<TcpStream>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub status: u16,
    pub kind: String,
    pub body: String,
}

impl Client {
    pub fn of(address: &Address, token: &str) -> Self {
        Self {
            address: Rc::clone(address),
            token: token.to_owned(),
            stream: None,
        }
    }

    pub async fn get(&mut self, path: &str) -> Result<Said, Error> {
        self.ask("GET", path, "", "", || {}).await
    }

    pub async fn post(&mut self, path: &str, body: &str) -> Result<Said, Error> {
        self.ask("POST", path, "application/json", body, || {}).await
    }

    /// `before_piece` is called before each piece of the body is written.
    pub async fn post_file(&mut self, body: &str, before_piece: impl FnMut()) -> Result<Said, Error> {
        let path = "/v1/transactions/batch";
        self.ask("POST", path, "application/x-ndjson", body, before_piece)
            .await
    }

    /// An error when the server went away before its answer was whole.
    async fn ask(
        &mut self,
        method: &str,
        path: &str,
        kind: &str,
        body: &str,
        before_piece: impl FnMut(),
    ) -> Result<Said, Error> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: {kind}\r\n\
             Content-Length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        let asked = self.exchange(&head, body, before_piece);
        let said = timeout(Duration::from_secs(ANSWER_SECS_MAX), asked).await;
        let said = said.unwrap_or_else(|_| panic!("{method} {path} was not answered"));
        if said.is_err() {
            self.stream = None;
        }
        said
    }

    async fn exchange(
        &mut self,
        head: &str,
        body: &str,
        mut before_piece: impl FnMut(),
    ) -> Result<Said, Error> {
        let mut stream = if let Some(stream) = self.stream.take() {
            stream
        } else {
            let address = self.address.borrow().clone();
            BufReader::new(TcpStream::connect(address).await?)
        };
        stream.write_all(head.as_bytes()).await?;
        for piece in body.as_bytes().chunks(PIECE_BYTES) {
            before_piece();
            stream.write_all(piece).await?;
        }
        let (said, stays) = answer(&mut stream).await?;
        self.stream = stays.then_some(stream);
        Ok(said)
    }
}

/// The answer, and whether the connection serves another question.
async fn answer(stream: &mut BufReader<TcpStream>) -> Result<(Said, bool), Error> {
    let first = line(stream).await?;
    let mut said = Said {
        status: first.split(' ').nth(1).unwrap().parse().unwrap(),
        kind: String::new(),
        body: String::new(),
    };
    let (mut length, mut stays) = (0, true);
    loop {
        let header = line(stream).await?.to_ascii_lowercase();
        match header.split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap(),
            Some(("content-type", value)) => value.clone_into(&mut said.kind),
            Some(("connection", "close")) => stays = false,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    said.body = String::from_utf8(body).unwrap();
    Ok((said, stays))
}

async fn line(stream: &mut BufReader<TcpStream>) -> Result<String, Error> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    if line.ends_with('\n') {
        return Ok(line.trim_end().to_owned());
    }
    Err(ErrorKind::UnexpectedEof.into())
}
