//! Schedules, with systems that are small programs in the search path.

mod install;
mod systems;
