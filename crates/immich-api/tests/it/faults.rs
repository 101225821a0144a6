//! A bad network and a busy server: what passes is repeated, what does not is reported.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use immich_api::{ApiError, AssetId, BodyProblem, Client, ClientOptions, Clock};
use serde_json::json;

use crate::fake::{Fake, Reply, ok};
use crate::turned_clock::TurnedClock;
use crate::walk::asset;

const ID: &str = "289c7edf-4d4e-4ad7-a74e-4029b8dc94cd";

type Fault = Box<dyn Fn() -> Reply + Send + Sync>;

fn id() -> AssetId {
    AssetId::parse(ID).unwrap()
}

fn answer(status: u16, kind: &str, body: &str) -> Reply {
    Reply::Full(status, vec![format!("content-type: {kind}")], body.as_bytes().to_vec())
}

/// A server whose first answers for an asset are faulty and whose later ones are good.
fn faulty(times: usize, fault: impl Fn() -> Reply + Send + Sync + 'static) -> Fake {
    let faults = AtomicUsize::new(0);
    Fake::immich(
        move |_, _| if faults.fetch_add(1, Ordering::SeqCst) < times { fault() } else { ok(asset(1)) },
    )
}

fn client_with(server: &Fake, change: impl FnOnce(&mut ClientOptions)) -> Client {
    let mut options = server.options();
    change(&mut options);
    Client::connect(options).unwrap()
}

