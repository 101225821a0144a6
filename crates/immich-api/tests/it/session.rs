//! Signing in, and all faces in one answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use immich_api::{
    ApiError, AssetId, BodyProblem, Client, ClientOptions, FaceOfAsset, FaceSource, Login, ServerVersion,
    StreamedFaces,
};
use serde_json::{Value, json};

use crate::fake::{Asked, Fake, ME, Reply, basics, ok};
use crate::walk::name;

const ALICE: &str = "0020606a-b9ab-497c-931d-11465f6f24b0";

fn login() -> Login {
    Login::new("me@lab.test", "secret word").unwrap()
}

/// A server of that version that lets everybody in, and streams that.
fn streaming(version: [u32; 3], stream: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Fake {
    let streams = AtomicUsize::new(0);
    Fake::start(move |asked, _| match asked.target.as_str() {
        "/api/auth/login" => ok(json!({"accessToken": "t0ken", "userId": ME, "isAdmin": false})),
        "/api/auth/logout" => ok(json!({"successful": true})),
        "/api/sync/stream" => stream(asked, streams.fetch_add(1, Ordering::SeqCst)),
        _ => basics(asked, version).unwrap_or(Reply::Json(404, json!({"message": "Cannot GET"}))),
    })
}

/// Each on a line of its own.
pub(crate) fn text(lines: &[Value]) -> String {
    lines.iter().flat_map(|line| [line.to_string(), "\n".to_owned()]).collect()
}

fn lines(lines: &[Value]) -> Reply {
    let text = text(lines).into_bytes();
    Reply::Full(200, vec!["content-type: application/jsonlines+json".to_owned()], text)
}

fn person() -> Value {
    json!({"type": "PersonV1", "data": {"id": ALICE, "name": "Alice", "isHidden": false}, "ack": "PersonV1|1"})
}

fn face(kind: &str, asset: usize) -> Value {
    json!({"type": kind, "ack": "x|1", "data": {
        "id": name(asset), "assetId": name(asset), "personId": ALICE, "sourceType": "machine-learning",
        "imageWidth": 1600, "imageHeight": 1200,
        "boundingBoxX1": asset, "boundingBoxY1": 2, "boundingBoxX2": 300, "boundingBoxY2": 400,
    }})
}

fn complete() -> Value {
    json!({"type": "SyncCompleteV1", "data": {}, "ack": "SyncCompleteV1|1"})
}

fn faces_of(client: &Client) -> (Vec<FaceOfAsset>, Result<StreamedFaces, ApiError>) {
    let session = client.login(&login()).unwrap();
    let mut faces = Vec::new();
    let told = session.faces(|face| faces.push(face));
    session.logout().unwrap();
    (faces, told)
}

#[test]
fn a_session_streams_the_faces_with_the_names_of_their_people() {
    for (version, kind) in [([3, 0, 3], "AssetFace"), ([2, 6, 0], "AssetFace"), ([2, 5, 9], "AssetFace")] {
        let number = if version < [2, 6, 0] { "V1" } else { "V2" };
        let types = json!(["PeopleV1", format!("AssetFaces{number}")]);
        let kind = format!("{kind}{number}");
        let server = streaming(version, move |asked, _| {
            assert_eq!(asked.json()["types"], types);
            lines(&[person(), face(&kind, 1), face(&kind, 2), complete()])
        });
        let client = server.connect().unwrap();

        let (faces, told) = faces_of(&client);

        let told = told.unwrap();
        assert_eq!((told.faces, told.unresolved.len()), (2, 0), "{version:?}");
        assert_eq!(faces[1].asset.to_string(), name(2));
        assert_eq!((faces[1].face.x1, faces[1].face.source), (2.0, FaceSource::MachineLearning));
        assert_eq!(faces[1].face.person.as_ref().unwrap().name, "Alice");
    }
}

#[test]
fn the_password_goes_into_one_body_the_token_into_one_header_and_nothing_is_confirmed() {
    let server = streaming([3, 0, 3], |_, _| lines(&[complete()]));
    let client = server.connect().unwrap();

    faces_of(&client).1.unwrap();
    client.reader().statistics().unwrap_err();

    let asked = server.asked();
    let find = |path: &str| asked.iter().find(|asked| asked.is("POST", path)).unwrap();
    assert_eq!(find("/api/auth/login").json(), json!({"email": "me@lab.test", "password": "secret word"}));
    for path in ["/api/auth/login", "/api/sync/stream", "/api/auth/logout"] {
        assert_eq!(find(path).key(), None, "{path}");
        let token = (path != "/api/auth/login").then_some("Bearer t0ken");
        assert_eq!(find(path).header("authorization"), token, "{path}");
    }
    let after = find("/api/search/statistics");
    assert!(after.key().is_some() && after.header("authorization").is_none());
    assert_eq!(server.count("POST", "/api/sync/ack"), 0);
    assert_eq!(server.count("POST", "/api/auth/logout"), 1);
}

#[test]
fn a_refused_login_is_told_apart_from_a_refused_key_and_not_repeated() {
    let server = Fake::immich(|_, _| Reply::Json(401, json!({"message": "Incorrect email or password"})));

    let client = server.connect().unwrap();
    let error = client.login(&login()).unwrap_err();

    assert!(matches!(error, ApiError::LoginRefused { .. }) && !error.is_transient(), "{error:?}");
    assert_eq!(server.count("POST", "/api/auth/login"), 1);
}

#[test]
fn the_login_of_another_user_is_ended_at_once() {
    let server = Fake::immich(|asked, _| match asked.target.as_str() {
        "/api/auth/login" => ok(json!({"accessToken": "t0ken", "userId": name(9)})),
        _ => ok(json!({"successful": true})),
    });
    let client = server.connect().unwrap();

    let error = client.login(&login()).unwrap_err();

    assert!(matches!(error, ApiError::OtherUser), "{error:?}");
    let last = server.asked().pop().unwrap();
    assert!(last.is("POST", "/api/auth/logout") && last.header("authorization") == Some("Bearer t0ken"));
}

#[test]
fn a_token_that_could_forge_a_header_is_no_token() {
    for token in ["", "a\r\nx-evil: 1", "a b", "schlüssel"] {
        let server = Fake::immich(move |_, _| ok(json!({"accessToken": token, "userId": ME})));

        let error = server.connect().unwrap().login(&login()).unwrap_err();

        assert!(
            matches!(&error, ApiError::Unexpected { excerpt, .. } if excerpt == "not shown"),
            "{error:?}"
        );
    }
}

#[test]
fn a_stream_that_breaks_off_is_an_error_and_not_a_library_with_fewer_faces() {
    let whole = text(&[person(), face("AssetFaceV2", 1)]);
    let cut = format!("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{whole}");
    let broken = streaming([3, 0, 3], move |_, _| Reply::Raw(cut.clone().into_bytes()));
    let silent = streaming([3, 0, 3], |_, _| lines(&[person(), face("AssetFaceV2", 1)]));
    let mid_line = streaming([3, 0, 3], |_, _| {
        Reply::Full(200, Vec::new(), format!("{}\n{{\"type\":\"Asset", person()).into_bytes())
    });

    for server in [broken, silent, mid_line] {
        let error = faces_of(&server.connect().unwrap()).1.unwrap_err();

        assert!(error.is_transient(), "{error:?}");
        assert_eq!(server.count("POST", "/api/sync/stream"), 1, "what was taken cannot be taken back");
    }
}

#[test]
fn a_server_from_before_the_last_line_may_end_without_it() {
    let server = streaming([1, 143, 0], |_, _| lines(&[person(), face("AssetFaceV1", 1)]));

    let (faces, told) = faces_of(&server.connect().unwrap());

    assert_eq!((faces.len(), told.unwrap().faces), (1, 1));
}

#[test]
fn a_stream_that_does_not_begin_is_asked_for_again() {
    let server = streaming([3, 0, 3], |_, number| match number {
        0 => Reply::Json(503, json!({"message": "busy"})),
        1 => Reply::Full(200, Vec::new(), b"<html>502 Bad Gateway</html>".to_vec()),
        2 => Reply::Raw(Vec::new()),
        _ => lines(&[person(), face("AssetFaceV2", 1), complete()]),
    });

    let (faces, told) = faces_of(&server.connect().unwrap());

    assert_eq!((faces.len(), told.unwrap().faces), (1, 1));
    assert_eq!(server.count("POST", "/api/sync/stream"), 4);
}

#[test]
fn servers_that_cannot_stream_faces_are_not_asked() {
    let server = streaming([1, 135, 3], |_, _| lines(&[]));

    let error = faces_of(&server.connect().unwrap()).1.unwrap_err();

    let since = ServerVersion::new(1, 136, 0);
    assert!(matches!(error, ApiError::NotSupported { since: found, .. } if found == since), "{error:?}");
    assert_eq!(server.count("POST", "/api/sync/stream"), 0);
}

#[test]
fn a_line_without_an_end_and_a_line_of_nonsense_end_the_stream() {
    let endless =
        streaming([3, 0, 3], |_, _| Reply::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 0x10000]));
    let nonsense = streaming([3, 0, 3], |_, _| lines(&[person(), json!({"type": "AssetFaceV2", "data": 7})]));

    let endless = faces_of(&endless.connect().unwrap()).1.unwrap_err();
    let nonsense = faces_of(&nonsense.connect().unwrap()).1.unwrap_err();

    assert!(matches!(endless, ApiError::TooLarge { limit: 65_536, .. }), "{endless:?}");
    let problem = BodyProblem::Shape;
    assert!(matches!(nonsense, ApiError::Unexpected { problem: found, .. } if found == problem));
}

