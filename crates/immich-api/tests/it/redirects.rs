//! The key follows a redirect on the same server and never to another one.

use immich_api::{ApiError, AssetId};
use serde_json::json;

use crate::fake::{Fake, KEY, Reply, basics, ok};

const ID: &str = "289c7edf-4d4e-4ad7-a74e-4029b8dc94cd";

fn redirect(status: u16, target: &str) -> Reply {
    Reply::Full(status, vec![format!("location: {target}")], Vec::new())
}

#[test]
fn no_redirect_takes_the_key_to_another_port() {
    for status in [301, 302, 303, 307, 308] {
        let other = Fake::start(|_, _| ok(json!({"res": "pong"})));
        let target = format!("{}/api/anything", other.url());
        let server = Fake::immich(move |_, _| redirect(status, &target));
        let client = server.connect().unwrap();

        let asked = client.reader().asset(&AssetId::parse(ID).unwrap()).unwrap_err();
        let ordered = client.writer().refresh_metadata(&[AssetId::parse(ID).unwrap()]).unwrap_err();

        for error in [asked, ordered] {
            assert!(
                matches!(&error, ApiError::ForeignRedirect { host, .. } if *host == other.url()),
                "{error:?}"
            );
            assert!(!error.is_transient());
        }
        assert!(other.asked().is_empty(), "{status}: {:?}", other.asked());
    }
}

#[test]
fn a_redirect_to_https_of_the_same_host_is_named_and_not_followed() {
    let server = Fake::start(|_, _| redirect(301, "https://127.0.0.1/"));

    let error = server.connect().unwrap_err();

    assert!(error.to_string().contains("https://127.0.0.1, which was not followed"), "{error}");
}

#[test]
fn a_get_follows_a_redirect_on_the_same_server_with_its_key() {
    let server = Fake::start(|asked, _| match asked.target.as_str() {
        "/api/users/me" => redirect(308, "/moved/me"),
        "/moved/me" => redirect(302, "../api/users/me-too"),
        "/api/users/me-too" | "/moved/../api/users/me-too" => ok(json!({"id": crate::fake::ME})),
        _ => basics(asked, [3, 0, 3]).unwrap(),
    });

    server.connect().unwrap();

    let last = server.asked().pop().unwrap();
    assert!(last.target.ends_with("me-too"));
    assert_eq!(last.key(), Some(KEY));
}

#[test]
fn an_order_is_not_sent_again_to_another_path() {
    let server = Fake::immich(|_, _| redirect(307, "/elsewhere"));
    let client = server.connect().unwrap();

    let error = client.writer().refresh_metadata(&[AssetId::parse(ID).unwrap()]).unwrap_err();

    assert!(matches!(error, ApiError::Status { status: 307, .. }), "{error:?}");
    assert_eq!(server.count("POST", "/elsewhere"), 0);
}

#[test]
fn redirects_in_a_circle_end() {
    let server = Fake::immich(|_, _| redirect(302, "/api/again"));
    let client = server.connect().unwrap();
    let before = server.asked().len();

    let error = client.reader().asset(&AssetId::parse(ID).unwrap()).unwrap_err();

    assert!(matches!(error, ApiError::Status { status: 302, .. }), "{error:?}");
    assert_eq!(server.asked().len() - before, 6);
}
