//! Imports as a program: exports of Google Photos into a server, again, stopped, and taken back.

mod apple;
mod delete_after;
mod folder;
mod jobs;
mod stand;
mod stops;
mod tags;
mod takeout;
