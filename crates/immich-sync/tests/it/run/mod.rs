//! The jobs of a config file, run as a schedule runs them.

mod at_a_terminal;
mod crash;
mod hooks;
mod jobs;
mod log;
mod notices;
pub(crate) mod service;
pub(crate) mod stage;
mod wrong;
