//! What is remembered, and how the last runs went.

use jiff::SignedDuration;
use messages_macros::{tr, word};

use super::super::facts::Facts;
use super::super::verdict::{Verdict, failure, note, ok, skipped, warning};
use crate::commands::run::shown_end;
use crate::commands::schedule::Standing;
use crate::language::said;
use crate::output::{clean, clean_path, count, size, told};

/// The database and its log grow within that.
const LEAST_ROOM: u64 = 500_000_000;

/// A schedule that was silent for longer is worth a word.
const SILENT: SignedDuration = SignedDuration::from_hours(3 * 24);

pub(super) fn disk(facts: &Facts) -> Verdict {
    let state = &facts.state;
    let Some(folder) = &state.folder else { return skipped(word!("nothing was written yet")) };
    if let Some(kind) = &state.remote {
        return failure(
            tr!("`{}` is on {kind}, where a database breaks", clean_path(folder)),
            word!("name a folder on a disk of this machine with state_dir"),
        );
    }
    match state.room {
        Some(room) if room.bytes < LEAST_ROOM => {
            warning(tr!("{} are left for `{}`", size(room.bytes), clean_path(folder)), word!("make room"))
        }
        _ => ok(clean_path(folder)),
    }
}

pub(super) fn database(facts: &Facts) -> Verdict {
    match &facts.state.check {
        None if !facts.state.is_there => skipped(word!("nothing was written yet")),
        None => skipped(word!("it took too long")),
        Some(Ok(found)) if found.is_empty() => ok(word!("whole")),
        Some(Ok(found)) => failure(
            tr!("damaged: {}", told(&found[0])),
            word!(
                "put the folder aside and run again: every photo is looked at anew, but what was done before cannot be undone"
            ),
        ),
        Some(Err(error)) => failure(said(error), word!("check the folder; `--state-dir` names another")),
    }
}

pub(super) fn unfinished(facts: &Facts) -> Verdict {
    let used = facts.state.used_by.as_ref().or(facts.library.used_by.as_ref());
    if let Some(holder) = used {
        return note(
            tr!("a run is at work: {}", told(holder)),
            word!("another one waits for its end; nothing to do"),
        );
    }
    match facts.state.open_changes {
        Some(0) => ok(word!("none")),
        Some(changes) => note(
            tr!("{} were begun and not ended: a run was killed", count(changes, "change")),
            word!("the next run puts them in order before anything else; no file is half written"),
        ),
        None => skipped(word!("nothing was written yet")),
    }
}

pub(super) fn schedule(facts: &Facts) -> Verdict {
    match &facts.state.schedule {
        None => skipped(word!("not looked at")),
        Some(Err(error)) => note(told(error), word!("put that right; until then nothing starts runs")),
        Some(Ok(None)) => skipped(word!("the config file has no [schedule]")),
        Some(Ok(Some(standing))) => match standing {
            Standing::Installed => ok(word!("the system starts runs as the config file says")),
            Standing::Outdated => warning(
                word!("the system starts runs, but no longer as the config file says"),
                word!("run `immich-sync schedule install` again"),
            ),
            Standing::Inactive => warning(
                word!("its files are there, but the system does not start it"),
                word!("run `immich-sync schedule install` again"),
            ),
            Standing::Changed => note(
                word!("installed and changed by hand"),
                word!("nothing to do; `immich-sync schedule install --force` makes it new"),
            ),
            Standing::None => note(
                word!("the config file has one, and the system does not know it"),
                word!(
                    "run `immich-sync schedule install`; nothing to do where `immich-sync daemon` keeps it"
                ),
            ),
        },
    }
}

