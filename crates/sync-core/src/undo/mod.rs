//! Takes back what earlier runs wrote: the same steps the other way round, journalled and proved like any other.
//!
//! The newest change of a file goes first. A file that nobody touched since becomes byte for byte what it was before,
//! as long as the replaced bytes are kept, and a sidecar that we made is gone again. Of any other file the tags go back,
//! each only where it still says what we wrote: what somebody changed since stays, and is told. Originals are found
//! where they are now, not where they were written.
//!
//! A file from which something was taken back is left alone by the next runs until the server's data change. An
//! undo is a run like any other, and can be taken back itself.

mod decide;
mod photo;
mod retention;
mod run;
mod sight;
mod target;

pub use retention::Retention;
pub use run::{Undo, has_deeds};
pub use target::UndoTarget;
