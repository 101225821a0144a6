//! The sandbox from the outside: over HTTP, as a client sees it.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests are tests")]

mod albums;
mod edits;
mod faults;
mod filters;
mod fixtures;
mod form;
mod http;
mod lab;
mod openapi;
mod paging;
mod people;
mod pictures;
mod reread;
mod rights;
mod shared;
mod sidecars;
mod start;
mod sync;
mod tags;
mod tool;
mod upload_rules;
mod uploads;
mod users;
