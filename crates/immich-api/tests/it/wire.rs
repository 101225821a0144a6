//! A server that hears an upload byte by byte, so that it can do what no well-behaved one does in the middle of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use immich_api::{ApiKey, Client, ClientOptions, NewAsset, SystemClock};

use crate::fake::{Asked, Reply, basics, options};

/// An upload whose head has arrived.
pub(crate) struct Arriving {
    pub(crate) head: Asked,
    pub(crate) stream: BufReader<TcpStream>,
}

impl Arriving {
    pub(crate) fn length(&self) -> usize {
        self.head.header("content-length").unwrap().parse().unwrap()
    }

    /// Reads the body to its announced end; `None` when the client left before.
    pub(crate) fn body(&mut self) -> Option<Vec<u8>> {
        let mut body = vec![0; self.length()];
        self.stream.read_exact(&mut body).ok().map(|()| body)
    }

    /// Reads and forgets so many bytes.
    pub(crate) fn skip(&mut self, count: u64) -> u64 {
        std::io::copy(&mut Read::take(&mut self.stream, count), &mut std::io::sink()).unwrap_or(0)
    }

    pub(crate) fn answer(&mut self, status: u16, more: &str, body: &str) {
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{more}content-length: {length}\r\n\r\n");
        let _ = self.stream.get_mut().write_all(format!("{head}{body}").as_bytes());
    }

    pub(crate) fn created(&mut self) {
        self.answer(201, "", &format!("{{\"id\":\"{ID}\",\"status\":\"created\"}}"));
    }

    pub(crate) fn duplicate(&mut self) {
        self.answer(200, "", &format!("{{\"id\":\"{ID}\",\"status\":\"duplicate\"}}"));
    }
}

pub(crate) const ID: &str = "289c7edf-4d4e-4ad7-a74e-4029b8dc94cd";

pub(crate) struct Wire {
    pub(crate) url: String,
    /// Heads of uploads.
    heads: Arc<Mutex<Vec<Asked>>>,
}

impl Wire {
    /// Answers what connecting needs as that version does, and leaves each upload to the handler, with its number
    /// from 1.
    pub(crate) fn of(version: [u32; 3], upload: impl Fn(usize, Arriving) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (heads, number, upload) =
            (Arc::<Mutex<Vec<_>>>::default(), AtomicUsize::new(0), Arc::new(upload));
        let (record, number) = (Arc::clone(&heads), Arc::new(number));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (record, number, upload) =
                    (Arc::clone(&record), Arc::clone(&number), Arc::clone(&upload));
                std::thread::spawn(move || {
                    let mut stream = BufReader::new(stream);
                    let Some(head) = head(&mut stream) else { return };
                    let mut arriving = Arriving { head, stream };
                    if let Some(Reply::Json(status, value)) = basics(&arriving.head, version) {
                        return arriving.answer(status, "", &value.to_string());
                    }
                    record.lock().unwrap().push(arriving.head.clone());
                    upload(number.fetch_add(1, Ordering::SeqCst) + 1, arriving);
                });
            }
        });
        Self { url, heads }
    }

    pub(crate) fn start(upload: impl Fn(usize, Arriving) + Send + Sync + 'static) -> Self {
        Self::of([3, 0, 3], upload)
    }

    pub(crate) fn uploads(&self) -> Vec<Asked> {
        self.heads.lock().unwrap().clone()
    }

    /// A client whose clock does not wait.
    pub(crate) fn connect(&self, change: impl FnOnce(&mut ClientOptions)) -> Client {
        let mut options = options(&self.url);
        change(&mut options);
        Client::connect(options).unwrap()
    }

    /// A client that lives in real time.
    pub(crate) fn connect_in_time(&self, change: impl FnOnce(&mut ClientOptions)) -> Client {
        self.connect(|options| {
            options.clock = Arc::new(SystemClock::new());
            options.key = ApiKey::new(crate::fake::KEY).unwrap();
            change(options);
        })
    }
}

/// Reads the head of a request.
pub(crate) fn head(stream: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let mut words = line.split_ascii_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Some(Asked { method, target, headers, body: Vec::new() })
}

/// A file of that name and size, from some day.
pub(crate) fn file(file_name: &str, size: u64) -> NewAsset<'_> {
    let moment = "2024-05-01T10:00:00Z".parse().unwrap();
    NewAsset::new(file_name, size, moment, moment)
}
