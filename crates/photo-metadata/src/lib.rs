//! Reads and writes the metadata of photo and video files without touching anything else in them.

mod error;
pub mod exiftool;
pub mod replace;
pub mod structure;

pub use error::MetadataError;
