//! What the organizer costs over a large library: processor time, memory, requests, and the largest of them.
//!
//! The program is started as a user starts it, over a server that counts. What it did is judged by the server and by
//! the state that it left, not by what it says of itself.

pub(crate) mod crowd;
pub(crate) mod figures;
pub(crate) mod home;
pub(crate) mod library;
pub(crate) mod plain;
pub(crate) mod server;
