//! Finding the API from what a person wrote, and learning who we are.

use immich_api::{ApiError, Client, Permission, ServerVersion};
use serde_json::json;

use crate::fake::{Asked, Fake, KEY, ME, Reply, basics, ok, options};

fn not_found(_: &Asked, _: usize) -> Reply {
    Reply::Json(404, json!({"message": "Cannot GET"}))
}

#[test]
fn every_common_form_of_the_address_finds_the_api() {
    let server = Fake::immich(not_found);
    for form in ["", "/", "/api", "/api/"] {
        let client = Client::connect(options(&format!("{}{form}", server.url()))).unwrap();

        assert_eq!(client.server().base_url, format!("{}/api", server.url()), "{form:?}");
    }
}

#[test]
fn connecting_learns_version_features_key_and_user() {
    let server = Fake::immich(not_found);

    let client = server.connect().unwrap();

    let info = client.server();
    assert_eq!(info.version, ServerVersion::new(3, 0, 3));
    assert_eq!(info.features.import_faces, Some(false));
    assert_eq!(info.features.trash, None);
    assert_eq!(info.user.id.to_string(), ME);
    assert!(info.user.is_admin);
    assert_eq!(info.missing_permissions(Permission::ALL), []);
    assert_eq!(client.stats().requests, 5);
}

#[test]
fn the_api_is_found_without_well_known_and_at_the_address_itself() {
    for base in ["/api", ""] {
        let server = Fake::start(move |asked, number| {
            if asked.target == "/.well-known/immich" {
                return not_found(asked, number);
            }
            let Some(path) = asked.target.strip_prefix(base) else { return not_found(asked, number) };
            let inner = Asked { target: format!("/api{path}"), ..asked.clone() };
            basics(&inner, [3, 0, 3]).unwrap_or_else(|| not_found(asked, number))
        });

        let client = server.connect().unwrap();

        assert_eq!(client.server().base_url, format!("{}{base}", server.url()));
    }
}

#[test]
fn an_address_with_a_path_of_its_own_is_not_left_for_the_root_of_the_host() {
    let server = Fake::start(|asked, number| {
        let inner = asked.target.strip_prefix("/photos").unwrap_or(&asked.target).to_owned();
        basics(&Asked { target: inner, ..asked.clone() }, [3, 0, 3])
            .unwrap_or_else(|| not_found(asked, number))
    });

    let client = Client::connect(options(&format!("{}/photos/", server.url()))).unwrap();

    assert_eq!(client.server().base_url, format!("{}/photos/api", server.url()));
    assert_eq!(server.count("GET", "/.well-known/immich"), 0);
}

#[test]
fn a_well_known_answer_that_points_elsewhere_is_not_followed() {
    let other = Fake::immich(not_found);
    let target = format!("{}/api", other.url());
    let server = Fake::start(move |asked, number| match asked.target.as_str() {
        "/.well-known/immich" => ok(json!({"api": {"endpoint": target}})),
        _ => not_found(asked, number),
    });

    let error = server.connect().unwrap_err();

    assert!(matches!(&error, ApiError::ForeignRedirect { host, .. } if *host == other.url()), "{error:?}");
    assert!(other.asked().is_empty());
}

#[test]
fn the_key_stays_here_until_something_answered_as_immich_does() {
    let page = |_: &Asked, _: usize| {
        Reply::Full(200, vec!["content-type: text/html".to_owned()], b"<html>my router</html>".to_vec())
    };
    let server = Fake::start(page);

    let error = server.connect().unwrap_err();

    assert!(matches!(error, ApiError::NotImmich { .. }), "{error:?}");
    assert!(!error.is_transient());
    assert!(server.asked().iter().all(|asked| asked.key().is_none()));
    assert!(server.asked().len() < 8, "{} requests for a web page", server.asked().len());
}

#[test]
fn each_request_after_that_carries_the_key_in_its_header_only() {
    let server = Fake::immich(not_found);

    server.connect().unwrap();

    let asked = server.asked();
    assert_eq!(asked.iter().filter(|asked| asked.key() == Some(KEY)).count(), 3);
    assert!(asked.iter().all(|asked| !asked.target.contains(KEY)));
    assert!(asked.iter().all(|asked| asked.headers.iter().all(|(name, _)| name != "cookie")));
}

#[test]
fn a_server_that_is_too_old_is_named_with_what_to_do() {
    let server =
        Fake::start(|asked, number| basics(asked, [1, 117, 0]).unwrap_or_else(|| not_found(asked, number)));
    let ancient = Fake::start(|asked, number| match asked.target.as_str() {
        "/api/server-info/ping" => ok(json!({"res": "pong"})),
        _ => not_found(asked, number),
    });

    let error = server.connect().unwrap_err();

    assert_eq!(
        error.to_string(),
        "Immich 1.117.0 is too old; the oldest version that works is 1.118.0: update the server"
    );
    assert!(matches!(ancient.connect().unwrap_err(), ApiError::UnsupportedVersion { .. }));
}

#[test]
fn a_server_newer_than_any_known_one_is_fine_and_an_older_one_says_nothing_of_its_key() {
    for (version, knows_key) in [([9, 1, 0], true), ([1, 138, 9], false), ([1, 118, 0], false)] {
        let server = Fake::start(move |asked, number| {
            basics(asked, version).unwrap_or_else(|| not_found(asked, number))
        });

        let client = server.connect().unwrap();

        assert_eq!(client.server().key.permissions.is_some(), knows_key, "{version:?}");
        assert_eq!(server.count("GET", "/api/api-keys/me"), usize::from(knows_key));
    }
}

#[test]
fn a_wrong_key_and_a_missing_permission_are_told_apart() {
    let answer = |status: u16, message: &'static str| {
        Fake::start(move |asked, number| match asked.target.as_str() {
            "/api/users/me" => Reply::Json(status, json!({"message": message})),
            _ => basics(asked, [3, 0, 3]).unwrap_or_else(|| not_found(asked, number)),
        })
    };

    let refused = answer(401, "Invalid API key").connect().unwrap_err();
    let missing = answer(403, "Missing required permission: user.read").connect().unwrap_err();

    assert!(matches!(refused, ApiError::Refused { endpoint: "GET /users/me" }), "{refused:?}");
    assert!(
        matches!(missing, ApiError::MissingPermission { ref permission, .. } if permission == "user.read")
    );
    assert!(missing.to_string().contains("`user.read` for GET /users/me; add it"));
}

#[test]
fn nobody_at_the_address_is_unreachable_after_the_repeats() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();

    let error = Client::connect(options(&format!("http://{port}"))).unwrap_err();

    assert!(matches!(error, ApiError::Unreachable { .. }), "{error:?}");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn a_password_asked_for_by_a_proxy_is_not_blamed_on_the_key() {
    let server = Fake::start(|_, _| Reply::Full(401, Vec::new(), b"Authorization Required".to_vec()));

    let text = server.connect().unwrap_err().to_string();

    assert!(text.contains("something in front of it asks for a password"), "{text}");
    assert!(!text.contains("API key"), "{text}");
}

#[test]
fn a_server_in_trouble_is_not_taken_for_something_else() {
    let server = Fake::start(|_, _| Reply::Full(502, Vec::new(), b"<html>".to_vec()));

    let error = server.connect().unwrap_err();

    assert!(matches!(error, ApiError::Status { status: 502, .. }) && error.is_transient(), "{error:?}");
}

#[test]
fn a_client_can_be_shared_between_threads() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    let server = Fake::immich(not_found);

    is_shared(&server.connect().unwrap());
}
