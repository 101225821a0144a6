//! The commands. Each takes settings and tells a presenter.

pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod write;
