//! Looks at pictures that nothing is remembered of: several are fetched at once, and as many decoded as there are
//! threads, so that neither the network nor the processor waits and never more than a handful are in memory.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use immich_api::{ApiError, AssetId, BEST_IN_FLIGHT, Thumbnail};
use photo_similarity::{
    Decoded, Limits, PhotoId, RawPreview, Signature, SimilarityError, decode, decode_raw,
};
use sha1::{Digest as _, Sha1};

use super::Scan;
use super::about::{About, Problem, build};
use super::desk::{Desk, FILE, THUMBNAIL, exposure_of, learn};
use super::detail::{Detail, asset_of, digest8};
use super::gate::{Answer, Gate};
use super::open_file::{self, NotRead};
use super::spool::{Slot, SpoolReader};
use crate::error::{SyncError, chain};
use crate::event::Event;
use crate::organize::sources::local::file::{self, Content};
use crate::organize::summary::SkipKind;
use crate::parallel;
use crate::state::{PictureKey, PictureRecord};

/// Pixels of the short side that hashing wants: about a thumbnail of Immich, and not more than the small copy of 320 by 240
/// that iPhones put into a HEIC, which is read a hundred times faster than the photo.
pub(in crate::organize) const SHORT_SIDE: u32 = 240;

/// Pictures that are remembered in one commit; as many are looked at again after a kill.
const BATCH: usize = 64;

/// The longest time between two commits.
const PATIENCE: Duration = Duration::from_secs(5);

/// A picture to look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Task {
    /// Where it stands on the shelf.
    pub(super) index: u32,
    pub(super) id: PhotoId,
    /// Where its details lie.
    pub(super) slot: Slot,
    /// Whose thumbnail it is; `None` for a file.
    pub(super) account: Option<u16>,
    /// Whether the server says that it has made a thumbnail.
    pub(super) is_made: bool,
    pub(super) key: PictureKey,
    pub(super) stamp: [u8; 16],
    pub(super) is_partner: bool,
}

/// How looking at a picture ended.
pub(super) enum Outcome {
    /// It was looked at.
    Seen(Box<Signature>),
    /// It cannot be; the problem is remembered where it would be the same the next time.
    Skipped { kind: SkipKind, why: String, is_lasting: bool },
    /// Neither picture nor video.
    Other,
    /// Something went wrong.
    Failed(String),
    /// The rest of the scan is pointless.
    Fatal(SyncError),
}

/// A picture at its end.
struct Looked {
    task: Task,
    outcome: Outcome,
    about: About,
    detail: Option<Detail>,
    /// SHA-1 of a file that was read as a whole, where it is wanted.
    sha1: Option<[u8; 20]>,
}

/// What the threads work with.
struct Eyes<'a, 's> {
    scan: &'s Scan<'a>,
    network: Gate,
    processor: Gate,
    details: SpoolReader,
}

/// Looks at everything that is queued.
pub(super) fn look(desk: &mut Desk<'_, '_>) -> Result<(), SyncError> {
    let queue = std::mem::take(&mut desk.queue);
    let total = queue.len() as u64;
    if total == 0 {
        return Ok(());
    }
    let workers = desk.scan.options.workers.max(1);
    let asks = queue.iter().any(|task| task.account.is_some());
    let threads = if asks { workers.max(BEST_IN_FLIGHT) } else { workers };
    let eyes = Eyes {
        scan: desk.scan,
        network: Gate::new(BEST_IN_FLIGHT),
        processor: Gate::fixed(workers),
        details: desk.spool.reader()?,
    };
    let mut notes = Notes { records: [Vec::new(), Vec::new()], since: Instant::now(), done: 0, total };
    let (mut fatal, mut reached) = (None, 0_usize);
    let stop = desk.scan.stop.clone();
    let items = queue.iter().copied().take_while(|_| !stop.is_raised()).inspect(|_| reached += 1);
    parallel::ordered(
        items,
        threads,
        |task| eyes.look(task),
        |looked| match notes.take(desk, looked) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                fatal.get_or_insert(error);
                ControlFlow::Break(())
            }
        },
    );
    notes.write(desk)?;
    for task in &queue[reached.min(queue.len())..] {
        desk.count(task.is_partner, |summary| summary.skip(SkipKind::NotReached));
    }
    match fatal {
        Some(SyncError::Api(ApiError::Stopped)) | None => {}
        Some(error) => return Err(error),
    }
    desk.is_stopped();
    Ok(())
}

