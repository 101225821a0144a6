//! The walk through the server's listing: which files have to be looked at, and which need not be opened.
//!
//! An asset whose wanted data and whose file are both as they were after the last run ends here, at the cost
//! of one `stat`.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use immich_api::{Asset, AssetId, AssetQuery, Reader};
use photo_metadata::replace::{FileIdentity, identity};
use photo_metadata::{MetadataError, PhotoFields, Refusal};

use super::wanted::wanted;
use super::{ManagedPolicy, WriteBack, fingerprint};
use crate::error::{SyncError, chain};
use crate::event::Event;
use crate::paths::{LibraryPath, Unmapped};
use crate::plan::{Failed, SkipReason, Skipped};
use crate::state::{AssetRecord, Base, Fingerprint, Role, Verdict};
use crate::summary::Summary;

/// A file that has to be opened.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) asset: AssetId,
    pub(super) path: PathBuf,
    pub(super) file: FileIdentity,
    pub(super) fields: PhotoFields,
    pub(super) fingerprint: Fingerprint,
    pub(super) base: Base,
    pub(super) managed: bool,
}

/// What the walk found.
pub(super) struct Discovery {
    pub(super) candidates: Vec<Candidate>,
    pub(super) summary: Summary,
}

/// How one asset of the listing ended.
enum Looked {
    Candidate(Box<Candidate>),
    Skipped(Skipped),
    Failed(Failed),
    /// Outside of what the user asked for; not counted.
    NotAsked,
}

/// Walks the listing; ends early when a stop is asked for.
pub(super) fn discover(run: &WriteBack<'_>, reader: Reader<'_>) -> Result<Discovery, SyncError> {
    let mut walk = reader.walk_assets(&query(run));
    let mut discovery = Discovery { candidates: Vec::new(), summary: Summary::default() };
    let mut claimed = Claims::default();
    let mut listed = 0;
    for page in &mut walk {
        let page = page?;
        listed += page.len() as u64;
        let ids: Vec<AssetId> = page.iter().map(|asset| asset.id.clone()).collect();
        let mut records = run.store.records(&ids)?;
        for asset in &page {
            let looked = look(
                run,
                asset,
                original(records.remove(&asset.id)),
                &mut claimed,
                discovery.candidates.len(),
            );
            discovery.take(run, looked);
        }
        run.reporter.report(&Event::Listed { assets: listed });
        if run.stop.is_raised() {
            discovery.summary.stopped = true;
            break;
        }
    }
    let report = walk.report();
    discovery.summary.listing_complete = report.complete || discovery.summary.stopped;
    discovery.summary.unreadable = report.unreadable_count;
    tell(run, &report);
    for id in &report.missing {
        let skipped = Skipped { asset: id.clone(), path: PathBuf::new(), reason: SkipReason::NoSuchAsset };
        discovery.skip(run, &skipped);
    }
    if run.options.selection.path.is_some() && discovery.found_nothing() && !discovery.summary.stopped {
        run.reporter.report(&Event::Warning("no photo lies at the path that was asked for"));
    }
    discovery.give_up_shared_files(run, &claimed);
    Ok(discovery)
}

fn query(run: &WriteBack<'_>) -> AssetQuery {
    let selection = &run.options.selection;
    let ids = (!selection.assets.is_empty()).then(|| selection.assets.clone());
    AssetQuery { ids, updated_after: selection.since, ..AssetQuery::default() }
}

fn tell(run: &WriteBack<'_>, report: &immich_api::WalkReport) {
    let warn = |text: String| run.reporter.report(&Event::Warning(&text));
    if report.unreadable_count > 0 {
        let first = report.unreadable.first();
        let problem = first.map_or("unknown", |item| item.problem);
        warn(format!(
            "{} items of the listing make no sense ({problem}); they are left out",
            report.unreadable_count
        ));
    }
    if !report.complete && !run.stop.is_raised() {
        warn("the library changed while it was listed; some photos may be missing from this run".to_owned());
    }
}

impl Discovery {
    fn take(&mut self, run: &WriteBack<'_>, looked: Looked) {
        match looked {
            Looked::Candidate(candidate) => self.candidates.push(*candidate),
            Looked::Skipped(skipped) => self.skip(run, &skipped),
            Looked::Failed(failed) => {
                self.summary.seen += 1;
                self.summary.failed += 1;
                run.reporter.report(&Event::Failed(&failed));
            }
            Looked::NotAsked => {}
        }
    }

