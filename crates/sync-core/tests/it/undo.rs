//! Undo: what it restores, what it leaves, and what is known of a file afterwards.

mod files;
mod killed;
mod lab;
mod random;
mod runs;
mod sidecars;
