//! What the commands on a library of Apple Photos cost: a first import, the same again, one after some changes, and the
//! same for an export, beside osxphotos where it is there.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use sample_pictures::{AppleFile, AppleGeneration, AppleLibrary, AppleMix, Whereabouts};

use super::clients::{Clients, Place};
use super::figures::{Row, Table};
use super::first::MEMORY;
use crate::support::goal::Goal;

/// Bytes of the database for each asset that nobody reads, as real libraries have them.
const BALLAST: usize = 2500;

/// Photos whose caption changes.
const CHANGED: usize = 100;

/// What is measured besides the program.
pub(crate) struct Peer {
    /// The command of osxphotos.
    pub(crate) osxphotos: PathBuf,
}

/// Measures it for a library of so many assets.
pub(crate) fn measure(clients: &Clients<'_>, assets: usize, peer: Option<&Peer>) -> anyhow::Result<Table> {
    let folder = tempfile::tempdir().context("make a folder for a library")?;
    let package = folder.path().join("Photos Library.photoslibrary");
    let mut library = AppleLibrary::of_many(AppleGeneration::MacOs26, assets, 1, AppleMix::Everything);
    (library.in_log, library.ballast) = (assets / 100, BALLAST);
    // What is missing ends an export with 3, and a run that failed is not measured.
    for photo in library.photos.iter_mut().filter(|photo| photo.original.whereabouts != Whereabouts::Here) {
        photo.original = AppleFile::default();
    }
    library.write(&package)?;
    let path = package.display().to_string();
    let mut table =
        Table { title: format!("a library of {assets} assets"), rows: Vec::new(), goals: Vec::new() };

    let mut place = Place::new()?;
    let from = ["apple-photos", path.as_str(), "--json"];
    table.rows.push(clients.ours("import, first", &mut place, &from)?);
    let (again, read) = unchanged(clients, &mut place, &from)?;
    table.goals.push(Goal::measure("import again: CPU seconds", again.processor.as_secs_f64(), 1.0));
    table.goals.push(Goal::count("import again: media bytes read", read, 0));
    table.goals.push(Goal::count("import again: requests", again.wire.requests, 5));
    table.goals.push(Goal::measure("import again: MiB of memory", again.mebibytes(), 2.0 * MEMORY));
    table.rows.push(again);

    let to = folder.path().join("exported");
    std::fs::create_dir(&to)?;
    let target = to.display().to_string();
    let ours = ["apple-photos", path.as_str(), "--to", target.as_str(), "--sidecar", "xmp", "--json"];
    table.rows.push(clients.exported("export, first", &mut place, &ours)?);
    let again = clients.exported("export, again", &mut place, &ours)?;
    let summary = place.summary()?;
    ensure!(summary["done"].as_u64() == Some(0), "{summary}");
    table.goals.push(Goal::measure("export again: CPU seconds", again.processor.as_secs_f64(), 1.0));
    table.rows.push(again);

    for photo in library.photos.iter_mut().take(CHANGED) {
        photo.caption = Some("Told again".to_owned());
    }
    library.write(&package)?;
    table.rows.push(clients.ours(&format!("import, {CHANGED} captions changed"), &mut place, &from)?);
    table.rows.push(clients.exported(&format!("export, {CHANGED} captions changed"), &mut place, &ours)?);
    if let Some(peer) = peer {
        table.rows.extend(theirs(clients, &mut place, peer, &package, folder.path())?);
    }
    Ok(table)
}

/// Nothing changed, and the bytes of photos that were read.
fn unchanged(clients: &Clients<'_>, place: &mut Place, from: &[&str]) -> anyhow::Result<(Row, u64)> {
    let row = clients.ours("import, again", place, from)?;
    let summary = place.summary()?;
    ensure!(summary["done"].as_u64() == Some(0), "{summary}");
    Ok((row, summary["bytes_read"].as_u64().context("no count of what was read")?))
}

/// osxphotos exports the same, twice.
fn theirs(
    clients: &Clients<'_>,
    place: &mut Place,
    peer: &Peer,
    package: &Path,
    folder: &Path,
) -> anyhow::Result<Vec<Row>> {
    let target = folder.join("by osxphotos");
    std::fs::create_dir(&target)?;
    let export = |name: &str, place: &mut Place| {
        let mut command = Command::new(&peer.osxphotos);
        command.arg("export").arg(&target).arg("--library").arg(package);
        command.args([
            "--directory",
            "{created.year}/{created.mm}",
            "--sidecar",
            "xmp",
            "--update",
            "--no-progress",
        ]);
        clients.run(name, place, &mut command)
    };
    Ok(vec![export("export, first: osxphotos", place)?, export("export, again: osxphotos", place)?])
}
