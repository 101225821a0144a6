//! Decides what is to be done for each file of an asset. Looks at the destination, and reads files only where one lies that
//! the state does not know: whether it is the same as ours would be.
//!
//! An unchanged file costs a look into two tables in memory. A name, once given, stays: the number behind it is
//! remembered, so that two `IMG_1.jpg` of one month are never swapped.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use apple_photos::{Asset, Library};
use photo_metadata::replace::{FileIdentity, identity};
use photo_metadata::{Engine, PhotoFields};

use super::hashes::{self, stamp};
use super::ledger::{ExportLine, ExportOutline, ExportOwner};
use super::listing::Listings;
use super::names;
use super::said::{self, Sayings};
use super::step::{Content, Decision, Expects, Step};
use super::wanted::{Want, left_out, wants};
use super::{ExportOptions, ExportStamp, ExportStore, LeftKind, OnConflict, Part};
use crate::deeds::files::{digest_bytes, open};
use crate::error::SyncError;

/// Numbers that are tried behind a name.
const MOST_NUMBERS: u32 = 100_000;

/// Decides, asset by asset.
pub(super) struct Planner<'a> {
    pub(super) library: &'a Library,
    pub(super) options: &'a ExportOptions,
    pub(super) store: &'a dyn ExportStore,
    pub(super) owner: &'a ExportOwner,
    /// The destination.
    pub(super) root: &'a Path,
    pub(super) outline: ExportOutline,
    pub(super) listings: Listings,
    /// Reads the size of pictures for sidecars.
    pub(super) engine: &'a dyn Engine,
    pub(super) mode: Mode,
    /// What was compared for the asset at hand.
    compared: HashMap<PathBuf, Option<[u8; 32]>>,
}

/// What is planned for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// How much is to be done: files that nobody knows are not read, but taken for the same.
    Counting,
    /// What would be done; not even the state is changed.
    Previewing,
    /// Doing it.
    Running,
}

/// Which number the files of a unit get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbered {
    As(u32),
    /// Something is in the way, and the user wants no other name.
    InTheWay,
}

/// What becomes of a file.
enum Course {
    /// Nothing, and why.
    Leave(LeftKind),
    /// It is written where it belongs.
    At(Expects),
    /// Something else is there.
    Elsewhere,
}

