//! A photo of a library with those of its parts that can be sent, and why the others cannot.

use std::io;
use std::path::{Path, PathBuf};

use apple_photos::{Asset, FileRole, Flag, Kind, Presence, RelatedFile};
use jiff::Timestamp;

use super::facts::moment;
use super::left::absence;
use super::options::{AppleOptions, EditedRule};
use super::part::Part;
use crate::import::sources::kinds::{extension_of, kind_of};
use crate::import::{Found, ItemId, Kin, Locator, Media, MediaKind, Passed, SkipKind, Stamp};

/// What is behind the name of an edited version, as osxphotos has it.
const EDITED: &str = "_edited";

/// A photo with what of it is told.
pub(super) struct Photo {
    pub(super) asset: Asset,
    /// What Photos shows comes first.
    pub(super) parts: Vec<Ready>,
    /// Files that are not sent.
    pub(super) left: Vec<Found>,
}

/// A part that can be sent, or was sent and can be followed.
pub(super) struct Ready {
    pub(super) part: Part,
    pub(super) media: Media,
    pub(super) motion: Option<Media>,
}

/// Looks at photos one by one.
pub(super) struct Looker<'a> {
    pub(super) library: &'a str,
    pub(super) options: &'a AppleOptions,
    /// Whether an item stands in the ledger.
    pub(super) known: &'a dyn Fn(ItemId) -> bool,
}

impl Looker<'_> {
    /// A photo, which the source gave this number.
    pub(super) fn photo(&self, asset: Asset, entry: u32) -> Photo {
        let mut photo = Photo { asset, parts: Vec::new(), left: Vec::new() };
        for part in order(&photo.asset) {
            let Some(file) = file_of(&photo.asset, part) else { continue };
            let file = file.clone();
            match self.unwanted(&photo, part) {
                Some(why) => photo.leave(self.id(&photo, part), &file.path, SkipKind::Excluded, why),
                None => self.add(&mut photo, part, &file, entry),
            }
        }
        photo
    }

    fn id(&self, photo: &Photo, part: Part) -> ItemId {
        part.id(self.library, &photo.asset.uuid)
    }

    /// Why the options leave a part out. The edited version comes first.
    fn unwanted(&self, photo: &Photo, part: Part) -> Option<&'static str> {
        let has_edit = photo.asset.file(FileRole::Edited).is_some_and(|file| file.presence != Presence::Lost);
        match (self.options.edited, part) {
            (EditedRule::Original, Part::Edited) => Some("an edited version (--edited original)"),
            (EditedRule::Edited, Part::Original | Part::Raw) if has_edit => {
                Some("there is an edited version (--edited edited)")
            }
            _ => None,
        }
    }

    fn add(&self, photo: &mut Photo, part: Part, file: &RelatedFile, entry: u32) {
        let id = self.id(photo, part);
        let is_known = (self.known)(id);
        let name = name_of(&photo.asset, part, &file.path);
        let Some(media) = self.media(photo, part, file, name, (entry, is_known)) else { return };
        let video = part.motion().and_then(|role| photo.asset.file(role)).cloned();
        let Some(video) = video.filter(|_| media.kind != MediaKind::Video) else {
            photo.parts.push(Ready { part, media, motion: None });
            return;
        };
        if video.presence == Presence::Lost {
            // Nothing will come any more: the picture alone is better than none.
            let why = "the video of a live photo; not in the library, and not in iCloud either";
            let path = video.path.into();
            photo.left.push(Found::Passed(Passed {
                path,
                kind: SkipKind::Missing,
                why: Some(why.to_owned()),
            }));
            photo.parts.push(Ready { part, media, motion: None });
            return;
        }
        let name = with_extension(&media.name, &video.path);
        // Without its video it would be a photo that never gets one.
        if let Some(motion) = self.media(photo, part, &video, name, (entry, is_known)) {
            photo.parts.push(Ready { part, media, motion: Some(motion) });
        }
    }

    /// A file as the pipeline sees it; one that is not here is told unless the ledger knows it.
    fn media(
        &self,
        photo: &mut Photo,
        part: Part,
        file: &RelatedFile,
        name: String,
        (entry, is_known): (u32, bool),
    ) -> Option<Media> {
        let asset = &photo.asset;
        let kind = kind_of(name.as_bytes()).unwrap_or(match asset.kind {
            Kind::Photo => MediaKind::Image,
            Kind::Video => MediaKind::Video,
        });
        let away = |(kind, why): (SkipKind, String)| (kind, format!("`{name}` is {why}"));
        let found = match absence(&file.presence) {
            Some(absence) => Err(away(absence)),
            None => looked_at(&file.path).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => (SkipKind::Missing, format!("`{name}` went away just now")),
                _ => (SkipKind::Missing, format!("`{name}` cannot be looked at: {error}")),
            }),
        };
        let number = part.number();
        match found {
            Ok((size, modified)) => Some(Media {
                path: file.path.clone().into(),
                name,
                kind,
                size,
                modified,
                stamp: stamp(asset, part, size, modified),
                locator: Locator::Inside { archive: number, entry },
            }),
            Err(_) if is_known => Some(Media {
                path: file.path.clone().into(),
                name,
                kind,
                size: file.recorded_bytes.unwrap_or(1).max(1),
                modified: asset.dates.taken.unwrap_or(Timestamp::UNIX_EPOCH),
                stamp: Stamp::default(),
                locator: Locator::Away { entry, part: number },
            }),
            Err((kind, why)) => {
                let id = self.id(photo, part);
                photo.leave(id, &file.path, kind, &why);
                None
            }
        }
    }

    /// Which parts are one stack with what Photos shows; the first is what it shows.
    pub(super) fn is_stacked(&self, photo: &Photo, part: Part) -> bool {
        let kinds = &self.options.stack;
        let shown = photo.parts.first().map(|first| first.part);
        let has = |wanted: Part| photo.parts.iter().any(|ready| ready.part == wanted);
        let edits = kinds.contains(&Kin::Edited) && self.options.edited == EditedRule::Stack;
        match part {
            Part::Edited => edits,
            Part::Raw => kinds.contains(&Kin::RawJpeg) && (has(Part::Original) || edits),
            Part::Original => shown != Some(Part::Raw) || kinds.contains(&Kin::RawJpeg),
        }
    }
}