#[test]
fn whatever_passes_is_asked_again_until_the_answer_is_good() {
    let page = "<html>502 Bad Gateway</html>";
    let whole = asset(1).to_string();
    let cut = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{}", whole.len(), &whole[..40]);
    let faults: Vec<(&str, Fault)> = vec![
        ("408", Box::new(|| answer(408, "text/plain", ""))),
        ("429", Box::new(|| answer(429, "text/plain", "slow down"))),
        ("500", Box::new(|| Reply::Json(500, json!({"message": "Internal server error"})))),
        ("502 page", Box::new(move || answer(502, "text/html", page))),
        ("503", Box::new(|| answer(503, "text/plain", ""))),
        ("504", Box::new(|| answer(504, "text/plain", ""))),
        ("page with 200", Box::new(move || answer(200, "text/html", page))),
        ("truncated JSON", Box::new(|| answer(200, "application/json", r#"{"id": "289"#))),
        ("empty body", Box::new(|| answer(200, "application/json", ""))),
        ("cut before the answer", Box::new(|| Reply::Raw(Vec::new()))),
        ("cut in the head", Box::new(|| Reply::Raw(b"HTTP/1.1 20".to_vec()))),
        ("cut in the body", Box::new(move || Reply::Raw(cut.clone().into_bytes()))),
    ];
    for (name, fault) in faults {
        let server = faulty(3, fault);
        let client = server.connect().unwrap();

        let asset = client.reader().asset(&AssetId::parse(&crate::walk::name(1)).unwrap());

        assert!(asset.is_ok(), "{name}: {asset:?}");
        assert_eq!(client.stats().retries, 3, "{name}");
    }
}

#[test]
fn repeats_are_bounded_and_the_last_error_is_told() {
    let server = Fake::immich(|_, _| answer(503, "text/plain", "busy"));
    let client = client_with(&server, |options| options.retries = 2);
    let before = server.asked().len();

    let error = client.reader().asset(&id()).unwrap_err();

    assert_eq!(error.to_string(), "GET /assets/{id} answered 503: busy");
    assert!(error.is_transient());
    assert_eq!(server.asked().len() - before, 3);
}

#[test]
fn what_will_not_change_is_not_asked_again() {
    let cases = [
        (400, json!({"message": "Bad"})),
        (404, json!({"message": "Cannot GET"})),
        (401, json!({"message": "Invalid API key"})),
        (403, json!({"message": "Missing required permission: asset.read"})),
        (501, json!({"message": "no"})),
        (200, json!("another shape")),
    ];
    for (status, body) in cases {
        let server = Fake::immich(move |_, _| Reply::Json(status, body.clone()));
        let client = server.connect().unwrap();
        let before = server.asked().len();

        let error = client.reader().asset(&id()).unwrap_err();

        assert!(!error.is_transient(), "{error:?}");
        assert_eq!(server.asked().len() - before, 1, "{error:?}");
    }
}

#[test]
fn an_asset_that_is_not_there_is_told_from_other_errors() {
    let server = Fake::immich(|_, _| {
        Reply::Json(400, json!({"message": "Not found or no asset.read access", "statusCode": 400}))
    });

    let error = server.connect().unwrap().reader().asset(&id()).unwrap_err();

    assert!(matches!(error, ApiError::NoSuchAsset { id } if id.to_string() == ID));
}

#[test]
fn another_asset_than_the_one_asked_for_is_refused() {
    let server = Fake::immich(|_, _| ok(asset(1)));

    let error = server.connect().unwrap().reader().asset(&id()).unwrap_err();

    assert!(matches!(error, ApiError::Unexpected { problem: BodyProblem::Shape, .. }), "{error:?}");
}

/// How long a client waits for a server that answers once with that header.
fn waited(headers: &[&str]) -> Duration {
    let headers: Vec<String> = headers.iter().map(ToString::to_string).collect();
    let server = faulty(1, move || Reply::Full(503, headers.clone(), Vec::new()));
    let clock = Arc::new(TurnedClock::default());
    let client = client_with(&server, |options| {
        options.clock = clock.clone();
        options.rate_limit = immich_api::RateLimit::PerSecond(1000.0);
    });
    let before = clock.now();
    client.reader().asset(&AssetId::parse(&crate::walk::name(1)).unwrap()).unwrap();
    clock.now().saturating_sub(before)
}

#[test]
fn the_wait_that_the_server_asks_for_is_kept() {
    let date = "date: Wed, 21 Oct 2026 07:28:00 GMT";

    let without = waited(&[]);
    let seconds = waited(&["retry-after: 7"]);
    let moment = waited(&[date, "retry-after: Wed, 21 Oct 2026 07:28:20 GMT"]);
    let a_day = waited(&["retry-after: 86400"]);

    let near = |waited: Duration, seconds: u64| {
        waited >= Duration::from_secs(seconds) && waited < Duration::from_secs(seconds + 1)
    };
    assert!(near(without, 0) && near(seconds, 7) && near(moment, 20) && near(a_day, 120));
}

#[test]
fn a_request_to_stop_ends_a_long_wait() {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    let server = faulty(9, move || {
        asked.store(true, Ordering::SeqCst);
        Reply::Full(429, vec!["retry-after: 100".to_owned()], Vec::new())
    });
    let clock = Arc::new(TurnedClock::default());
    let client = client_with(&server, |options| {
        options.clock = clock.clone();
        let stop = Arc::clone(&stop);
        options.stop = Arc::new(move || stop.load(Ordering::SeqCst));
    });

    let error = client.reader().asset(&id()).unwrap_err();

    assert!(matches!(error, ApiError::Stopped));
    assert!(clock.now() < Duration::from_secs(2));
}

#[test]
fn silence_ends_with_the_time_out() {
    let server = Fake::immich(|_, _| Reply::Silence(Duration::from_secs(30)));
    let client = client_with(&server, |options| {
        options.read_timeout = Duration::from_millis(200);
        options.retries = 1;
    });
    let start = std::time::Instant::now();

    let error = client.reader().asset(&id()).unwrap_err();

    assert!(matches!(error, ApiError::Unreachable { .. }), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn requests_leave_at_the_rate_that_was_asked_for() {
    let server = Fake::immich(|_, _| ok(json!([])));
    let clock = Arc::new(TurnedClock::default());
    let client = client_with(&server, |options| options.clock = clock.clone());
    let before = clock.now();

    for _ in 0..50 {
        client.reader().faces(&id()).unwrap();
    }

    let waited = clock.now().saturating_sub(before);
    assert!((4.5..=5.1).contains(&waited.as_secs_f64()), "{waited:?}");
    assert!(client.stats().waited >= waited);
}
