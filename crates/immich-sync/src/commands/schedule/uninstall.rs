//! `schedule uninstall`: takes away what `install` made, and nothing else.

use anyhow::Result;
use messages_macros::{tr, word};

use super::Here;
use super::pieces::Found;
use super::system;
use crate::args::UninstallArgs;
use crate::exit::{Complaint, ExitStatus};
use crate::output::{Console, told};

/// Runs it.
pub(super) fn run(args: &UninstallArgs, console: Console) -> Result<ExitStatus> {
    let here = Here::find(&args.schedule)?;
    let places = here.places();
    let found = places.iter().map(super::Place::look).collect::<Result<Vec<_>>>()?;
    let is_ours = |found: &Found| match found {
        Found::Ours(_) => true,
        Found::Changed(_) => args.force,
        Found::Nothing | Found::Foreign => false,
    };
    let kept: Vec<String> = places
        .iter()
        .zip(&found)
        .filter(|(_, found)| !is_ours(found) && **found != Found::Nothing)
        .map(|(place, _)| place.name())
        .collect();
    if found.iter().any(is_ours) {
        for words in here.system.words_to_end(here.user.uid) {
            // A timer that is off already is no reason to leave its files.
            if let Err(error) = system::say(&words) {
                tracing::warn!(%error, "the schedule could not be ended before its files go");
                console.aside(&format!(
                    "{} {}",
                    console.aside.yellow(word!("Warning:")),
                    told(&format!("{error:#}"))
                ));
            }
        }
    } else if kept.is_empty() {
        console.result(word!("Nothing to do: no schedule is installed."));
        return Ok(ExitStatus::Ok);
    }
    for (place, found) in places.iter().zip(&found) {
        if is_ours(found) {
            place.remove()?;
            console.result(&tr!("Removed {}.", place.shown()));
        }
    }
    for words in here.system.words_after_end() {
        system::say(&words)?;
    }
    if kept.is_empty() {
        return Ok(ExitStatus::Ok);
    }
    let message = format!(
        "{} is not as this program made it and was left; --force removes what was changed, the rest is yours",
        kept.join(" and ")
    );
    Err(Complaint::error(ExitStatus::Failed, message))
}
