//! Import: photos of folders and exports into an Immich server, again and again.
//!
//! ```text
//! source lists items ─► stamp known? ──► nothing to do (no file opened, no request)
//!                          │ no
//!                          ▼
//!      hash what is new ─► ask the server (by SHA-1) ─► upload, or adopt what is there
//!                          │
//!                          ▼
//!      what the source says of it ─► merge with what was sent and what the server says ─► deeds ─► ledger
//! ```
//!
//! Only a SHA-1, or the id that a source has for an item and that stands in the ledger, may link, replace or trash
//! anything: never a name, a date and a size.

mod batches;
mod checked;
mod edits;
mod event;
mod faces;
mod facts;
mod finish;
mod flow;
mod gone;
mod halves;
mod hashing;
mod item;
mod lanes;
mod ledger;
mod listing;
mod looked;
mod merge;
mod options;
mod put_away;
mod queue;
mod route;
mod run;
mod send;
mod shelves;
mod source;
pub mod sources;
mod stacked;
mod stacks;
mod summary;
mod tags;
mod tally;
mod wish;
mod work;

pub use event::{ImportEvent, Progress};
pub use facts::{AlbumKey, FaceMark, Facts, Origin, SourceAlbum, When};
pub use item::{Item, ItemId, Kin, Locator, Media, MediaKind, Relation, Stamp};
pub use ledger::{Entry, ImportAlbum, Outline, OutlineRow, Sent, SentAlbum, SentFace, Standing};
pub use options::{DeleteRule, EditRule, HiddenRule, ImportOptions, Preference, StackRule};
pub use put_away::PutAway;
pub use run::Import;
pub use source::{Found, Listing, Passed, Source, SourceError, Trouble};
pub use summary::{ImportSummary, SkipKind};
