//! An export, read and understood, and everything in it told.

use std::ops::ControlFlow;

use super::super::archive::Kept;
use super::TakeoutReport;
use super::albums::{self, Album};
use super::catalogue::Catalogue;
use super::gather::{Cluster, Gathered, NONE, gather};
use super::note::Flags;
use super::options::{Partner, TakeoutOptions};
use super::scan::Scanner;
use super::volume::{Store, find};
use crate::import::{Found, HiddenRule, Listing, Passed, SkipKind, Trouble};

/// Unmatched photos that are named in the report.
const NAMED: usize = 1_000;

/// An export, read.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) catalogue: Catalogue,
    pub(super) gathered: Gathered,
    pub(super) albums: Vec<Album>,
    pub(super) partner: Partner,
    /// Whether what is sent gets the name of its export as a tag.
    pub(super) tags: bool,
    pub(super) report: TakeoutReport,
}

/// Whoever is told what is found.
type Tell<'a> = &'a mut dyn FnMut(Found) -> ControlFlow<()>;

impl Index {
    /// Reads an export. Everything that is no item is told on the way.
    pub(super) fn read(
        options: &TakeoutOptions,
        kept: Option<&Kept>,
        tell: Tell<'_>,
    ) -> (Self, Listing, ControlFlow<()>) {
        let parts = find(&options.paths);
        let mut index = Self { partner: options.partner.clone(), tags: options.tag, ..Self::default() };
        index.catalogue.volumes = parts.volumes;
        let roots = index.catalogue.volumes.iter().map(|volume| volume.path.clone()).collect();
        let mut listing = Listing { is_complete: parts.troubles.is_empty(), roots, ..Listing::default() };
        for trouble in parts.troubles {
            if tell(Found::Trouble(trouble)).is_break() {
                return (index, listing, ControlFlow::Break(()));
            }
        }
        for volume in 0..index.catalogue.volumes.len() {
            let volume = u32::try_from(volume).unwrap_or(u32::MAX);
            let catalogue = &mut index.catalogue;
            let mut scanner = Scanner { catalogue, volume, tell, kept, hides_photos: false };
            let scanned = scanner.scan();
            listing.is_complete &= !scanner.hides_photos && scanned.is_continue();
            if scanned.is_break() {
                return (index, listing, scanned);
            }
        }
        if let Some(kept) = kept {
            kept.forget_gone();
        }
        index.catalogue.close();
        index.albums = if options.albums { albums::find(&index.catalogue, options) } else { Vec::new() };
        index.gathered = gather(&index.catalogue, &index.albums);
        index.count();
        let mut told = index.tell_used(tell);
        index.catalogue.forget_json_names();
        if told.is_continue()
            && let Some(missing) = index.missing()
        {
            listing.is_complete = false;
            told = tell(Found::Trouble(missing));
        }
        (index, listing, told)
    }

    /// Tells the JSONs, and what is not of Google Photos.
    fn tell_used(&self, tell: Tell<'_>) -> ControlFlow<()> {
        let (catalogue, gathered) = (&self.catalogue, &self.gathered);
        for (row, used) in catalogue.jsons.iter().zip(&gathered.used) {
            let path = catalogue.path(row.folder, catalogue.json_name(row));
            let odd = "some of it is of another type than usual and counts as not said".to_owned();
            let orphan = "the photo that it is about is not in the export; is a part missing?".to_owned();
            let passed = match used {
                true if row.flags.has(Flags::ODD) => Passed { path, kind: SkipKind::Damaged, why: Some(odd) },
                true => Passed { path, kind: SkipKind::Used, why: None },
                false => Passed { path, kind: SkipKind::Orphan, why: Some(orphan) },
            };
            tell(Found::Passed(passed))?;
        }
        for row in &catalogue.albums {
            let path = catalogue.path(row.folder, catalogue.name(row.name));
            tell(Found::Passed(Passed { path, kind: SkipKind::Used, why: None }))?;
        }
        for at in &gathered.elsewhere {
            let why =
                Some("it is of another product than Google Photos; import that folder by itself".to_owned());
            tell(Found::Passed(Passed { path: self.path(*at), kind: SkipKind::Excluded, why }))?;
        }
        ControlFlow::Continue(())
    }

