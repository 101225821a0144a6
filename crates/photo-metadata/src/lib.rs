//! Reads and writes the metadata of photo and video files without touching anything else in them.
//!
//! [`PhotoFields`] says in neutral terms what is known about a photo. [`plan_edits`] compares it with the
//! [`FileTags`] that an [`Engine`] reads, and gives the tags that have to change. [`write_verified`] lets the
//! engine write a changed copy and proves it; [`replace`] puts the copy in the place of the original so that
//! no moment exists at which the file is neither the old nor the new one.
//!
//! The crate knows no server. It prints nothing and reads neither the environment nor the clock.

mod abilities;
mod base;
mod delta;
mod draft;
mod edits;
mod engine;
mod engines;
mod error;
pub mod exiftool;
mod fields;
mod file_tags;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod glance;
mod identify;
mod inventory;
mod iptc;
mod native;
mod opinion;
mod recipe;
mod refusal;
pub mod regions;
pub mod replace;
mod report;
mod rewrite;
mod sidecar;
mod source;
pub mod structure;
mod tag;
pub mod text;
mod time;
mod value;

pub use base::{Agreed, Base};
pub use draft::{Draft, Splice};
pub use edits::{
    Datum, EditPlan, Kept, Policies, Policy, Rules, TagChoices, TagEdit, plan_edits, reverse,
    tags_as_immich_reads,
};
pub use engine::{Change, Engine, ExifTool};
pub use engines::{EngineChoice, Engines, Listener, Starter};
pub use error::MetadataError;
pub use fields::{Caption, Faces, Known, NamedFace, PhotoFields, Position, RatingWish, Stars};
pub use file_tags::{FileTags, IptcBlock};
pub use glance::{Glance, glance};
pub use identify::identify;
pub use inventory::Inventory;
pub use iptc::IptcCharset;
pub use native::Native;
pub use recipe::{Piece, Recipe};
pub use refusal::{Allowances, Refusal, refuse, refuse_sidecar};
pub use rewrite::{write_content, write_recipe, write_verified};
pub use sidecar::{new_sidecar_bytes, sidecar_beside, sidecar_with};
pub use structure::Container;
pub use tag::{Tag, ValueKind};
pub use time::{CaptureTime, FileDate, UnknownZone, UtcOffset};
pub use value::Value;