/// What waits to be remembered.
struct Notes {
    records: [Vec<PictureRecord>; 2],
    since: Instant,
    done: u64,
    total: u64,
}

impl Notes {
    fn take(&mut self, desk: &mut Desk<'_, '_>, looked: Looked) -> Result<(), SyncError> {
        let Looked { task, outcome, mut about, detail, sha1 } = looked;
        let position = task.index as usize;
        let detail = match detail {
            Some(mut detail) => {
                learn(&mut detail, &about);
                desk.shelf.rest[position].slot = desk.spool.put(&detail)?;
                desk.shelf.photos[position].exposure = exposure_of(&about);
                desk.set_size(position, detail.member.width.zip(detail.member.height));
                if about.is_raw {
                    desk.set_raw(position);
                }
                Some(detail)
            }
            None => None,
        };
        let content = &mut desk.shelf.photos[position].content;
        *content = content.or(sha1);
        let mut signature = None;
        match outcome {
            Outcome::Seen(seen) => {
                desk.count(task.is_partner, |summary| summary.looked_at += 1);
                desk.set_picture(position, &about, &seen);
                desk.shelf.set_look(position, &seen);
                if desk.save.is_some() {
                    let detail = detail_of(desk, position, detail)?;
                    let sha1 = desk.shelf.photos[position].content;
                    desk.save_hash(&detail, sha1, &seen)?;
                }
                signature = Some(seen.to_bytes());
            }
            Outcome::Skipped { kind, why, is_lasting } => {
                desk.count(task.is_partner, |summary| summary.skip(kind));
                desk.note_kind(position, kind);
                desk.shelf.rest[position].marks.is_gone |= kind == SkipKind::Vanished;
                let detail = detail_of(desk, position, detail)?;
                desk.not_compared(&detail, Some(kind), why.clone());
                about.problem = Some(Problem { kind, why, by: build().to_owned() });
                if !is_lasting {
                    return self.progress(desk);
                }
            }
            Outcome::Other => {
                desk.shelf.rest[position].marks.is_gone = true;
                about.is_other = true;
            }
            Outcome::Failed(why) => {
                desk.count(task.is_partner, |summary| summary.failed += 1);
                let detail = detail_of(desk, position, detail)?;
                desk.not_compared(&detail, None, why);
                return self.progress(desk);
            }
            Outcome::Fatal(error) => {
                desk.count(task.is_partner, |summary| summary.skip(SkipKind::NotReached));
                return Err(error);
            }
        }
        let Task { key, stamp, account, .. } = task;
        let used = desk.day;
        let record = PictureRecord { key, stamp, used, sha1, signature, about: about.to_json() };
        self.records[if account.is_some() { THUMBNAIL } else { FILE }].push(record);
        self.progress(desk)
    }

    fn progress(&mut self, desk: &mut Desk<'_, '_>) -> Result<(), SyncError> {
        self.done += 1;
        if self.done.is_multiple_of(16) || self.done == self.total {
            desk.scan.reporter.report(&Event::Looking { done: self.done, total: self.total });
        }
        if self.records.iter().any(|records| records.len() >= BATCH) || self.since.elapsed() > PATIENCE {
            self.write(desk)?;
        }
        Ok(())
    }

    fn write(&mut self, desk: &Desk<'_, '_>) -> Result<(), SyncError> {
        self.since = Instant::now();
        for (method, records) in self.records.iter_mut().enumerate() {
            if !records.is_empty() {
                desk.scan.store.put_pictures(&desk.methods[method], records)?;
                records.clear();
            }
        }
        Ok(())
    }
}

