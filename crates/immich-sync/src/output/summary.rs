//! The end of a run in words: what happened, and what to do next.

use messages_macros::{tr, word};

use super::rows::{plain, row as line};
use super::words::{count, thousands, time};
use super::{End, Paint, Traffic};

/// The lines of the summary.
pub(super) fn lines(end: &End<'_>, unnamed: u64, paint: Paint) -> Vec<String> {
    let summary = end.summary;
    let mut lines = vec![paint.bold(&headline(end))];
    let mut row = |number: u64, text: &str, colour: fn(Paint, &str) -> String| {
        lines.push(line(number, text, if number == 0 { plain } else { colour }, paint));
    };
    let changed = if end.dry_run { word!("would be changed") } else { word!("changed") };
    row(summary.done, changed, Paint::green);
    // What is taken back on the server has no files.
    if summary.files > 0 && summary.files != summary.done {
        row(summary.files, word!("files for these, with sidecars"), plain);
    }
    for (code, number) in &summary.skipped {
        row(*number, skipped(code), if is_trouble(code) { Paint::yellow } else { plain });
    }
    if summary.failed > 0 {
        row(summary.failed, word!("failed"), Paint::red);
    }
    if summary.kept > 0 {
        let one = summary.kept == 1;
        row(
            summary.kept,
            if one {
                word!("value kept as the file has it")
            } else {
                word!("values kept as the files have them")
            },
            plain,
        );
    }
    if summary.unreadable > 0 {
        row(summary.unreadable, word!("could not be understood in the server's list"), Paint::yellow);
    }
    lines.push(paint.dim(&format!("          {}", traffic(end.traffic, end.elapsed))));
    lines.extend(notes(end, unnamed).into_iter().map(|note| paint.yellow(&note)));
    lines.extend(next(end));
    lines
}

fn headline(end: &End<'_>) -> String {
    let seen = count(end.summary.seen, "photo");
    match (end.summary.stopped, end.dry_run) {
        (true, _) => tr!("Stopped after {seen}"),
        (false, true) => tr!("Dry run over {seen}; nothing was changed"),
        (false, false) => tr!("Done with {seen}"),
    }
}

/// What the short names of reasons mean. A name that is not known here is shown as it is.
pub(super) fn skipped(code: &str) -> &str {
    match code {
        "unchanged" => word!("unchanged since the last run"),
        "up-to-date" => word!("already say what the server knows"),
        "undone" => word!("taken back by `undo` and left alone since"),
        "nothing-left" => word!("hold nothing any more of what was written"),
        "not-the-same" => word!("whose file here is another than the server read"),
        "no-such-asset" => word!("asked for, and not known to the server"),
        "nothing-known" => word!("of which the server knows nothing to write"),
        "offline" => word!("offline on the server"),
        "managed" => word!("managed by Immich and left alone by your choice"),
        "missing" => word!("not found in the library folder"),
        "unmapped" => word!("whose path on the server leads nowhere here"),
        "refused" => word!("refused, for the reasons named"),
        "vanished" => word!("gone, or in the trash"),
        "changed-since" => word!("changed since they were compared"),
        "hidden" => word!("hidden or locked"),
        "stacked-otherwise" => word!("in stacks with other photos, which are left alone"),
        "in-review" => word!("in groups of Immich's own review, which are left alone"),
        "alone" => word!("whose group has no other photo that can take part"),
        "not-for-the-trash" => word!("not put into the trash, for the reasons named"),
        "lost" => word!("that cannot be brought back, for the reasons named"),
        "touched-since" => word!("changed by somebody since, and left as they are"),
        other => other,
    }
}

fn is_trouble(code: &str) -> bool {
    matches!(code, "missing" | "unmapped" | "refused" | "not-the-same" | "no-such-asset")
}

/// What went over the network, and how long all of it took.
pub(super) fn traffic(traffic: Traffic, elapsed: std::time::Duration) -> String {
    let requests = count(traffic.requests, "request");
    let time = time(elapsed);
    match traffic.retries {
        0 => format!("{requests}, {time}"),
        retries => tr!("{requests}, {} of them again, {time}", thousands(retries)),
    }
}

