//! Schedules and the program that keeps one, with systems that are small programs in the search path.

mod daemon;
mod install;
pub(crate) mod systems;
