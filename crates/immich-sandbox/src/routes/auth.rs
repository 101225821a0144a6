//! Logging in and out with an e-mail address and a password.

use serde_json::json;

use super::{Route, open, with_identity};
use crate::{
    call::{Call, Reply},
    problem::Problem,
    session::Session,
    world::World,
};

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("POST", ["auth", "login"]) => open(login),
        ("POST", ["auth", "logout"]) => with_identity(logout),
        _ => return None,
    })
}

fn login(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let (email, password) = (call.text("email")?.to_lowercase(), call.text("password")?);
    let user = world.users.iter().find(|user| user.email == email && user.password == password).cloned();
    let user = user.ok_or_else(|| Problem::text(401, "Incorrect email or password"))?;
    let token = format!("sandbox-session-{}", world.mint.uuid().simple());
    world.sessions.push(Session::new(token.clone(), user.id));
    let mut reply = Reply::created(&json!({
        "accessToken": token,
        "userId": user.id.to_string(),
        "userEmail": user.email,
        "name": user.name,
        "isAdmin": user.is_admin,
        "profileImagePath": "",
        "shouldChangePassword": true,
        "isOnboarded": true,
    }));
    for (name, value) in [
        ("immich_access_token", token.as_str()),
        ("immich_auth_type", "password"),
        ("immich_is_authenticated", "true"),
    ] {
        let cookie = format!("{name}={value}; Max-Age=34560000; Path=/; HttpOnly; SameSite=Lax");
        reply.headers.push(("set-cookie", cookie));
    }
    Ok(reply)
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every route")]
fn logout(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    if let Some(at) = call.session {
        world.sessions.remove(at);
    }
    Ok(Reply::ok(&json!({ "successful": true, "redirectUri": "/auth/login?autoLaunch=0" })))
}
