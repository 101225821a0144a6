//! Photos of a library of Apple Photos as files in folders: by date, or by whatever a template says, again and again.
//!
//! ```text
//! library ─► wants ─► planner ─► steps ─► made aside, proved ─► announced ─► named ─► closed
//!            names      │                                        └── one transaction with what is remembered
//!            from       └─ outline (40 bytes a file), one listing of each folder
//!            templates
//! ```
//!
//! What surprised us: a name has to be remembered with its number, or two `IMG_1.jpg` of one month change places when one
//! of them is deleted; and nothing may count as gone while its original is only in iCloud.
//!
//! A file of the destination is replaced only where the state says that we wrote it and it is still what we wrote. It knows
//! no server, and never writes into the library.

mod batch;
mod cleanup;
mod embed;
mod event;
pub(crate) mod hashes;
mod ledger;
mod listing;
mod make;
mod names;
mod options;
mod part;
mod plan;
mod put;
mod run;
mod said;
mod step;
mod summary;
mod template;
mod wanted;

pub use crate::state::ExportStore;
pub use event::{ExportEvent, ExportProgress, ExportedFile, LeftKind};
pub use ledger::{ExportLine, ExportOutline, ExportOwner, ExportRow, ExportStamp};
pub use options::{Cleanup, ExportOptions, Files, OnConflict, Said, Selection};
pub use part::Part;
pub use run::Export;
pub use summary::ExportSummary;
pub use template::{Makes, Subject, Template, TemplateError};
