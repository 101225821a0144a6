//! The processes that a killed program leaves behind, found by a mark in their environment.
//!
//! ExifTool runs in a process group of its own, so that killing the program's group does not reach it. The mark
//! is inherited, and nobody else has it: what is found is ours to end.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

/// The variable that carries the mark.
const VARIABLE: &str = "HARNESS_MARK";

/// A mark that only one harness has.
#[derive(Debug, Clone)]
pub(super) struct Mark(String);

impl Mark {
    /// A new one.
    pub(super) fn new() -> Self {
        Self(format!("{}-{:016x}", std::process::id(), fastrand::u64(..)))
    }

    /// Puts the mark on a command and on all that it will start.
    pub(super) fn put_on(&self, command: &mut std::process::Command) {
        command.env(VARIABLE, &self.0);
    }

    /// Who carries it now. Only Linux tells; elsewhere nobody is found.
    pub(super) fn bearers(&self) -> Vec<Pid> {
        let wanted = format!("{VARIABLE}={}", self.0);
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let has_mark = |id: &i32| {
            let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes())
        };
        ids.filter(has_mark).filter_map(Pid::from_raw).collect()
    }
}

/// Ends processes at once; one that is gone already is fine.
pub(super) fn end(processes: &[Pid]) {
    for process in processes {
        let _ = kill_process(*process, Signal::KILL);
    }
}
