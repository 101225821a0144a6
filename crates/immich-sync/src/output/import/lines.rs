//! The end of an import in words: what arrived, what did not and why, and what to do next.

use messages_macros::{tr, word};
use sync_core::import::{ImportSummary, SkipKind};

use super::super::rows::Rows;
use super::super::words::{count, rate, size};
use super::super::{Paint, summary};
use super::ImportEnd;

/// The last lines.
pub(in super::super) fn lines(end: &ImportEnd<'_>, unnamed: u64, paint: Paint) -> Vec<String> {
    let mut lines = vec![paint.bold(&headline(end.summary, end.dry_run))];
    lines.extend(rows(end.summary, end.dry_run, paint));
    lines.push(paint.dim(&format!("          {}", used(end))));
    lines.extend(notes(end, unnamed).into_iter().map(|note| paint.yellow(&note)));
    lines.extend(next(end));
    lines.extend(put_away(end));
    lines
}

/// What became of the files of this machine.
fn put_away(end: &ImportEnd<'_>) -> Vec<String> {
    let Some((summary, run)) = end.put_away else { return Vec::new() };
    let files = |number| count(number, "photo");
    let mut lines = vec![match (summary.done, end.dry_run) {
        (0, _) => word!("No photo of this machine went to its trash.").to_owned(),
        (done, true) => tr!("{} of this machine would go to its trash.", files(done)),
        (done, false) => tr!("{} of this machine went to its trash: the server has them.", files(done)),
    }];
    let left = summary.skipped_in_all() + summary.failed;
    if left > 0 {
        lines.push(tr!("{} stayed, for the reasons named.", files(left)));
    }
    if let Some(run) = run.filter(|_| summary.done > 0) {
        lines.push(tr!("`immich-sync undo {}{}` brings them back.", run.0, end.same.runs));
    }
    lines
}

fn headline(summary: &ImportSummary, dry_run: bool) -> String {
    let seen = count(summary.seen, "file");
    match (summary.stopped, dry_run) {
        (true, _) => tr!("Stopped after {seen}"),
        (false, true) => tr!("Dry run over {seen}; nothing was changed"),
        (false, false) => tr!("Done with {seen}"),
    }
}

fn rows(summary: &ImportSummary, dry_run: bool, paint: Paint) -> Vec<String> {
    let would = |done: &'static str, would: &'static str| if dry_run { would } else { done };
    let mut rows = Rows::new(paint);
    rows.add(summary.uploaded, would(word!("sent"), word!("would be sent")), Paint::green);
    rows.add(summary.damaged, word!("of these are damaged, and were sent as they are"), Paint::yellow);
    rows.add(summary.adopted, word!("on the server already, and known from now on"), Paint::green);
    rows.add(
        summary.updated,
        would(word!("updated on the server"), word!("would be updated on the server")),
        Paint::green,
    );
    rows.add(
        summary.trashed,
        would(word!("put into the trash"), word!("would be put into the trash")),
        Paint::yellow,
    );
    for (kind, number) in &summary.skipped {
        rows.add_reason(*number, skipped(*kind), kind.is_trouble());
    }
    rows.add(summary.failed, word!("failed"), Paint::red);
    rows.or_none(word!("to send"))
}

/// What a reason means; a file is the subject.
fn skipped(kind: SkipKind) -> &'static str {
    match kind {
        SkipKind::Unchanged => word!("unchanged since they were sent"),
        SkipKind::Twice => word!("the same bytes as another one"),
        SkipKind::Used => word!("sidecars and lists that were read for photos"),
        SkipKind::Orphan => word!("sidecars and lists that belong to no photo"),
        SkipKind::NotMedia => word!("neither photo nor video"),
        SkipKind::Banned => word!("of the system or of another program"),
        SkipKind::Excluded => word!("left out by your options"),
        SkipKind::Hidden => word!("hidden or locked"),
        SkipKind::TrashedThere => word!("in the trash of the source"),
        SkipKind::DeletedHere => {
            word!("deleted on the server since they were sent (--restore sends them again)")
        }
        SkipKind::Empty => word!("empty"),
        SkipKind::Refused => word!("refused by the server, for the reasons named"),
        SkipKind::Damaged => word!("damaged, for the reasons named"),
        SkipKind::InCloud => word!("in iCloud only (sent when they are here)"),
        SkipKind::Missing => word!("missing, for the reasons named"),
        SkipKind::Conflict => word!("changed on both sides, and left as the server has them"),
        _ => word!("left out"),
    }
}

