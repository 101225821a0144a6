//! Archives as exports come in: zip and compressed tar, in memory, with the freedoms that the formats have.

mod tar;
mod zip;

pub use tar::{TarName, Tgz};
pub use zip::{Sizes, Zip};
