//! Libraries of Apple Photos, imported over real HTTP: what is on the server then, and what changes later.
//!
//! The libraries are not part of the repository. A test that changes one works on a copy.

mod faces;
mod first;
mod lab;
mod later;
mod made;
