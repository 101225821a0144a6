//! Lists of an iCloud export ("Data & Privacy"): `Photo Details.csv`, `Photo Details-1.csv` … beside the photos, and
//! `../Albums/*.csv` with a name a line.
//!
//! `fileChecksum` is a signature of Apple's own and no digest of the file, so that it cannot prove a name; it tells two
//! photos of one name apart. A date is written as `Saturday December 4,2021 11:13 AM GMT`: no seconds.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::super::csv::rows;
use super::super::keys;
use super::{Lists, Row, text};
use crate::import::sources::text::name_text;
use crate::import::{Facts, Origin, SourceAlbum, When};

/// Whether a file is a list of photos by its name.
pub(super) fn is_details(name: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.starts_with(b"photo details") && lower.ends_with(b".csv")
}

/// Reads a list of photos; `false` when it has no column of names.
pub(super) fn read(text: &str, lists: &mut Lists) -> bool {
    let all = rows(text);
    let Some((head, rows)) = all.split_first() else { return false };
    let column = |name: &str| head.iter().position(|field| field.trim().eq_ignore_ascii_case(name));
    let Some(name) = column("imgName") else { return false };
    let [sum, favourite, hidden, deleted, date] =
        ["fileChecksum", "favorite", "hidden", "deleted", "originalCreationDate"].map(column);
    let mut sums: HashMap<&str, &str> = HashMap::new();
    for fields in rows {
        let field = |at: Option<usize>| at.and_then(|at| fields.get(at)).map_or("", |field| field.trim());
        let says = |at: Option<usize>| match field(at).to_ascii_lowercase().as_str() {
            "yes" | "true" | "1" => Some(true),
            "no" | "false" | "0" => Some(false),
            _ => None,
        };
        let name = field(Some(name));
        if name.is_empty() {
            continue;
        }
        let row = Row {
            facts: Facts { is_favourite: says(favourite), taken: when(field(date)), ..Facts::default() },
            is_hidden: says(hidden) == Some(true),
            is_deleted: says(deleted) == Some(true),
        };
        // Another photo of this name lies in another part.
        if *sums.entry(name).or_insert(field(sum)) == field(sum) {
            lists.add(name, row);
        } else {
            lists.rows.insert(super::key(name), None);
        }
    }
    true
}

/// Adds the albums of the lists in the folder `Albums` beside this one.
pub(super) fn albums_beside(folder: &Path, lists: &mut Lists) {
    let Some(albums) = folder.parent().map(|part| part.join("Albums")) else { return };
    let mut files: Vec<_> =
        fs::read_dir(albums).into_iter().flatten().flatten().map(|file| file.path()).collect();
    files.sort_unstable();
    for path in files {
        let is_csv = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
        let Some(stem) = path.file_stem().filter(|_| is_csv) else { continue };
        let Ok(text) = text(&path) else { continue };
        let title = name_text(stem.as_encoded_bytes());
        // An album goes on through the parts of an export, whose folders differ.
        let key = keys::titled("icloud", &title);
        let mut is_used = false;
        for row in rows(&text).iter().skip(1) {
            let known = row.first().map(|name| super::key(name)).and_then(|name| lists.rows.get_mut(&name));
            if let Some(Some(row)) = known {
                row.facts.albums.insert(key.clone());
                is_used = true;
            }
        }
        if is_used {
            lists.albums.push(SourceAlbum { key, title, description: String::new() });
        }
    }
}

/// `Saturday December 4,2021 11:13 AM GMT`.
fn when(text: &str) -> Option<When> {
    let text = text.replace(',', " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let [_, month, day, year, clock, half, "GMT" | "UTC"] = words[..] else { return None };
    let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let short = month.get(..3)?.to_ascii_lowercase();
    let month = i8::try_from(months.iter().position(|known| *known == short)? + 1).ok()?;
    let (hour, minute) = clock.split_once(':')?;
    let hour = hour.parse::<i8>().ok().filter(|hour| (1..=12).contains(hour))? % 12;
    let hour = if half.eq_ignore_ascii_case("PM") { hour + 12 } else { hour };
    let date = Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    let time = Time::new(hour, minute.parse().ok()?, 0, 0).ok()?;
    let instant: Timestamp = date.to_datetime(time).to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(When { instant, offset: None, origin: Origin::Index })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate\n\
        IMG_1.HEIC,AAA,yes,no,no,\"Saturday December 4,2021 11:13 AM GMT\",1,x\n\
        IMG_2.HEIC,BBB,no,yes,no,\"Friday May 6,2022 12:00 AM GMT\",1,x\n\
        IMG_3.HEIC,CCC,no,no,yes,,1,x\n\
        IMG_4.HEIC,DDD,yes,no,no,,1,x\nIMG_4.HEIC,EEE,no,no,no,,1,x\n";

    #[test]
    fn all_columns_count() {
        let mut lists = Lists::default();

        assert!(read(LIST, &mut lists) && !read("a,b\n1,2\n", &mut lists));

        let one = lists.row(b"img_1.heic").unwrap();
        assert_eq!(one.facts.is_favourite, Some(true));
        assert_eq!(one.facts.taken.as_ref().unwrap().instant.to_string(), "2021-12-04T11:13:00Z");
        let two = lists.row(b"IMG_2.HEIC").unwrap();
        assert!(
            two.is_hidden && two.facts.taken.as_ref().unwrap().instant.to_string() == "2022-05-06T00:00:00Z"
        );
        assert!(lists.row(b"IMG_3.HEIC").unwrap().is_deleted);
    }

    #[test]
    fn two_photos_of_one_name_are_not_told_apart_by_it() {
        let mut lists = Lists::default();

        read(LIST, &mut lists);

        assert_eq!(lists.row(b"IMG_4.HEIC"), None);
    }
}