pub(super) fn last_run(facts: &Facts) -> Verdict {
    let state = &facts.state;
    if let Some(job) = state.jobs.iter().find(|job| job.failures_in_row > 0) {
        let word = shown_end(job.word.as_deref().unwrap_or("unknown"));
        return warning(
            tr!(
                "the job `{}` did not go well {} in a row ({word})",
                clean(&job.name),
                times(job.failures_in_row)
            ),
            tr!("`immich-sync run --job {:?}` shows why", job.name),
        );
    }
    if let Some(job) = state.jobs.iter().find(|job| job.is_stale(SILENT, state.now)) {
        return warning(
            tr!(
                "the job `{}` did not go well since {}",
                clean(&job.name),
                job.good_or_seen().strftime("%Y-%m-%d")
            ),
            word!("look whether the schedule still runs: `immich-sync schedule status`"),
        );
    }
    match (state.last_run, state.jobs.first().and_then(|job| job.last_good)) {
        (_, Some(good)) => ok(tr!("{} (UTC), and it went well", good.strftime("%Y-%m-%d %H:%M"))),
        (Some((began, _)), None) => ok(format!("{} (UTC)", began.strftime("%Y-%m-%d %H:%M"))),
        (None, None) => skipped(word!("there was none yet")),
    }
}

fn times(number: u32) -> String {
    if number == 1 { word!("once").to_owned() } else { tr!("{number} times") }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::Timestamp;
    use unattended::status::JobStatus;

    use super::*;
    use crate::commands::doctor::verdict::Level;

    fn now() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    fn with(change: impl FnOnce(&mut JobStatus)) -> Facts {
        let mut job = JobStatus::new(Path::new("/c.toml"), "photos", now());
        change(&mut job);
        let mut facts = Facts::default();
        (facts.state.jobs, facts.state.now) = (vec![job], now());
        facts
    }

    #[test]
    fn a_job_that_fails_or_is_silent_is_a_warning() {
        let long_ago = "2026-11-01T12:00:00Z".parse().unwrap();

        assert_eq!(last_run(&with(|job| job.failures_in_row = 2)).level, Level::Warning);
        assert_eq!(last_run(&with(|job| job.last_good = Some(long_ago))).level, Level::Warning);
        assert_eq!(last_run(&with(|job| job.last_good = Some(now()))).level, Level::Ok);
        assert_eq!(last_run(&Facts::default()).level, Level::Skipped);
    }

    #[test]
    fn a_schedule_that_nobody_keeps_is_told() {
        let level = |standing| {
            let mut facts = Facts::default();
            facts.state.schedule = Some(Ok(standing));
            schedule(&facts).level
        };

        assert_eq!(level(Some(Standing::Installed)), Level::Ok);
        assert_eq!(level(Some(Standing::None)), Level::Note);
        assert_eq!(level(Some(Standing::Inactive)), Level::Warning);
        assert_eq!(level(Some(Standing::Outdated)), Level::Warning);
        assert_eq!(level(None), Level::Skipped);
    }

    #[test]
    fn a_state_on_a_remote_disk_or_with_damage_is_a_failure() {
        let mut facts = Facts::default();
        facts.state.folder = Some("/s".into());
        facts.state.remote = Some("nfs".to_owned());
        facts.state.check = Some(Ok(vec!["row 7 missing".to_owned()]));

        assert_eq!((disk(&facts).level, database(&facts).level), (Level::Failure, Level::Failure));
    }

    #[test]
    fn a_state_that_is_not_there_yet_did_not_take_too_long() {
        let mut facts = Facts::default();
        facts.state.folder = Some("/s".into());
        assert!(database(&facts).reason.contains("nothing was written yet"));

        facts.state.is_there = true;
        assert!(database(&facts).reason.contains("took too long"));
    }

    #[test]
    fn a_run_at_work_comes_before_what_it_has_not_ended_yet() {
        let mut facts = Facts::default();
        facts.state.open_changes = Some(1);
        assert!(unfinished(&facts).reason.contains("killed"));

        facts.state.used_by = Some("pid 7".to_owned());
        assert!(unfinished(&facts).reason.contains("pid 7"));
    }
}
