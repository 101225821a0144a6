//! Takes photos of the sources, finds out what is remembered of them, and notes what has to be looked at.

use std::collections::HashSet;

use photo_similarity::{Exposure, FrameName, Photo, PhotoId, Signature};

use super::about::About;
use super::detail::{Detail, Found, How, camera_number};
use super::look::Task;
use super::shelf::{Marks, Rest, Shelf};
use super::spool::Spool;
use super::{Scan, exchange};
use crate::error::SyncError;
use crate::event::Event;
use crate::organize::options::Scope;
use crate::organize::place::Place;
use crate::organize::summary::{NotCompared, ScanSummary, SkipKind};
use crate::state::{PictureKey, PictureRecord};

/// A use that is younger is not noted again: a scan that finds nothing new writes nothing.
const USE_DAYS: i64 = 7;

/// What a scan has in its hands.
pub(in crate::organize) struct Desk<'a, 's> {
    pub(super) scan: &'s Scan<'a>,
    pub(super) shelf: Shelf,
    pub(super) spool: Spool,
    pub(super) queue: Vec<Task>,
    pub(super) summary: ScanSummary,
    pub(super) day: i64,
    /// Under which name thumbnails are remembered, and files.
    pub(super) methods: [String; 2],
    pub(super) save: Option<exchange::Writer>,
    /// Ids that were taken, where the same photo may be listed twice.
    taken: HashSet<PhotoId>,
    listed: u64,
}

/// Which of the methods.
pub(super) const THUMBNAIL: usize = 0;
/// Which of the methods.
pub(super) const FILE: usize = 1;

impl<'a, 's> Desk<'a, 's> {
    pub(super) fn open(scan: &'s Scan<'a>) -> Result<Self, SyncError> {
        let look = &scan.options.look;
        let size = if look.detail { "preview" } else { "thumbnail" };
        Ok(Self {
            scan,
            shelf: Shelf::new(look.rotations || look.trims),
            spool: Spool::new(scan.scratch)?,
            queue: Vec::new(),
            summary: ScanSummary { listing_complete: true, ..ScanSummary::default() },
            day: scan.day(),
            methods: [format!("{} {size}", look.kind.name()), format!("{} file", look.kind.name())],
            save: scan
                .options
                .save_hashes
                .as_deref()
                .map(|path| exchange::Writer::create(path, scan))
                .transpose()?,
            taken: HashSet::new(),
            listed: 0,
        })
    }

    /// Whether a stop was asked for.
    pub(in crate::organize) fn is_stopped(&mut self) -> bool {
        self.summary.stopped |= self.scan.stop.is_raised();
        self.summary.stopped
    }

    /// Takes a page of a listing.
    pub(in crate::organize) fn take(&mut self, mut page: Vec<Found>) -> Result<(), SyncError> {
        self.listed += page.len() as u64;
        let inside = self.scan.options.filters.scope == Scope::Inside;
        page.retain(|found| found.passes || !inside);
        let may_repeat = self.scan.accounts.len() > 1 || self.scan.options.filters.include_shared;
        page.retain(|found| !may_repeat || self.taken.insert(found.id));
        let mut uses: [Vec<PictureKey>; 2] = [Vec::new(), Vec::new()];
        let keys: Vec<PictureKey> = page.iter().map(|found| found.key).collect();
        let method = match page.first().map(|found| &found.how) {
            Some(How::File) => FILE,
            _ => THUMBNAIL,
        };
        let known = self.scan.store.pictures(&self.methods[method], &keys)?;
        for (found, known) in page.into_iter().zip(known) {
            let known = known.filter(|known| known.stamp == found.stamp);
            if let Some(known) = known.as_ref().filter(|known| known.used + USE_DAYS < self.day) {
                uses[method].push(known.key);
            }
            self.take_one(found, known)?;
        }
        for (method, uses) in uses.iter().enumerate().filter(|(_, uses)| !uses.is_empty()) {
            self.scan.store.use_pictures(&self.methods[method], uses, self.day)?;
        }
        self.scan.reporter.report(&Event::Listed { assets: self.listed });
        Ok(())
    }

