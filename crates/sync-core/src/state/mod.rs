//! What is remembered between runs: what each asset and its file were, and every change with its old values.
//!
//! The store is a trait, so that another database can be the shared memory of several workers later; the
//! conformance tests are written against the trait.

mod record;
mod store;

pub use record::{
    AssetRecord, Base, Fingerprint, Intent, JournalId, JournalRow, JournalState, RunId, ServerIdentity, Verdict,
};
pub use store::Store;
