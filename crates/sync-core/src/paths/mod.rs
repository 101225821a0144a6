//! From a path on the server to a file below the library folder, and nowhere else; and whether that file is the
//! one.

mod alignment;
mod election;
mod evidence;
mod find;
mod folders;
mod library;
mod mapping;

pub(crate) use evidence::sha1_of_file;
pub use evidence::{Evidence, Fit, Proof, fit};
pub use find::{Found, Sample, find_mapping};
pub use library::{Library, LibraryPath};
pub use mapping::{PathMapping, PathRule, PrefixMap, Unmapped};
