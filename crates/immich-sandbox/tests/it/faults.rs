//! Each fault as a client meets it, and what it leaves on the server.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use immich_sandbox::{Fault, Sandbox, Version, Witness};
use serde_json::{Value, json};

use crate::{
    http::{call, request},
    lab::Lab,
};

/// What arrives on a bare connection until it ends, or until so many bytes, or for so long.
fn raw(sandbox: &Sandbox, line: &str, body: &str, most: usize, wait: Duration) -> Vec<u8> {
    let mut stream = TcpStream::connect(sandbox.address()).unwrap();
    stream.set_read_timeout(Some(wait)).unwrap();
    let head = format!(
        "{line} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\nx-api-key: {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        sandbox.api_key(),
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let (mut heard, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
    while heard.len() < most {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => heard.extend(&buffer[..count]),
        }
    }
    heard
}

fn favorite(lab: &Lab) -> bool {
    lab.sandbox.view(lab.plain).unwrap().is_favorite
}

fn favorite_request(lab: &Lab) -> (String, String) {
    (format!("PUT /api/assets/{}", lab.plain), json!({ "isFavorite": true }).to_string())
}

const LONG: Duration = Duration::from_secs(20);

#[test]
fn a_status_has_no_effect_and_may_say_when_to_come_back() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::status(503).retry_after(7).on("PUT", "/assets").times(1));
    let (path, body) = (format!("/api/assets/{}", lab.plain), json!({ "isFavorite": true }));

    let first = call(&lab.sandbox, "PUT", &path, &body);
    let untouched = !favorite(&lab);
    let second = call(&lab.sandbox, "PUT", &path, &body);

    assert_eq!((first.status, first.header("retry-after"), untouched), (503, Some("7"), true));
    assert_eq!((second.status, favorite(&lab)), (200, true));
}

#[test]
fn a_cut_before_the_answer_has_no_effect() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::cut_before_answer());
    let (line, body) = favorite_request(&lab);

    let heard = raw(&lab.sandbox, &line, &body, usize::MAX, LONG);

    assert_eq!(String::from_utf8_lossy(&heard), "");
    assert!(!favorite(&lab));
    assert_eq!(lab.sandbox.requests().last().unwrap().status, None);
}

#[test]
fn a_lost_answer_has_its_effect() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::lost_answer());
    let (line, body) = favorite_request(&lab);

    let heard = raw(&lab.sandbox, &line, &body, usize::MAX, LONG);

    assert_eq!(String::from_utf8_lossy(&heard), "");
    assert!(favorite(&lab));
}

#[test]
fn an_answer_cut_in_the_middle_is_shorter_than_it_says() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::cut_within_answer());
    let (line, body) = favorite_request(&lab);

    let heard = String::from_utf8_lossy(&raw(&lab.sandbox, &line, &body, usize::MAX, LONG)).into_owned();

    let (head, rest) = heard.split_once("\r\n\r\n").unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let length: usize = length.parse().unwrap();
    assert!(rest.len() < length && !rest.is_empty(), "{} of {length}", rest.len());
    assert!(favorite(&lab));
}

#[test]
fn truncated_json_is_whole_http_and_half_a_value() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::truncated_json().on("GET", "/api/users/me"));

    let answer = call(&lab.sandbox, "GET", "/api/users/me", &Value::Null);

    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with(b"{") && serde_json::from_slice::<Value>(&answer.body).is_err());
}

#[test]
fn a_proxy_answers_with_a_page() {
    let lab = Lab::start(Version::V2_7_5);
    lab.sandbox.inject(Fault::html_502());

    let answer = call(&lab.sandbox, "GET", "/api/users/me", &Value::Null);

    assert_eq!((answer.status, answer.header("content-type")), (502, Some("text/html")));
    assert!(answer.body.starts_with(b"<html>"));
}

#[test]
fn an_endless_body_goes_on() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::endless_body());

    let heard = raw(&lab.sandbox, "GET /api/tags", "", 50 << 20, LONG);

    assert!(heard.len() >= 50 << 20, "{}", heard.len());
}