/// What is at the place of a file.
enum Found {
    Nothing,
    /// As we left it.
    Ours(Option<FileIdentity>),
    /// Somebody changed it since.
    Changed,
    /// Nothing that we know.
    Foreign,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        library: &'a Library,
        (options, root): (&'a ExportOptions, &'a Path),
        (store, owner): (&'a dyn ExportStore, &'a ExportOwner),
        engine: &'a dyn Engine,
        mode: Mode,
    ) -> Result<Self, SyncError> {
        Ok(Self {
            library,
            options,
            store,
            owner,
            root,
            outline: store.export_outline(owner)?,
            listings: Listings::of(root),
            engine,
            mode,
            compared: HashMap::new(),
        })
    }

    /// All files of an asset.
    pub(super) fn plan(&mut self, asset: &Asset) -> Result<Vec<Decision>, SyncError> {
        self.compared.clear();
        if let Some(kind) = left_out(asset, self.options.selection) {
            return Ok(vec![Decision::Leave { path: asset.original_name.clone().into(), part: None, kind }]);
        }
        let wants = wants(self.library, asset, self.options);
        let mut decisions = Vec::new();
        let mut rest = wants.as_slice();
        while let Some(first) = rest.first() {
            let count = rest.iter().take_while(|want| want.unit == first.unit).count();
            let (unit, others) = rest.split_at(count);
            self.unit(asset, unit, &mut decisions)?;
            rest = others;
        }
        Ok(decisions)
    }

    /// The files that share a name.
    fn unit(
        &mut self,
        asset: &Asset,
        wants: &[Want],
        decisions: &mut Vec<Decision>,
    ) -> Result<(), SyncError> {
        for want in wants {
            self.outline.see(want.slot());
        }
        let here: Vec<&Want> = wants.iter().filter(|want| want.source.is_ok()).collect();
        for want in wants {
            if let Err(kind) = want.source {
                decisions.push(Decision::Leave { path: want.path(0), part: Some(want.part), kind });
            }
        }
        let Some(first) = here.first() else { return Ok(()) };
        let number = match self.number(first.unit, &here)? {
            Numbered::As(number) => number,
            Numbered::InTheWay => {
                let left = |want: &&Want| Decision::Leave {
                    path: want.path(0),
                    part: Some(want.part),
                    kind: LeftKind::InTheWay,
                };
                decisions.extend(here.iter().map(left));
                return Ok(());
            }
        };
        let sayings = Sayings::of(self.library, asset, self.options, first.part.is_edited());
        for want in here {
            let (decision, path) = self.file(asset, want, number, &sayings)?;
            decisions.push(decision);
            if let (Some(fields), Part::Original | Part::Edited) = (sayings.for_sidecar(), want.part) {
                decisions.push(self.sidecar(asset, want, &path, fields)?);
            }
        }
        Ok(())
    }

    /// The number that a unit has, or the first that is free for all of its files.
    fn number(&mut self, unit: u64, wants: &[&Want]) -> Result<Numbered, SyncError> {
        if let Some(line) = wants.iter().find_map(|want| self.outline.line(want.slot())) {
            return Ok(Numbered::As(line.number));
        }
        let Some(first) = wants.first() else { return Ok(Numbered::InTheWay) };
        for number in 0..MOST_NUMBERS {
            let name = hashes::stem(&first.folder, &first.numbered(number));
            let is_free = match self.outline.unit_of(name) {
                Some(other) => other == unit,
                None if !self.listings.has_name(&first.folder, name)? => true,
                None if self.are_there(wants, number)? => true,
                None if self.options.on_conflict == OnConflict::Skip => return Ok(Numbered::InTheWay),
                None => false,
            };
            if is_free {
                self.outline.take(name, unit);
                return Ok(Numbered::As(number));
            }
        }
        Ok(Numbered::InTheWay)
    }

    /// Whether some of the files are there already, and all that are there are the same.
    fn are_there(&mut self, wants: &[&Want], number: u32) -> Result<bool, SyncError> {
        let mut any = false;
        for want in wants {
            if self.listings.inode(&want.folder, &want.name(number))?.is_some() {
                any = true;
                if self.same(want, &want.path(number)).is_none() {
                    return Ok(false);
                }
            }
        }
        Ok(any)
    }

    /// The digest of a file of the destination, if it has the bytes of the library's.
    fn same(&mut self, want: &Want, path: &Path) -> Option<[u8; 32]> {
        if self.mode == Mode::Counting {
            return Some([0; 32]);
        }
        let source = want.source.as_ref().ok()?;
        let there = self.root.join(path);
        *self.compared.entry(there.clone()).or_insert_with(|| equal(source, &there))
    }

    fn file(
        &mut self,
        asset: &Asset,
        want: &Want,
        number: u32,
        sayings: &Sayings,
    ) -> Result<(Decision, PathBuf), SyncError> {
        let slot = want.slot();
        let line = self.outline.line(slot);
        let mut number = line.map_or(number, |line| line.number);
        let (stamp, content) = made_of(asset, want, self.options, sayings);
        let embeds = matches!(content, Content::Embedded { .. });
        let course =
            self.course(want, number, (line, stamp), |planner, path| planner.taken(want, path, embeds))?;
        let mut is_renamed = number > 0 && line.is_none();
        let leave = |path: PathBuf, kind| {
            Ok((Decision::Leave { path: path.clone(), part: Some(want.part), kind }, path))
        };
        let expects = match course {
            Course::Leave(kind) => return leave(want.path(number), kind),
            Course::At(expects) => expects,
            Course::Elsewhere => {
                let is_free = self.options.on_conflict == OnConflict::Rename;
                let free = if is_free { self.free(want, number)? } else { None };
                let Some(free) = free else { return leave(want.path(number), LeftKind::InTheWay) };
                (number, is_renamed) = (free, true);
                Expects::Nothing
            }
        };
        let path = want.path(number);
        let step = Step {
            asset: asset.uuid.clone(),
            part: want.part,
            slot,
            unit: want.unit,
            number,
            path: path.clone(),
            stamp,
            content,
            bytes: want.bytes,
            mtime_ns: touched(asset, self.options),
            expects,
            is_renamed,
        };
        Ok((Decision::Do(Box::new(step)), path))
    }

    /// What becomes of a file, by what is at its place; `foreign` says whether something that nobody knows may count as it.
    fn course(
        &mut self,
        want: &Want,
        number: u32,
        (line, stamp): (Option<ExportLine>, ExportStamp),
        foreign: impl FnOnce(&mut Self, &Path) -> Option<Expects>,
    ) -> Result<Course, SyncError> {
        let is_as_it_was = line.is_some_and(|line| line.stamp == stamp);
        let path = want.path(number);
        Ok(match self.found(want, number, line)? {
            Found::Nothing => Course::At(Expects::Nothing),
            Found::Ours(identity) if is_as_it_was => {
                if let Some(identity) = identity {
                    self.remember_number(want.slot(), &identity)?;
                }
                Course::Leave(LeftKind::Unchanged)
            }
            Found::Ours(_) => self.still_ours(want.slot(), &path)?.map_or(Course::Elsewhere, Course::At),
            Found::Changed if is_as_it_was => Course::Leave(LeftKind::ChangedHere),
            Found::Changed => Course::Elsewhere,
            Found::Foreign => foreign(self, &path).map_or(Course::Elsewhere, Course::At),
        })
    }

    /// A file that nobody knows and that has the bytes of the library's is taken as ours.
    fn taken(&mut self, want: &Want, path: &Path, embeds: bool) -> Option<Expects> {
        let digest = self.same(want, path)?;
        let identity = identity(&self.root.join(path)).ok()?;
        Some(if embeds { Expects::Ours { identity, digest } } else { Expects::Same { identity, digest } })
    }

    /// The text beside a picture or video. It has to have its name, so it never gets another one.
    fn sidecar(
        &mut self,
        asset: &Asset,
        of: &Want,
        beside: &Path,
        fields: &PhotoFields,
    ) -> Result<Decision, SyncError> {
        let part = if of.part == Part::Edited { Part::EditedSidecar } else { Part::Sidecar };
        let name = beside.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (stem, ending) = names::divided(&name);
        let (stem, ending) = (stem.to_owned(), format!("{ending}.xmp"));
        let want = Want { part, stem, ending, ..of.clone() };
        let (slot, path) = (want.slot(), want.path(0));
        self.outline.see(slot);
        let mtime_ns = touched(asset, self.options);
        let words = serde_json::to_vec(fields).unwrap_or_default();
        let stamp = stamp(&[b"sidecar", &words, &mtime_ns.unwrap_or_default().to_be_bytes()]);
        let line = self.outline.line(slot);
        let beside = of.source.clone().unwrap_or_default();
        let course =
            self.course(&want, 0, (line, stamp), |planner, path| planner.same_text(path, fields, &beside))?;
        let kind = if line.is_some() { LeftKind::ChangedHere } else { LeftKind::InTheWay };
        let expects = match course {
            Course::At(expects) => expects,
            Course::Leave(kind) => return Ok(Decision::Leave { path, part: Some(part), kind }),
            Course::Elsewhere => return Ok(Decision::Leave { path, part: Some(part), kind }),
        };
        let step = Step {
            asset: asset.uuid.clone(),
            part,
            slot,
            unit: want.unit,
            number: 0,
            path,
            stamp,
            bytes: words.len() as u64,
            content: Content::Sidecar { fields: Box::new(fields.clone()), beside },
            mtime_ns,
            expects,
            is_renamed: false,
        };
        Ok(Decision::Do(Box::new(step)))
    }

    fn same_text(&self, path: &Path, fields: &PhotoFields, beside: &Path) -> Option<Expects> {
        let there = self.root.join(path);
        let identity = identity(&there).ok()?;
        let text = said::sidecar(fields, beside, self.engine).ok()?;
        let digest = *blake3::hash(&text).as_bytes();
        let is_same = identity.size == text.len() as u64 && digest_of(&there) == Some(digest);
        is_same.then_some(Expects::Same { identity, digest })
    }

    /// What is at the place of a file. The number of the file tells; where it is another one, size and time, then all of it.
    fn found(&mut self, want: &Want, number: u32, line: Option<ExportLine>) -> Result<Found, SyncError> {
        let Some(inode) = self.listings.inode(&want.folder, &want.name(number))? else {
            return Ok(Found::Nothing);
        };
        let Some(line) = line else { return Ok(Found::Foreign) };
        if inode == line.inode {
            return Ok(Found::Ours(None));
        }
        let path = want.path(number);
        Ok(match self.still_ours(line.slot, &path)? {
            Some(Expects::Ours { identity, .. }) => Found::Ours(Some(identity)),
            _ => Found::Changed,
        })
    }

    /// Whether the file is what we wrote: by size and time, else by its content.
    fn still_ours(&self, slot: u64, path: &Path) -> Result<Option<Expects>, SyncError> {
        let there = self.root.join(path);
        let (Some(row), Ok(identity)) = (self.store.export_row(self.owner, slot)?, identity(&there)) else {
            return Ok(None);
        };
        let is_untouched = identity.size == row.size && identity.mtime_ns == row.mtime_ns;
        let is_ours = is_untouched || (identity.size == row.size && digest_of(&there) == Some(row.digest));
        Ok(is_ours.then_some(Expects::Ours { identity, digest: row.digest }))
    }

    /// A file that was put back from a copy has another number.
    fn remember_number(&self, slot: u64, identity: &FileIdentity) -> Result<(), SyncError> {
        let Some(mut row) = self.store.export_row(self.owner, slot)?.filter(|_| self.mode == Mode::Running)
        else {
            return Ok(());
        };
        row.inode = identity.inode;
        row.mtime_ns = identity.mtime_ns;
        self.store.put_exports(self.owner, &[row])
    }

    /// The first number behind this one that nothing has.
    fn free(&mut self, want: &Want, number: u32) -> Result<Option<u32>, SyncError> {
        for number in number + 1..MOST_NUMBERS {
            let name = hashes::stem(&want.folder, &want.numbered(number));
            if self.outline.unit_of(name).is_none() && !self.listings.has_name(&want.folder, name)? {
                self.outline.take(name, want.unit);
                return Ok(Some(number));
            }
        }
        Ok(None)
    }
}

