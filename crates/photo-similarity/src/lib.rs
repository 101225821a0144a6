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
mod luma;
mod pairs;
mod photo;
mod preview;
mod relation;

pub use decode::{Decoded, Format, Limits, PixelSource, decode};
pub use error::SimilarityError;
pub use group::{Class, Group, GroupId, Member, groups};
pub use hash::{Hash, HashKind, Signature};
pub use keeper::{Criterion, Preference, Traits, Verdict, keeper};
pub use luma::Luma;
pub use pairs::{Edge, Search};
pub use photo::{Exposure, Photo, PhotoId};
pub use preview::{Preview, PreviewSize, preview};
pub use relation::{Bursts, Relation, Rules, relation};
