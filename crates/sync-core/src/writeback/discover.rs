//! The walk through the server's listing: which files have to be looked at, and which need not be opened.
//!
//! An asset whose wanted data and whose files are as they were after the last run ends here, at the cost of a
//! `stat` for each of its files and for each sidecar that it might have got.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use immich_api::{Asset, AssetId, AssetQuery, LibraryId};
use photo_metadata::replace::{FileIdentity, identity};
use photo_metadata::{Base, MetadataError, PhotoFields, Refusal};

use super::brake::Losses;
use super::claims::Claims;
use super::known::{Beside, Known};
use super::targets::{Place, Places, Wish};
use super::undone::Undone;
use super::wanted::wanted;
use super::{ManagedPolicy, WriteBack, fingerprint};
use crate::account::Account;
use crate::error::{SyncError, chain};
use crate::event::Event;
use crate::paths::{Evidence, LibraryPath, Unmapped};
use crate::plan::{Failed, SkipReason, Skipped};
use crate::state::{AssetRecord, Fingerprint, Role, Sha1s, Verdict};
use crate::summary::Summary;

/// An asset whose files have to be opened.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Which of the accounts it belongs to.
    pub(super) account: usize,
    pub(super) asset: AssetId,
    /// The external library it is in; `None` when Immich manages the file.
    pub(super) library: Option<LibraryId>,
    /// The photo or video itself.
    pub(super) original: PathBuf,
    pub(super) file: FileIdentity,
    /// Whether that very file was looked at before.
    pub(super) is_known: bool,
    /// Whether another asset leads to the same file, so that only its content can tell whose it is.
    pub(super) is_contested: bool,
    pub(super) evidence: Evidence,
    pub(super) sha1: Option<Sha1s>,
    pub(super) wish: Wish,
    /// The files to look into, each with what we wrote into it.
    pub(super) places: Vec<(Place, Base)>,
    /// What we wrote into the original, where it is not among these.
    pub(super) base_of_original: Base,
    pub(super) fields: PhotoFields,
    /// Its tags may lack some; they have to be asked for before they are written.
    pub(super) unsure_of_tags: bool,
    pub(super) fingerprint: Fingerprint,
    /// What is remembered, where something was taken back and the files are as that left them.
    pub(super) undone: Option<Undone>,
}

impl Candidate {
    /// Whether a file that Immich manages itself may be written.
    pub(super) fn would_write_managed(&self) -> bool {
        self.library.is_none() && self.places.iter().any(|(place, _)| place.role == Role::Original)
    }
}

/// What the walks found.
#[derive(Default)]
pub(super) struct Discovery {
    pub(super) candidates: Vec<Candidate>,
    pub(super) losses: Losses,
    pub(super) summary: Summary,
    /// Records whose file was moved as a whole, at its new place.
    moved: Vec<AssetRecord>,
}

/// How one asset of the listing ended.
enum Looked {
    Candidate(Box<Candidate>),
    Skipped(Skipped),
    Failed(Failed),
    /// Outside of what the user asked for; not counted.
    NotAsked,
}

/// What the walk through one account works with.
struct Walk<'a, 'r> {
    run: &'r WriteBack<'a>,
    account: usize,
    managed: Option<ManagedPolicy>,
    known: Known<'a>,
    places: Places,
}

/// Walks the listings; ends early when a stop is asked for. `remembers` is false in a preview.
pub(super) fn discover<'a>(
    run: &WriteBack<'a>,
    accounts: &[Account<'a>],
    managed: Option<ManagedPolicy>,
    remembers: bool,
) -> Result<Discovery, SyncError> {
    let mut discovery = Discovery::default();
    discovery.summary.listing_complete = true;
    let mut claims = Claims::default();
    let mut listed = 0;
    for (number, account) in accounts.iter().enumerate() {
        let known = Known::gather(run, account.reader, account.server, remembers)?;
        let mut walk = Walk { run, account: number, managed, known, places: Places::default() };
        walk.through(account, &mut discovery, &mut claims, &mut listed)?;
        if remembers {
            run.store.remember_all(&std::mem::take(&mut discovery.moved))?;
        }
        if discovery.summary.stopped {
            break;
        }
    }
    if run.options.selection.path.is_some() && discovery.found_nothing() && !discovery.summary.stopped {
        run.reporter.report(&Event::Warning("no photo lies at the path that was asked for"));
    }
    for (number, candidate) in discovery.candidates.iter_mut().enumerate() {
        candidate.is_contested |= claims.is_shared(number);
    }
    Ok(discovery)
}

