//! `immich-sync doctor`: everything that a run depends on, looked at without changing any of it.
//!
//! First facts are gathered, each within a limit of time, since a disk of a network can hang for hours. Then each check is
//! a function of the facts alone, so all of its verdicts can be tried without a server that is ill in just that way.

mod checks;
mod facts;
mod gather;
mod run;
mod verdict;

pub(crate) use run::run;
