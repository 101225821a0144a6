//! The commands. Each takes settings and tells a presenter.

pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod man;
pub(crate) mod write;
