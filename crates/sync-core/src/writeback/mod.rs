//! Write-back: what the server knows goes into the originals.
//!
//! First the whole listing is walked, and every asset that is as it was ends there. Then the files that are
//! left are opened, compared, and (unless this is a preview) written, a few at a time.

mod after;
mod brake;
mod claims;
mod discover;
mod fingerprint;
mod known;
mod look;
mod mapping;
mod options;
mod run;
mod targets;
mod undone;
mod wanted;
mod write;

pub use crate::account::Account;
pub use known::FaceBook;
pub use mapping::{find_paths, review_paths};
pub use options::{
    AfterWrite, AlbumOptions, Brake, FaceOptions, IdentityCheck, ManagedPolicy, Selection, SidecarForm,
    Target, Targets, WriteOptions,
};
pub use run::WriteBack;
