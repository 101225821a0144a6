//! Plans and applies changes between an Immich server and files on disk.

mod account;
mod apply;
pub mod deeds;
pub mod error;
pub mod event;
pub mod export;
pub mod history;
pub mod import;
pub mod local_trash;
pub mod lock;
pub mod organize;
mod parallel;
pub mod paths;
pub mod plan;
pub mod queues;
mod recover;
pub mod state;
mod stop;
mod summary;
pub mod undo;
pub mod writeback;

pub use account::Account;
pub use error::SyncError;
pub use event::{Event, Reporter};
pub use stop::StopFlag;
pub use summary::Summary;
