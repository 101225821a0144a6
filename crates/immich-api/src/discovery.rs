//! From the address that a person wrote to the place where the API is.
//!
//! People paste what their browser shows, with or without `/api`, behind proxies that answer every path
//! with the same page. A candidate counts only when its `server/version` names a version, which Immich
//! tells everybody; until then the key stays here.

use crate::address::{Address, resolve};
use crate::call::{Call, Caller};
use crate::clean::clean;
use crate::error::{ApiError, VersionFound};
use crate::json::Json;
use crate::lenient::{integer, member};
use crate::transport::Transport;
use crate::version::ServerVersion;

const WELL_KNOWN: &str = "GET /.well-known/immich";
const VERSION: &str = "GET /server/version";
/// Of servers before 1.113.
const PING: &str = "GET /server-info/ping";

/// Finds the base of the API, without a slash at the end, and the version of the server.
///
/// An address with a path of its own is tried first as it stands: at the root of that host may live
/// another Immich.
pub(crate) fn find_base(
    transport: &Transport,
    address: &Address,
) -> Result<(String, ServerVersion), ApiError> {
    let own = format!("{}{}", address.origin, address.path);
    let mut failure = None;
    let names_a_path = !matches!(address.path.as_str(), "" | "/api");
    let mut candidates = vec![Candidate::WellKnown];
    let paths = [format!("{own}/api"), own.clone()].map(Candidate::Base);
    candidates.splice(if names_a_path { 0..0 } else { 1..1 }, paths);
    for candidate in candidates {
        match base_of(transport, address, candidate).and_then(|base| with_version(transport, base)) {
            Ok(found) => return Ok(found),
            Err(error) if ends_the_search(&error) => return Err(error),
            Err(error) => failure = Some(better(failure, error)),
        }
    }
    let failure =
        failure.unwrap_or(ApiError::NotImmich { url: own.clone(), detail: "no version".to_owned() });
    if !is_something_else(&failure) {
        return Err(failure);
    }
    if is_before_server_routes(transport, &own) {
        return Err(ApiError::UnsupportedVersion { version: VersionFound::BeforeServerRoutes });
    }
    let detail = match failure {
        ApiError::NotImmich { detail, .. } => detail,
        ApiError::Refused { .. } => "something in front of it asks for a password".to_owned(),
        other => other.to_string(),
    };
    Err(ApiError::NotImmich { url: own, detail })
}

/// Whether the answers came from something that is no Immich, or not one of today.
fn is_something_else(failure: &ApiError) -> bool {
    matches!(
        failure,
        ApiError::NotImmich { .. }
            | ApiError::Refused { .. }
            | ApiError::Status { status: 400..=499, .. }
            | ApiError::Unexpected { .. }
    )
}

enum Candidate {
    WellKnown,
    Base(String),
}

fn base_of(transport: &Transport, address: &Address, candidate: Candidate) -> Result<String, ApiError> {
    let root = match candidate {
        Candidate::Base(base) => return Ok(base),
        Candidate::WellKnown => format!("{}/", address.origin),
    };
    let named = |answer: &Json<'_>| {
        let endpoint = answer.get("api").and_then(|api| api.get("endpoint"));
        Some(endpoint.and_then(Json::as_str).map(str::to_owned))
    };
    let named = transport.json(&probe(WELL_KNOWN, &format!("{root}.well-known/immich")), named)?;
    let Some(endpoint) = named else {
        return Err(ApiError::NotImmich { url: root, detail: "it names no API".to_owned() });
    };
    let base = resolve(&address.origin, &root, &endpoint)
        .map_err(|host| ApiError::ForeignRedirect { endpoint: WELL_KNOWN, host })?;
    Ok(base.split(['?', '#']).next().unwrap_or(&base).trim_end_matches('/').to_owned())
}

/// The base, when it answers as Immich does.
fn with_version(transport: &Transport, base: String) -> Result<(String, ServerVersion), ApiError> {
    // Another answer is no trouble that could pass.
    let version =
        transport.json(&probe(VERSION, &format!("{base}/server/version")), |answer| Some(version(answer)))?;
    match version {
        Some(version) => Ok((base, version)),
        None => Err(ApiError::NotImmich { url: clean(&base, 200), detail: "it names no version".to_owned() }),
    }
}

/// The server's time, if it tells.
pub(crate) fn date(transport: &Transport, base: &str) -> Option<std::time::SystemTime> {
    let url = format!("{base}/server/version");
    transport.json_and_date(&probe(VERSION, &url), |_| Some(())).ok()?.1
}

fn version(answer: &Json<'_>) -> Option<ServerVersion> {
    let part = |name| integer(member(answer, name)).and_then(|part| u32::try_from(part).ok());
    Some(ServerVersion::new(part("major")?, part("minor")?, part("patch").unwrap_or(0)))
}

/// Servers before 1.113 have the same under another name; they get a better message.
fn is_before_server_routes(transport: &Transport, own: &str) -> bool {
    let bases = [format!("{own}/api"), own.to_owned()];
    bases.iter().any(|base| {
        let answer = transport.json(&probe(PING, &format!("{base}/server-info/ping")), is_pong);
        answer.is_ok_and(|is_pong| is_pong)
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every reader of an answer")]
fn is_pong(answer: &Json<'_>) -> Option<bool> {
    Some(answer.get("res").and_then(Json::as_str) == Some("pong"))
}

fn probe<'a>(endpoint: &'static str, url: &'a str) -> Call<'a> {
    Call::get(endpoint, url, Caller::Nobody)
}

/// Another path of the same host will not help against these.
fn ends_the_search(error: &ApiError) -> bool {
    matches!(error, ApiError::Unreachable { .. } | ApiError::Tls { .. } | ApiError::Stopped)
}

/// Which of two failures tells more: a redirect elsewhere, or a server in trouble, before "not found".
fn better(first: Option<ApiError>, second: ApiError) -> ApiError {
    let rank = |error: &ApiError| match error {
        ApiError::ForeignRedirect { .. } => 3,
        error if error.is_transient() && !matches!(error, ApiError::Unexpected { .. }) => 2,
        ApiError::NotImmich { .. } => 1,
        _ => 0,
    };
    match first {
        Some(first) if rank(&first) >= rank(&second) => first,
        Some(_) | None => second,
    }
}
