//! The end of an export in words: what was written, what was not and why, and what to do next.

use messages_macros::{tr, word};
use sync_core::export::{ExportSummary, LeftKind};

use super::super::rows::Rows;
use super::super::words::{count, rate, size, thousands, time};
use super::super::{Paint, summary};
use super::ExportEnd;

/// The last lines.
pub(in super::super) fn lines(end: &ExportEnd<'_>, unnamed: u64, paint: Paint) -> Vec<String> {
    let mut lines = vec![paint.bold(&headline(end.summary, end.dry_run))];
    lines.extend(rows(end.summary, end.dry_run, paint));
    lines.push(paint.dim(&format!("          {}", used(end))));
    lines.extend(notes(end, unnamed).into_iter().map(|note| paint.yellow(&note)));
    lines.extend(next(end));
    lines
}

fn headline(summary: &ExportSummary, dry_run: bool) -> String {
    let assets = count(summary.assets, "photo");
    match (summary.stopped, dry_run) {
        (true, _) => tr!("Stopped after {assets} of the library"),
        (false, true) => tr!("Dry run over a library of {assets}; nothing was changed"),
        (false, false) => tr!("Done with a library of {assets}"),
    }
}

fn rows(summary: &ExportSummary, dry_run: bool, paint: Paint) -> Vec<String> {
    let would = |done: &'static str, would: &'static str| if dry_run { would } else { done };
    let mut rows = Rows::new(paint);
    rows.add(summary.written, would(word!("files exported"), word!("files would be exported")), Paint::green);
    rows.add(
        summary.updated,
        would(word!("files exported again, with what changed"), word!("files would be exported again")),
        Paint::green,
    );
    rows.add(summary.adopted, word!("files there already, with the same bytes"), Paint::green);
    rows.add(
        summary.removed,
        would(word!("files put into the trash"), word!("files would be put into the trash")),
        Paint::yellow,
    );
    for (kind, number) in &summary.left {
        rows.add_reason(*number, left(*kind), kind.is_trouble());
    }
    rows.add(summary.failed, word!("failed"), Paint::red);
    rows.or_none(word!("to export"))
}

/// What a reason means.
pub(in super::super) fn left(kind: LeftKind) -> &'static str {
    match kind {
        LeftKind::Unchanged => word!("unchanged since they were exported"),
        LeftKind::Hidden => word!("hidden in Photos (--hidden takes them)"),
        LeftKind::Trashed => word!("in \"Recently Deleted\" (--deleted takes them)"),
        LeftKind::Shared => word!("reduced copies of shared albums (--shared takes them)"),
        LeftKind::Syndicated => word!("from messages, not saved (--syndicated takes them)"),
        LeftKind::NotPicked => word!("of bursts, not picked"),
        LeftKind::InCloud => {
            word!("not on this machine, in iCloud only (in Photos: Download Originals to this Mac)")
        }
        LeftKind::Lost => word!("missing in the library"),
        LeftKind::Offline => word!("on a volume that is not connected"),
        LeftKind::LeadsOut => word!("behind a link that leads out of the library"),
        LeftKind::ChangedHere => word!("changed by you since they were exported, and left as they are"),
        LeftKind::InTheWay => word!("not exported, because another file is in the way"),
        _ => word!("left out"),
    }
}

fn used(end: &ExportEnd<'_>) -> String {
    let bytes = end.summary.bytes;
    let time = time(end.elapsed);
    match bytes {
        0 => tr!("in {time}"),
        bytes if end.dry_run => tr!("about {} to write, in {time}", size(bytes)),
        bytes => tr!("{} written ({}), in {time}", size(bytes), rate(bytes, end.elapsed)),
    }
}

fn notes(end: &ExportEnd<'_>, unnamed: u64) -> Vec<String> {
    let mut notes = Vec::new();
    if unnamed > 0 {
        let unnamed = thousands(unnamed);
        notes.push(tr!("{unnamed} more like those above; --report, --json and the log file name them all."));
    }
    if !end.summary.listing_complete && !end.summary.stopped {
        let note = word!("Not all of the library could be read; nothing counts as gone from it.");
        notes.push(note.to_owned());
    }
    if end.summary.stays > 0 {
        let files = count(end.summary.stays, "file");
        notes.push(tr!(
            "{files} of earlier exports are no more part of it and stay; --cleanup puts them into a trash."
        ));
    }
    notes
}

fn next(end: &ExportEnd<'_>) -> Option<String> {
    let summary = end.summary;
    if summary.stopped {
        return Some(word!("Nothing is half written. Run the same again to go on.").to_owned());
    }
    if end.dry_run && summary.done() + summary.removed > 0 {
        return Some(summary::without_dry_run());
    }
    if summary.failed > 0 {
        let again = word!("Run the same again for those that failed; what is there is not written twice.");
        return Some(again.to_owned());
    }
    let run = summary.run.filter(|_| summary.written + summary.removed > 0)?;
    Some(tr!("`immich-sync undo {}{}` takes it back.", run.0, end.same.runs))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sync_core::state::RunId;

    use super::*;
    use crate::exit::ExitStatus;
    use crate::language::tests::in_german;
    use crate::same_state::SameState;

    fn text(summary: &ExportSummary, dry_run: bool) -> String {
        let end = ExportEnd {
            summary,
            elapsed: Duration::from_secs(20),
            dry_run,
            same: &SameState::default(),
            status: ExitStatus::Ok,
        };
        lines(&end, 5, Paint { on: false }).join("\n")
    }

    fn summary() -> ExportSummary {
        ExportSummary {
            assets: 1200,
            seen: 1310,
            written: 1000,
            updated: 3,
            adopted: 2,
            left: [(LeftKind::Unchanged, 300), (LeftKind::InCloud, 4), (LeftKind::Hidden, 1)].into(),
            removed: 2,
            stays: 0,
            bytes: 2_000_000_000,
            listing_complete: true,
            run: Some(RunId(7)),
            ..ExportSummary::default()
        }
    }

    #[test]
    fn an_export_reads_as_words() {
        let text = text(&summary(), false);

        assert!(
            text.starts_with("Done with a library of 1,200 photos\n    1,000 files exported\n"),
            "{text}"
        );
        assert!(text.contains("        4 not on this machine, in iCloud only"), "{text}");
        assert!(
            text.contains("2.0 GB written (100 MB/s)") || text.contains("2 GB written (100 MB/s)"),
            "{text}"
        );
        assert!(text.ends_with("`immich-sync undo 7` takes it back."), "{text}");
    }

    #[test]
    fn the_same_reads_as_german() {
        let short = ExportSummary { listing_complete: false, stays: 9, ..summary() };

        let said = in_german(|| [text(&summary(), true), text(&short, false)].join("\n\n"));

        insta::assert_snapshot!(said);
    }

    #[test]
    fn what_to_do_next_is_said() {
        let stopped = ExportSummary { stopped: true, ..summary() };
        let short = ExportSummary { listing_complete: false, stays: 9, ..summary() };

        assert!(text(&summary(), true).ends_with("without --dry-run to do this."));
        assert!(text(&stopped, false).ends_with("Run the same again to go on."));
        let short = text(&short, false);
        assert!(
            short.contains("nothing counts as gone") && short.contains("9 files of earlier exports"),
            "{short}"
        );
    }
}
