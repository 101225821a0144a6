//! Takes back what earlier runs wrote.

mod target;

pub use target::UndoTarget;
