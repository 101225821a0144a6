//! The end of the organizer: in words and as JSON.

use std::time::Duration;

use messages_macros::{tr, word};
use serde_json::{Map, Value, json};
use sync_core::Summary;
use sync_core::organize::{ActSummary, ScanSummary};

use super::json::SCHEMA;
use super::rows::{plain, row};
use super::words::time;
use super::{Paint, Traffic, summary};
use crate::exit::ExitStatus;
use crate::same_state::SameState;

/// What is known when the organizer has come to its end.
pub(crate) struct OrganizeEnd<'a> {
    /// What was compared; `None` where nothing had to be.
    pub(crate) scan: Option<&'a ScanSummary>,
    /// What was done with the groups, or would be; `None` where nothing was asked for.
    pub(crate) acted: Option<&'a ActSummary>,
    /// The traffic.
    pub(crate) traffic: Traffic,
    /// How long it took.
    pub(crate) elapsed: Duration,
    /// Whether nothing was to be changed.
    pub(crate) dry_run: bool,
    /// What to do next, in words.
    pub(crate) next: &'a [String],
    /// How later commands find the state of this run.
    pub(crate) same: &'a SameState,
    /// How the program will end.
    pub(crate) status: ExitStatus,
}

/// The last lines.
pub(super) fn lines(end: &OrganizeEnd<'_>, unnamed: u64, paint: Paint) -> Vec<String> {
    let mut lines = end.acted.map_or_else(Vec::new, |acted| acted_lines(acted, end, paint));
    // A scan of folders has nobody to ask.
    let used = match end.traffic.requests {
        0 => time(end.elapsed),
        _ => summary::traffic(end.traffic, end.elapsed),
    };
    lines.push(paint.dim(&format!("          {used}")));
    if unnamed > 0 {
        lines.push(paint.yellow(&summary::unnamed_note(unnamed)));
    }
    if end.traffic.insecure {
        lines.push(paint.yellow(summary::insecure_note()));
    }
    lines.extend(end.next.iter().cloned());
    lines
}

/// What became of each action.
fn acted_lines(acted: &ActSummary, end: &OrganizeEnd<'_>, paint: Paint) -> Vec<String> {
    let mut lines = vec![paint.bold(match (acted.total.done, end.dry_run) {
        (0, _) if acted.total.failed > 0 => word!("Nothing could be done:"),
        (0, _) => word!("Nothing had to be done:"),
        (_, true) => word!("Dry run; nothing was changed. There would be:"),
        (_, false) => word!("Done:"),
    })];
    for (name, sum) in &acted.by_action {
        lines.push(row(sum.done, words(name), if sum.done > 0 { Paint::green } else { plain }, paint));
        for (code, number) in &sum.skipped {
            let is_trouble = matches!(code.as_str(), "changed-since" | "vanished");
            lines.push(row(
                *number,
                if code == "up-to-date" {
                    word!("already as they are to be")
                } else {
                    summary::skipped(code)
                },
                if is_trouble { Paint::yellow } else { plain },
                paint,
            ));
        }
        if sum.failed > 0 {
            lines.push(row(sum.failed, word!("failed"), Paint::red, paint));
        }
    }
    if let (Some(run), true) = (acted.run, acted.total.done > 0) {
        // The newest first, as an undo should go.
        let runs = acted.more_runs.iter().rev().chain([&run]);
        let undos = runs.map(|run| format!("`immich-sync undo {}{}`", run.0, end.same.runs));
        let undos = undos.reduce(|before, undo| tr!("{before}, then {undo}")).unwrap_or_default();
        lines.push(if acted.more_runs.is_empty() {
            tr!("{undos} takes it back.")
        } else {
            tr!("{undos} take it back.")
        });
    }
    lines
}

/// What is counted of an action.
pub(super) fn words(action: &str) -> &str {
    match action {
        "remove-tags" => word!("tags taken off photos"),
        "tag" => word!("tags put on photos or moved"),
        "tag-duplicates-of-local" => word!("photos tagged that are on this machine too"),
        "albums" => word!("photos put into albums or moved"),
        "stack" => word!("stacks made or put in order"),
        "review" => word!("photos shown on Immich's review page"),
        "favourite" => word!("hearts given"),
        "description" => word!("captions extended"),
        "archive" => word!("photos put into the archive"),
        "output" => word!("files made in group folders"),
        "trash" => word!("copies put into Immich's trash, or data handed on to what is kept"),
        "local-trash" => word!("copies on this machine put into the trash"),
        other => other,
    }
}

/// The numbers of a scan.
pub(super) fn scanned(scan: &ScanSummary) -> Value {
    let skipped: Map<String, Value> =
        scan.skipped.iter().map(|(kind, number)| (kind.code().to_owned(), json!(number))).collect();
    let class = |count: &sync_core::state::ClassCount| json!({ "groups": count.groups, "photos": count.photos, "gain": count.gain });
    let groups: Map<String, Value> =
        scan.groups.iter().map(|(name, count)| (name.to_string(), class(count))).collect();
    json!({
        "type": "scanned",
        "schema": SCHEMA,
        "seen": scan.seen,
        "looked_at": scan.looked_at,
        "remembered": scan.remembered,
        "skipped": skipped,
        "skipped_with_trouble": scan.troubled(),
        "failed": scan.failed,
        "partners": scan.partners,
        "groups": groups,
        "groups_kept": scan.groups_kept,
        "unreadable": scan.unreadable,
        "listing_complete": scan.listing_complete,
        "stopped": scan.stopped,
    })
}

