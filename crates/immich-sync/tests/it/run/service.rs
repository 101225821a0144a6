//! A service that is told of runs: it keeps what it hears, and answers as it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) path: String,
    pub(crate) headers: String,
    pub(crate) body: String,
}

/// A service at an address of this machine.
pub(crate) struct Service {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    status: Arc<Mutex<u16>>,
}

impl Service {
    /// One that says 200.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (heard, status) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(200)));
        let (kept, answer) = (Arc::clone(&heard), Arc::clone(&status));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let status = *answer.lock().unwrap();
                if let Some(heard) = hear(stream, status) {
                    kept.lock().unwrap().push(heard);
                }
            }
        });
        Self { url, heard, status }
    }

    /// Says this from now on.
    pub(crate) fn answer(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    /// What it heard since the last question.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    /// The paths of what it heard since the last question.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.heard().into_iter().map(|heard| heard.path).collect()
    }
}

fn hear(stream: TcpStream, status: u16) -> Option<Heard> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut headers) = (String::new(), String::new());
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 || line.trim().is_empty() {
            break;
        }
        headers.push_str(&line.to_ascii_lowercase());
    }
    let length = headers.lines().find_map(|line| line.strip_prefix("content-length:"));
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    let more = if status / 100 == 3 { "location: http://127.0.0.1:9/elsewhere\r\n" } else { "" };
    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n{more}connection: close\r\n\r\n");
    reader.get_mut().write_all(answer.as_bytes()).ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    Some(Heard { path, headers, body: String::from_utf8(body).ok()? })
}
