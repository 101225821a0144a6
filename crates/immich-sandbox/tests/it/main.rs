//! The sandbox from the outside: over HTTP, as a client sees it.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests are tests")]

mod edits;
mod faults;
mod filters;
mod fixtures;
mod form;
mod http;
mod lab;
mod openapi;
mod paging;
mod reread;
mod rights;
mod shared;
mod start;
mod uploads;
