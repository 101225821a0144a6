//! Which request does what, and what it takes to be allowed.
//!
//! The order of refusals is the server's: an unknown route (404), no or a wrong key (401), an admin's route
//! (403), a missing permission (403), and only then the arguments (400).

mod albums;
mod assets;
mod auth;
mod bytes;
mod copy;
mod duplicates;
mod faces;
mod libraries;
mod notes;
mod people;
mod queues;
mod search;
mod server;
mod stacks;
mod sync;
mod tags;
mod timeline;
mod trash;
mod upload;
mod users;

use crate::{
    Version,
    call::{Call, Reply},
    problem::Problem,
    world::World,
};

pub(crate) use people::{absorb, forget as forget_person};
pub(crate) use upload::duplicate_by_header;

type Run<'p> = Box<dyn Fn(&mut World, &Call) -> Result<Reply, Problem> + 'p>;

/// What a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing.
    Open,
    /// A key or a session, with whatever permissions.
    Identity,
    /// A key with this permission, or a session.
    Permission(&'static str),
    /// The key of an admin with this permission, or their session.
    Admin(&'static str),
}

/// What a request does.
pub(crate) struct Route<'p> {
    pub(crate) need: Need,
    pub(crate) run: Run<'p>,
}

impl std::fmt::Debug for Route<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Route").field("need", &self.need).finish_non_exhaustive()
    }
}

fn open<'p>(run: impl Fn(&mut World, &Call) -> Result<Reply, Problem> + 'p) -> Route<'p> {
    Route { need: Need::Open, run: Box::new(run) }
}

fn with_identity<'p>(run: impl Fn(&mut World, &Call) -> Result<Reply, Problem> + 'p) -> Route<'p> {
    Route { need: Need::Identity, run: Box::new(run) }
}

fn needs<'p>(
    permission: &'static str,
    run: impl Fn(&mut World, &Call) -> Result<Reply, Problem> + 'p,
) -> Route<'p> {
    Route { need: Need::Permission(permission), run: Box::new(run) }
}

fn admin<'p>(
    permission: &'static str,
    run: impl Fn(&mut World, &Call) -> Result<Reply, Problem> + 'p,
) -> Route<'p> {
    Route { need: Need::Admin(permission), run: Box::new(run) }
}

/// The route of a request; `path` comes in pieces and without `/api`.
pub(crate) fn find<'p>(version: Version, method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    match *path.first()? {
        "server" => server::route(method, path),
        "users" | "api-keys" | "partners" | "view" => users::route(method, path),
        "auth" => auth::route(method, path),
        "sync" => sync::route(method, path),
        "search" => search::route(method, path),
        "assets" => upload::route(version, method, path)
            .or_else(|| copy::route(method, path))
            .or_else(|| notes::route(method, path))
            .or_else(|| bytes::route(method, path))
            .or_else(|| assets::route(version, method, path)),
        "download" => bytes::route(method, path),
        "people" => people::route(version, method, path),
        "faces" => faces::route(method, path),
        "tags" => tags::route(version, method, path),
        "albums" => albums::route(method, path),
        "stacks" => stacks::route(version, method, path),
        "duplicates" => duplicates::route(method, path),
        "timeline" => timeline::route(method, path),
        "trash" => trash::route(method, path),
        "libraries" => libraries::route(version, method, path),
        "jobs" | "queues" => queues::route(method, path),
        _ => None,
    }
}
