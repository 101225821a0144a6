//! What imports cost: the program as a user starts it, the client of the Immich project in turn with it, and a server in
//! a process of its own.

pub(crate) mod again;
pub(crate) mod apple;
pub(crate) mod clients;
pub(crate) mod figures;
pub(crate) mod first;
pub(crate) mod server;
pub(crate) mod takeout;
pub(crate) mod trees;
