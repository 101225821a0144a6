//! What is done with groups: counted first, then ordered of the server, each change announced before it happens.
//!
//! ```text
//! groups (page by page) ─► second look at their photos ─► count ─► brake ─► tell ─► batches ─► deeds
//! ```
//!
//! Counted are changes: one per photo and tag, field or album, and one per stack. Each ends once, done, skipped with a
//! reason or failed. What is right already costs nothing. What a killed run or a lost answer left open is settled by
//! looking, before anything else. Photos of others are never changed, and of each group one photo always stays.

mod albums;
mod describe;
mod fields;
mod fresh;
mod merge;
mod options;
mod remove_tags;
mod review;
mod run;
mod stack;
mod tags;
mod trash;
mod twins;

pub(super) use albums::is_ours as is_album_of_ours;
pub use options::{ActOptions, Action};
pub use run::{Act, ActStore, ActSummary};
pub(super) use trash::{FARTHEST, objection as objection_of_scan};
