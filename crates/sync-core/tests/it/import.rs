//! Imports, against a server over real HTTP.

mod edits;
mod faults;
mod first;
mod gone;
mod halves;
mod killed;
pub(crate) mod lab;
mod later;
mod random;
mod silent;
