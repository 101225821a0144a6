//! Photos in folders of this machine.

pub(in crate::organize) mod file;
mod names;
mod walk;

pub(in crate::organize) use names::may_be_photo;

use std::collections::HashMap;
use std::path::PathBuf;

use photo_similarity::is_raw;

use crate::deeds::LocalPath;
use crate::error::SyncError;
use crate::organize::place::Place;
use crate::organize::record::MemberRecord;
use crate::organize::scan::{Desk, Detail, Found, How, Scan, digest8, format_of};
use crate::organize::sources::local::walk::{File, Walk, Walked};
use crate::state::PictureKey;

/// Files that are looked up in the state at once.
const PAGE: usize = 1000;

/// Lists all files of these folders that may be photos or videos.
pub(super) fn list(scan: &Scan<'_>, desk: &mut Desk<'_, '_>, folders: &[PathBuf]) -> Result<(), SyncError> {
    let mut page = Vec::with_capacity(PAGE);
    // Names of one file: whichever comes first in the order of paths, whatever the order of the folder.
    let mut linked: HashMap<(u64, u64), File> = HashMap::new();
    for walked in Walk::new(folders) {
        match walked {
            Walked::File(file) if file.links > 1 => {
                let known = linked.remove(&file.number());
                let (first, other) = match known {
                    Some(known) if known.path < file.path => (known, Some(file)),
                    Some(known) => (file, Some(known)),
                    None => (file, None),
                };
                if other.is_some() {
                    desk.same_file();
                }
                linked.insert(first.number(), first);
            }
            Walked::File(file) => page.push(found(scan, file)),
            Walked::Trouble(path, error) => {
                desk.unreadable(1, &format!("the folder `{}` cannot be read: {error}", path.display()));
            }
        }
        if page.len() == PAGE {
            desk.take(std::mem::take(&mut page))?;
        }
        if desk.is_stopped() {
            break;
        }
    }
    page.extend(linked.into_values().map(|file| found(scan, file)));
    while !page.is_empty() {
        let rest = page.split_off(page.len().min(PAGE));
        desk.take(std::mem::replace(&mut page, rest))?;
    }
    Ok(())
}

fn found(scan: &Scan<'_>, file: File) -> Found {
    let name = file.path.file_name().unwrap_or(file.path.as_os_str()).to_string_lossy().into_owned();
    let stem = file.path.with_extension("").to_string_lossy().to_lowercase();
    let family = digest8("file", &[stem.as_bytes()]);
    let modified = i64::try_from(file.facts.modified.div_euclid(1_000_000)).ok();
    let modified = modified.and_then(|modified| jiff::Timestamp::from_millisecond(modified).ok());
    let passes = scan.options.filters.since.is_none_or(|since| modified.is_some_and(|time| time >= since));
    let (is_raw, format) = (is_raw(&name), format_of(&name));
    let path = file.path.to_string_lossy().into_owned();
    let member = MemberRecord {
        place: Place::File(LocalPath::from(file.path)),
        is_own: true,
        account: String::new(),
        library: None,
        distance: None,
        set: 0,
        name,
        path,
        bytes: Some(file.facts.size),
        width: None,
        height: None,
        format,
        taken: None,
        camera: None,
        is_favourite: false,
        rating: None,
        description: None,
        position: None,
        people: Vec::new(),
        sha1: None,
        updated: modified,
        stamp: None,
        stack: None,
        is_archived: false,
        live_video: None,
    };
    let id = member.place.photo();
    let (key, stamp) = (PictureKey(id.0), file.facts.stamp());
    let detail = Detail { member, in_album: false, is_raw, tags: 0, shot: None, stamp: Some(stamp) };
    Found {
        id,
        detail,
        content: None,
        exposure: None,
        stack: None,
        family,
        key,
        stamp,
        passes,
        how: How::File,
    }
}