#[test]
fn a_gzip_bomb_unpacks_to_what_was_asked() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::gzip_bomb(64 << 20));

    let wire = raw(&lab.sandbox, "GET /api/tags", "", usize::MAX, LONG);
    lab.sandbox.inject(Fault::gzip_bomb(64 << 20));
    let unpacked = call(&lab.sandbox, "GET", "/api/tags", &Value::Null).body;

    assert!(wire.len() < 200_000, "{} bytes on the wire", wire.len());
    assert_eq!(unpacked.len(), 64 << 20);
    assert!(unpacked.iter().all(|byte| *byte == b' '));
}

#[test]
fn a_bomb_of_two_gigabytes_is_small_on_the_wire() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::gzip_bomb(2 << 30));

    let wire = raw(&lab.sandbox, "GET /api/tags", "", usize::MAX, LONG);

    assert!((1 << 20..4 << 20).contains(&wire.len()), "{} bytes on the wire", wire.len());
}

#[test]
fn deep_json_is_too_deep_for_a_careful_parser() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::deep_json(1_000_000));

    let answer = call(&lab.sandbox, "GET", "/api/tags", &Value::Null);

    assert_eq!(answer.body.len(), 2_000_000);
    assert!(
        serde_json::from_slice::<Value>(&answer.body).unwrap_err().to_string().contains("recursion limit")
    );
}

#[test]
fn a_slow_body_comes_byte_by_byte() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::slow_body(Duration::from_millis(20)));
    let begin = Instant::now();

    let answer = call(&lab.sandbox, "GET", "/api/server/ping", &Value::Null);

    assert_eq!(answer.json(), json!({ "res": "pong" }));
    assert!(begin.elapsed() >= Duration::from_millis(20 * 14), "{:?}", begin.elapsed());
}

#[test]
fn latency_delays_a_true_answer() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::latency(Duration::from_millis(150)));
    let begin = Instant::now();

    let answer = call(&lab.sandbox, "GET", "/api/server/ping", &Value::Null);

    assert_eq!(answer.status, 200);
    assert!(begin.elapsed() >= Duration::from_millis(150));
}

#[test]
fn a_redirect_says_where() {
    for status in [301, 302, 303, 307, 308] {
        let lab = Lab::start(Version::V3_0_3);
        let witness = Witness::start().unwrap();
        lab.sandbox.inject(Fault::redirect(status, format!("{}/api/users/me", witness.url())));

        let answer = call(&lab.sandbox, "GET", "/api/users/me", &Value::Null);

        let location = answer.header("location").unwrap().to_owned();
        assert_eq!((answer.status, location), (status, format!("{}/api/users/me", witness.url())));
        assert!(witness.requests().is_empty());
    }
}

#[test]
fn a_witness_sees_whether_the_key_arrives() {
    let witness = Witness::start().unwrap();

    ureq::get(format!("{}/a?b=c", witness.url())).header("x-api-key", "secret").call().unwrap();
    ureq::get(format!("{}/d", witness.url())).call().unwrap();

    let requests = witness.requests();
    let seen: Vec<_> = requests.iter().map(|request| (request.line(), request.has_key)).collect();
    assert_eq!(seen, [("GET /a?b=c".to_owned(), true), ("GET /d".to_owned(), false)]);
    assert!(!format!("{requests:?}").contains("secret"));
}

#[test]
fn another_body_can_be_put_in_place() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::body(r#"{"assets":42}"#).on("POST", "/search"));

    let answer = call(&lab.sandbox, "POST", "/api/search/metadata", &json!({}));

    assert_eq!((answer.status, answer.json()), (200, json!({ "assets": 42 })));
}

#[test]
fn after_faults_all_is_well_on_the_same_server() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::lost_answer().with_probability(0.3, 1));
    lab.sandbox.inject(Fault::status(500).with_probability(0.3, 2));
    let key = lab.sandbox.api_key();
    let ask = || request(&lab.sandbox, Some(&key), "GET", "/api/users/me", &[], b"");

    let good = (0..200).filter(|_| ask().is_ok_and(|answer| answer.status == 200)).count();
    lab.sandbox.clear_faults();

    assert!((60..140).contains(&good), "{good} of 200");
    assert_eq!(ask().unwrap().status, 200);
    assert_eq!(lab.sandbox.requests().len(), 201);
}
