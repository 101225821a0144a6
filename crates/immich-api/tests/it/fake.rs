//! A server in the test itself, for what no well-behaved server does.
//!
//! It answers one request per connection. What it answers is up to the test; [`basics`] has the answers
//! that a connecting client needs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use immich_api::{ApiError, ApiKey, Client, ClientOptions};
use serde_json::{Value, json};

use crate::turned_clock::TurnedClock;

pub(crate) const KEY: &str = "MARKER-9f3c1d7a5b";
pub(crate) const ME: &str = "22f9b067-57a8-47f1-9479-b78bbe0728ae";

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Lower-case names.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn key(&self) -> Option<&str> {
        self.header("x-api-key")
    }

    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.target.split('?').next() == Some(path)
    }
}

/// What to answer.
pub(crate) enum Reply {
    /// JSON with a status.
    Json(u16, Value),
    /// A status, further header lines, and a body with its length.
    Full(u16, Vec<String>, Vec<u8>),
    /// These bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// This head, then the second part again and again until the client goes.
    Endless(Vec<u8>, Vec<u8>),
    /// This head, then the second part again and again with a pause, until the client goes.
    Drip(Vec<u8>, Vec<u8>, Duration),
    /// Nothing for that long, then the end of the connection.
    Silence(Duration),
}

pub(crate) fn ok(value: Value) -> Reply {
    Reply::Json(200, value)
}

pub(crate) struct Fake {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Fake {
    /// Serves on a free port; the handler sees the number of requests so far too.
    pub(crate) fn start(handler: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let over = Arc::new(AtomicBool::new(false));
        let (record, ends) = (Arc::clone(&asked), Arc::clone(&over));
        let handler = Arc::new(handler);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let (record, handler) = (Arc::clone(&record), Arc::clone(&handler));
                std::thread::spawn(move || stream.map(|stream| serve(stream, &record, &*handler)));
            }
        });
        Self { address, asked, over, thread: Some(thread) }
    }

    /// Answers what connecting needs as version 3.0.3 does, and leaves the rest to the handler.
    pub(crate) fn immich(handler: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(move |asked, number| basics(asked, [3, 0, 3]).unwrap_or_else(|| handler(asked, number)))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How many requests for that path came.
    pub(crate) fn count(&self, method: &str, path: &str) -> usize {
        self.asked().iter().filter(|asked| asked.is(method, path)).count()
    }

    pub(crate) fn options(&self) -> ClientOptions {
        options(&self.url())
    }

    pub(crate) fn connect(&self) -> Result<Client, ApiError> {
        Client::connect(self.options())
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(&self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Options of a test: the marker key, and a clock that does not wait.
pub(crate) fn options(server: &str) -> ClientOptions {
    ClientOptions {
        clock: Arc::new(TurnedClock::default()),
        connect_timeout: Duration::from_secs(5),
        read_timeout: Duration::from_secs(5),
        ..ClientOptions::new(server, ApiKey::new(KEY).unwrap())
    }
}

/// What a server of that version answers while a client connects.
pub(crate) fn basics(asked: &Asked, [major, minor, patch]: [u32; 3]) -> Option<Reply> {
    if asked.method != "GET" {
        return None;
    }
    Some(ok(match asked.target.as_str() {
        "/.well-known/immich" => json!({"api": {"endpoint": "/api"}}),
        "/api/server/version" => json!({"major": major, "minor": minor, "patch": patch}),
        "/api/server/features" => json!({"importFaces": false, "sidecar": true}),
        "/api/api-keys/me" => json!({"name": "test", "permissions": ["all"]}),
        "/api/users/me" => json!({"id": ME, "name": "Me", "isAdmin": true, "email": "me@lab.test"}),
        _ => return None,
    }))
}

fn serve(stream: TcpStream, record: &Mutex<Vec<Asked>>, handler: &dyn Fn(&Asked, usize) -> Reply) {
    let mut reader = BufReader::new(stream);
    let Some(asked) = receive(&mut reader) else { return };
    let number = {
        let mut record = record.lock().unwrap();
        record.push(asked.clone());
        record.len()
    };
    let _ = answer(reader.into_inner(), handler(&asked, number));
}

/// Reads one request.
pub(crate) fn receive(reader: &mut BufReader<impl Read>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (method, rest) = line.trim_end().split_once(' ')?;
    let (method, target) = (method.to_owned(), rest.split_once(' ')?.0.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { method, target, headers, body })
}

fn answer(mut stream: TcpStream, reply: Reply) -> std::io::Result<()> {
    match reply {
        Reply::Json(status, value) => {
            let lines = vec!["content-type: application/json; charset=utf-8".to_owned()];
            answer(stream, Reply::Full(status, lines, value.to_string().into_bytes()))
        }
        Reply::Full(status, lines, body) => {
            let lines = lines.iter().map(String::as_str).chain(["connection: close"]).collect::<Vec<_>>();
            let (lines, length) = (lines.join("\r\n"), body.len());
            write!(stream, "HTTP/1.1 {status} X\r\n{lines}\r\ncontent-length: {length}\r\n\r\n")?;
            stream.write_all(&body)
        }
        Reply::Raw(bytes) => stream.write_all(&bytes),
        Reply::Endless(head, piece) => {
            stream.write_all(&head)?;
            loop {
                stream.write_all(&piece)?;
            }
        }
        Reply::Drip(head, piece, pause) => {
            stream.write_all(&head)?;
            loop {
                stream.write_all(&piece)?;
                be_silent(&mut stream, pause)?;
            }
        }
        Reply::Silence(duration) => be_silent(&mut stream, duration),
    }
}

/// Waits for the client to go, at most that long: it sends nothing any more.
fn be_silent(stream: &mut TcpStream, duration: Duration) -> std::io::Result<()> {
    stream.set_read_timeout(Some(duration))?;
    let _ = stream.read(&mut [0]);
    Ok(())
}
