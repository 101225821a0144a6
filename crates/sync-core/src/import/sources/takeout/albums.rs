//! Which folders of an export are albums.
//!
//! A folder is an album when a JSON in it says so. Old exports say so of the folders of the years and days, too, which
//! are none; they are known by their title and by the dates of all their photos.

use std::collections::BTreeMap;

use super::catalogue::Catalogue;
use super::options::TakeoutOptions;
use crate::import::{AlbumKey, SourceAlbum};

/// What Google calls the folders of the years, in front of the year or behind it.
const YEARS: [&str; 16] = [
    "photos from",
    "fotos von",
    "fotos aus",
    "photos de",
    "photos datant de",
    "fotos de",
    "fotos del",
    "foto da",
    "foto del",
    "foto's uit",
    "foton från",
    "foton fra\u{30a}n",
    "bilder fra",
    "billeder fra",
    "zdjęcia z",
    "фото за",
];
const DAY: i64 = 86_400;

/// An album of the export.
#[derive(Debug, Clone)]
pub(super) struct Album {
    pub(super) source: SourceAlbum,
    /// The folder that it is.
    pub(super) group: u32,
}

/// The albums in the order of their folders, and the JSON of each folder that has one.
pub(super) fn find(catalogue: &Catalogue, options: &TakeoutOptions) -> Vec<Album> {
    let mut chosen: BTreeMap<u32, usize> = BTreeMap::new();
    for (at, row) in catalogue.albums.iter().enumerate() {
        let entry = chosen.entry(catalogue.group_of(row.folder)).or_insert(at);
        let rank = |at: usize| {
            (catalogue.albums[at].note.title.is_empty(), catalogue.name(catalogue.albums[at].name))
        };
        if rank(at) < rank(*entry) {
            *entry = at;
        }
    }
    let years = years_of(catalogue);
    let mut named = Vec::new();
    for (group, at) in chosen {
        let note = &catalogue.albums[at].note;
        let title = match &note.title[..] {
            "" if options.untitled => folder_name(catalogue, group),
            "" => continue,
            title if is_calendar(title, years.get(&group)) => continue,
            title => title.to_owned(),
        };
        named.push((
            catalogue.groups[group as usize].export,
            title,
            note.date,
            group,
            note.description.clone(),
        ));
    }
    // Albums of one title are told apart by their dates: the numbers of their folders change from export to export.
    named.sort_by(|one, other| {
        let key = |album: &(u32, String, Option<i64>, u32, String)| (album.0, album.1.clone(), album.2);
        let folder =
            |album: &(u32, String, Option<i64>, u32, String)| &catalogue.groups[album.3 as usize].key;
        key(one).cmp(&key(other)).then_with(|| folder(one).cmp(folder(other)))
    });
    let mut albums: Vec<Album> = Vec::with_capacity(named.len());
    let mut before: Option<(u32, String, u32)> = None;
    for (export, title, _, group, description) in named {
        let number = match &before {
            Some((same_export, same, number)) if *same_export == export && *same == title => number + 1,
            _ => 0,
        };
        let key = if number == 0 { title.clone() } else { format!("{title}\n{number}") };
        before = Some((export, title.clone(), number));
        albums.push(Album { source: SourceAlbum { key: AlbumKey(key), title, description }, group });
    }
    albums.sort_by_key(|album| album.group);
    albums
}

fn folder_name(catalogue: &Catalogue, group: u32) -> String {
    let key = String::from_utf8_lossy(&catalogue.groups[group as usize].key).into_owned();
    key.rsplit('/').next().unwrap_or_default().to_owned()
}

/// First and last moment of the photos of each folder.
fn years_of(catalogue: &Catalogue) -> BTreeMap<u32, (i64, i64)> {
    let mut years: BTreeMap<u32, (i64, i64)> = BTreeMap::new();
    for json in &catalogue.jsons {
        if let Some(taken) = json.taken {
            let span = years.entry(catalogue.group_of(json.folder)).or_insert((taken, taken));
            *span = (span.0.min(taken), span.1.max(taken));
        }
    }
    years
}

/// Whether a title is that of a year or a day, and all photos are of it.
fn is_calendar(title: &str, span: Option<&(i64, i64)>) -> bool {
    let Some((first, last)) = span else { return false };
    let title = title.to_lowercase();
    let is_within = |year: i16, month: i8, day: i8, days: i64| {
        let start = jiff::civil::Date::new(year, month, day)
            .and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC))
            .map(|start| start.timestamp().as_second());
        start.is_ok_and(|start| *first >= start - DAY && *last < start + (days + 1) * DAY)
    };
    if let Ok(date) = title.split(' ').next().unwrap_or_default().parse::<jiff::civil::Date>() {
        return is_within(date.year(), date.month(), date.day(), 1);
    }
    let Some((front, year)) = title.rsplit_once(' ') else { return false };
    match year.parse::<i16>() {
        Ok(year) if (1_800..=2_200).contains(&year) => YEARS.contains(&front) && is_within(year, 1, 1, 366),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_no_album_and_an_album_of_a_year_is_one() {
        let in_2019 = (1_546_300_800, 1_577_836_000);
        assert!(is_calendar("Photos from 2019", Some(&in_2019)));
        assert!(is_calendar("Fotos von 2019", Some(&in_2019)));
        assert!(!is_calendar("Photos from 2018", Some(&in_2019)), "its photos are of another year");
        assert!(!is_calendar("Summer 2019", Some(&in_2019)));
        assert!(is_calendar("2019-06-20 #2", Some(&(1_561_000_000, 1_561_000_000))));
        assert!(!is_calendar("2019-06-20", Some(&in_2019)));
    }
}
