//! Finds pictures that are the same or look alike.
//!
//! Pixels in, groups out: it knows neither servers nor metadata, prints nothing and reads no environment.
//!
//! ```text
//! bytes ─► decode ─► Luma ─► Signature ─┐
//!                             (p256)    ├─► pairs within a radius ─► groups ─► the best of each, with its reason
//!                    what is known ─────┘
//! ```

mod burst;
mod decode;
mod error;
mod group;
mod hash;
mod keeper;
mod kinship;
mod luma;
mod name;
mod pairs;
mod photo;
mod preview;
mod raw;
mod raw_preview;
mod relation;

pub use decode::{Decoded, Format, Limits, PixelSource, decode, decode_raw};
pub use error::SimilarityError;
pub use group::{Class, Group, GroupId, Member, groups};
pub use hash::{Hash, HashKind, Signature};
pub use keeper::{Criterion, Look, Preference, Traits, Verdict, keeper, ranking};
pub use luma::Luma;
pub use name::FrameName;
pub use pairs::{Edge, Forms, Kernel, Looks, Search, Which, unsettled};
pub use photo::{Exposure, Photo, PhotoId};
pub use preview::{Preview, PreviewSize, preview};
pub use raw::{is_raw, raw_pair};
pub use raw_preview::{RawPreview, raw_preview};
pub use relation::{Bursts, Relation, Rules, relation};
