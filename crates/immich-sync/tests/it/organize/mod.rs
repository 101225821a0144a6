//! The organizer as a program: over a server, over folders, over both.

mod answers;
mod counted;
mod decisions;
mod pictures;
mod settings;
pub(crate) mod shelf;
mod told;
mod trash;
mod variants;
mod workflows;
