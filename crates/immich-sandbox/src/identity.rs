//! Who sends a request.
//!
//! A login comes before a key: a client that keeps cookies and once logged in as somebody sends the wrong identity
//! for ever after, and its key is not even looked at. Measured, so it is played here.

use axum::http::{HeaderMap, Uri};

use crate::{KeyId, UserId, problem::Problem, routes::Need, world::World};

/// The sender of a request.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) user: UserId,
    /// The key, when it was one.
    pub(crate) key: Option<KeyId>,
    /// The place of the session in the world's list, when it was one.
    pub(crate) session: Option<usize>,
    permissions: Vec<String>,
}

impl Identity {
    /// Whether a permission was granted.
    pub(crate) fn may(&self, permission: &str) -> bool {
        self.permissions.iter().any(|own| own == "all" || own == permission)
    }
}

/// Finds the sender by the headers and the query.
pub(crate) fn identify(world: &World, uri: &Uri, headers: &HeaderMap) -> Result<Identity, Problem> {
    if let Some(token) = token_of(uri, headers) {
        let at = world.sessions.iter().position(|session| session.token == token);
        let at = at.ok_or_else(|| Problem::text(401, "Invalid user token"))?;
        let permissions = vec!["all".to_owned()];
        return Ok(Identity { user: world.sessions[at].user, key: None, session: Some(at), permissions });
    }
    let secret = header(headers, "x-api-key").or_else(|| query(uri, "apiKey"));
    let secret = secret.ok_or_else(|| Problem::text(401, "Authentication required"))?;
    let key = world.keys.iter().find(|key| key.secret == secret);
    let key = key.ok_or_else(|| Problem::text(401, "Invalid API key"))?;
    Ok(Identity { user: key.user, key: Some(key.id), session: None, permissions: key.permissions.clone() })
}

/// The sender, if they may do what is needed.
pub(crate) fn admit(world: &World, need: Need, uri: &Uri, headers: &HeaderMap) -> Result<Identity, Problem> {
    let known = identify(world, uri, headers);
    if need == Need::Open {
        // Nobody in particular; the first key stands in and is not looked at.
        let first = &world.keys[0];
        let nobody = Identity { user: first.user, key: None, session: None, permissions: Vec::new() };
        return Ok(known.unwrap_or(nobody));
    }
    let known = known?;
    let is_admin = world.user(known.user).is_some_and(|user| user.is_admin);
    let wanted = match need {
        Need::Admin(_) if !is_admin => return Err(Problem::text(403, "Forbidden")),
        Need::Admin(permission) | Need::Permission(permission) => permission,
        Need::Identity | Need::Open => return Ok(known),
    };
    if known.may(wanted) {
        return Ok(known);
    }
    Err(Problem::text(403, format!("Missing required permission: {wanted}")))
}

/// In the server's order.
fn token_of(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    header(headers, "x-immich-user-token")
        .or_else(|| header(headers, "x-immich-session-token"))
        .or_else(|| query(uri, "sessionKey"))
        .or_else(|| header(headers, "authorization")?.strip_prefix("Bearer ").map(str::to_owned))
        .or_else(|| {
            let cookies = header(headers, "cookie")?;
            let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
            pairs.find(|(name, _)| *name == "immich_access_token").map(|(_, value)| value.to_owned())
        })
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn query(uri: &Uri, name: &str) -> Option<String> {
    query_of(uri).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// The pairs of a query.
pub(crate) fn query_of(uri: &Uri) -> Vec<(String, String)> {
    axum::extract::Query::try_from_uri(uri).map_or_else(|_| Vec::new(), |axum::extract::Query(pairs)| pairs)
}
