//! From a path on the server to a file below the library folder, and nowhere else.

mod evidence;
mod library;
mod mapping;

pub use evidence::{Evidence, Fit, Proof, fit};
pub use library::{Library, LibraryPath};
pub use mapping::{PathMapping, PathRule, PrefixMap, Unmapped};
