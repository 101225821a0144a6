//! Downloads: whole, in parts, broken, and of files that change meanwhile.

use std::io::Write;

use immich_api::{ApiError, AssetId, BodyProblem, Client, Transfer};
use immich_sandbox::{Fault, Sandbox, Scenario};

use crate::fake::{Asked, Fake, Reply};
use crate::sandboxed::{BOTH, connect, id};
use crate::walk::name;

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect()
}

fn one() -> AssetId {
    AssetId::parse(&name(1)).unwrap()
}

fn get(client: &Client, from: u64) -> (Result<Transfer, ApiError>, Vec<u8>) {
    let mut into = Vec::new();
    (client.reader().original(&one(), from, &mut into), into)
}

/// The first byte that was asked for.
fn start(asked: &Asked) -> usize {
    let range = asked.header("range").and_then(|range| range.strip_prefix("bytes="));
    range.map_or(0, |range| range.trim_end_matches('-').parse().unwrap())
}

fn partial(whole: &[u8], from: usize, lines: &[&str]) -> Reply {
    let range = format!("content-range: bytes {from}-{}/{}", whole.len() - 1, whole.len());
    let lines = lines.iter().copied().map(str::to_owned).chain([range]).collect();
    Reply::Full(206, lines, whole[from..].to_vec())
}

#[test]
fn an_original_comes_byte_for_byte_whole_and_from_a_place_on() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let library = scenario.managed_storage("/data", "/nowhere");
        let bytes = content(300_000);
        let asset = scenario.asset(&library, "a.jpg").picture(bytes.clone()).id();
        let empty = scenario.asset(&library, "b.jpg").picture(Vec::new()).id();
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox);
        let (mut whole, mut end, mut nothing) = (Vec::new(), Vec::new(), Vec::new());

        let first = client.reader().original(&id(asset), 0, &mut whole).unwrap();
        let rest = client.reader().original(&id(asset), 299_000, &mut end).unwrap();
        let none = client.reader().original(&id(asset), 300_000, &mut nothing).unwrap();

        assert_eq!((first, whole == bytes), (Transfer { bytes: 300_000, whole: Some(300_000) }, true));
        assert_eq!((rest, end == bytes[299_000..]), (Transfer { bytes: 1000, whole: Some(300_000) }, true));
        assert_eq!((none, nothing.len()), (Transfer { bytes: 0, whole: Some(300_000) }, 0));
        let none = client.reader().original(&id(empty), 0, &mut nothing).unwrap();
        assert_eq!(none, Transfer { bytes: 0, whole: Some(0) });
        assert_eq!(sandbox.writes(), []);
    }
}

#[test]
fn a_broken_transfer_goes_on_where_it_broke() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let library = scenario.managed_storage("/data", "/nowhere");
        let bytes = content(400_000);
        let asset = scenario.asset(&library, "a.jpg").picture(bytes.clone()).id();
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox);
        sandbox.clear_requests();
        sandbox.inject(Fault::cut_within_answer().on("GET", "/assets").times(3));
        let mut into = Vec::new();

        let transfer = client.reader().original(&id(asset), 0, &mut into).unwrap();

        assert_eq!((transfer.bytes, into == bytes), (400_000, true), "{version:?}");
        let requests = sandbox.requests();
        let ranges: Vec<_> = requests.iter().filter_map(|asked| asked.header("range")).collect();
        assert_eq!((requests.len(), ranges), (4, vec!["bytes=200000-", "bytes=300000-", "bytes=350000-"]));
        assert!(requests.iter().all(|asked| asked.header("accept-encoding") == Some("identity")));
    }
}

#[test]
fn a_server_that_knows_no_parts_begins_again_and_nothing_comes_twice() {
    let bytes = content(5000);
    let whole = bytes.clone();
    let server = Fake::immich(move |_, _| Reply::Full(200, Vec::new(), whole.clone()));

    let (transfer, into) = get(&server.connect().unwrap(), 4000);

    assert_eq!(transfer.unwrap(), Transfer { bytes: 1000, whole: Some(5000) });
    assert_eq!(into, bytes[4000..]);
}

