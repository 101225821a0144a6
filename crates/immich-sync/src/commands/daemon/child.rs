//! A run as a process of its own.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::Sender;

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use super::world::Message;

/// The process.
pub(super) struct Run {
    child: Child,
    pid: Option<Pid>,
}

impl Run {
    /// Starts `immich-sync run`; its end is told through `ended`. It has a process group of its own, so that Ctrl-C
    /// in a terminal reaches it once, through us.
    pub(super) fn start(config: &Path, language: Option<&OsStr>, ended: Sender<Message>) -> Result<Self> {
        let program = std::env::current_exe().context("where this program is, is not known")?;
        let mut command = Command::new(program);
        command.arg("run").arg("--config").arg(config).stdin(Stdio::null()).process_group(0);
        if let Some(language) = language {
            command.arg("--lang").arg(language);
        }
        let child = command.spawn().context("`immich-sync run` cannot be started")?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        std::thread::Builder::new().name("run".to_owned()).spawn(move || {
            if let Some(pid) = pid {
                // Without taking it from the list of processes: until its end was heard of, its number stays its own,
                // and no signal can reach another process.
                while let Err(rustix::io::Errno::INTR) =
                    waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
                {}
            }
            // Nobody listens any more when the program ends.
            let _ = ended.send(Message::Ended);
        })?;
        Ok(Self { child, pid })
    }

    /// Asks it to stop.
    pub(super) fn stop(&self) {
        if let Some(pid) = self.pid {
            // One that just ended needs no signal.
            let _ = kill_process(pid, Signal::TERM);
        }
    }

    /// How it ended.
    pub(super) fn end(mut self) -> Result<ExitStatus> {
        self.child.wait().context("how the run ended is not known")
    }
}
