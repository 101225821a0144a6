//! First imports: nothing is remembered, and nothing is on the server. The clients take turns, so that a busy moment of the
//! machine is nobody's alone.

use anyhow::{Context as _, ensure};

use super::clients::{Clients, Place};
use super::figures::{Row, Table};
use super::trees;
use crate::support::goal::{Goal, float};

/// Bytes of a small file.
const SMALL: u32 = 200 * 1024;

/// Bytes of a large one.
const LARGE: u32 = 20 << 20;

/// The most memory of the program, in MiB.
pub(super) const MEMORY: f64 = 40.0;

/// Many small files.
pub(crate) fn small(clients: &Clients<'_>, files: u32, rounds: u32) -> anyhow::Result<Table> {
    let (mut table, ours) = measure(clients, files, SMALL, rounds)?;
    let each = ours.milliseconds_each(f64::from(files));
    table.goals.insert(0, Goal::measure("milliseconds of CPU per file", each, 0.55));
    Ok(table)
}

/// A few large ones.
pub(crate) fn large(clients: &Clients<'_>, files: u32, rounds: u32) -> anyhow::Result<Table> {
    let (mut table, ours) = measure(clients, files, LARGE, rounds)?;
    let megabytes = f64::from(files) * f64::from(LARGE) / 1e6;
    let each = ours.milliseconds_each(megabytes);
    table.goals.insert(0, Goal::measure("milliseconds of CPU per MB", each, 1.0));
    Ok(table)
}

fn measure(clients: &Clients<'_>, files: u32, size: u32, rounds: u32) -> anyhow::Result<(Table, Row)> {
    let folder = tempfile::tempdir().context("make a folder for photos")?;
    trees::grow(folder.path(), 0..files, size as usize)?;
    let path = folder.path().display().to_string();
    let name = format!("{files} files of {} KiB, first", size / 1024);
    let mut best: [Option<Row>; 2] = [None, None];
    for _ in 0..rounds.max(1) {
        let mut place = Place::new()?;
        let ours = clients.ours(&name, &mut place, &["folder", &path])?;
        all_there(&mut place, files, "immich-sync")?;
        let mut place = Place::new()?;
        let theirs = clients.theirs(&name, &mut place, folder.path())?;
        if theirs.is_some() {
            all_there(&mut place, files, "@immich/cli")?;
        }
        for (best, row) in best.iter_mut().zip([Some(ours), theirs]) {
            *best = Row::best(best.take(), row);
        }
    }
    let [Some(ours), theirs] = best else { anyhow::bail!("nothing was measured") };
    let mut goals = vec![Goal::measure("MiB of memory", ours.mebibytes(), MEMORY)];
    if let Some(theirs) = &theirs {
        let ratio = ours.wall.as_secs_f64() / theirs.wall.as_secs_f64();
        goals.push(Goal::measure("of the time of @immich/cli", ratio, 1.0));
    }
    let title = format!("{name} ({:.1} MB)", float(u64::from(files) * u64::from(size)) / 1e6);
    let rows = [Some(ours.clone()), theirs].into_iter().flatten().collect();
    Ok((Table { title, rows, goals }, ours))
}

/// Whether a client did what it is measured for.
pub(super) fn all_there(place: &mut Place, files: u32, who: &str) -> anyhow::Result<()> {
    let there = place.server.assets()?;
    ensure!(there == u64::from(files), "{who} sent {there} of {files} files");
    Ok(())
}