    fn found_nothing(&self) -> bool {
        self.candidates.is_empty() && self.summary.seen == 0
    }

    fn skip(&mut self, run: &WriteBack<'_>, skipped: &Skipped) {
        self.summary.skip(&skipped.reason);
        run.reporter.report(&Event::Skipped(skipped));
    }

    /// A file that two assets lead to belongs to neither for sure.
    fn give_up_shared_files(&mut self, run: &WriteBack<'_>, claims: &Claims) {
        let (shared, own): (Vec<_>, Vec<_>) = std::mem::take(&mut self.candidates)
            .into_iter()
            .enumerate()
            .partition(|(index, _)| claims.shared.contains(index));
        self.candidates = own.into_iter().map(|(_, candidate)| candidate).collect();
        for (_, candidate) in shared {
            let skipped = Skipped { asset: candidate.asset, path: candidate.path, reason: shared_file() };
            self.skip(run, &skipped);
        }
    }
}

fn shared_file() -> SkipReason {
    SkipReason::Unmapped(
        "two assets lead to this file; map the folders of the server with --path-map so that each has its own"
            .to_owned(),
    )
}

/// The record of the original among those of an asset.
fn original(records: Option<Vec<AssetRecord>>) -> Option<AssetRecord> {
    records.into_iter().flatten().find(|record| record.role == Role::Original)
}

/// Which file was taken by which asset.
#[derive(Default)]
struct Claims {
    by_file: HashMap<[u8; 16], Option<usize>>,
    /// Candidates whose file a later asset leads to as well.
    shared: BTreeSet<usize>,
}

impl Claims {
    /// Takes a file; `false` if another asset was first, whose candidate is then given up as well.
    fn take(&mut self, path: &Path, file: &FileIdentity) -> bool {
        match self.by_file.entry(file_key(path, file)) {
            Entry::Vacant(free) => {
                free.insert(None);
                true
            }
            Entry::Occupied(taken) => {
                self.shared.extend(*taken.get());
                false
            }
        }
    }

    /// Notes which candidate has a file that was taken.
    fn belongs_to(&mut self, path: &Path, file: &FileIdentity, candidate: usize) {
        self.by_file.insert(file_key(path, file), Some(candidate));
    }
}

/// Tells files apart, also where two spellings of a path lead to one file. Hard links are further names on
/// purpose, and a matter of their own policy.
fn file_key(path: &Path, file: &FileIdentity) -> [u8; 16] {
    if file.links == 1 {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&file.device.to_le_bytes());
        key[8..].copy_from_slice(&file.inode.to_le_bytes());
        return key;
    }
    let hash = blake3::hash(path.as_os_str().as_encoded_bytes());
    std::array::from_fn(|index| hash.as_bytes()[index])
}

fn look(
    run: &WriteBack<'_>,
    asset: &Asset,
    record: Option<AssetRecord>,
    claims: &mut Claims,
    next: usize,
) -> Looked {
    let located = run.library.locate(&asset.original_path);
    let file = located.as_ref().ok().and_then(Option::as_ref).map(|path| identity(path.as_path()));
    // Every asset counts here, also those that this run does not look at.
    let is_first = match (&located, &file) {
        (Ok(Some(path)), Some(Ok(file))) => claims.take(path.as_path(), file),
        _ => true,
    };
    if !is_asked(run, asset, located.as_ref().ok().and_then(Option::as_ref)) {
        return Looked::NotAsked;
    }
    let skip = |path: PathBuf, reason| Looked::Skipped(Skipped { asset: asset.id.clone(), path, reason });
    let base = record.as_ref().filter(|record| is_same_file(record, &located, file.as_ref()));
    let base = base.map(|record| record.base.clone()).unwrap_or_default();
    let fields = match wanted_of(run, asset, &base) {
        Ok(fields) => fields,
        Err(reason) => return skip(PathBuf::from(&asset.original_path), reason),
    };
    let (path, file) = match found(asset, located, file) {
        Ok(found) => found,
        Err(looked) => return *looked,
    };
    if !is_first {
        return skip(path, shared_file());
    }
    let fingerprint = fingerprint::fingerprint(&fields, run.options);
    let remembered =
        record.filter(|record| !run.options.recheck && is_unchanged(record, fingerprint, &path, &file));
    match remembered.map(|record| record.verdict) {
        Some(Verdict::InStep | Verdict::Undone | Verdict::Elsewhere) => {
            return skip(path, SkipReason::Unchanged);
        }
        Some(Verdict::Refused { refusal, by }) if by == fingerprint::judge(run.engine) => {
            return skip(path, SkipReason::Refused(refusal));
        }
        Some(Verdict::Refused { .. }) | None => {}
    }
    claims.belongs_to(&path, &file, next);
    let managed = asset.library_id.is_none();
    Looked::Candidate(Box::new(Candidate {
        asset: asset.id.clone(),
        path,
        file,
        fields,
        fingerprint,
        base,
        managed,
    }))
}