fn used(end: &ImportEnd<'_>) -> String {
    let summary = end.summary;
    let sent = match summary.bytes_sent {
        0 => None,
        bytes => Some(tr!("{} sent ({})", size(bytes), rate(bytes, end.elapsed))),
    };
    let read = match summary.bytes_read {
        0 => None,
        bytes => Some(format!("{} {}", size(bytes), word!("read"))),
    };
    let traffic = summary::traffic(end.traffic, end.elapsed);
    sent.into_iter().chain(read).chain([traffic]).collect::<Vec<_>>().join(", ")
}

fn notes(end: &ImportEnd<'_>, unnamed: u64) -> Vec<String> {
    let mut notes = Vec::new();
    if unnamed > 0 {
        notes.push(summary::unnamed_note(unnamed));
    }
    if let Some(takeout) = end.takeout.filter(|takeout| takeout.unmatched > 0) {
        let files = count(takeout.unmatched, "photo");
        notes.push(tr!(
            "{files} without a JSON of their own: they go by what stands in the files; --json and the log file name them."
        ));
    }
    if let Some(library) = end.library.filter(|library| library.assets > 0) {
        let (photos, videos) = (count(library.shown_photos, "photo"), count(library.shown_videos, "video"));
        notes.push(tr!(
            "Photos shows {photos} and {videos} of this library; an edited one, or one with a raw picture, is more than one file."
        ));
    }
    if !end.summary.listing_complete && !end.summary.stopped {
        let note = word!("Not everything could be seen; nothing counts as gone from the source.");
        notes.push(note.to_owned());
    }
    if end.traffic.insecure {
        notes.push(summary::insecure_note().to_owned());
    }
    notes
}

fn next(end: &ImportEnd<'_>) -> Option<String> {
    let summary = end.summary;
    if summary.stopped {
        return Some(word!("Nothing is half sent. Run the same again to go on.").to_owned());
    }
    if end.dry_run && summary.done() > 0 {
        return Some(summary::without_dry_run());
    }
    if summary.failed > 0 {
        let again = word!("Run the same again for those that failed; what is there is not sent twice.");
        return Some(again.to_owned());
    }
    let run = summary.run.filter(|_| summary.uploaded + summary.updated > 0)?;
    Some(tr!("`immich-sync undo {}{}` takes it back.", run.0, end.same.runs))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sync_core::import::sources::takeout::TakeoutReport;
    use sync_core::state::RunId;

    use super::*;
    use crate::exit::ExitStatus;
    use crate::language::tests::in_german;
    use crate::output::Traffic;
    use crate::same_state::SameState;

    fn summary() -> ImportSummary {
        ImportSummary {
            seen: 1214,
            uploaded: 1000,
            adopted: 2,
            updated: 3,
            skipped: [(SkipKind::Used, 200), (SkipKind::Empty, 4), (SkipKind::DeletedHere, 3)].into(),
            failed: 2,
            bytes_read: 3_000_000_000,
            bytes_sent: 2_000_000_000,
            listing_complete: true,
            run: Some(RunId(7)),
            ..ImportSummary::default()
        }
    }

    fn text(summary: &ImportSummary, dry_run: bool) -> String {
        assert!(summary.adds_up());
        let takeout = TakeoutReport { unmatched: 12, ..TakeoutReport::default() };
        let end = ImportEnd {
            summary,
            takeout: Some(&takeout),
            library: None,
            put_away: None,
            traffic: Traffic { requests: 1012, ..Traffic::default() },
            elapsed: Duration::from_secs(20),
            dry_run,
            same: &SameState::default(),
            status: ExitStatus::Ok,
        };
        lines(&end, 5, Paint { on: false }).join("\n")
    }

    #[test]
    fn an_import_reads_as_words() {
        insta::assert_snapshot!(text(&summary(), false));
    }

    #[test]
    fn a_dry_run_says_what_would_be() {
        let all_well = ImportSummary { seen: 1212, failed: 0, bytes_sent: 0, run: None, ..summary() };

        insta::assert_snapshot!(text(&all_well, true));
    }

    #[test]
    fn the_same_reads_as_german() {
        let all_well = ImportSummary { seen: 1212, failed: 0, bytes_sent: 0, run: None, ..summary() };

        let said = in_german(|| [text(&summary(), false), text(&all_well, true)].join("\n\n"));

        insta::assert_snapshot!(said);
    }

    #[test]
    fn what_to_do_next_is_said() {
        let done = ImportSummary { seen: 1212, failed: 0, ..summary() };
        let stopped = ImportSummary { stopped: true, ..summary() };
        let short = ImportSummary { listing_complete: false, ..summary() };

        assert!(text(&done, false).ends_with("`immich-sync undo 7` takes it back."));
        assert!(text(&stopped, false).ends_with("Run the same again to go on."));
        assert!(text(&short, false).contains("Not everything could be seen"));
    }
}