#[test]
fn a_stop_ends_an_endless_stream() {
    let server = streaming([3, 0, 3], |_, _| {
        let piece = format!("{}\n", face("AssetFaceV2", 1)).repeat(100).into_bytes();
        Reply::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), piece)
    });
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    let options = ClientOptions { stop: Arc::new(move || asked.load(Ordering::SeqCst)), ..server.options() };
    let client = Client::connect(options).unwrap();
    let session = client.login(&login()).unwrap();
    let people = Arc::clone(&stop);

    // Nobody tells who the face is, so it is never handed on: the stop comes from beside.
    let stopper = std::thread::spawn(move || {
        while server.count("POST", "/api/sync/stream") == 0 {
            std::thread::yield_now();
        }
        people.store(true, Ordering::SeqCst);
        server
    });
    let error = session.faces(|_| {}).unwrap_err();

    assert!(matches!(error, ApiError::Stopped), "{error:?}");
    drop(stopper.join().unwrap());
}

#[test]
fn a_redirect_takes_neither_password_nor_token_away() {
    let other = Fake::immich(|_, _| ok(json!({})));
    let target = format!("{}/api/sync/stream", other.url());
    let server =
        streaming([3, 0, 3], move |_, _| Reply::Full(307, vec![format!("location: {target}")], Vec::new()));
    let client = server.connect().unwrap();
    let before = other.asked().len();

    let error = faces_of(&client).1.unwrap_err();

    assert!(matches!(error, ApiError::ForeignRedirect { .. }), "{error:?}");
    assert_eq!(other.asked().len(), before);
}

#[test]
fn many_faces_are_handed_on_one_by_one() {
    const FACES: usize = 20_000;
    let server = streaming([3, 0, 3], |_, _| {
        let faces = (1..=FACES).map(|number| face("AssetFaceV2", number));
        lines(&[person()].into_iter().chain(faces).chain([complete()]).collect::<Vec<_>>())
    });
    let client = server.connect().unwrap();
    let session = client.login(&login()).unwrap();
    let mut count: BTreeMap<AssetId, usize> = BTreeMap::new();

    let told = session.faces(|face| *count.entry(face.asset).or_default() += 1).unwrap();

    session.logout().unwrap();
    assert_eq!((told.faces, count.len()), (FACES as u64, FACES));
}
