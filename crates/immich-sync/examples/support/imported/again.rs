//! Later imports: of very many files nothing changed, and then a few are new.

use anyhow::{Context as _, ensure};

use super::clients::{Clients, Place};
use super::figures::{Row, Table};
use super::first::{MEMORY, all_there};
use super::trees;
use crate::support::goal::{Goal, float};

/// Bytes of a file that is there: what is in it does not matter, since nobody may read it.
const TINY: usize = 64;

/// New files, and the bytes of each.
const NEW: (u32, usize) = (100, 200 * 1024);

/// Measures it.
pub(crate) fn measure(clients: &Clients<'_>, files: u32, rounds: u32) -> anyhow::Result<Table> {
    let folder = tempfile::tempdir().context("make a folder for photos")?;
    trees::grow(folder.path(), 0..files, TINY)?;
    let path = folder.path().display().to_string();
    let from = &["folder", path.as_str()];
    let mut place = Place::new()?;
    let first = clients.ours(&format!("{files} tiny files, first"), &mut place, from)?;
    all_there(&mut place, files, "immich-sync")?;
    let (unchanged, bytes_read) = unchanged(clients, &mut place, files, from, rounds)?;
    let theirs = clients.theirs("the same again", &mut place, folder.path())?;
    trees::grow(folder.path(), files..files + NEW.0, NEW.1)?;
    let new = clients.ours("100 new among them", &mut place, from)?;
    all_there(&mut place, files + NEW.0, "immich-sync")?;
    trees::grow(folder.path(), files + NEW.0..files + 2 * NEW.0, NEW.1)?;
    let new_theirs = clients.theirs("100 new among them", &mut place, folder.path())?;
    let stranger = a_stranger(clients, &mut place, files)?;
    let memory = [&first, &unchanged, &new, &stranger].map(Row::mebibytes);
    let kilobytes = |row: &Row| float(row.wire.down) / 1000.0;
    let goals = vec![
        Goal::measure("unchanged: CPU seconds", unchanged.processor.as_secs_f64(), 1.0),
        Goal::count("unchanged: media bytes read", bytes_read, 0),
        Goal::count("unchanged: requests", unchanged.wire.requests, 5),
        Goal::count("100 new: requests", new.wire.requests, 110),
        Goal::measure("100 new: kB down", kilobytes(&new), 100.0),
        Goal::count("100 new, nothing known: requests", stranger.wire.requests, 110),
        Goal::measure("100 new, nothing known: kB down", kilobytes(&stranger), 100.0),
        Goal::measure("MiB of memory", memory.into_iter().fold(0.0, f64::max), MEMORY),
    ];
    let rows = [Some(first), Some(unchanged), theirs, Some(new), new_theirs, Some(stranger)];
    Ok(Table { title: format!("{files} files"), rows: rows.into_iter().flatten().collect(), goals })
}

/// Nothing changed; the best of some runs, and the bytes of photos that were read in any of them.
fn unchanged(
    clients: &Clients<'_>,
    place: &mut Place,
    files: u32,
    from: &[&str],
    rounds: u32,
) -> anyhow::Result<(Row, u64)> {
    let (mut best, mut bytes_read): (Option<Row>, u64) = (None, 0);
    for _ in 0..rounds.max(1) {
        let row = clients.ours("the same again", place, &[from, &["--json"]].concat())?;
        let summary = place.summary()?;
        let unchanged = summary["skipped"]["unchanged"].as_u64();
        ensure!(unchanged == Some(u64::from(files)), "{summary}");
        bytes_read += summary["bytes_read"].as_u64().context("no count of what was read")?;
        best = Row::best(best.take(), Some(row));
    }
    Ok((best.context("nothing was measured")?, bytes_read))
}

/// A hundred files of somebody whose program remembers nothing of what is on the server.
fn a_stranger(clients: &Clients<'_>, place: &mut Place, files: u32) -> anyhow::Result<Row> {
    let folder = tempfile::tempdir().context("make a folder for photos")?;
    let from = files + 2 * NEW.0;
    trees::grow(folder.path(), from..from + NEW.0, NEW.1)?;
    place.forget()?;
    let path = folder.path().display().to_string();
    clients.ours("100 new, nothing known", place, &["folder", &path])
}
