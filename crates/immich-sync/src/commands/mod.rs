//! The commands. Each takes settings and tells a presenter.

pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod daemon;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod export;
mod frame;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod man;
pub(crate) mod organize;
pub(crate) mod run;
pub(crate) mod schedule;
pub(crate) mod undo;
pub(crate) mod write;
