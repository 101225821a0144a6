//! The page with all groups: where it goes, and where its pictures come from.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::Result;
use immich_api::{AssetId, Client, Thumbnail};
use jiff::Timestamp;
use messages_macros::tr;
use photo_similarity::Class;
use sync_core::organize::{MemberRecord, Place, SourceChoice, ThumbnailCache};
use sync_core::state::{GroupStore as _, SqliteStore, Store as _};

use super::run::Run;
use crate::output::{Presenter as _, clean_path, count};
use crate::report::{Head, Pictures, ReportFile, make, shares};
use crate::same_state::SameState;
use crate::settings::time_zone;

/// The largest file that is read for a small picture of it.
const LARGEST: u64 = 256 << 20;

/// Looks whether a page can be written, before the work begins; `None` where none was asked for.
pub(super) fn file(run: &Run<'_>) -> Result<Option<ReportFile>> {
    run.settings.report.as_deref().map(|path| ReportFile::at(path, run.settings.yes)).transpose()
}

/// Writes the page; says where it is.
pub(super) fn write(
    run: &Run<'_>,
    file: &ReportFile,
    clients: &[Client],
    store: &SqliteStore,
    same: &SameState,
) -> Result<String> {
    run.presenter.pause();
    let cache = super::scan::cache(run, clients.is_empty())?;
    let bytes = |member: &MemberRecord| match &member.place {
        Place::Asset(asset) => of_asset(asset, member, cache.as_ref(), clients),
        Place::File(path) => of_file(path.path()),
    };
    let settings = run.settings;
    let pictures = Pictures { bytes: &bytes, limits: settings.look.limits, workers: settings.workers };
    let classes: BTreeSet<Class> = settings.wishes.classes.iter().copied().collect();
    let counts = store.group_counts()?;
    let mut wanted = counts.clone();
    wanted.retain(|class, _| classes.is_empty() || classes.contains(class));
    let head = Head {
        sources: sources(run),
        server: store.identity()?.map(|identity| identity.url),
        options: same.groups.clone(),
        made: Timestamp::now(),
        zone: time_zone(&run.start.sources())?,
        bits: settings.look.kind.bits(),
        shown: shares(&wanted, settings.report_limit),
        counts,
    };
    let written = make(store, &pictures, &head, file, run.stop)?;
    let path = settings.report.as_deref().unwrap_or(Path::new(""));
    Ok(tr!(
        "The page `{}` shows {} with {}.",
        clean_path(path),
        count(written.groups, "group"),
        count(written.pictures, "picture")
    ))
}

/// The thumbnail that was kept, else a new one. Only that picture stays empty where there is none.
fn of_asset(
    asset: &AssetId,
    member: &MemberRecord,
    cache: Option<&ThumbnailCache>,
    clients: &[Client],
) -> Option<Vec<u8>> {
    if let Some(kept) = cache.and_then(|cache| cache.get(asset, Thumbnail::Small, None)) {
        return Some(kept);
    }
    let own = clients.iter().find(|client| client.server().user.id.to_string() == member.account);
    let client = own.or_else(|| clients.first())?;
    client.reader().thumbnail(asset, Thumbnail::Small).ok().map(|picture| picture.bytes)
}

fn of_file(path: &Path) -> Option<Vec<u8>> {
    // Looked at before it is opened: a pipe in its place would be waited for without end.
    let found = path.metadata().ok()?;
    if !found.is_file() || found.len() > LARGEST {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// What was looked through, for a person.
fn sources(run: &Run<'_>) -> Vec<String> {
    let settings = run.settings;
    let server = settings.server.as_ref().map(|(server, _)| server.url.clone());
    let folders = match &settings.source {
        SourceChoice::Immich => &[][..],
        SourceChoice::Local(folders) | SourceChoice::Both(folders) => folders,
    };
    server.into_iter().chain(folders.iter().map(|folder| clean_path(folder))).collect()
}
