//! Answers made to exhaust the client end with an error, early.

use std::time::{Duration, Instant};

use immich_api::{ApiError, AssetId, BodyProblem, Client};
use serde_json::json;

use crate::fake::{Fake, Reply, ok};
use crate::gzip;
use crate::walk::asset;

fn ask(server: &Fake) -> Result<immich_api::Asset, ApiError> {
    let mut options = server.options();
    options.retries = 0;
    let client = Client::connect(options).unwrap();
    client.reader().asset(&AssetId::parse(&crate::walk::name(1)).unwrap())
}

fn json_body(body: Vec<u8>) -> Reply {
    Reply::Full(200, vec!["content-type: application/json".to_owned()], body)
}

#[test]
fn a_gzipped_answer_is_read() {
    let server = Fake::immich(|_, _| {
        let body = gzip::stored(asset(1).to_string().as_bytes());
        Reply::Full(200, vec!["content-encoding: gzip".to_owned()], body)
    });

    let asset = ask(&server).unwrap();

    assert_eq!(asset.original_file_name, "1.jpg");
}

#[test]
fn a_small_body_that_inflates_without_end_is_cut_off() {
    let server = Fake::immich(|_, _| {
        let bomb = gzip::bomb(200_000);
        assert!(bomb.len() < 2_000_000);
        Reply::Full(200, vec!["content-encoding: gzip".to_owned()], bomb)
    });

    let error = ask(&server).unwrap_err();

    assert!(matches!(error, ApiError::TooLarge { limit: 67_108_864, .. }), "{error:?}");
}

#[test]
fn an_endless_body_is_cut_off() {
    let server = Fake::immich(|_, _| {
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        let chunk = [b"10000\r\n".to_vec(), vec![b' '; 0x10000], b"\r\n".to_vec()].concat();
        Reply::Endless(head, chunk)
    });

    let error = ask(&server).unwrap_err();

    assert!(matches!(error, ApiError::TooLarge { .. }), "{error:?}");
}

#[test]
fn an_endless_text_of_an_error_still_tells_the_status() {
    let server = Fake::immich(|_, _| {
        let head = b"HTTP/1.1 418 Teapot\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        let chunk = [b"10000\r\n".to_vec(), vec![b'x'; 0x10000], b"\r\n".to_vec()].concat();
        Reply::Endless(head, chunk)
    });

    let error = ask(&server).unwrap_err();

    assert!(matches!(&error, ApiError::Status { status: 418, message, .. } if message.len() < 1000));
}

#[test]
fn endless_headers_end() {
    let server = Fake::immich(|_, _| {
        Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-more: of the same, again and again\r\n".to_vec())
    });

    let error = ask(&server).unwrap_err();

    assert!(
        matches!(
            error,
            ApiError::TooLarge { .. } | ApiError::Unexpected { .. } | ApiError::Unreachable { .. }
        ),
        "{error:?}"
    );
}

#[test]
fn a_million_brackets_and_a_million_values_are_refused() {
    let deep = Fake::immich(|_, _| json_body(vec![b'['; 1_000_000]));
    let wide = Fake::immich(|_, _| json_body(format!("[{}0]", "0,".repeat(2_000_000)).into_bytes()));

    let problem = |server: &Fake| match ask(server).unwrap_err() {
        ApiError::Unexpected { problem, .. } => problem,
        other => panic!("{other:?}"),
    };
    // The brackets are counted before their depth is.
    assert!(matches!(problem(&deep), BodyProblem::TooDeep | BodyProblem::TooManyValues));
    assert_eq!(problem(&wide), BodyProblem::TooManyValues);
}

#[test]
fn a_body_that_drips_ends_with_the_time_out_of_the_whole_answer() {
    let server = Fake::immich(|_, number| {
        if number > 100 {
            return ok(json!({}));
        }
        // Never a full JSON, always within the time-out of a single read.
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        Reply::Drip(head, b"1\r\n \r\n".to_vec(), Duration::from_millis(50))
    });
    let mut options = server.options();
    options.retries = 0;
    options.read_timeout = Duration::from_millis(200);
    let client = Client::connect(options).unwrap();
    let start = Instant::now();

    let error = client.reader().asset(&AssetId::parse(&crate::walk::name(1)).unwrap()).unwrap_err();

    assert!(matches!(error, ApiError::Interrupted { .. }), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn what_a_server_writes_into_a_message_cannot_move_the_cursor() {
    let server = Fake::immich(|_, _| Reply::Json(400, json!({"message": "\u{1b}[2J\r\nfaked\u{202e}"})));

    let text = ask(&server).unwrap_err().to_string();

    assert!(!text.contains(['\u{1b}', '\r', '\n', '\u{202e}']), "{text:?}");
}
