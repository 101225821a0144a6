//! What is around every command that changes files: signals, and how it is told when it has to be given up.

use std::path::Path;

use anyhow::Result;
use sync_core::{Event, Reporter, StopFlag};

use crate::codes::Code;
use crate::exit::{ExitStatus, usage_of};
use crate::language::said;
use crate::output::{Console, Everybody, Presenter as _};
use crate::settings::OutputSettings;
use crate::signals::Signals;

/// Does the work; a signal raises `stop`.
pub(super) fn run(
    console: Console,
    presenter: &Everybody,
    stop: &StopFlag,
    work: impl FnOnce(&Signals) -> Result<ExitStatus>,
) -> ExitStatus {
    let signals = match Signals::catch(stop, move |text| console.aside(&said(text))) {
        Ok(signals) => signals,
        Err(error) => {
            presenter.give_up(&error, ExitStatus::Failed);
            return ExitStatus::Failed;
        }
    };
    work(&signals).unwrap_or_else(|error| {
        let status = ExitStatus::of_error(&error, signals.caught());
        presenter.give_up(&error, status);
        status
    })
}

/// The settings could not be made out, so it is told in the plainest way.
pub(super) fn never_began(console: Console, json: bool, error: &anyhow::Error) -> ExitStatus {
    let status = ExitStatus::of_error(error, None);
    let output = OutputSettings::of_a_failed_start(json);
    Everybody::of(&output, console, Path::new("")).give_up(error, status);
    status
}

/// Tells what the user should know before a run; an error where nothing of that kind is borne.
pub(super) fn tell_concerns(concerns: &[String], strict: bool, reporter: &dyn Reporter) -> Result<()> {
    for concern in concerns {
        if strict {
            let text = format!("{concern} (an error because of --strict)");
            return Err(usage_of(Code::SecretOpen, text));
        }
        reporter.report(&Event::Warning(concern));
    }
    Ok(())
}
