//! A session, for the one question that an API key may not ask.
//!
//! From 3.0 on the boxes of faces cost a request per asset, unless one asks for the stream that the mobile
//! app is fed from, and that takes a password. A session goes through the connections, the rate and the
//! trust of its client, and has nothing of the stream confirmed: so each run gets all of it again.

use serde_json::json;
use ureq::http::{HeaderValue, Method};

use crate::call::{Call, Caller};
use crate::clean::excerpt;
use crate::client::Client;
use crate::error::ApiError;
use crate::face_stream::{FaceOfAsset, FaceStream, StreamedFaces};
use crate::ids::UserId;
use crate::json::Json;
use crate::lenient::{member, text};
use crate::login::Login;
use crate::version::Trait;

const LOGIN: &str = "POST /auth/login";
const STREAM: &str = "POST /sync/stream";
const LOGOUT: &str = "POST /auth/logout";

/// A user who is signed in. Stays on the server until [`Session::logout`].
#[must_use = "a session stays on the server until its logout"]
pub struct Session<'a> {
    client: &'a Client,
    /// Marked as sensitive, never shown.
    token: HeaderValue,
}

impl Client {
    /// Signs in as the user of the key.
    ///
    /// [`ApiError::LoginRefused`] for a wrong password, or where passwords are switched off;
    /// [`ApiError::OtherUser`] when the address belongs to somebody else, whose faces are not ours.
    pub fn login(&self, login: &Login) -> Result<Session<'_>, ApiError> {
        let (url, body) = (self.url("/auth/login"), login.body().to_string());
        let call = Call::with_body(LOGIN, Method::POST, &url, body.as_bytes(), Caller::Login);
        let (token, user) = self.transport.json(&call, accepted).map_err(|error| match error {
            ApiError::Refused { .. } => ApiError::LoginRefused { endpoint: LOGIN },
            ApiError::Status { endpoint, status, message } => {
                ApiError::Status { endpoint, status, message: login.scrubbed(message) }
            }
            error => error,
        })?;
        let session = Session { client: self, token };
        if user != self.server().user.id {
            // The session is of no use; that it may stay behind is no worse than what is reported.
            let _ = session.logout();
            return Err(ApiError::OtherUser);
        }
        Ok(session)
    }
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("token", &"***").finish_non_exhaustive()
    }
}

impl Session<'_> {
    /// Hands on all faces of the user's assets, in one request, without keeping them.
    ///
    /// The order is the server's, not by asset. What was handed on counts only when the answer is `Ok`: a
    /// stream that breaks off is an error, and asking again starts from the beginning.
    pub fn faces(&self, mut take: impl FnMut(FaceOfAsset)) -> Result<StreamedFaces, ApiError> {
        let body = json!({ "types": types(self.client)? }).to_string();
        let url = self.client.url("/sync/stream");
        let mut stream = FaceStream::default();
        let mut read = |line: &[u8]| {
            let unexpected =
                |problem| ApiError::Unexpected { endpoint: STREAM, problem, excerpt: excerpt(line) };
            stream.line(line).map_err(unexpected)?.into_iter().for_each(&mut take);
            Ok(())
        };
        self.client.transport.lines(&self.call(STREAM, &url, &body), &mut read).map_err(expired)?;
        if self.client.has(Trait::StreamEnds) && !stream.is_complete {
            let source = "it ended without saying that it was complete".into();
            return Err(ApiError::Interrupted { endpoint: STREAM, source });
        }
        Ok(stream.told)
    }

    /// Signs out, so that the server forgets the session.
    pub fn logout(self) -> Result<(), ApiError> {
        let url = self.client.url("/auth/logout");
        self.client.transport.done(&self.call(LOGOUT, &url, "{}")).map_err(expired)
    }

    fn call<'c>(&'c self, endpoint: &'static str, url: &'c str, body: &'c str) -> Call<'c> {
        Call::with_body(endpoint, Method::POST, url, body.as_bytes(), Caller::Session(&self.token))
    }
}

/// What the server is asked to stream: people first, or their faces would have no names.
fn types(client: &Client) -> Result<[&'static str; 2], ApiError> {
    if client.has(Trait::FaceStreamV2) {
        Ok(["PeopleV1", "AssetFacesV2"])
    } else if client.has(Trait::FaceStream) {
        Ok(["PeopleV1", "AssetFacesV1"])
    } else {
        Err(ApiError::NotSupported { what: "all faces in one answer", since: Trait::FaceStream.since() })
    }
}

/// The header and the user of an accepted login.
fn accepted(answer: &Json<'_>) -> Option<(HeaderValue, UserId)> {
    let token = member(answer, "accessToken").and_then(Json::as_str)?;
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let mut header = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
    header.set_sensitive(true);
    Some((header, UserId::parse(&text(member(answer, "userId"))?).ok()?))
}

/// A refusal in a session is about the session, not about the key.
fn expired(error: ApiError) -> ApiError {
    match error {
        ApiError::Refused { endpoint } => ApiError::LoginRefused { endpoint },
        error => error,
    }
}