/// Whether what we wrote for an asset was written into this file: at the same place, or moved as a whole.
fn is_same_file(
    record: &AssetRecord,
    located: &Result<Option<LibraryPath>, Unmapped>,
    file: Option<&Result<FileIdentity, MetadataError>>,
) -> bool {
    let same_path = matches!(located, Ok(Some(path)) if path.as_path() == record.path);
    let moved = matches!((file, record.file), (Some(Ok(file)), Some(was)) if (file.device, file.inode) == (was.device, was.inode));
    same_path || moved
}

/// What the server says should be in the file, or why that does not matter.
fn wanted_of(run: &WriteBack<'_>, asset: &Asset, base: &Base) -> Result<PhotoFields, SkipReason> {
    if asset.is_offline {
        return Err(SkipReason::Offline);
    }
    if asset.library_id.is_none() && run.options.managed == Some(ManagedPolicy::Skip) {
        return Err(SkipReason::Managed);
    }
    let wanted = wanted(asset, run.options);
    if let Some(zone) = &wanted.bad_zone {
        let text = format!("asset {} ({}): {zone}; its time is not written", asset.id, asset.original_path);
        run.reporter.report(&Event::Warning(&text));
    }
    if wanted.fields.is_empty() && !base.has_written() {
        Err(SkipReason::NothingKnown)
    } else {
        Ok(wanted.fields)
    }
}

/// The file on this machine and what it is, or how the asset ends without one.
fn found(
    asset: &Asset,
    located: Result<Option<LibraryPath>, Unmapped>,
    file: Option<Result<FileIdentity, MetadataError>>,
) -> Result<(PathBuf, FileIdentity), Box<Looked>> {
    let skip = |path: PathBuf, reason| {
        Err(Box::new(Looked::Skipped(Skipped { asset: asset.id.clone(), path, reason })))
    };
    let server_path = PathBuf::from(&asset.original_path);
    let path = match located {
        Ok(Some(path)) => path.into_path_buf(),
        Ok(None) => return skip(server_path, SkipReason::Missing),
        Err(unmapped) => return skip(server_path, SkipReason::Unmapped(unmapped.to_string())),
    };
    match file {
        Some(Ok(file)) => Ok((path, file)),
        None | Some(Err(MetadataError::Missing { .. })) => skip(path, SkipReason::Missing),
        Some(Err(error @ MetadataError::NotRegular { .. })) => {
            skip(path, SkipReason::Refused(Refusal::Place(error.to_string())))
        }
        Some(Err(error)) => {
            let (message, transient) = (chain(&error), error.is_transient());
            Err(Box::new(Looked::Failed(Failed { asset: asset.id.clone(), path, message, transient })))
        }
    }
}

fn is_unchanged(record: &AssetRecord, fingerprint: Fingerprint, path: &Path, file: &FileIdentity) -> bool {
    record.fingerprint == fingerprint
        && record.path == path
        && record.file.is_some_and(|was| was.same_content_as(file))
}

/// Whether the user's `--path` takes it in: the server's path or the local one, as file or folder.
fn is_asked(run: &WriteBack<'_>, asset: &Asset, located: Option<&LibraryPath>) -> bool {
    let Some(place) = run.options.selection.path.as_deref() else { return true };
    let local = located.is_some_and(|path| run.library.holds(Path::new(place), path));
    local || Path::new(&asset.original_path).starts_with(place)
}
