//! Takes back what earlier runs wrote: the same steps the other way round, journalled and proved like any other.
//!
//! The newest change of a file goes first. Of an original the tags go back, each only where the file still says what
//! we wrote: what somebody changed since stays, and is told. A sidecar that nobody touched since gets its old bytes
//! back, and one that we made is gone again; its content stays in the journal. Originals are found where they are
//! now, not where they were written.
//!
//! A file from which something was taken back is left alone by the next runs until the server's data change. An
//! undo is a run like any other, and can be taken back itself.

mod decide;
mod photo;
mod run;
mod sight;
mod target;

pub use run::Undo;
pub use target::UndoTarget;
