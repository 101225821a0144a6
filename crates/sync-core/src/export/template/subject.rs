//! What the fields say of an asset.

use apple_photos::{AlbumKind, Asset, Flag, Kind, Library};
use jiff::Zoned;
use jiff::tz::TimeZone;

use super::dates::{DateForm, written};
use super::place::of_place;
use super::{Field, Makes};
use crate::export::names;

/// An asset that templates are about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its library.
    pub library: &'a Library,
    /// The asset.
    pub asset: &'a Asset,
    /// Whether a name for its edited version is wanted.
    pub is_edited_version: bool,
}

impl Subject<'_> {
    /// The values of a field, made safe for what they are a part of.
    pub(super) fn values(
        &self,
        field: &Field,
        separator: Option<&str>,
        default: &[String],
        makes: Makes,
    ) -> Vec<String> {
        match field {
            Field::Album => self.albums(&[AlbumKind::User, AlbumKind::Shared]),
            Field::Project => self.albums(&[AlbumKind::Project]),
            Field::AlbumProject => self.albums(&[AlbumKind::User, AlbumKind::Shared, AlbumKind::Project]),
            Field::FolderAlbum => self.paths(&[AlbumKind::User, AlbumKind::Shared], separator, makes),
            Field::FolderAlbumProject => {
                self.paths(&[AlbumKind::User, AlbumKind::Shared, AlbumKind::Project], separator, makes)
            }
            Field::Keyword => self.asset.keywords.iter().map(|keyword| names::part(keyword)).collect(),
            Field::Person => self.persons().iter().map(|person| names::part(person)).collect(),
            Field::Strip => default.iter().map(|value| value.trim().to_owned()).collect(),
            Field::Mark(mark) => vec![(*mark).to_owned()],
            single => self.single(single, default).map(|value| names::part(&value)).into_iter().collect(),
        }
    }

    fn single(&self, field: &Field, default: &[String]) -> Option<String> {
        let asset = self.asset;
        let word = |is_so: bool, word: &str| is_so.then(|| word.to_owned());
        match field {
            Field::Name => asset.main_file().and_then(|file| stem(&file.path.file_name()?.to_string_lossy())),
            Field::OriginalName => stem(&asset.original_name),
            Field::Title => asset.title.clone(),
            Field::Caption => asset.caption.clone(),
            Field::MediaType => Some(said_or(self.media_type(), default)),
            Field::PhotoOrVideo => Some(said_or(photo_or_video(asset.kind), default)),
            Field::Hdr => word(asset.flags.has(Flag::Hdr), "hdr"),
            Field::Edited => word(asset.flags.has(Flag::Edited), "edited"),
            Field::EditedVersion => word(self.is_edited_version, "edited_version"),
            Field::Favourite => word(asset.flags.has(Flag::Favourite), "favorite"),
            Field::Created(form) => dated(&taken(asset)?, *form, default),
            Field::Modified(form) => dated(&edited(asset).or_else(|| taken(asset))?, *form, default),
            Field::Place(field) => of_place(&asset.place.as_ref()?.read()?, *field),
            Field::ImporterName => asset.imported_by.as_ref()?.name.clone(),
            Field::ImporterId => asset.imported_by.as_ref()?.bundle.clone(),
            Field::Uuid => Some(asset.uuid.clone()),
            Field::Album
            | Field::FolderAlbum
            | Field::Project
            | Field::AlbumProject
            | Field::FolderAlbumProject
            | Field::Keyword
            | Field::Person
            | Field::Strip
            | Field::Mark(_) => None,
        }
    }

    fn media_type(&self) -> &'static str {
        let flags = self.asset.flags;
        let kinds = [
            (flags.has(Flag::Selfie), "selfie"),
            (flags.has(Flag::TimeLapse), "time_lapse"),
            (flags.has(Flag::Panorama), "panorama"),
            (flags.has(Flag::SlowMotion), "slow_mo"),
            (flags.has(Flag::Screenshot), "screenshot"),
            (flags.has(Flag::ScreenRecording), "screen_recording"),
            (flags.has(Flag::Portrait), "portrait"),
            (flags.has(Flag::LivePhoto), "live_photo"),
            (self.asset.burst.is_some(), "burst"),
        ];
        let found = kinds.into_iter().find(|(is_so, _)| *is_so).map(|(_, word)| word);
        found.unwrap_or_else(|| photo_or_video(self.asset.kind))
    }

    fn albums(&self, kinds: &[AlbumKind]) -> Vec<String> {
        let albums = self.asset.albums.iter().map(|id| self.library.album(*id));
        let of_kind = albums.filter(|album| kinds.contains(&album.kind));
        sorted(of_kind.map(|album| names::part(&album.title)).collect())
    }

    /// Titles of folders and of the album. In a folder's path each is made safe by itself.
    fn paths(&self, kinds: &[AlbumKind], separator: Option<&str>, makes: Makes) -> Vec<String> {
        let separator = separator.unwrap_or(match makes {
            Makes::Folder => "/",
            Makes::Name => ":",
        });
        let albums = self.asset.albums.iter().map(|id| self.library.album(*id));
        let path = |album: &apple_photos::Album| {
            let titles = album.folders.iter().map(|folder| &folder.title).chain([&album.title]);
            titles.map(|title| names::part(title)).collect::<Vec<_>>().join(separator)
        };
        sorted(albums.filter(|album| kinds.contains(&album.kind)).map(path).collect())
    }

    fn persons(&self) -> Vec<String> {
        let named = self.asset.faces.iter().filter_map(|face| self.library.person(face.person?).name.clone());
        let mut names = sorted(named.collect());
        names.dedup();
        names
    }
}

fn sorted(mut values: Vec<String>) -> Vec<String> {
    values.sort();
    values
}

fn photo_or_video(kind: Kind) -> &'static str {
    match kind {
        Kind::Photo => "photo",
        Kind::Video => "video",
    }
}

/// The user's own word for a kind, out of `photo=Bild;video=Film`.
fn said_or(word: &str, default: &[String]) -> String {
    let pairs = default.first().map_or("", String::as_str).split(';');
    let said = pairs.filter_map(|pair| pair.split_once('=')).rfind(|(key, _)| key.trim() == word);
    said.map_or_else(|| word.to_owned(), |(_, value)| value.trim().to_owned())
}

/// The name without its ending.
fn stem(name: &str) -> Option<String> {
    Some(names::divided(name).0.to_owned()).filter(|stem| !stem.is_empty())
}

/// When an asset was taken, on the clock of the place. UTC where nothing is known of the zone.
pub(crate) fn taken(asset: &Asset) -> Option<Zoned> {
    let (taken, offset) = asset.dates.best()?;
    let offset = offset.unwrap_or(jiff::tz::Offset::UTC);
    Some(taken.to_zoned(TimeZone::fixed(offset)))
}

fn edited(asset: &Asset) -> Option<Zoned> {
    let offset = asset.dates.zone.offset().unwrap_or(jiff::tz::Offset::UTC);
    Some(asset.edit.as_ref()?.at?.to_zoned(TimeZone::fixed(offset)))
}

fn dated(date: &Zoned, form: DateForm, default: &[String]) -> Option<String> {
    match form {
        DateForm::As(form) => written(date, form),
        DateForm::Said => written(date, default.first()?),
    }
}
