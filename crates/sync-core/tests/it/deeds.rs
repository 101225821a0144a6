//! What the organizer does on the server: what changes, what stays, and that all of it can be taken back.

mod accounts;
mod albums;
mod disk;
mod fields;
mod folders;
mod killed;
pub(crate) mod lab;
mod large;
mod lost;
mod meanwhile;
mod random;
mod stacks;
mod tags;
mod trash;
mod undone;
