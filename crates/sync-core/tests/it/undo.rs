//! Undo: what it restores, what it leaves, and what is known of a file afterwards.

mod exact;
mod files;
mod killed;
mod lab;
mod left_open;
mod managed;
mod random;
mod runs;
mod sidecars;

pub(crate) use exact::Nobody;