impl Photo {
    fn leave(&mut self, item: ItemId, path: &Path, kind: SkipKind, why: &str) {
        let passed = Passed { path: PathBuf::from(path).into(), kind, why: Some(why.to_owned()) };
        self.left.extend([Found::There(item), Found::Passed(passed)]);
    }
}

/// The parts of a photo, what Photos shows first.
fn order(asset: &Asset) -> [Part; 3] {
    if asset.flags.has(Flag::RawIsOriginal) {
        [Part::Edited, Part::Raw, Part::Original]
    } else {
        [Part::Edited, Part::Original, Part::Raw]
    }
}

fn file_of(asset: &Asset, part: Part) -> Option<&RelatedFile> {
    match part {
        Part::Original => asset.main_file(),
        Part::Raw => asset.file(FileRole::Raw),
        Part::Edited => asset.file(FileRole::Edited),
    }
}

/// Size and time of change.
pub(super) fn looked_at(path: &Path) -> io::Result<(u64, Timestamp)> {
    let metadata = path.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    Ok((metadata.len(), Timestamp::try_from(metadata.modified()?).unwrap_or(Timestamp::UNIX_EPOCH)))
}

/// Changes when the bytes may have changed: with size and time of the file, and with what Photos says of it.
fn stamp(asset: &Asset, part: Part, size: u64, modified: Timestamp) -> Stamp {
    let (size, modified) = (size.to_le_bytes(), moment(Some(modified)));
    let edited = moment(asset.edit.as_ref().and_then(|edit| edit.at));
    let says: &[u8] = match part {
        Part::Edited => &edited,
        Part::Original | Part::Raw => asset.fingerprint.as_deref().unwrap_or_default().as_bytes(),
    };
    Stamp::of([&size[..], &modified, says])
}

/// The name on the server: that of the file when it was imported to Photos, since the one in the library is a number.
fn name_of(asset: &Asset, part: Part, path: &Path) -> String {
    let clean: String = asset
        .original_name
        .chars()
        .map(|letter| if letter == '/' || letter.is_control() { '_' } else { letter })
        .collect();
    match part {
        Part::Original if kind_of(clean.as_bytes()).is_some() => clean,
        Part::Original | Part::Raw => with_extension(&clean, path),
        Part::Edited => with_extension(&format!("{}{EDITED}.", stem(&clean)), path),
    }
}

fn stem(name: &str) -> &str {
    let end = extension_of(name.as_bytes()).map_or(name.len(), |extension| name.len() - extension.len() - 1);
    name.get(..end).unwrap_or(name)
}

/// A name with the extension of a file.
fn with_extension(name: &str, path: &Path) -> String {
    match path.extension() {
        Some(extension) => format!("{}.{}", stem(name), extension.to_string_lossy()),
        None => stem(name).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_named_after_the_photo_with_the_extension_of_its_own() {
        let path = Path::new("/library/originals/A/A1B2_4.cr2");

        assert_eq!(with_extension("IMG_1.JPG", path), "IMG_1.cr2");
        assert_eq!(with_extension("no extension", path), "no extension.cr2");
        assert_eq!(with_extension(".hidden", Path::new("/a")), ".hidden");
        assert_eq!((stem("a.b.c"), stem("a")), ("a.b", "a"));
    }

    #[test]
    fn a_folder_is_no_file() {
        assert!(looked_at(Path::new("/")).is_err());
    }
}
