//! `schedule logs`: what runs said, from the journal or from the log files.

use anyhow::Result;

use super::{Here, outside};
use crate::args::LogsArgs;
use crate::exit::{Complaint, ExitStatus, usage};
use crate::output::clean_path;
use crate::settings::catalogue;

/// Runs it.
pub(super) fn run(args: &LogsArgs) -> Result<ExitStatus> {
    let here = Here::find(&args.schedule)?;
    let words = match here.system.journal(args.lines, args.follow) {
        Some(words) if args.follow || !is_empty(&here)? => words,
        Some(words) => tail(&here, args).unwrap_or(words),
        None => tail(&here, args)?,
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if outside::show(&words)? {
        return Ok(ExitStatus::Ok);
    }
    Err(Complaint::error(ExitStatus::Failed, format!("`{}` failed", words[0])))
}

/// Whether the journal has nothing of runs, as where the journal of users is not kept; the log file has it then.
fn is_empty(here: &Here<'_>) -> Result<bool> {
    let Some(mut words) = here.system.journal(1, false) else { return Ok(true) };
    words.push("--quiet".to_owned());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Ok(outside::ask(&words)?.is_none_or(|said| said.stdout.trim().is_empty()))
}

/// The end of the log file, by the program that every system has for it.
fn tail(here: &Here<'_>, args: &LogsArgs) -> Result<Vec<String>> {
    let path = match here.start.sources().path(&catalogue::LOG_FILE)? {
        Some(path) => path,
        None => here.user.logs.clone(),
    };
    if !path.exists() {
        return Err(usage(format!("there is no log yet; runs write it to `{}`", clean_path(&path))));
    }
    let path =
        path.into_os_string().into_string().map_err(|_| usage("the name of the log file is no text"))?;
    let mut words = vec!["tail".to_owned(), "-n".to_owned(), args.lines.to_string()];
    // By its name: a file that was renamed because it was full is left for the new one.
    words.extend(args.follow.then(|| "-F".to_owned()));
    words.extend(["--".to_owned(), path]);
    Ok(words)
}