/// What is said where not everything was named.
pub(super) fn unnamed_note(unnamed: u64) -> String {
    tr!("{} more like those above; --json and the log file name them all.", thousands(unnamed))
}

/// What is said where any certificate was accepted.
pub(super) fn insecure_note() -> &'static str {
    word!("Insecure: the certificate of the server was not checked.")
}

/// What to do next after a dry run.
pub(super) fn without_dry_run() -> String {
    word!("Run the same without --dry-run to do this.").to_owned()
}

fn notes(end: &End<'_>, unnamed: u64) -> Vec<String> {
    let mut notes = Vec::new();
    if unnamed > 0 {
        notes.push(unnamed_note(unnamed));
    }
    if end.traffic.insecure {
        notes.push(insecure_note().to_owned());
    }
    notes
}

fn next(end: &End<'_>) -> Option<String> {
    let summary = end.summary;
    if summary.stopped {
        return Some(word!("Every file is whole. Run the same again to go on.").to_owned());
    }
    if end.dry_run && summary.done > 0 {
        return Some(without_dry_run());
    }
    if summary.failed > 0 {
        let again = word!("Run the same again for those that failed; what is done is not done twice.");
        return Some(again.to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sync_core::Summary;
    use sync_core::plan::SkipReason;

    use super::*;
    use crate::exit::ExitStatus;
    use crate::language::tests::in_german;

    fn summary() -> Summary {
        let mut summary =
            Summary { seen: 1300, done: 1300, files: 1300, listing_complete: true, ..Summary::default() };
        for reason in [SkipReason::Unchanged, SkipReason::Missing, SkipReason::Offline] {
            summary.skip(&reason);
        }
        summary
    }

    fn text(summary: &Summary, dry_run: bool, unnamed: u64) -> String {
        let end = End {
            summary,
            traffic: Traffic {
                requests: 12,
                retries: 2,
                bytes_received: 1,
                insecure: !summary.listing_complete,
            },
            elapsed: Duration::from_secs(75),
            dry_run,
            status: ExitStatus::Ok,
        };
        lines(&end, unnamed, Paint { on: false }).join("\n")
    }

    #[test]
    fn a_run_reads_as_words() {
        insta::assert_snapshot!(text(&summary(), false, 0));
    }

    #[test]
    fn a_dry_run_says_what_to_do_next() {
        insta::assert_snapshot!(text(&summary(), true, 0));
    }

    #[test]
    fn everything_that_is_not_right_is_said() {
        let bad = Summary { failed: 3, unreadable: 1, listing_complete: false, ..summary() };

        insta::assert_snapshot!(text(&bad, false, 17));
    }

    #[test]
    fn the_same_reads_as_german() {
        let bad = Summary { failed: 3, unreadable: 1, kept: 2, listing_complete: false, ..summary() };

        let said = in_german(|| [text(&bad, false, 17), text(&summary(), true, 0)].join("\n\n"));

        insta::assert_snapshot!(said);
    }

    #[test]
    fn a_stopped_run_says_how_to_go_on() {
        let stopped = Summary { stopped: true, listing_complete: false, ..summary() };

        assert!(text(&stopped, false, 0).contains("Run the same again to go on."));
    }

    #[test]
    fn every_reason_has_words() {
        for code in [
            "unchanged",
            "up-to-date",
            "nothing-known",
            "undone",
            "nothing-left",
            "not-the-same",
            "no-such-asset",
            "offline",
            "managed",
            "missing",
            "unmapped",
            "refused",
            "vanished",
            "changed-since",
            "hidden",
            "stacked-otherwise",
            "in-review",
            "alone",
            "not-for-the-trash",
            "touched-since",
        ] {
            assert_ne!(skipped(code), code);
            assert_ne!(in_german(|| skipped(code)), skipped(code));
        }
    }
}
