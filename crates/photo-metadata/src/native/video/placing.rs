//! Where changed bytes go, so that no sample moves.
//!
//! ```text
//!  length stays      ftyp │ moov ▒ │ mdat                    patched where it stands
//!  room behind       ftyp │ moov ▒▒│free│ mdat               grows into free space
//!  last box          ftyp │ mdat │ moov ▒▒→                  grows at the end of the file
//!  otherwise         ftyp │ free (was moov) │ mdat │ moov ▒▒ a new one behind everything
//! ```
//!
//! The last way costs what players like most of a `moov` in front, that they can start before they have the whole
//! file; it is only gone where somebody asked for a value inside of `moov` and there is no room.
//! What is given up is filled with zeros: names and places that were taken away are not to be found in it.

use std::collections::BTreeMap;

use super::layout::Layout;
use crate::draft::Splice;
use crate::native::boxes::BoxAt;
use crate::native::fault::Fault;
use crate::source::{Source, read_up_to};

/// A change inside of `moov`.
#[derive(Debug, Clone)]
pub(super) struct MovieEdit {
    /// The boxes that it lies in, `moov` first: their lengths change with it.
    pub(super) within: Vec<BoxAt>,
    /// Positions in the file.
    pub(super) start: u64,
    /// The first byte that is kept.
    pub(super) end: u64,
    /// What comes there.
    pub(super) bytes: Vec<u8>,
}

/// Collects what changes.
pub(super) struct Placing<'a> {
    source: &'a dyn Source,
    layout: &'a Layout,
    patches: Vec<Splice>,
    movie: Vec<MovieEdit>,
    /// Goes on where the last box ended.
    growth: Vec<u8>,
    /// Boxes behind the last one.
    appended: Vec<u8>,
}

impl<'a> Placing<'a> {
    pub(super) fn new(source: &'a dyn Source, layout: &'a Layout) -> Self {
        Self {
            source,
            layout,
            patches: Vec::new(),
            movie: Vec::new(),
            growth: Vec::new(),
            appended: Vec::new(),
        }
    }