/// The numbers of each action.
fn acted(acted: &ActSummary) -> Value {
    let numbers = |sum: &Summary| {
        json!({
            "seen": sum.seen,
            "done": sum.done,
            "skipped": sum.skipped,
            "skipped_with_trouble": sum.troubled,
            "failed": sum.failed,
        })
    };
    acted.by_action.iter().map(|(name, sum)| ((*name).to_owned(), numbers(sum))).collect()
}

/// The last object.
pub(super) fn ended(end: &OrganizeEnd<'_>) -> Value {
    json!({
        "type": "summary",
        "schema": SCHEMA,
        "dry_run": end.dry_run,
        "scan": end.scan.map(scanned),
        "run": end.acted.and_then(|acted| acted.run).map(|run| run.0),
        "more_runs": end.acted.map(|acted| acted.more_runs.iter().map(|run| run.0).collect::<Vec<_>>()),
        "actions": end.acted.map(acted),
        "insecure": end.traffic.insecure,
        "requests": end.traffic.requests,
        "retries": end.traffic.retries,
        "bytes_received": end.traffic.bytes_received,
        "seconds": (end.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        "exit_code": end.status.code(),
    })
}

#[cfg(test)]
mod tests {
    use photo_similarity::Class;
    use sync_core::organize::SkipKind;
    use sync_core::state::{ClassCount, RunId};

    use super::*;
    use crate::language::tests::in_german;

    fn scan() -> ScanSummary {
        let count = ClassCount { groups: 12, photos: 30, gain: 45_000_000 };
        ScanSummary {
            seen: 1013,
            looked_at: 1000,
            remembered: 2,
            skipped: [(SkipKind::Video, 7), (SkipKind::Damaged, 3)].into(),
            failed: 1,
            groups: [(Class::Exact, count), (Class::Similar, ClassCount { groups: 1, photos: 2, gain: 9 })]
                .into(),
            listing_complete: true,
            ..ScanSummary::default()
        }
    }

    fn end(same: &SameState) -> OrganizeEnd<'_> {
        OrganizeEnd {
            scan: None,
            acted: None,
            traffic: Traffic::default(),
            elapsed: Duration::ZERO,
            dry_run: false,
            next: &[],
            same,
            status: ExitStatus::Ok,
        }
    }

    fn text(scan: &ScanSummary) -> String {
        super::super::scan::lines(scan, Paint { on: false }).join("\n")
    }

    #[test]
    fn a_scan_reads_as_words() {
        assert!(scan().adds_up());
        insta::assert_snapshot!(text(&scan()));
    }

    #[test]
    fn a_scan_that_could_not_see_everything_says_so() {
        let short = ScanSummary { listing_complete: false, groups_kept: true, groups: [].into(), ..scan() };

        let text = text(&short);

        assert!(text.contains("was not complete") && text.contains("scan before"), "{text}");
    }

    #[test]
    fn a_scan_that_was_stopped_says_nothing_of_what_there_is() {
        let text = text(&ScanSummary { stopped: true, groups: [].into(), ..scan() });

        assert!(text.starts_with("Stopped while comparing") && !text.contains("duplicates"), "{text}");
    }

    #[test]
    fn what_was_done_reads_as_words() {
        let mut sum = Summary { seen: 14, done: 12, failed: 1, ..Summary::default() };
        sum.skipped.insert("changed-since".to_owned(), 1);
        let acted = ActSummary {
            total: sum.clone(),
            by_action: vec![("tag", sum)],
            run: Some(RunId(4)),
            more_runs: vec![RunId(5)],
        };

        insta::assert_snapshot!(
            acted_lines(&acted, &end(&SameState::default()), Paint { on: false }).join("\n")
        );
        let elsewhere = SameState { runs: " --state-dir /here".to_owned(), ..SameState::default() };
        let lines = acted_lines(&acted, &end(&elsewhere), Paint { on: false });
        assert_eq!(
            lines.last().unwrap(),
            "`immich-sync undo 5 --state-dir /here`, then `immich-sync undo 4 --state-dir /here` take it back."
        );
        let dry_run = OrganizeEnd { dry_run: true, ..end(&elsewhere) };
        assert!(
            acted_lines(&ActSummary::default(), &dry_run, Paint { on: false })[0].contains("Nothing had")
        );
        let total = Summary { seen: 1, failed: 1, ..Summary::default() };
        let failed = ActSummary { total, ..ActSummary::default() };
        assert_eq!(acted_lines(&failed, &end(&elsewhere), Paint { on: false })[0], "Nothing could be done:");
    }

    #[test]
    fn the_same_reads_as_german() {
        let mut sum = Summary { seen: 14, done: 12, failed: 1, ..Summary::default() };
        sum.skipped.insert("changed-since".to_owned(), 1);
        let acted = ActSummary {
            total: sum.clone(),
            by_action: vec![("tag", sum)],
            run: Some(RunId(4)),
            more_runs: vec![RunId(5)],
        };
        let same = SameState::default();
        let would = OrganizeEnd { dry_run: true, ..end(&same) };

        let said = in_german(|| {
            let acted =
                [&end(&same), &would].map(|end| acted_lines(&acted, end, Paint { on: false }).join("\n"));
            [text(&scan()), acted.join("\n\n")].join("\n\n")
        });

        insta::assert_snapshot!(said);
    }

    #[test]
    fn a_machine_gets_all_numbers() {
        insta::assert_json_snapshot!(scanned(&scan()));
    }
}
