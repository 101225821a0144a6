//! Changes on their way to the server: gathered into batches, given, and counted each once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use immich_api::{Asset, AssetId};

use super::hand::{Fate, Hand};
use super::{AlbumRef, Restack, Setting, What};
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::plan::{Failed, SkipReason, Skipped};
use crate::summary::Summary;

/// Photos per deed: the server takes as many in one order, and a deed that was left open is settled in seconds.
const BATCH: usize = 1000;
/// Photos per deed that costs the server a job each: a run that is killed has as many to look at again.
const SLOW_BATCH: usize = 250;
/// Photos that go to the trash with one deed: what they are given up for is looked at just before, in a moment.
const TRASHED: usize = 100;
/// Stacks per deed; each is an order of its own.
const STACKS: usize = 50;

/// A photo with the path that messages name.
#[derive(Debug, Clone)]
pub(crate) struct Photo {
    pub(crate) asset: AssetId,
    pub(crate) path: PathBuf,
}

impl Photo {
    /// A photo of which only the id is known.
    pub(crate) fn named(asset: AssetId) -> Self {
        Self { path: PathBuf::from(asset.to_string()), asset }
    }
}

/// What is gathered together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Off before on: a photo that moves to another tag has one of them at a time.
    Untag(String),
    Tag(String),
    Set(&'static str),
    Restack,
    /// Behind all others: whatever is handed over first has to be there.
    Trash,
}

/// A batch on its way.
#[derive(Debug, Default)]
struct Waiting {
    photos: Vec<Photo>,
    settings: Vec<Setting>,
    stacks: Vec<Restack>,
    /// The photos that others are given up for.
    kept: Vec<AssetId>,
}

/// The changes of one account.
pub(crate) struct Orders<'a> {
    pub(crate) hand: Hand<'a>,
    reporter: &'a dyn Reporter,
    /// Whether changes are only counted: neither given nor told.
    counting: bool,
    action: &'static str,
    total: u64,
    waiting: BTreeMap<Kind, Waiting>,
    /// Tags that a preview would have made.
    promised: BTreeSet<String>,
    pub(crate) summary: Summary,
}

impl<'a> Orders<'a> {
    pub(crate) fn new(hand: Hand<'a>, reporter: &'a dyn Reporter, counting: bool) -> Self {
        let summary = Summary { listing_complete: true, ..Summary::default() };
        let (waiting, promised) = (BTreeMap::new(), BTreeSet::new());
        Self { hand, reporter, counting, action: "", total: 0, waiting, promised, summary }
    }

    /// Whether nothing is told or changed.
    pub(crate) fn is_counting(&self) -> bool {
        self.counting
    }

    /// Begins an action of so many changes, and ends the one before; answers with what that came to.
    pub(crate) fn begin(&mut self, action: &'static str, total: u64) {
        self.action = action;
        self.total = total;
        self.summary = Summary { listing_complete: true, ..Summary::default() };
    }

    /// A photo gets a tag, or loses it.
    pub(crate) fn tag(&mut self, tag: &str, on: bool, photo: Photo) -> Result<(), SyncError> {
        let kind = if on { Kind::Tag(tag.to_owned()) } else { Kind::Untag(tag.to_owned()) };
        let waiting = self.waiting.entry(kind.clone()).or_default();
        waiting.photos.push(photo);
        if waiting.photos.len() >= SLOW_BATCH { self.give(&kind) } else { Ok(()) }
    }

    /// A field of a photo is set.
    pub(crate) fn set(&mut self, setting: Setting, photo: Photo) -> Result<(), SyncError> {
        let field = setting.after.field();
        let most = if field == "description" { SLOW_BATCH } else { BATCH };
        let waiting = self.waiting.entry(Kind::Set(field)).or_default();
        waiting.photos.push(photo);
        waiting.settings.push(setting);
        if waiting.photos.len() >= most { self.give(&Kind::Set(field)) } else { Ok(()) }
    }

    /// Photos are stacked; `photo` stands for the stack in messages.
    pub(crate) fn restack(&mut self, stack: Restack, photo: Photo) -> Result<(), SyncError> {
        let waiting = self.waiting.entry(Kind::Restack).or_default();
        waiting.photos.push(photo);
        waiting.stacks.push(stack);
        if waiting.photos.len() >= STACKS { self.give(&Kind::Restack) } else { Ok(()) }
    }

    /// A photo goes to the trash, as long as another one is there that is kept for it.
    pub(crate) fn trash(&mut self, photo: Photo, kept: AssetId) -> Result<(), SyncError> {
        let waiting = self.waiting.entry(Kind::Trash).or_default();
        waiting.photos.push(photo);
        waiting.kept.push(kept);
        if waiting.photos.len() >= TRASHED { self.give(&Kind::Trash) } else { Ok(()) }
    }

    /// Something that waits for nothing; `photos` are its items. Whether all of it is done.
    pub(crate) fn at_once(&mut self, what: &What, photos: &[Photo]) -> Result<bool, SyncError> {
        if self.counting {
            self.summary.seen += photos.len() as u64;
            self.summary.done += photos.len() as u64;
            return Ok(true);
        }
        let fates = self.hand.perform(what, None)?;
        self.count(photos, &fates);
        Ok(fates.iter().all(|fate| matches!(fate, Fate::Done | Fate::Already)))
    }

