//! The fields: what they are called, and why some that osxphotos has are not here.

use super::dates::{DateForm, date_form};
use super::place::{PlaceField, place_field};

/// A field of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    OriginalName,
    Title,
    Caption,
    MediaType,
    PhotoOrVideo,
    Hdr,
    Edited,
    EditedVersion,
    Favourite,
    Created(DateForm),
    Modified(DateForm),
    Place(PlaceField),
    ImporterName,
    ImporterId,
    Uuid,
    Mark(&'static str),
    Album,
    FolderAlbum,
    Project,
    AlbumProject,
    FolderAlbumProject,
    Keyword,
    Person,
    Strip,
}

/// Why a name is no field.
pub(super) enum NoField {
    Unknown,
    NotOffered(&'static str),
}

const CHANGES: &str = "it would give other names in each run";
const RUNS: &str = "templates run no programs here";
const NOT_READ: &str = "this reader of Apple Photos does not have it";
const NO_DATABASE_NUMBERS: &str = "numbers of rows change when Photos repairs a library; use {uuid}";
const NO_PLACE: &str =
    "a number in an album changes with the album, and every file behind it would be renamed";

impl Field {
    /// The field of this name.
    pub(super) fn of(name: &str) -> Result<Self, NoField> {
        if let Some(form) = form_of(name, "created") {
            return date_form(form).map(Self::Created).ok_or(NoField::Unknown);
        }
        if let Some(form) = form_of(name, "modified") {
            return date_form(form).map(Self::Modified).ok_or(NoField::Unknown);
        }
        if let Some(part) = name.strip_prefix("place.") {
            return place_field(part).map(Self::Place).ok_or(NoField::Unknown);
        }
        Ok(match name {
            "name" => Self::Name,
            "original_name" => Self::OriginalName,
            "title" => Self::Title,
            "descr" | "caption" => Self::Caption,
            "media_type" => Self::MediaType,
            "photo_or_video" => Self::PhotoOrVideo,
            "hdr" => Self::Hdr,
            "edited" => Self::Edited,
            "edited_version" => Self::EditedVersion,
            "favorite" => Self::Favourite,
            "imported_by.name" => Self::ImporterName,
            "imported_by.id" => Self::ImporterId,
            "uuid" => Self::Uuid,
            "album" => Self::Album,
            "folder_album" => Self::FolderAlbum,
            "project" => Self::Project,
            "album_project" => Self::AlbumProject,
            "folder_album_project" => Self::FolderAlbumProject,
            "keyword" => Self::Keyword,
            "person" => Self::Person,
            "strip" => Self::Strip,
            other => return mark(other).map(Self::Mark).ok_or_else(|| not_here(other)),
        })
    }
}

/// What stands behind the name and its dot; empty for the name alone.
fn form_of<'n>(name: &'n str, of: &str) -> Option<&'n str> {
    let rest = name.strip_prefix(of)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix('.') }
}

/// Marks that mean something in a template.
fn mark(name: &str) -> Option<&'static str> {
    Some(match name {
        "comma" => ",",
        "semicolon" => ";",
        "questionmark" => "?",
        "pipe" => "|",
        "percent" => "%",
        "ampersand" => "&",
        "openbrace" => "{",
        "closebrace" => "}",
        "openparens" => "(",
        "closeparens" => ")",
        "openbracket" => "[",
        "closebracket" => "]",
        _ => return None,
    })
}

fn not_here(name: &str) -> NoField {
    let first = name.split('.').next().unwrap_or(name);
    NoField::NotOffered(match first {
        "counter" | "today" | "osxphotos_cmd_line" | "osxphotos_version" => CHANGES,
        "function" | "exiftool" | "shell_quote" | "format" | "var" => RUNS,
        "id" | "shortuuid" => NO_DATABASE_NUMBERS,
        "album_seq" | "folder_album_seq" => NO_PLACE,
        "label" | "label_normalized" | "searchinfo" | "exif" | "moment" | "comment" | "detected_text"
        | "photo" | "burst" | "export_dir" | "filepath" => NOT_READ,
        "newline" | "lf" | "cr" | "crlf" | "tab" => "names of files hold no line breaks",
        _ => return NoField::Unknown,
    })
}