/// The details of a photo: at hand, or from the spool.
fn detail_of(desk: &mut Desk<'_, '_>, position: usize, at_hand: Option<Detail>) -> Result<Detail, SyncError> {
    match at_hand {
        Some(detail) => Ok(detail),
        None => desk.spool.reader()?.get(desk.shelf.rest[position].slot),
    }
}

impl Eyes<'_, '_> {
    fn look(&self, task: Task) -> Looked {
        match task.account {
            Some(account) => {
                let mut about = About::default();
                let outcome = self.thumbnail(task, usize::from(account), &mut about);
                Looked { task, outcome, about, detail: None, sha1: None }
            }
            None => self.file(task),
        }
    }

    fn thumbnail(&self, task: Task, account: usize, about: &mut About) -> Outcome {
        let id = asset_of(task.id);
        let size = if self.scan.options.look.detail { Thumbnail::Preview } else { Thumbnail::Small };
        let cached = self.scan.cache.and_then(|cache| cache.get(&id, size, Some(task.stamp)));
        let bytes = match cached {
            Some(bytes) => bytes,
            None => match self.fetch(task, account, &id, size) {
                Ok(bytes) => {
                    if let Some(cache) = self.scan.cache {
                        cache.put(&id, size, task.stamp, &bytes);
                    }
                    bytes
                }
                Err(outcome) => return outcome,
            },
        };
        self.processor.enter();
        let seen = seen(&bytes, "thumbnail", self.scan.options, about);
        self.processor.leave(Answer::After(Duration::ZERO));
        // Sizes of a thumbnail say nothing about the photo.
        (about.width, about.height, about.format) = (None, None, None);
        seen.unwrap_or_else(|error| match error {
            // The next answer may be whole.
            SimilarityError::Damaged(why) => {
                skipped(SkipKind::Damaged, format!("its thumbnail: {why}"), false)
            }
            other => not_seen(&other),
        })
    }

    fn fetch(&self, task: Task, account: usize, id: &AssetId, size: Thumbnail) -> Result<Vec<u8>, Outcome> {
        let Some(account) = self.scan.accounts.get(account) else {
            return Err(Outcome::Failed("its account is not part of this run".to_owned()));
        };
        self.network.enter();
        let start = Instant::now();
        let answer = account.reader.thumbnail(id, size);
        self.network.leave(match &answer {
            Err(error) if error.is_transient() => Answer::Failed,
            _ => Answer::After(start.elapsed()),
        });
        answer.map(|picture| picture.bytes).map_err(|error| refused(error, task.is_made))
    }

    fn file(&self, task: Task) -> Looked {
        let mut about = About::default();
        let detail: Detail = match self.details.get(task.slot) {
            Ok(detail) => detail,
            Err(error) => {
                let outcome = Outcome::Fatal(error);
                return Looked { task, outcome, about, detail: None, sha1: None };
            }
        };
        let mut sha1 = None;
        let outcome = match detail.member.place.file() {
            Some(path) => self.file_at(path, task, &mut about, &mut sha1),
            None => Outcome::Failed("it is no file".to_owned()),
        };
        Looked { task, outcome, about, detail: Some(detail), sha1 }
    }

