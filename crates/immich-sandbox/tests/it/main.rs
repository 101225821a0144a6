//! The sandbox from the outside: over HTTP, as a client sees it.

mod http;
mod start;
