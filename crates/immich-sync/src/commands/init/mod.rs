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

pub(crate) use run::run;