    fn take_one(&mut self, found: Found, known: Option<PictureRecord>) -> Result<(), SyncError> {
        let is_partner = !found.detail.member.is_own;
        match &found.how {
            How::Loaded(loaded) => {
                self.summary.partners += 1;
                let signature = loaded.signature;
                let position = self.put(&found)?;
                self.set_size(position, loaded.size);
                self.shelf.set_look(position, &signature);
                return Ok(());
            }
            How::BytesOnly(kind) => {
                let kind = *kind;
                self.count(is_partner, |summary| summary.skip(kind));
                self.put(&found)?;
                return Ok(());
            }
            How::Thumbnail { .. } | How::File => {}
        }
        let about = known.as_ref().map(|known| About::parse(&known.about));
        let rehash = self.scan.options.rehash && matches!(found.how, How::File);
        let fresh = known
            .zip(about)
            .filter(|(known, about)| !rehash && about.holds() && !self.lacks_sum(&found.how, known, about));
        match fresh {
            Some((_, about)) if about.is_other => Ok(()),
            Some((known, about)) => self.recall(found, &known, &about),
            None => {
                let position = self.put(&found)?;
                self.enqueue(position, &found);
                Ok(())
            }
        }
    }

    /// Whether a file has to be read again for its SHA-1, which is worth most to another machine.
    fn lacks_sum(&self, how: &How, known: &PictureRecord, about: &About) -> bool {
        let is_picture =
            matches!(how, How::File) && about.problem.is_none() && !about.is_other && !about.is_raw;
        self.save.is_some() && is_picture && known.sha1.is_none()
    }

    /// A photo of which everything is known from an earlier scan.
    fn recall(&mut self, mut found: Found, known: &PictureRecord, about: &About) -> Result<(), SyncError> {
        let is_partner = !found.detail.member.is_own;
        let is_file = matches!(found.how, How::File);
        if is_file {
            learn(&mut found.detail, about);
            found.content = found.content.or(known.sha1);
            found.exposure = exposure_of(about);
        }
        let signature = known.signature.as_deref().and_then(Signature::from_bytes);
        let position = self.put(&found)?;
        match (&about.problem, signature) {
            (None, Some(signature)) => {
                self.count(is_partner, |summary| summary.remembered += 1);
                self.set_picture(position, about, &signature);
                self.shelf.set_look(position, &signature);
                self.save_hash(&found.detail, found.content, &signature)?;
            }
            (Some(problem), _) => {
                let kind = problem.kind;
                self.note_kind(position, kind);
                self.count(is_partner, |summary| summary.skip(kind));
                self.not_compared(&found.detail, Some(kind), problem.why.clone());
            }
            (None, None) => self.enqueue(position, &found),
        }
        Ok(())
    }

    fn enqueue(&mut self, position: usize, found: &Found) {
        let (account, is_made) = match found.how {
            How::Thumbnail { account, is_made } => (Some(account), is_made),
            _ => (None, false),
        };
        self.queue.push(Task {
            index: u32::try_from(position).unwrap_or(u32::MAX),
            id: found.id,
            slot: self.shelf.rest[position].slot,
            account,
            is_made,
            key: found.key,
            stamp: found.stamp,
            is_partner: !found.detail.member.is_own,
        });
    }

    /// Puts a photo on the shelf and its details into the spool.
    fn put(&mut self, found: &Found) -> Result<usize, SyncError> {
        let slot = self.spool.put(&found.detail)?;
        let member = &found.detail.member;
        let photo = Photo {
            content: found.content,
            exposure: found.exposure,
            name: FrameName::of(&member.name),
            size: member.width.zip(member.height),
            shot: found.stack,
            is_raw: found.detail.is_raw,
            ..Photo::new(found.id)
        };
        let marks = Marks {
            is_file: matches!(member.place, Place::File(_)) && !matches!(found.how, How::Loaded(_)),
            is_own: member.is_own,
            passes: found.passes,
            is_raw: found.detail.is_raw,
            is_video: matches!(found.how, How::BytesOnly(SkipKind::Video)),
            is_gone: false,
        };
        let rest = Rest {
            slot,
            bytes: member.bytes.unwrap_or_default(),
            family: found.family,
            looks: [0; 8],
            look: [0.0; 3],
            marks,
        };
        Ok(self.shelf.put(photo, rest))
    }

    pub(super) fn set_size(&mut self, position: usize, size: Option<(u32, u32)>) {
        let photo = &mut self.shelf.photos[position];
        photo.size = photo.size.or(size);
    }