    pub(super) fn source(&self) -> &'a dyn Source {
        self.source
    }

    /// Bytes that replace as many.
    pub(super) fn patch(&mut self, patch: Splice) {
        self.patches.push(patch);
    }

    /// A change of `moov`, of whatever length.
    pub(super) fn edit_movie(&mut self, edit: MovieEdit) {
        self.movie.push(edit);
    }

    /// A box behind the last one.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.appended.extend_from_slice(bytes);
    }

    /// Gives a box up: free space of the same length.
    pub(super) fn retire(&mut self, old: &BoxAt) -> Result<(), Fault> {
        let length = old.end - old.start;
        let size =
            u32::try_from(length).map_err(|_| Fault::beyond("a box of it is too long to be given up"))?;
        let mut bytes = free_header(size);
        bytes.resize(usize::try_from(length).unwrap_or(0), 0);
        self.patch(Splice::patch(old.start, bytes));
        Ok(())
    }

    /// Puts bytes over the end of a box, from a position in it on: what is given is all that follows, and what is left
    /// of it and of the free space behind it stays free. `false` where there is no room, and nothing was done.
    pub(super) fn fill(&mut self, start: u64, old_end: u64, bytes: &[u8]) -> Result<bool, Fault> {
        let room = self.layout.room_behind(self.source, old_end)?;
        let Some(rest) = (old_end + room - start).checked_sub(bytes.len() as u64) else { return Ok(false) };
        if (1..8).contains(&rest) {
            return Ok(false);
        }
        let mut filled = bytes.to_vec();
        if let (true, Ok(rest)) = (rest > 0, u32::try_from(rest)) {
            filled.extend(free_header(rest));
        } else if rest > 0 {
            return Ok(false);
        }
        // The header of the free box that was there must not stay in the middle of the new one.
        let least = old_end - start + if room > 0 { 8 } else { 0 };
        filled.resize(filled.len().max(usize::try_from(least).unwrap_or(0)), 0);
        self.patch(Splice::patch(start, filled));
        Ok(true)
    }

    /// Puts bytes over the end of the last box; what is more goes behind it.
    pub(super) fn grow_last(&mut self, start: u64, bytes: &[u8]) {
        let old = usize::try_from(self.layout.length - start).unwrap_or(usize::MAX);
        match bytes.split_at_checked(old) {
            Some((over, behind)) => {
                self.patch(Splice::patch(start, over.to_vec()));
                self.growth.extend_from_slice(behind);
            }
            None => self.patch(Splice::replace(start, self.layout.length, bytes.to_vec())),
        }
    }

    /// The splices of all that was asked for.
    pub(super) fn splices(mut self) -> Result<Vec<Splice>, Fault> {
        if !self.movie.is_empty() {
            self.place_movie()?;
        }
        if !self.appended.is_empty()
            && let Some(patch) = self.layout.open_end()?
        {
            self.patch(patch);
        }
        self.growth.append(&mut self.appended);
        if !self.growth.is_empty() {
            self.patches.push(Splice::insert(self.layout.length, self.growth));
        }
        Ok(self.patches)
    }

    fn place_movie(&mut self) -> Result<(), Fault> {
        let moov = self.layout.moov;
        let splices = self.movie_splices()?;
        let Some(first) =
            splices.iter().find(|splice| splice.end - splice.start != splice.bytes.len() as u64)
        else {
            self.patches.extend(splices);
            return Ok(());
        };
        let from = first.start;
        self.layout.require_movable(self.source)?;
        let (before, behind): (Vec<_>, Vec<_>) = splices.into_iter().partition(|splice| splice.start < from);
        let tail = self.applied(from, &behind)?;
        if memchr::memmem::find(&tail, b"saio").is_some() {
            return Err(Fault::beyond("it is encrypted, with positions that are not followed here"));
        }
        if self.fill(from, moov.end, &tail)? {
            self.patches.extend(before);
        } else if moov.end == self.layout.length {
            self.grow_last(from, &tail);
            self.patches.extend(before);
        } else {
            let whole = self.applied(moov.start, &[before, behind].concat())?;
            self.retire(&moov)?;
            self.append(&whole);
        }
        Ok(())
    }

    /// All changes inside of `moov` in the order of the file, with the lengths of the boxes that they lie in.
    fn movie_splices(&mut self) -> Result<Vec<Splice>, Fault> {
        let moov = self.layout.moov;
        let (mut splices, patches): (Vec<_>, Vec<_>) = std::mem::take(&mut self.patches)
            .into_iter()
            .partition(|patch| patch.start >= moov.start && patch.end <= moov.end);
        self.patches = patches;
        let mut edits = std::mem::take(&mut self.movie);
        // What goes to the end of an inner box goes before what follows that box.
        edits.sort_by_key(|edit| (edit.start, edit.end, usize::MAX - edit.within.len()));
        let mut sizes: BTreeMap<u64, (BoxAt, u64, u64)> = BTreeMap::new();
        for edit in &edits {
            for outer in &edit.within {
                let (_, more, less) = sizes.entry(outer.start).or_insert((*outer, 0, 0));
                *more += edit.bytes.len() as u64;
                *less += edit.end - edit.start;
            }
        }
        for (outer, more, less) in sizes.into_values() {
            let size = outer.end - outer.start + more - less;
            splices.extend(outer.resized(size)?.filter(|_| more != less));
        }
        splices.extend(edits.into_iter().map(|edit| Splice::replace(edit.start, edit.end, edit.bytes)));
        splices.sort_by_key(|splice| (splice.start, splice.end));
        Ok(splices)
    }

    /// `moov` from a position on, with its changes.
    fn applied(&self, from: u64, splices: &[Splice]) -> Result<Vec<u8>, Fault> {
        let end = self.layout.moov.end;
        let mut bytes = Vec::new();
        let mut at = from;
        for splice in splices {
            bytes.extend(self.exactly(at, splice.start)?);
            bytes.extend_from_slice(&splice.bytes);
            at = splice.end;
        }
        bytes.extend(self.exactly(at, end)?);
        Ok(bytes)
    }

    fn exactly(&self, start: u64, end: u64) -> Result<Vec<u8>, Fault> {
        let length = end.checked_sub(start).and_then(|length| usize::try_from(length).ok());
        let length = length.ok_or_else(|| Fault::beyond("changes of its movie box overlap"))?;
        let bytes = read_up_to(self.source, start, length)?;
        if bytes.len() == length { Ok(bytes) } else { Err(Fault::beyond("its movie box is cut off")) }
    }
}

fn free_header(size: u32) -> Vec<u8> {
    [&size.to_be_bytes()[..], b"free"].concat()
}