impl Walk<'_, '_> {
    fn through(
        &mut self,
        account: &Account<'_>,
        discovery: &mut Discovery,
        claims: &mut Claims,
        listed: &mut u64,
    ) -> Result<(), SyncError> {
        let run = self.run;
        let mut walk = account.reader.walk_assets(&query(run));
        for page in &mut walk {
            let page = page?;
            *listed += page.len() as u64;
            let ids: Vec<AssetId> = page.iter().map(|asset| asset.id.clone()).collect();
            let mut records = run.store.records(&ids)?;
            let asked: Vec<&Asset> = page.iter().filter(|asset| may_be_asked(run, asset)).collect();
            self.known.turn_to(&asked)?;
            for asset in &page {
                let records = records.remove(&asset.id).unwrap_or_default();
                let looked = self.look(asset, records, claims, discovery);
                discovery.take(run, looked);
            }
            run.reporter.report(&Event::Listed { assets: *listed });
            if run.stop.is_raised() {
                discovery.summary.stopped = true;
                break;
            }
        }
        let report = walk.report();
        if report.complete && run.options.selection.is_everything() {
            self.known.close()?;
        }
        discovery.summary.listing_complete &= report.complete || discovery.summary.stopped;
        discovery.summary.unreadable += report.unreadable_count;
        tell(run, &report);
        for id in &report.missing {
            let reason = SkipReason::NoSuchAsset;
            discovery.skip(run, &Skipped { asset: id.clone(), path: PathBuf::new(), reason });
        }
        Ok(())
    }

    fn look(
        &mut self,
        asset: &Asset,
        records: Vec<AssetRecord>,
        claims: &mut Claims,
        discovery: &mut Discovery,
    ) -> Looked {
        let run = self.run;
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
        let agreed = common_base(&records);
        let beside = self.known.of(&asset.id, &agreed);
        let (unsure_of_tags, possible_tags) = (beside.unsure_of_tags, beside.possible_tags.clone());
        let fields = match self.wanted_of(asset, beside, &agreed) {
            Ok(fields) => fields,
            Err(reason) => return skip(PathBuf::from(&asset.original_path), reason),
        };
        let (path, file) = match found(asset, located, file) {
            Ok(found) => found,
            Err(looked) => return *looked,
        };
        let wish = Wish::new(run.options, self.managed, asset.library_id.as_ref(), &path);
        let places = match self.places.of(&path, file, wish) {
            Ok(places) => places,
            Err(error) => return unusable(asset, path, &error),
        };
        let most = with_tags(&fields, &possible_tags);
        discovery.losses.count(&agreed, &most, &run.options.rules.policies);
        let fingerprint = fingerprint::fingerprint(&fields, run.options, wish.writes_original());
        let notes = Notes { records, fingerprint };
        if !run.options.recheck
            && let Some(verdict) = notes.verdict(run, &path, &file, &places, &mut discovery.moved)
        {
            return skip(path, verdict);
        }
        claims.belongs_to(&path, &file, discovery.candidates.len());
        Looked::Candidate(Box::new(Candidate {
            account: self.account,
            asset: asset.id.clone(),
            library: asset.library_id.clone(),
            is_known: notes.knows(&file),
            is_contested: !is_first,
            undone: notes.undone(&places).filter(|_| !run.options.recheck),
            sha1: notes.sha1(),
            base_of_original: notes.base_of(Role::Original, &path, &file),
            places: notes.with_bases(places),
            original: path,
            file,
            evidence: Evidence::of(asset),
            wish,
            fields,
            unsure_of_tags,
            fingerprint,
        }))
    }

    /// What the server says should be in the files, or why that does not matter.
    fn wanted_of(&self, asset: &Asset, beside: Beside, base: &Base) -> Result<PhotoFields, SkipReason> {
        if asset.is_offline {
            return Err(SkipReason::Offline);
        }
        if asset.library_id.is_none() && self.managed == Some(ManagedPolicy::Skip) {
            return Err(SkipReason::Managed);
        }
        let wanted = wanted(asset, beside, self.run.options);
        if let Some(zone) = &wanted.bad_zone {
            let text =
                format!("asset {} ({}): {zone}; its time is not written", asset.id, asset.original_path);
            self.run.reporter.report(&Event::Warning(&text));
        }
        if wanted.fields.is_empty() && !base.has_written() {
            return Err(SkipReason::NothingKnown);
        }
        Ok(wanted.fields)
    }
}

/// What is remembered of the files of one asset.
struct Notes {
    records: Vec<AssetRecord>,
    fingerprint: Fingerprint,
}

impl Notes {
    /// How the asset ends without a look into its files: all of them are as they were, and so are its data.
    fn verdict(
        &self,
        run: &WriteBack<'_>,
        original: &Path,
        file: &FileIdentity,
        places: &[Place],
        moved: &mut Vec<AssetRecord>,
    ) -> Option<SkipReason> {
        let mut reason = SkipReason::Unchanged;
        let mut here = Vec::new();
        for place in places {
            let record = self.of(place.role).filter(|record| record.fingerprint == self.fingerprint)?;
            if !is_as_it_was(record, place.file.as_ref()) {
                return None;
            }
            match &record.verdict {
                Verdict::InStep | Verdict::Elsewhere => {}
                Verdict::Undone => reason = SkipReason::Undone,
                Verdict::Refused { refusal, by } if *by == fingerprint::judge(run.engine) => {
                    reason = SkipReason::Refused(refusal.clone());
                }
                Verdict::Refused { .. } => return None,
            }
            here.push((record, place.path.as_path()));
        }
        // An original that is not written itself may have become another file.
        if !places.iter().any(|place| place.role == Role::Original) {
            let record = self.of(Role::Original)?;
            if !is_as_it_was(record, Some(file)) {
                return None;
            }
            here.push((record, original));
        }
        let elsewhere = here.into_iter().filter(|(record, path)| record.path != *path);
        moved.extend(
            elsewhere.map(|(record, path)| AssetRecord { path: path.to_path_buf(), ..record.clone() }),
        );
        Some(reason)
    }

