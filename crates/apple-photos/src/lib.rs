//! Reads a library of Apple Photos (Photos 5 to 11, macOS 10.15 to 26) on macOS and on Linux, without changing a byte
//! in it.
//!
//! ```no_run
//! use std::ops::ControlFlow;
//! use std::path::Path;
//!
//! use apple_photos::{Flag, Library, OpenOptions};
//!
//! let options = OpenOptions::new("/var/tmp", "/usr/local/bin/my-program");
//! let library = Library::open(Path::new("/Volumes/disk/Photos Library.photoslibrary"), &options)?;
//! let totals = library.assets(&mut |asset| {
//!     if let Some(file) = asset.main_file().filter(|file| file.is_here()) {
//!         let albums: Vec<String> = asset.albums.iter().map(|id| library.album(*id).path(" / ")).collect();
//!         let is_favourite = asset.flags.has(Flag::Favourite);
//!         # let _ = (file, albums, is_favourite);
//!     }
//!     ControlFlow::Continue(())
//! })?;
//! # let _ = totals;
//! # Ok::<(), apple_photos::Error>(())
//! ```
//!
//! The database is copied with its write-ahead log into a folder of the caller's and read there, so that it may be on a
//! read-only medium, and so that Photos may be open meanwhile. Numbers of entities and names of columns, which change
//! with every macOS, are asked of the database itself; the version only makes a warning.
//!
//! ```text
//! package ─► private copy ─► Schema ─► albums, persons ──┐
//!            (main + log)             keywords, faces,   ├─► Asset, one after the other
//!         ─► one listing of each folder ─► files ────────┘
//! ```
//!
//! It reads no pixels and writes nothing but the copy; it knows no environment, no clock and no home folder.

mod album;
mod albums;
mod asset;
mod bplist;
mod cells;
mod dates;
mod error;
mod face;
mod file;
mod files;
mod flags;
mod folders;
mod instants;
mod library;
mod listing;
mod members;
mod old;
mod package;
mod person;
mod persons;
mod place;
mod row_parts;
mod rows;
mod schema;
mod select;
mod sides;
mod snapshot;
mod stored_path;
mod totals;
mod version;
mod warning;

pub use album::{Album, AlbumId, AlbumKind, AlbumSort, Folder, FolderName, ImportSession, ImportSessionId};
pub use asset::{Asset, Burst, Cloud, Edit, ImportedBy, Kind, Location, Origin, Size, Subtype};
pub use dates::{Dates, Zone};
pub use error::Error;
pub use face::{Area, Face};
pub use file::{FileRole, Presence, RelatedFile};
pub use flags::{Flag, Flags};
pub use library::{Library, OpenOptions};
pub use person::{Person, PersonId};
pub use place::{Place, PlaceArea, StoredPlace};
pub use stored_path::PathMap;
pub use totals::{Totals, Unreadable};
pub use version::Version;
pub use warning::Warning;
