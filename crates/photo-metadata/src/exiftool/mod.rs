//! ExifTool as a pool of long-lived processes: started once, asked many times, never trusted to end well.
//!
//! A start costs 80 ms, a question 5 ms, so the processes stay open and read commands from their stdin, one
//! argument a line. That is also the danger: a line break inside a value would be a new argument, and an
//! argument can run a program. [`Arguments`] is the only way to build a command, and it cannot hold one.

mod args;
mod pool;
mod process;
mod version;

pub use args::Arguments;
pub use pool::{ExifToolPool, Output, PoolOptions};
pub use version::{ExifToolVersion, write_blocked};
