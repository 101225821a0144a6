//! Key, password and token appear in nothing that anybody can read: no message, no log at any level, no cause.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use immich_api::{ApiError, ApiKey, AssetId, Client, Login};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::fake::{Fake, KEY, ME, Reply, ok, options};

const PASSWORD: &str = "hunter2-and-more";
const TOKEN: &str = "t0ken-4711-0815";

/// A log that is kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything that an error can show, its causes included.
fn all_of(error: &ApiError) -> String {
    let mut shown = format!("{error} {error:?} {error:#?}");
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        write!(shown, " {inner} {inner:?}").unwrap();
        cause = inner.source();
    }
    shown
}

#[test]
fn key_password_and_token_are_in_no_log_no_message_and_no_cause() {
    let log = Kept::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .init();
    let id = AssetId::parse("289c7edf-4d4e-4ad7-a74e-4029b8dc94cd").unwrap();
    let logins = AtomicUsize::new(0);
    let server = Fake::immich(move |asked, _| match asked.method.as_str() {
        "POST" if asked.target == "/api/auth/login" => match logins.fetch_add(1, Ordering::SeqCst) {
            0 => ok(json!({"accessToken": TOKEN, "userId": ME})),
            1 => ok(json!({"accessToken": TOKEN, "userId": "../x"})),
            2 => Reply::Json(400, json!({"message": format!("you sent {PASSWORD}")})),
            3 => Reply::Json(401, json!({"message": PASSWORD})),
            // Cut in the middle, again and again.
            _ => Reply::Full(200, Vec::new(), format!("{{\"accessToken\":\"{TOKEN}\",").into_bytes()),
        },
        "POST" => Reply::Json(500, json!({"message": "Internal server error"})),
        _ if asked.target.starts_with("/api/faces") => ok(json!([])),
        _ => Reply::Raw(b"HTTP/1.1 nonsense\r\n\r\n".to_vec()),
    });
    let client = server.connect().unwrap();

    let mut shown = format!("{client:?} {:?} {:?}", options(&server.url()), ApiKey::new(KEY));
    shown.push_str(&all_of(&client.reader().asset(&id).unwrap_err()));
    shown.push_str(&all_of(&client.writer().refresh_metadata(std::slice::from_ref(&id)).unwrap_err()));
    shown.push_str(&all_of(&Client::connect(options("http://127.0.0.1:1")).unwrap_err()));
    client.reader().faces(&id).unwrap();
    let login = Login::new("me@lab.test", PASSWORD).unwrap();
    let session = client.login(&login).unwrap();
    write!(shown, "{login:?} {session:?}").unwrap();
    shown.push_str(&all_of(&session.faces(|_| {}).unwrap_err()));
    shown.push_str(&all_of(&session.logout().unwrap_err()));
    for _ in 0..4 {
        shown.push_str(&all_of(&client.login(&login).unwrap_err()));
    }

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(server.asked().iter().any(|asked| asked.key() == Some(KEY)), "the key was sent");
    assert!(log.contains("asking again") && log.contains("ureq"), "the log is on, also of the HTTP library");
    // The HTTP library writes raw bytes in rows of sixteen: no row of the request may be there.
    let raw = log.contains("ureq_proto::util");
    assert!(!raw && !log.to_lowercase().contains("x-api-key"), "raw bytes of a request are in the log");
    assert!(
        server.asked().iter().any(|asked| asked.header("authorization").is_some_and(|it| it.contains(TOKEN)))
    );
    assert!(server.asked().iter().all(|asked| !asked.target.contains(PASSWORD)));
    for piece in [KEY, &KEY[..8], &KEY[8..], PASSWORD, &PASSWORD[..8], TOKEN, &TOKEN[..8]] {
        assert!(!shown.contains(piece), "{shown}");
        assert!(!log.contains(piece), "{piece} is in the log");
    }
}
