//! The program itself, run against a server in memory and files on disk.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails as the test does")]

mod accounts;
mod config;
mod corpus;
mod doctor;
mod dry_run;
mod exit_codes;
mod export;
mod faults;
mod german;
mod import;
mod init;
mod killed;
mod listing;
mod logs;
mod organize;
mod place;
mod questions;
mod run;
mod schedule;
mod secrets;
mod shell;
mod signals;
mod strace_dry_run;
#[path = "../../examples/support/mod.rs"]
#[expect(dead_code, reason = "the harnesses use more of it")]
mod support;
mod terminal;
mod two_at_once;
mod unchanged;
mod undo;
mod warnings;
mod write;
