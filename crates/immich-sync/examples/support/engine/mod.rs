//! What the benchmark of the engines works with: files, the work, and what it cost.

pub(crate) mod cost;
pub(crate) mod files;
pub(crate) mod work;
