//! Write-back: what the server knows goes into the originals.

mod options;

pub use options::{ManagedPolicy, Selection, WriteOptions};