#[test]
fn an_answer_for_another_place_is_refused() {
    let whole = content(5000);
    let answers: [fn(&[u8]) -> Reply; 4] = [
        |whole| partial(whole, 3000, &[]),
        |whole| Reply::Full(206, Vec::new(), whole[4000..].to_vec()),
        |_| Reply::Full(206, vec!["content-range: bytes 4000-4499/5000".to_owned()], vec![0; 500]),
        |whole| partial(whole, 4000, &["content-encoding: br"]),
    ];
    for answer in answers {
        let whole = whole.clone();
        let server = Fake::immich(move |_, _| answer(&whole));

        let (transfer, into) = get(&server.connect().unwrap(), 4000);

        let error = transfer.unwrap_err();
        assert!(matches!(error, ApiError::Unexpected { problem: BodyProblem::OtherRange, .. }), "{error:?}");
        assert_eq!(into, b"");
    }
}

#[test]
fn a_file_that_changed_between_two_parts_ends_the_transfer() {
    let bytes = content(5000);
    let heads = [("last-modified: Wed, 21 Oct 2026 07:28:00 GMT", 5000), ("x-other: size", 4900)];
    for (head, length) in heads {
        let bytes = bytes.clone();
        let server = Fake::immich(move |asked, _| match start(asked) {
            0 => {
                let first = "HTTP/1.1 200 OK\r\nlast-modified: Tue, 20 Oct 2026 07:28:00 GMT\r\n";
                let mut raw = format!("{first}content-length: 5000\r\n\r\n").into_bytes();
                raw.extend(&bytes[..2000]);
                Reply::Raw(raw)
            }
            from => partial(&bytes[..length], from, &[head]),
        });

        let (transfer, into) = get(&server.connect().unwrap(), 0);

        assert!(matches!(transfer, Err(ApiError::Changed { .. })), "{transfer:?}");
        assert_eq!(into, bytes_before(&content(5000)));
    }
    let shorter =
        Fake::immich(|_, _| Reply::Full(416, vec!["content-range: bytes */3000".to_owned()], Vec::new()));
    assert!(matches!(get(&shorter.connect().unwrap(), 4000).0, Err(ApiError::Changed { .. })));
}

fn bytes_before(whole: &[u8]) -> &[u8] {
    &whole[..2000]
}

#[test]
fn a_transfer_that_breaks_again_and_again_comes_to_an_end() {
    let server = Fake::immich(|asked, _| {
        let from = start(asked);
        let range = format!("content-range: bytes {from}-99999/100000\r\ncontent-length: {}", 100_000 - from);
        Reply::Raw(format!("HTTP/1.1 206 Partial\r\n{range}\r\n\r\nx").into_bytes())
    });
    let client = server.connect().unwrap();

    let (transfer, into) = get(&client, 0);

    assert!(matches!(transfer, Err(ApiError::Interrupted { .. })), "{transfer:?}");
    assert!((2..20).contains(&into.len()), "{}", into.len());
}

#[test]
fn what_cannot_be_stored_ends_the_transfer_at_once() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let server = Fake::immich(|_, _| Reply::Full(200, Vec::new(), vec![1; 5000]));
    let client = server.connect().unwrap();
    let before = server.asked().len();

    let error = client.reader().original(&one(), 0, &mut Full).unwrap_err();

    assert!(matches!(&error, ApiError::NotStored { .. }) && !error.is_transient(), "{error:?}");
    assert_eq!(server.asked().len() - before, 1);
}

#[test]
fn the_key_does_not_follow_an_original_to_another_server() {
    let other = Fake::start(|_, _| Reply::Full(200, Vec::new(), b"theirs".to_vec()));
    let target = other.url();
    let server = Fake::immich(move |asked, _| match asked.target.as_str() {
        "/moved" => Reply::Full(200, Vec::new(), b"ours".to_vec()),
        _ if asked.target.contains(&name(1)) => {
            Reply::Full(302, vec![format!("location: {target}/x")], Vec::new())
        }
        _ => Reply::Full(302, vec!["location: /moved".to_owned()], Vec::new()),
    });
    let client = server.connect().unwrap();
    let mut into = Vec::new();

    let (refused, _) = get(&client, 0);
    let followed = client.reader().original(&AssetId::parse(&name(2)).unwrap(), 0, &mut into);

    assert!(matches!(refused, Err(ApiError::ForeignRedirect { .. })), "{refused:?}");
    assert_eq!((followed.unwrap().bytes, into.as_slice()), (4, b"ours".as_slice()));
    assert_eq!(other.asked().len(), 0);
}

#[test]
fn an_original_that_is_not_there_is_told_from_other_errors() {
    for version in BOTH {
        let sandbox = Sandbox::start(Scenario::new(version)).unwrap();

        let (transfer, _) = get(&connect(&sandbox), 0);

        assert!(matches!(transfer, Err(ApiError::NoSuchAsset { .. })), "{transfer:?}");
    }
}