    /// What is remembered of an asset whose files are as an undo left them.
    fn undone(&self, places: &[Place]) -> Option<Undone> {
        let is_known = |place: &Place| {
            self.of(place.role).is_some_and(|record| is_as_it_was(record, place.file.as_ref()))
        };
        Undone::of(&self.records).filter(|_| places.iter().all(is_known))
    }

    fn of(&self, role: Role) -> Option<&AssetRecord> {
        self.records.iter().find(|record| record.role == role)
    }

    /// Whether the original is the very file that was found to be the asset's before.
    fn knows(&self, file: &FileIdentity) -> bool {
        self.of(Role::Original).is_some_and(|record| is_as_it_was(record, Some(file)))
    }

    fn sha1(&self) -> Option<Sha1s> {
        self.of(Role::Original).and_then(|record| record.sha1)
    }

    /// What we wrote into each file. It counts for the file into which it was written: at the same place, or moved
    /// as a whole.
    fn base_of(&self, role: Role, path: &Path, now: &FileIdentity) -> Base {
        let is_same = |record: &&AssetRecord| {
            let moved = record.file.is_some_and(|file| (file.device, file.inode) == (now.device, now.inode));
            record.path == path || moved
        };
        self.of(role).filter(is_same).map(|record| record.base.clone()).unwrap_or_default()
    }

    fn with_bases(&self, places: Vec<Place>) -> Vec<(Place, Base)> {
        let base_of = |place: &Place| {
            place.file.map(|file| self.base_of(place.role, &place.path, &file)).unwrap_or_default()
        };
        let with_base = |place: Place| {
            let base = base_of(&place);
            (place, base)
        };
        places.into_iter().map(with_base).collect()
    }
}

fn is_as_it_was(record: &AssetRecord, now: Option<&FileIdentity>) -> bool {
    match (&record.file, now) {
        (Some(before), Some(now)) => before.same_content_as(now),
        (None, None) => true,
        _ => false,
    }
}

/// The data with tags that the asset may have too: none of them is lost.
fn with_tags<'a>(fields: &'a PhotoFields, possible: &BTreeSet<String>) -> Cow<'a, PhotoFields> {
    let mut fields = Cow::Borrowed(fields);
    if !possible.is_empty() {
        let fields = fields.to_mut();
        for tags in [&mut fields.tags, &mut fields.all_tags].into_iter().flatten() {
            tags.extend(possible.iter().cloned());
        }
    }
    fields
}

/// What all files of an asset have from us, for questions that are not about one of them.
fn common_base(records: &[AssetRecord]) -> Base {
    let mut common = Base::default();
    for record in records.iter().filter(|record| record.base.has_written()) {
        let agreed = &record.base.agreed;
        common.written.extend(record.base.written.iter().map(|(tag, value)| (*tag, value.clone())));
        common.agreed.people.extend(agreed.people.iter().cloned());
        common.agreed.albums.extend(agreed.albums.iter().cloned());
        common.agreed.tags.extend(agreed.tags.iter().cloned());
        common.agreed.faces = common.agreed.faces.max(agreed.faces);
        common.agreed.caption = common.agreed.caption.or_else(|| agreed.caption.clone());
        common.agreed.position = common.agreed.position.or(agreed.position);
        common.agreed.taken = common.agreed.taken.or(agreed.taken);
        common.agreed.rating = common.agreed.rating.or(agreed.rating);
    }
    common
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
        Some(Err(error)) => Err(Box::new(unusable(asset, path, &error))),
    }
}

/// A file that cannot be looked at, or is none.
fn unusable(asset: &Asset, path: PathBuf, error: &MetadataError) -> Looked {
    let asset = asset.id.clone();
    if matches!(error, MetadataError::NotRegular { .. }) {
        let reason = SkipReason::Refused(Refusal::Place(error.to_string()));
        return Looked::Skipped(Skipped { asset, path, reason });
    }
    Looked::Failed(Failed { asset, path, message: chain(error), transient: error.is_transient() })
}

/// The same for an asset of which nothing is known but what the listing says.
fn may_be_asked(run: &WriteBack<'_>, asset: &Asset) -> bool {
    let located = || run.library.locate(&asset.original_path).ok().flatten();
    run.options.selection.path.is_none() || is_asked(run, asset, located().as_ref())
}

/// Whether the user's `--path` takes it in: the server's path or the local one, as file or folder.
fn is_asked(run: &WriteBack<'_>, asset: &Asset, located: Option<&LibraryPath>) -> bool {
    let Some(place) = run.options.selection.path.as_deref() else { return true };
    let local = located.is_some_and(|path| run.library.holds(Path::new(place), path));
    local || Path::new(&asset.original_path).starts_with(place)
}
