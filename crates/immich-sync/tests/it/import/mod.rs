//! Imports as a program: folders and exports of Google Photos into a server, again, stopped, and taken back.

mod apple;
mod apple_faces;
mod apple_untouched;
mod brake;
mod delete_after;
mod edits;
mod faults;
mod folder;
mod jobs;
mod kills;
mod names;
mod permissions;
pub(crate) mod stand;
mod stops;
mod tags;
mod takeout;
mod twins;
mod undone;
mod whole;
mod world;
mod wrong;