/// The time that the files of an asset get, if it is that of the photo.
fn touched(asset: &Asset, options: &ExportOptions) -> Option<i64> {
    let (taken, _) = asset.dates.best().filter(|_| options.touch)?;
    i64::try_from(taken.as_nanosecond()).ok()
}

/// What a file is made of, and the fingerprint of that.
fn made_of(asset: &Asset, want: &Want, options: &ExportOptions, sayings: &Sayings) -> (ExportStamp, Content) {
    let file = want.source.clone().unwrap_or_default();
    let name = file.file_name().map(|name| name.as_encoded_bytes().to_vec()).unwrap_or_default();
    let edited = asset.edit.as_ref().and_then(|edit| edit.at).map(|at| at.to_string()).unwrap_or_default();
    let time = touched(asset, options).unwrap_or_default().to_be_bytes();
    let fingerprint = asset.fingerprint.as_deref().unwrap_or_default();
    let edited = if want.part.is_edited() { edited } else { String::new() };
    let said = sayings.for_embedding().filter(|_| want.part != Part::Raw);
    let words = said.map(|fields| serde_json::to_vec(fields).unwrap_or_default()).unwrap_or_default();
    let stamp = stamp(&[
        b"file",
        &name,
        fingerprint.as_bytes(),
        edited.as_bytes(),
        &want.bytes.to_be_bytes(),
        &time,
        &words,
    ]);
    let content = match said {
        Some(fields) => Content::Embedded { file, fields: Box::new(fields.clone()) },
        None => Content::File(file),
    };
    (stamp, content)
}

/// The digest of two files with the same bytes.
fn equal(one: &Path, other: &Path) -> Option<[u8; 32]> {
    let sizes = (std::fs::metadata(one).ok()?.len(), identity(other).ok()?.size);
    if sizes.0 != sizes.1 {
        return None;
    }
    let first = digest_bytes(&mut std::fs::File::open(one).ok()?).ok()?;
    (digest_of(other)? == first).then_some(first)
}

/// The digest of a file of the destination, which is no link.
fn digest_of(path: &Path) -> Option<[u8; 32]> {
    digest_bytes(&mut open(path).ok()?).ok()
}
