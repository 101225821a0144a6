//! Copies in folders of this machine go to a trash and come back: what moves, what stays, and that nothing is ever lost.

mod beside;
pub(crate) mod lab;
mod later;
mod left_open;
mod moves;
mod refused;
mod server;
