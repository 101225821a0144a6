//! `immich-sync init`: a first config file, from four answers that are checked at once.

mod access;
mod dialogue;
mod file;
mod place;
mod reach;
mod rehearsal;
mod run;
mod text;
mod wishes;

pub(super) use access::{named, page as page_of_keys};
pub(super) use place::samples;
pub(super) use reach::{Reached, reach, tls_reason};
pub(crate) use run::run;
