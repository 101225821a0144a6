//! Which files an export wants of an asset, and what they are called before anybody looks at the disk.

use std::path::{Path, PathBuf};

use apple_photos::{Asset, Flag, Library, Origin, Presence, RelatedFile};

use super::hashes::{short, slot};
use super::template::Makes;
use super::{ExportOptions, LeftKind, Part, Selection, Subject, Template, names};

/// A file that an export wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Want {
    pub(super) part: Part,
    /// What shares a name.
    pub(super) unit: u64,
    /// Where it is in the library, or why it is not.
    pub(super) source: Result<PathBuf, LeftKind>,
    /// Bytes, as the library says.
    pub(super) bytes: u64,
    /// Below the destination; empty for the destination itself.
    pub(super) folder: String,
    pub(super) stem: String,
    /// With its dot.
    pub(super) ending: String,
}

impl Want {
    /// Which file it is in the state.
    pub(super) fn slot(&self) -> u64 {
        slot(self.unit, self.part, &self.ending)
    }

    /// Where it goes with this number behind its name.
    pub(super) fn path(&self, number: u32) -> PathBuf {
        Path::new(&self.folder).join(self.name(number))
    }

    /// Its name with this number.
    pub(super) fn name(&self, number: u32) -> String {
        format!("{}{}", self.numbered(number), self.ending)
    }

    /// The stem with this number.
    pub(super) fn numbered(&self, number: u32) -> String {
        if number == 0 { self.stem.clone() } else { format!("{} ({number})", self.stem) }
    }
}

/// Why an asset is left out as a whole.
pub(super) fn left_out(asset: &Asset, selection: Selection) -> Option<LeftKind> {
    let is_rest = asset.burst.as_ref().is_some_and(|burst| !burst.is_shown());
    let is_unsaved = asset.origin == Origin::Syndicated && !asset.flags.has(Flag::SavedToLibrary);
    [
        (asset.flags.has(Flag::Trashed) && !selection.trashed, LeftKind::Trashed),
        (asset.flags.has(Flag::Hidden) && !selection.hidden, LeftKind::Hidden),
        (is_unsaved && !selection.syndicated, LeftKind::Syndicated),
        (
            matches!(asset.origin, Origin::SharedAlbum | Origin::SharedMoment) && !selection.shared,
            LeftKind::Shared,
        ),
        (is_rest && !selection.unpicked, LeftKind::NotPicked),
    ]
    .into_iter()
    .find(|(is_so, _)| *is_so)
    .map(|(_, kind)| kind)
}

/// All files that are wanted of an asset, also those that are not here.
pub(super) fn wants(library: &Library, asset: &Asset, options: &ExportOptions) -> Vec<Want> {
    let files = options.files;
    let has_edited = files.edited && file(asset, Part::Edited).is_some_and(RelatedFile::is_here);
    let mut wants = Vec::new();
    if files.originals_of_edited || !has_edited {
        let parts = [(Part::Original, true), (Part::LiveVideo, files.live), (Part::Raw, files.raw)];
        version(library, asset, options, &parts, &mut wants);
    }
    if files.edited {
        let parts = [(Part::Edited, true), (Part::EditedLiveVideo, files.live)];
        version(library, asset, options, &parts, &mut wants);
    }
    wants
}

/// The files of the original or of the edited version, in all folders and under all names.
fn version(
    library: &Library,
    asset: &Asset,
    options: &ExportOptions,
    parts: &[(Part, bool)],
    wants: &mut Vec<Want>,
) {
    let is_there = |part: Part| part == Part::Original || file(asset, part).is_some();
    let parts: Vec<Part> = parts
        .iter()
        .filter(|(part, is_wanted)| *is_wanted && is_there(*part))
        .map(|(part, _)| *part)
        .collect();
    let Some(first) = parts.first() else { return };
    let subject = Subject { library, asset, is_edited_version: first.is_edited() };
    for folder in distinct(options.folder.render(&subject, Makes::Folder), names::folder) {
        for stem in
            distinct(stems(&subject, options), |stem| names::stem(stem, options.edited_suffix.len() + 16))
        {
            let stem = if first.is_edited() { format!("{stem}{}", options.edited_suffix) } else { stem };
            let kind: &[u8] = if first.is_edited() { b"edited" } else { b"original" };
            let unit = short(&[asset.uuid.as_bytes(), kind, folder.as_bytes(), stem.as_bytes()]);
            for part in &parts {
                wants.push(want(asset, *part, unit, folder.clone(), stem.clone()));
            }
        }
    }
}

fn want(asset: &Asset, part: Part, unit: u64, folder: String, stem: String) -> Want {
    let file = file(asset, part);
    let source = match file {
        Some(file) => present(file),
        None => Err(LeftKind::Lost),
    };
    let of_file = file.map_or_else(String::new, |file| names::ending(&file.path));
    let ending = if part == Part::Original {
        // The name that the user knows decides, even where it lies.
        let of_name = names::part(names::divided(&asset.original_name).1);
        if of_name.is_empty() || of_name.len() > 16 { of_file } else { of_name }
    } else {
        of_file
    };
    let bytes = file.and_then(|file| file.recorded_bytes).unwrap_or_default();
    Want { part, unit, source, bytes, folder, stem, ending }
}

/// The file of the library that a part is made of.
pub(super) fn file(asset: &Asset, part: Part) -> Option<&RelatedFile> {
    part.roles().iter().find_map(|role| asset.file(*role))
}

fn present(file: &RelatedFile) -> Result<PathBuf, LeftKind> {
    match &file.presence {
        Presence::Here => Ok(file.path.clone()),
        Presence::InCloud => Err(LeftKind::InCloud),
        Presence::VolumeOffline { .. } => Err(LeftKind::Offline),
        Presence::LeadsOut => Err(LeftKind::LeadsOut),
        _ => Err(LeftKind::Lost),
    }
}

fn stems(subject: &Subject<'_>, options: &ExportOptions) -> Vec<String> {
    let own = || vec![names::divided(&subject.asset.original_name).0.to_owned()];
    options.name.as_ref().map_or_else(own, |name: &Template| name.render(subject, Makes::Name))
}

/// Each once, whatever the capitals are.
fn distinct(texts: Vec<String>, safe: impl Fn(&str) -> String) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts {
        let text = safe(&text);
        if !kept.iter().any(|other| names::folded(other) == names::folded(&text)) {
            kept.push(text);
        }
    }
    kept
}
