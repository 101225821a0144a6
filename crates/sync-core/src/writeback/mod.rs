//! Write-back: what the server knows goes into the originals.
//!
//! First the whole listing is walked, and every asset that is as it was ends there. Then the files that are
//! left are opened, compared, and (unless this is a preview) written, a few at a time.

mod discover;
mod fingerprint;
mod look;
mod options;
mod run;
mod wanted;

pub use options::{
    AfterWrite, AlbumOptions, Brake, FaceOptions, IdentityCheck, ManagedPolicy, Selection, SidecarForm,
    Target, Targets, WriteOptions,
};
pub use run::WriteBack;
