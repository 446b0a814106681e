//! A small HTTP client that keeps its connection: enough to load a server without taking its cores. Never here: what is sent.

use std::path::Path;

use serde_json::Value;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PIECE_BYTES: usize = 256 * 1024;

/// One kept connection.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    token: String,
    address: String,
    received: Vec<u8>,
}

impl Client {
    pub async fn connect(address: &str, token: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            token: token.to_owned(),
            address: address.to_owned(),
            received: Vec::with_capacity(4_096),
        }
    }

    /// Returns the status.
    pub async fn post_json(&mut self, path: &str, body: &[u8]) -> u16 {
        let mut request = self
            .head("POST", path, "application/json", body.len() as u64)
            .into_bytes();
        request.extend_from_slice(body);
        self.stream.write_all(&request).await.unwrap();
        self.answer().await.0
    }

    pub async fn get(&mut self, path: &str) -> u16 {
        let request = self.head("GET", path, "application/json", 0);
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.answer().await.0
    }

    /// Streams a file of rows and returns what the server counted.
    pub async fn post_file(&mut self, path: &str, file: &Path) -> Value {
        let mut file = File::open(file).await.unwrap();
        let length = file.metadata().await.unwrap().len();
        let head = self.head("POST", path, "application/x-ndjson", length);
        self.stream.write_all(head.as_bytes()).await.unwrap();
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let read = file.read(&mut piece).await.unwrap();
            if read == 0 {
                break;
            }
            self.stream.write_all(&piece[..read]).await.unwrap();
        }
        let (status, body) = self.answer().await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }

    fn head(&self, method: &str, path: &str, kind: &str, length: u64) -> String {
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n",
            self.address, self.token
        )
    }

    async fn answer(&mut self) -> (u16, Vec<u8>) {
        self.received.clear();
        loop {
            let read = self.stream.read_buf(&mut self.received).await.unwrap();
            assert!(read > 0, "the server closed a kept connection");
            if let Some(answer) = whole_answer(&self.received) {
                return answer;
            }
        }
    }
}

fn whole_answer(received: &[u8]) -> Option<(u16, Vec<u8>)> {
    let end = received.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&received[..end]).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")
            .map(str::to_owned)
    });
    let length: usize = length.expect("answers have a length").parse().unwrap();
    let body = received.get(end + 4..end + 4 + length)?;
    Some((status, body.to_vec()))
}