    /// The photo that an album made just now is shown by. It goes with the album, so it is no deed of its own.
    pub(crate) fn set_cover(&mut self, album: &AlbumRef, photo: &Photo) -> Result<(), SyncError> {
        if self.counting { Ok(()) } else { self.hand.set_cover(album, &photo.asset) }
    }

    /// A photo is left as it is.
    pub(crate) fn skip(&mut self, photo: Photo, reason: SkipReason) {
        self.summary.skip(&reason);
        if !self.counting && reason != SkipReason::UpToDate {
            self.reporter.report(&Event::Skipped(&Skipped { asset: photo.asset, path: photo.path, reason }));
        }
    }

    /// Gives everything that waits.
    pub(crate) fn give_all(&mut self) -> Result<(), SyncError> {
        let kinds: Vec<Kind> = self.waiting.keys().cloned().collect();
        kinds.iter().try_for_each(|kind| self.give(kind))
    }

    /// Forgets what waits: the user asked to stop.
    pub(crate) fn forget(&mut self) {
        self.waiting.clear();
        self.summary.stopped = true;
    }

    fn give(&mut self, kind: &Kind) -> Result<(), SyncError> {
        let Some(mut waiting) = self.waiting.remove(kind) else { return Ok(()) };
        if self.counting {
            self.summary.seen += waiting.photos.len() as u64;
            self.summary.done += waiting.photos.len() as u64;
            return Ok(());
        }
        if *kind == Kind::Trash && !self.hand.is_idle() {
            waiting.photos = self.with_kept(waiting.photos, &waiting.kept)?;
            if waiting.photos.is_empty() {
                return Ok(());
            }
        }
        let assets = || waiting.photos.iter().map(|photo| photo.asset.clone()).collect();
        let what = match kind {
            Kind::Tag(tag) => {
                if let Some(failed) = self.make_tag(tag)? {
                    self.count(&waiting.photos, &vec![failed; waiting.photos.len()]);
                    return Ok(());
                }
                What::Tag { tag: tag.clone(), assets: assets() }
            }
            Kind::Untag(tag) => What::Untag { tag: tag.clone(), assets: assets() },
            Kind::Set(_) => What::Set { settings: waiting.settings },
            Kind::Restack => What::Restack { stacks: waiting.stacks },
            Kind::Trash => What::Trash { assets: assets() },
        };
        let fates = self.hand.perform(&what, None)?;
        self.count(&waiting.photos, &fates);
        Ok(())
    }

    /// Those of which the kept photo is still to be seen; minutes may have passed since it was looked at.
    fn with_kept(&mut self, photos: Vec<Photo>, kept: &[AssetId]) -> Result<Vec<Photo>, SyncError> {
        let asked: Vec<AssetId> = kept.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let found = self.hand.looker().each(asked)?;
        let is_shown = |asset: &Asset| asset.visibility.is_shown() && !asset.is_offline;
        let there: BTreeSet<AssetId> =
            found.into_iter().flatten().filter(is_shown).map(|asset| asset.id).collect();
        let (going, staying): (Vec<_>, Vec<_>) =
            photos.into_iter().zip(kept).partition(|(_, kept)| there.contains(*kept));
        for (photo, _) in staying {
            let why = "the photo that would be kept is gone, hidden or in the trash by now".to_owned();
            self.skip(photo, SkipReason::NotForTheTrash(why));
        }
        Ok(going.into_iter().map(|(photo, _)| photo).collect())
    }

    /// Makes a tag and those above it, as far as they are not there; how that failed, if it did.
    fn make_tag(&mut self, tag: &str) -> Result<Option<Fate>, SyncError> {
        let known = self.hand.tags()?;
        let mut missing = Vec::new();
        let ends = tag.match_indices('/').map(|(end, _)| end).chain([tag.len()]);
        for path in ends.map(|end| &tag[..end]) {
            if !known.contains_key(path) && !self.promised.contains(path) {
                missing.push(path.to_owned());
            }
        }
        if missing.is_empty() {
            return Ok(None);
        }
        if self.hand.is_idle() {
            self.promised.extend(missing.iter().cloned());
        }
        let fates = self.hand.perform(&What::MakeTags { tags: missing }, None)?;
        Ok(fates.into_iter().find(|fate| *fate != Fate::Done))
    }

    fn count(&mut self, photos: &[Photo], fates: &[Fate]) {
        for (photo, fate) in photos.iter().zip(fates) {
            match fate {
                Fate::Done => {
                    self.summary.seen += 1;
                    self.summary.done += 1;
                }
                Fate::Already => self.skip(photo.clone(), SkipReason::UpToDate),
                Fate::Refused => self.skip(photo.clone(), SkipReason::Vanished),
                Fate::Failed { message, transient } => {
                    self.summary.seen += 1;
                    self.summary.failed += 1;
                    let failed = Failed {
                        asset: photo.asset.clone(),
                        path: photo.path.clone(),
                        message: message.clone(),
                        transient: *transient,
                    };
                    self.reporter.report(&Event::Failed(&failed));
                }
            }
        }
        if !self.hand.is_idle() {
            let done = self.summary.done + self.summary.failed;
            let (action, total) = (self.action, self.total.max(done));
            self.reporter.report(&Event::Acting { action, done, total });
        }
    }
}
