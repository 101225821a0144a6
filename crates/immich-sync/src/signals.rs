//! Signals: the first asks the run to stop after the file it is at, the second ends it at once.
//!
//! Neither can harm a file: a file is replaced in one step, and what a run leaves behind is put in order by
//! the next. So a run that does not come to its end within a few seconds, because a server hangs or a video is
//! huge, is ended as well; a service manager would do the same a little later and with less to say.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use sync_core::StopFlag;

/// How long a run may take to stop; with the looking, less than 5 s.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often the flag is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Catches SIGINT, SIGTERM and SIGHUP (a terminal or connection that goes away) from now on.
pub(crate) struct Signals {
    stop: StopFlag,
    last: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
}

impl Signals {
    /// Lets each of them raise `stop`. `tell` is called when that happens, and before a run that does not
    /// come to its end is ended.
    pub(crate) fn catch(stop: &StopFlag, tell: impl Fn(&str) + Send + 'static) -> Result<Self> {
        let last = Arc::new(AtomicUsize::new(0));
        for (signal, number) in [(SIGINT, 2_usize), (SIGTERM, 15), (SIGHUP, 1)] {
            // The order matters: the first signal finds the flag down and raises it, the second finds it up.
            flag::register_conditional_shutdown(signal, 128 + signal, stop.shared())
                .and_then(|_| flag::register_usize(signal, Arc::clone(&last), number))
                .and_then(|_| flag::register(signal, stop.shared()))
                .context("signals cannot be caught")?;
        }
        let signals = Self { stop: stop.clone(), last, over: Arc::default() };
        signals.watch(tell);
        Ok(signals)
    }

    /// The signal that came, if one did.
    pub(crate) fn caught(&self) -> Option<u8> {
        caught(&self.last)
    }

    fn watch(&self, tell: impl Fn(&str) + Send + 'static) {
        let (stop, last, over) = (self.stop.clone(), Arc::clone(&self.last), Arc::clone(&self.over));
        std::thread::spawn(move || {
            let mut raised: Option<Instant> = None;
            while !over.load(Ordering::SeqCst) {
                match raised {
                    None if stop.is_raised() => {
                        raised = Some(Instant::now());
                        tell("Stopping after the current file; once more to stop at once.");
                    }
                    Some(since) if since.elapsed() > PATIENCE => {
                        tell(
                            "Stopped at once; a file that was at hand stays as it was. Run the same again to go on.",
                        );
                        std::process::exit(128 + i32::from(caught(&last).unwrap_or(15)));
                    }
                    None | Some(_) => {}
                }
                std::thread::park_timeout(LOOK);
            }
        });
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
    }
}

fn caught(last: &AtomicUsize) -> Option<u8> {
    u8::try_from(last.load(Ordering::SeqCst)).ok().filter(|signal| *signal != 0)
}
