//! The sources, one folder each, and what they share.

mod archive;
mod kinds;
pub mod takeout;

pub use kinds::{kind_of, upload_name};
