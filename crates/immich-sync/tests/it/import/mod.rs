//! Imports as a program: exports of Google Photos into a server, again, stopped, and taken back.

mod apple;
mod folder;
mod jobs;
mod stand;
mod stops;
mod takeout;
