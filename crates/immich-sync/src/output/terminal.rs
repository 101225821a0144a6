//! Progress on a terminal: a bar with a rate and the time that is left.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use messages_macros::{tr, word};

use sync_core::export::ExportProgress;
use sync_core::import::Progress as Imported;

use super::progress::Progress;
use super::words::{decimal, size, thousands};

/// Often enough to be smooth, seldom enough for a slow line.
const HERTZ: u8 = 10;

/// While files are looked at and written.
fn of_files() -> &'static str {
    word!("{bar:32} {human_pos}/{human_len} files, {rate}, {eta} left")
}

/// While the server is asked for more, or told.
fn of_asking() -> &'static str {
    word!("{bar:32} {msg}: {human_pos}/{human_len}, {rate}, {eta} left")
}

/// While the list of photos arrives, whose end nobody knows.
fn of_listing() -> &'static str {
    word!("{spinner} {human_pos} photos listed, {rate}")
}

/// While files are sent and all of them are known.
fn of_importing() -> &'static str {
    word!("{bar:32} {human_pos}/{human_len} files, {msg}, {rate}, {eta} left")
}

/// The same while more of them are found.
fn of_finding() -> &'static str {
    word!("{spinner} {human_pos} of {msg}, {rate}")
}

/// Before anything has a number.
const WAITING: &str = "{spinner} {msg}";
/// The same in colour.
const WAITING_IN_COLOUR: &str = "{spinner:.cyan} {msg}";

/// A bar on stderr, and how it looks before anything has a number.
pub(super) struct Bar(ProgressBar, &'static str);

impl Bar {
    /// A bar that turns until the number of files is known.
    pub(super) fn new(colour: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(HERTZ));
        Self(bar, if colour { WAITING_IN_COLOUR } else { WAITING })
    }
}

impl Progress for Bar {
    fn begin(&self) {
        self.0.reset();
        self.0.unset_length();
        self.0.set_style(style(self.1));
        self.0.set_message(word!("Listing photos"));
        self.0.enable_steady_tick(Duration::from_millis(120));
    }

    fn listed(&self, photos: u64) {
        // Albums and tags are asked for before the list.
        if self.0.length().is_some() {
            self.0.unset_length();
            self.0.set_position(0);
        }
        if self.0.position() == 0 {
            self.0.set_style(style(of_listing()));
        }
        self.0.set_position(photos);
    }

    fn asked(&self, what: &'static str, done: u64, total: u64) {
        if done == 0 || self.0.length() != Some(total) {
            self.0.disable_steady_tick();
            self.0.set_style(style(of_asking()));
            self.0.set_message(what);
            self.0.set_length(total);
            self.0.reset_elapsed();
            self.0.reset_eta();
        }
        self.0.set_position(done);
    }

    fn planned(&self, files: u64) {
        self.0.disable_steady_tick();
        self.0.set_style(style(of_files()));
        self.0.set_length(files);
        self.0.set_position(0);
        self.0.reset_elapsed();
        self.0.reset_eta();
    }

    fn step(&self) {
        if self.0.length().is_some_and(|length| self.0.position() < length) {
            self.0.inc(1);
        }
    }

    fn imported(&self, import: &Imported) {
        let sent = size(import.bytes_sent);
        if import.is_listed {
            if self.0.length().is_none() {
                self.0.disable_steady_tick();
                self.0.set_style(style(of_importing()));
                self.0.reset_eta();
            }
            self.0.set_length(import.seen);
            let rate = size(per_second(import.bytes_sent, self.0.elapsed()));
            self.0.set_message(tr!("{sent} sent ({rate}/s)"));
        } else {
            self.0.set_style(style(of_finding()));
            self.0.set_message(tr!("{} files found so far, {sent} sent", thousands(import.seen)));
        }
        self.0.set_position(import.ended);
    }

    fn exported(&self, export: &ExportProgress) {
        let total = export.total.max(export.ended);
        if self.0.length().is_none() {
            self.0.disable_steady_tick();
            self.0.set_style(style(of_importing()));
            self.0.reset_eta();
        }
        self.0.set_length(total);
        let rate = size(per_second(export.bytes, self.0.elapsed()));
        self.0.set_message(tr!("{} written ({rate}/s)", size(export.bytes)));
        self.0.set_position(export.ended);
    }

    fn aside(&self, print: &mut dyn FnMut()) {
        self.0.suspend(print);
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}

fn per_second(bytes: u64, elapsed: Duration) -> u64 {
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    bytes.saturating_mul(1000) / milliseconds
}

/// A template that is wrong shows the plain bar instead of ending the run; a test holds them to be right.
fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("rate", rate).with_key("human_pos", position).with_key("human_len", length)
}

fn position(state: &ProgressState, line: &mut dyn std::fmt::Write) {
    let _ = line.write_str(&thousands(state.pos()));
}

fn length(state: &ProgressState, line: &mut dyn std::fmt::Write) {
    let _ = line.write_str(&thousands(state.len().unwrap_or_else(|| state.pos())));
}

fn rate(state: &ProgressState, line: &mut dyn std::fmt::Write) {
    // A line in memory takes whatever is written.
    let _ = line.write_str(&decimal(&format!("{:.1}/s", state.per_sec())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::tests::in_german;

    #[test]
    fn the_templates_are_right() {
        let with_words = || [of_files(), of_asking(), of_listing(), of_importing(), of_finding()];
        let all = [[WAITING, WAITING_IN_COLOUR].as_slice(), &with_words(), &in_german(with_words)].concat();

        for template in all {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn each_stage_starts_at_its_own_beginning() {
        let bar = Bar(ProgressBar::hidden(), WAITING);

        bar.listed(3000);
        bar.asked("albums", 0, 20);
        bar.asked("albums", 20, 20);
        bar.planned(7);

        assert_eq!((bar.0.position(), bar.0.length()), (0, Some(7)));
        bar.asked("told", 3, 9);
        assert_eq!((bar.0.position(), bar.0.length()), (3, Some(9)));
    }

    #[test]
    fn an_import_has_a_length_once_everything_is_found() {
        let bar = Bar(ProgressBar::hidden(), WAITING);
        let found = Imported { seen: 500, ended: 100, is_listed: false, bytes_sent: 1 };

        bar.imported(&found);
        assert_eq!((bar.0.position(), bar.0.length()), (100, None));
        bar.imported(&Imported { ended: 400, is_listed: true, ..found });

        assert_eq!((bar.0.position(), bar.0.length()), (400, Some(500)));
        assert_eq!(per_second(3_000_000, Duration::from_millis(1500)), 2_000_000);
    }

    #[test]
    fn a_bar_does_not_run_over_its_end() {
        let bar = Bar(ProgressBar::hidden(), WAITING);
        bar.planned(2);

        (0..5).for_each(|_| bar.step());

        assert_eq!(bar.0.position(), 2);
    }
}
