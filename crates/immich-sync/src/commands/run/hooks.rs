//! Programs of the user that run around jobs: argument lists, no shell, a time limit, and never a key.

use std::ffi::OsString;
use std::process::Command;

use unattended::Outcome;

use super::process::{Outputs, Watch};
use super::round::Round;
use crate::config::HookEntries;
use crate::environment::{COUNT_OF_HOOK, own_variables};
use crate::output::clean;

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// Before.
    Before,
    /// After it went well.
    After,
    /// After it failed.
    Failed,
    /// At the end.
    Finally,
}

impl Moment {
    fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Failed => "failed",
            Self::Finally => "finally",
        }
    }

    fn of(self, hooks: &HookEntries) -> Option<&[String]> {
        let words = match self {
            Self::Before => &hooks.before,
            Self::After => &hooks.after,
            Self::Failed => &hooks.failed,
            Self::Finally => &hooks.finally,
        };
        words.as_deref()
    }
}

/// Runs one, if there is one. `job` is none for those around the whole run; `outcome` how it ended, if it did. Says what
/// went wrong.
pub(super) fn run(
    round: &Round<'_>,
    hooks: &HookEntries,
    moment: Moment,
    job: Option<&str>,
    outcome: Option<&Outcome>,
) -> Result<(), String> {
    let Some([program, arguments @ ..]) = moment.of(hooks) else { return Ok(()) };
    if round.settings.dry_run {
        return Ok(());
    }
    let label = match job {
        Some(job) => format!("{job}: hook {}", moment.word()),
        None => format!("hook {}", moment.word()),
    };
    let mut command = Command::new(program);
    command.args(arguments).envs(told(moment, job, outcome));
    // One of them can be the key.
    for name in own_variables().into_iter().filter(|name| !is_told(name)) {
        command.env_remove(name);
    }
    let outputs = if round.output.json { Outputs::Aside } else { Outputs::Passed };
    let watch = Watch {
        label: &label,
        outputs,
        limit: Some(round.settings.hook_time),
        heard: &round.heard,
        console: round.console,
        secrets: &round.settings.secrets,
    };
    let failed = match watch.run(&mut command) {
        Ok(ended) if ended.is_late => Some("it did not end in time".to_owned()),
        Ok(ended) if ended.code != 0 => Some(format!("it ended with {}", ended.code)),
        Ok(_) => None,
        Err(error) => Some(format!("it cannot be started: {error}")),
    };
    let (hook, program) = (moment.word(), clean(program));
    match failed {
        None => {
            tracing::info!(hook, job, program, "hook ended");
            Ok(())
        }
        Some(reason) => {
            tracing::warn!(hook, job, program, reason, "hook failed");
            Err(match job {
                Some(job) => format!("the hook `{hook}` of `{job}` failed: {reason}"),
                None => format!("the hook `{hook}` failed: {reason}"),
            })
        }
    }
}

/// What a hook is told.
fn told(moment: Moment, job: Option<&str>, outcome: Option<&Outcome>) -> Vec<(OsString, OsString)> {
    let mut variables = vec![("IMMICH_SYNC_EVENT".to_owned(), moment.word().to_owned())];
    variables.extend(job.map(|job| ("IMMICH_SYNC_JOB".to_owned(), job.to_owned())));
    if let Some(outcome) = outcome {
        let exit = outcome.exit.map(|code| ("IMMICH_SYNC_EXIT".to_owned(), code.to_string()));
        variables.extend(exit);
        variables.push(("IMMICH_SYNC_WORD".to_owned(), outcome.word.clone()));
        for (name, count) in &outcome.counts {
            let name = name.replace('-', "_").to_ascii_uppercase();
            variables.push((format!("{COUNT_OF_HOOK}{name}"), count.to_string()));
        }
    }
    variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
}

fn is_told(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    crate::environment::OF_HOOKS.contains(&name.as_ref()) || name.starts_with(COUNT_OF_HOOK)
}
