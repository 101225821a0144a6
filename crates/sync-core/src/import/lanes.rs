//! The jobs of the other threads.

use super::queue::{Gate, Jobs};
use super::send::Halves;
use super::work::{There, Work, Works};

/// Items under way; each is a name and some numbers as long as its bytes are not in memory.
const UNDER_WAY: usize = 4096;

/// The jobs of the other threads.
pub(super) struct Lanes {
    pub(super) hash: Jobs<Box<Work>>,
    pub(super) check: Jobs<Works>,
    pub(super) send: Jobs<(Box<Work>, Halves, u64)>,
    pub(super) look: Jobs<(Box<Work>, There)>,
    pub(super) gate: Gate,
}

impl Lanes {
    pub(super) fn new() -> Self {
        Self {
            hash: Jobs::new(),
            check: Jobs::new(),
            send: Jobs::new(),
            look: Jobs::new(),
            gate: Gate::new(UNDER_WAY),
        }
    }

    /// Lets all threads end.
    pub(super) fn close(&self) {
        self.gate.shut();
        self.hash.close();
        self.check.close();
        self.send.close();
        self.look.close();
    }
}
