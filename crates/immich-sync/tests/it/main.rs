//! The program itself, run against a server in memory and files on disk.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails as the test does")]

mod dry_run;
mod exit_codes;
mod listing;
mod place;
mod secrets;
mod shell;
mod signals;
mod write;