    fn file_at(&self, path: &Path, task: Task, about: &mut About, sha1: &mut Option<[u8; 20]>) -> Outcome {
        let options = self.scan.options;
        let read = open_file::open(path, task.stamp).and_then(|(mut file, facts)| {
            let content = file::read(&mut file, &facts, path, options.look.limits.memory)?;
            if open_file::is_same(&file, task.stamp) { Ok(content) } else { Err(NotRead::Vanished) }
        });
        match read {
            Ok(Content::Other) => Outcome::Other,
            Ok(Content::Broken) => {
                let why = "it is named like a picture or a video, and its content is none".to_owned();
                skipped(SkipKind::Damaged, why, true)
            }
            Ok(Content::Video) => skipped(SkipKind::Video, "a video".to_owned(), true),
            Ok(Content::Raw(head, preview)) => {
                file::note_metadata(&head, about);
                about.is_raw = true;
                preview.and_then(|preview| self.raw(&preview, about)).unwrap_or_else(|| {
                    skipped(SkipKind::Raw, "a raw file without a picture of itself".to_owned(), true)
                })
            }
            Ok(Content::Picture(bytes)) => {
                self.processor.enter();
                *sha1 = options.save_hashes.is_some().then(|| Sha1::digest(&bytes).into());
                file::note_metadata(&bytes, about);
                let seen = seen(&bytes, "file", options, about);
                self.processor.leave(Answer::After(Duration::ZERO));
                seen.unwrap_or_else(|error| not_seen(&error))
            }
            Err(NotRead::Vanished) => {
                skipped(SkipKind::Vanished, "it went away or changed while it was read".to_owned(), false)
            }
            Err(NotRead::TooLarge(size)) => {
                skipped(SkipKind::TooLarge, format!("its file has {size} bytes"), true)
            }
            Err(NotRead::Failed(error)) => Outcome::Failed(format!("it cannot be read: {error}")),
        }
    }
}

impl Eyes<'_, '_> {
    /// By the picture in a raw file, whose size is not that of the photo; `None` where it shows nothing.
    fn raw(&self, preview: &RawPreview, about: &mut About) -> Option<Outcome> {
        let options = self.scan.options;
        self.processor.enter();
        let decoded = decode_raw(preview, SHORT_SIDE, &options.look.limits).ok();
        let outcome = decoded.map(|decoded| hashed(&decoded, "raw", options, about));
        self.processor.leave(Answer::After(Duration::ZERO));
        (about.width, about.height, about.format) = (None, None, None);
        outcome
    }
}

/// Decodes and hashes.
fn seen(
    bytes: &[u8],
    origin: &str,
    options: &crate::organize::OrganizeOptions,
    about: &mut About,
) -> Result<Outcome, SimilarityError> {
    let limits: &Limits = &options.look.limits;
    Ok(hashed(&decode(bytes, SHORT_SIDE, limits)?, origin, options, about))
}

fn hashed(
    decoded: &Decoded,
    origin: &str,
    options: &crate::organize::OrganizeOptions,
    about: &mut About,
) -> Outcome {
    let signature = Signature::of(options.look.kind, &decoded.luma);
    let (width, height) = (decoded.luma.width().to_le_bytes(), decoded.luma.height().to_le_bytes());
    about.picture = Some(digest8(origin, &[&width, &height, decoded.luma.samples()]));
    (about.width, about.height) = (Some(decoded.width), Some(decoded.height));
    about.format = Some(decoded.format);
    Outcome::Seen(Box::new(signature))
}

fn skipped(kind: SkipKind, why: String, is_lasting: bool) -> Outcome {
    Outcome::Skipped { kind, why, is_lasting }
}

/// Why a picture has no looks, and whether that will be so the next time.
fn not_seen(error: &SimilarityError) -> Outcome {
    let kind = match error {
        SimilarityError::Unsupported(_) => SkipKind::Unsupported,
        SimilarityError::TooLarge { .. } => SkipKind::TooLarge,
        SimilarityError::Io(_) => return Outcome::Failed(chain(error)),
        _ => SkipKind::Damaged,
    };
    skipped(kind, chain(error), !error.is_transient())
}

/// What a refused thumbnail means.
fn refused(error: ApiError, is_made: bool) -> Outcome {
    match error {
        // A thumbnail that is made later changes the stamp, unless the server believes that it has one.
        ApiError::NoThumbnail { .. } => {
            skipped(SkipKind::NoThumbnail, "the server has no thumbnail of it yet".to_owned(), !is_made)
        }
        ApiError::NoSuchAsset { .. } => {
            skipped(SkipKind::Vanished, "the server does not have it any more".to_owned(), false)
        }
        ApiError::TooLarge { .. } => skipped(SkipKind::TooLarge, chain(&error), false),
        ApiError::Interrupted { .. } | ApiError::Status { .. } | ApiError::Unexpected { .. } => {
            Outcome::Failed(chain(&error))
        }
        other => Outcome::Fatal(other.into()),
    }
}
