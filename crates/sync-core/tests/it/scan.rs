//! Scans of the organizer, against a server and over folders.

mod exchange;
mod filters;
mod hostile;
mod immich;
pub(crate) mod lab;
mod local;
mod steady;
