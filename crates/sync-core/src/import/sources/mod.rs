//! The sources, one folder each, and what they share.

pub mod apple;
mod archive;
pub mod folder;
mod kinds;
mod live;
mod names;
pub mod takeout;
mod text;
mod xmp;

pub use kinds::{kind_of, upload_name};
