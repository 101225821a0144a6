//! Progress on a terminal: a bar with a rate and the time that is left.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::progress::Progress;
use super::words::count;

/// Often enough to be smooth, seldom enough for a slow line.
const HERTZ: u8 = 10;

/// A bar on stderr.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar that turns until the number of files is known.
    pub(super) fn new(colour: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(HERTZ));
        bar.set_style(style(if colour { "{spinner:.cyan} {msg}" } else { "{spinner} {msg}" }));
        bar.set_message("Asking the server for its photos");
        Self(bar)
    }
}

impl Progress for Bar {
    fn begin(&self) {
        self.0.enable_steady_tick(Duration::from_millis(120));
    }

    fn listed(&self, photos: u64) {
        if self.0.length().is_none() {
            self.0.set_message(format!("{} on the server", count(photos, "photo")));
        }
    }

    fn planned(&self, files: u64) {
        self.0.disable_steady_tick();
        self.0.set_style(style("{bar:32} {human_pos}/{human_len} files, {rate}, {eta} left"));
        self.0.set_length(files);
        self.0.reset_elapsed();
        self.0.reset_eta();
    }

    fn step(&self) {
        if self.0.length().is_some_and(|length| self.0.position() < length) {
            self.0.inc(1);
        }
    }

    fn aside(&self, print: &mut dyn FnMut()) {
        self.0.suspend(print);
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// A template that is wrong shows the plain bar instead of ending the run; a test holds them to be right.
fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("rate", rate)
}

fn rate(state: &ProgressState, line: &mut dyn std::fmt::Write) {
    // A line in memory takes whatever is written.
    let _ = write!(line, "{:.1}/s", state.per_sec());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_right() {
        for template in [
            "{spinner:.cyan} {msg}",
            "{spinner} {msg}",
            "{bar:32} {human_pos}/{human_len} files, {rate}, {eta} left",
        ] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn a_bar_does_not_run_over_its_end() {
        let bar = Bar(ProgressBar::hidden());
        bar.planned(2);

        (0..5).for_each(|_| bar.step());

        assert_eq!(bar.0.position(), 2);
    }
}
