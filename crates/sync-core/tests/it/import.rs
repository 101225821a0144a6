//! Imports, against a server over real HTTP.

mod faults;
mod first;
mod lab;
mod later;
