//! The end of a scan in words: what was looked at, what was found, and what to do next.

use messages_macros::{tr, word};
use sync_core::organize::ScanSummary;

use super::Paint;
use super::groups::class_lines;
use super::rows::Rows;
use super::words::{count, size};
use crate::language::said;

/// The numbers of a scan.
pub(super) fn lines(scan: &ScanSummary, paint: Paint) -> Vec<String> {
    let mut lines = vec![paint.bold(&headline(scan))];
    let mut rows = Rows::new(paint);
    rows.add_reason(scan.looked_at, word!("pictures looked at"), false);
    rows.add_reason(scan.remembered, word!("pictures known from before"), false);
    for (kind, number) in &scan.skipped {
        rows.add_reason(*number, &said(&kind.to_string()), kind.is_trouble());
    }
    rows.add_reason(scan.failed, word!("could not be fetched or read now; the next scan tries again"), true);
    rows.add_reason(scan.partners, word!("photos of others, only compared with"), false);
    rows.add_reason(
        scan.unreadable,
        word!("items of the list that could not be understood, or folders that could not be read"),
        true,
    );
    lines.extend(rows.lines());
    // A scan that was ended in the middle has compared nothing with nothing.
    if !scan.stopped {
        lines.push(found(scan, paint));
    }
    lines.extend(class_lines(&scan.groups, paint));
    lines.extend(notes(scan).into_iter().map(|note| paint.yellow(&note)));
    lines
}

fn headline(scan: &ScanSummary) -> String {
    let seen = count(scan.seen, "photo");
    if scan.stopped { tr!("Stopped while comparing {seen}") } else { tr!("Compared {seen}") }
}

fn found(scan: &ScanSummary, paint: Paint) -> String {
    match scan.groups_in_all() {
        0 => paint.green(word!("No duplicates were found.")),
        groups => {
            let gain: u64 = scan.groups.values().map(|count| count.gain).sum();
            paint.bold(&tr!("{} found, {} to win:", count(groups, "group"), size(gain)))
        }
    }
}

fn notes(scan: &ScanSummary) -> Vec<String> {
    let mut notes = Vec::new();
    if !scan.listing_complete && !scan.stopped {
        notes.push(word!("The list of photos was not complete; there may be more duplicates.").to_owned());
    }
    if scan.groups_kept {
        notes.push(word!("So the groups are those of the scan before.").to_owned());
    }
    notes
}