    /// Notes the digest of the pixels, which says something of pictures with something in them only.
    pub(super) fn set_picture(&mut self, position: usize, about: &About, signature: &Signature) {
        self.shelf.photos[position].picture = about.picture.filter(|_| !signature.is_plain());
    }

    pub(super) fn note_kind(&mut self, position: usize, kind: SkipKind) {
        let marks = &mut self.shelf.rest[position].marks;
        marks.is_video |= kind == SkipKind::Video;
        if kind == SkipKind::Raw {
            self.set_raw(position);
        }
    }

    /// Notes that a file turned out to be a raw one, whatever it is called.
    pub(super) fn set_raw(&mut self, position: usize) {
        self.shelf.rest[position].marks.is_raw = true;
        self.shelf.photos[position].is_raw = true;
    }

    /// Counts a photo that belongs to the scan; partners are only compared with.
    pub(super) fn count(&mut self, is_partner: bool, how: impl FnOnce(&mut ScanSummary)) {
        if is_partner {
            self.summary.partners += 1;
        } else {
            self.summary.seen += 1;
            how(&mut self.summary);
        }
    }

    /// Tells of a photo that is not compared by its looks, where its owner should know.
    pub(super) fn not_compared(&self, detail: &Detail, kind: Option<SkipKind>, why: String) {
        if kind.is_some_and(|kind| !kind.is_trouble()) {
            return;
        }
        let (place, name) = (detail.member.place.clone(), detail.member.name.clone());
        self.scan.reporter.report(&Event::NotCompared(&NotCompared { place, name, kind, why }));
    }

    /// Writes a row of the file with hashes, where one is wanted.
    pub(super) fn save_hash(
        &mut self,
        detail: &Detail,
        sha1: Option<[u8; 20]>,
        signature: &Signature,
    ) -> Result<(), SyncError> {
        match &mut self.save {
            Some(writer) if detail.member.is_own => writer.put(detail, sha1, signature),
            _ => Ok(()),
        }
    }

    /// A part of a source that could not be listed.
    pub(in crate::organize) fn unreadable(&mut self, count: u64, why: &str) {
        self.summary.unreadable += count;
        self.summary.listing_complete = false;
        self.scan.reporter.report(&Event::Warning(why));
    }

    /// A further name of a file that is listed already.
    pub(in crate::organize) fn same_file(&mut self) {
        self.summary.seen += 1;
        self.summary.skip(SkipKind::SameFile);
    }

    /// Looks that somebody else found out.
    pub(super) fn take_loaded(&mut self, found: Vec<Found>) -> Result<(), SyncError> {
        found.into_iter().try_for_each(|found| self.take_one(found, None))
    }

    /// Whether the listing of a source was complete, and how many of its items could not be understood.
    pub(in crate::organize) fn listing(&mut self, complete: bool, unreadable: u64) {
        self.summary.listing_complete &= complete;
        self.summary.unreadable += unreadable;
    }

    pub(super) fn tell_listed(&self) {
        self.scan.reporter.report(&Event::Listed { assets: self.listed });
    }

    /// Warns of something that belongs to no photo.
    pub(in crate::organize) fn warn(&self, text: &str) {
        self.scan.reporter.report(&Event::Warning(text));
    }
}

/// What the file itself says about a photo on a disk.
pub(super) fn learn(detail: &mut Detail, about: &About) {
    let member = &mut detail.member;
    member.width = about.width;
    member.height = about.height;
    member.format = about.format.or(member.format);
    member.camera.clone_from(&about.camera);
    member.description.clone_from(&about.description);
    member.rating = about.rating;
    member.position = about.position;
    member.people.clone_from(&about.people);
    member.taken = about.shot.and_then(|shot| jiff::Timestamp::from_millisecond(shot).ok());
    detail.shot = about.shot;
    detail.tags = about.tags;
    detail.is_raw |= about.is_raw;
    detail.is_raw |= about.problem.as_ref().is_some_and(|problem| problem.kind == SkipKind::Raw);
}

/// Camera and time, where a file says both.
pub(super) fn exposure_of(about: &About) -> Option<Exposure> {
    let camera = about.camera.as_deref().map(camera_number)?;
    Some(Exposure { camera, taken: about.shot? })
}
