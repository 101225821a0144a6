//! How much memory the process had at its worst moment, C libraries included.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Memory is that of all threads, so decoders have their turn one after the other.
static TURN: Mutex<()> = Mutex::new(());

/// Held by whoever measures.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs it, and answers with the bytes by which the process grew meanwhile; `None` where the system does not tell.
pub(crate) fn growth<T>(run: impl FnOnce() -> T) -> (T, Option<u64>) {
    // Forgets the worst moment so far.
    let forgotten = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = status("VmRSS:");
    let answer = run();
    let worst = status("VmHWM:");
    let grown = before.zip(worst).map(|(before, worst)| worst.saturating_sub(before));
    (answer, grown.filter(|_| forgotten))
}

fn status(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}