    /// Counts what was found out.
    fn count(&mut self) {
        let gathered = &self.gathered;
        let alone = || gathered.clusters.iter().filter(|cluster| cluster.json == NONE);
        let unmatched = alone().count();
        self.report = TakeoutReport {
            photos_with_json: (gathered.clusters.len() - unmatched) as u64,
            unmatched: unmatched as u64,
            unmatched_paths: alone().take(NAMED).map(|cluster| self.path(cluster.media)).collect(),
            orphans: gathered.used.iter().filter(|used| !**used).count() as u64,
            albums: self.albums.len() as u64,
        };
    }

    /// Says so when much more is said than there is, or the other way round: a part of the export is missing.
    fn missing(&self) -> Option<Trouble> {
        let TakeoutReport { orphans, unmatched, photos_with_json, .. } = self.report;
        let many = (photos_with_json / 10).max(10);
        let problem = if orphans > many {
            format!("{orphans} JSON files are about photos that are not here")
        } else if unmatched > many && photos_with_json > 0 {
            format!("nothing is said about {unmatched} photos")
        } else {
            return None;
        };
        let path = self.catalogue.volumes.first()?.path.clone().into();
        let message = format!("{problem}; a part of the export seems to be missing");
        Some(Trouble { path, message, hides_photos: true })
    }

    /// Tells the items in the order in which they lie in the parts.
    pub(super) fn tell_items(&self, options: &TakeoutOptions, tell: Tell<'_>) -> ControlFlow<()> {
        let mut order: Vec<u32> = (0..).take(self.gathered.clusters.len()).collect();
        order.sort_unstable_by_key(|at| {
            let row = &self.catalogue.media[self.gathered.clusters[*at as usize].media as usize];
            let is_folder = matches!(self.store(row.folder), Store::Folder);
            (self.catalogue.volume_of(row.folder), if is_folder { 0 } else { row.place.at }, *at)
        });
        for at in order {
            let cluster = &self.gathered.clusters[at as usize];
            let files = self.copies(cluster);
            if let Some((kind, why)) = self.exclusion(cluster, options) {
                // What somebody threw away at Google is gone; what is left out is not.
                if kind != SkipKind::TrashedThere {
                    tell(Found::There(cluster.id))?;
                }
                for file in [cluster.media, cluster.motion].iter().filter(|file| **file != NONE).chain(files)
                {
                    tell(Found::Passed(Passed {
                        path: self.path(*file),
                        kind,
                        why: why.map(str::to_owned),
                    }))?;
                }
                continue;
            }
            tell(Found::Item(Box::new(self.item(cluster))))?;
            for copy in files {
                let why = format!("it is the same photo as `{}`", self.path(cluster.media).path().display());
                tell(Found::Passed(Passed {
                    path: self.path(*copy),
                    kind: SkipKind::Twice,
                    why: Some(why),
                }))?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Why a photo is left out.
    fn exclusion(
        &self,
        cluster: &Cluster,
        options: &TakeoutOptions,
    ) -> Option<(SkipKind, Option<&'static str>)> {
        let flags = self.json(cluster).map_or(Flags::default(), |json| json.flags);
        let is_in = |title: &String| self.albums_of(cluster).any(|album| &album.source.title == title);
        if flags.has(Flags::TRASHED) && !options.trashed {
            Some((SkipKind::TrashedThere, None))
        } else if flags.has(Flags::LOCKED) && options.locked == HiddenRule::Skip {
            Some((SkipKind::Hidden, Some("it is in the locked folder")))
        } else if flags.has(Flags::ARCHIVED) && !options.archived {
            Some((SkipKind::Excluded, Some("it is in the archive")))
        } else if flags.has(Flags::PARTNER) && options.partner == Partner::Exclude {
            Some((SkipKind::Excluded, Some("a partner shared it")))
        } else if cluster.json == NONE && !options.unmatched {
            Some((SkipKind::Excluded, Some("no JSON is about it")))
        } else if options.from_album.as_ref().is_some_and(|title| !is_in(title)) {
            Some((SkipKind::Excluded, Some("it is not in the album that was asked for")))
        } else {
            None
        }
    }
}
