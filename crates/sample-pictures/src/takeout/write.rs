//! The files of an export, and into which part each goes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::name;
use super::plan::{Oddity, Plan, Shot};
use super::{Takeout, TakeoutPhoto, json};
use crate::PictureError;
use crate::archives::{Sizes, TarName, Tgz, Zip};

/// The parts that are being filled.
struct Parts {
    first: Zip,
    second: Zip,
    third: Tgz,
    folder: PathBuf,
    files: usize,
}

/// Writes an export.
pub(super) fn export(folder: &Path, plan: &Plan) -> Result<Takeout, PictureError> {
    let mut parts = Parts {
        first: Zip::new(),
        second: Zip::new(),
        third: Tgz::new(),
        folder: folder.join("Takeout"),
        files: 0,
    };
    let mut photos = Vec::new();
    for shot in &plan.shots {
        photos.extend(one(shot, plan, &mut parts)?);
    }
    for (number, (title, metadata)) in plan.albums.iter().enumerate() {
        let path = format!("{}/{}/{metadata}", plan.language.product, name::sanitised(title));
        parts.put(number, &path, json::album(title).as_bytes())?;
    }
    let comments = format!("{}/shared_album_comments.json", plan.language.product);
    parts.put(1, &comments, br#"{"comments":[]}"#)?;
    parts.put(2, "archive_browser.html", b"<html></html>")?;
    let orphans = plan.shots.iter().filter(|shot| shot.oddity == Oddity::Orphan).count();
    Ok(Takeout {
        files: parts.files,
        parts: parts.write(folder)?,
        photos,
        albums: plan.albums.iter().map(|(title, _)| title.clone()).collect(),
        orphans,
    })
}

/// Writes a photo with all its copies and what belongs to it, and says what is expected of it.
fn one(shot: &Shot, plan: &Plan, parts: &mut Parts) -> Result<Vec<TakeoutPhoto>, PictureError> {
    let language = plan.language;
    let home = match shot.oddity {
        Oddity::Trashed => language.trash.to_owned(),
        _ => format!("{} {}", language.year, shot.year),
    };
    let folders = std::iter::once((home, shot.number))
        .chain(shot.albums.iter().map(|album| (name::sanitised(&plan.albums[*album].0), 0)))
        .collect::<Vec<_>>();
    let bytes = shot.picture().try_build()?;
    let edited = (shot.oddity == Oddity::Edited).then(|| shot.edited_picture().try_build()).transpose()?;
    let motion =
        shot.motion_name().map(|name| shot.motion().try_build().map(|bytes| (name, bytes))).transpose()?;
    for (copy, (folder, number)) in folders.iter().enumerate() {
        let at = |name: &str| format!("{}/{folder}/{name}", language.product);
        // Copies and JSON files are spread over the parts, as they come.
        let part = shot.index + copy;
        if shot.oddity != Oddity::Orphan {
            parts.put(part, &at(&name::media(&shot.title, "", *number)), &bytes)?;
        }
        if shot.oddity != Oddity::NoJson {
            let name = name::json(&shot.title, *number, shot.has_old_json);
            parts.put(part + shot.index % 2, &at(&name), json::photo(shot).as_bytes())?;
        }
        if let Some(edited) = &edited {
            parts.put(part + 1, &at(&name::media(&shot.title, shot.edited, 0)), edited)?;
        }
        if let Some((name, bytes)) = &motion {
            parts.put(part + 2, &at(name), bytes)?;
        }
    }
    if shot.oddity == Oddity::Orphan {
        return Ok(Vec::new());
    }
    let path = format!("{}/{}/{}", language.product, folders[0].0, name::media(&shot.title, "", shot.number));
    let mut photo = expected(shot, plan, path, &bytes);
    let mut photos = Vec::new();
    if let Some(edited) = edited {
        let clean = name::sanitised(&shot.title);
        let (stem, extension) = name::parts(&clean);
        photos.push(TakeoutPhoto {
            name: format!("{stem}{}{extension}", shot.edited),
            sum: crc32fast::hash(&edited),
            is_edited: true,
            ..photo.clone()
        });
    }
    photo.motion_sum = motion.map(|(_, bytes)| crc32fast::hash(&bytes));
    photos.push(photo);
    Ok(photos)
}

fn expected(shot: &Shot, plan: &Plan, path: String, bytes: &[u8]) -> TakeoutPhoto {
    let has_json = shot.oddity != Oddity::NoJson;
    let said = |is: Oddity| shot.oddity == is;
    TakeoutPhoto {
        name: name::sanitised(&shot.title),
        path,
        sum: crc32fast::hash(bytes),
        motion_sum: None,
        taken: has_json.then_some(shot.taken),
        offset: shot.position.filter(|_| has_json).map(|_| shot.offset),
        position: shot.position.filter(|_| has_json),
        description: if has_json { shot.description.clone() } else { String::new() },
        is_favourite: said(Oddity::Favourite),
        is_archived: said(Oddity::Archived),
        is_trashed: said(Oddity::Trashed),
        is_from_partner: said(Oddity::Partner),
        is_locked: said(Oddity::Locked),
        people: shot.people.iter().filter(|_| has_json).map(|name| (*name).to_owned()).collect(),
        albums: shot.albums.iter().map(|album| plan.albums[*album].0.clone()).collect::<BTreeSet<_>>(),
        is_edited: false,
        has_json,
    }
}

impl Parts {
    /// Puts a file into the part of this number, counted around.
    fn put(&mut self, part: usize, path: &str, content: &[u8]) -> Result<(), PictureError> {
        self.files += 1;
        let inner = format!("Takeout/{path}");
        let is_photo = !path.ends_with("json");
        match part % 4 {
            0 if is_photo => self.first.store(inner, content, Sizes::InFront),
            0 => self.first.deflate(inner, content, Sizes::InFront),
            1 if is_photo => self.second.store(inner, content, Sizes::Behind),
            1 => self.second.deflate(inner, content, Sizes::Behind),
            2 => {
                let name = if self.files.is_multiple_of(2) { TarName::Gnu } else { TarName::Posix };
                self.third.add(inner, content, name);
            }
            _ => write(&self.folder.join(path), content)?,
        }
        Ok(())
    }

    /// Writes the archives, and names the parts in an order that means nothing.
    fn write(self, folder: &Path) -> Result<Vec<PathBuf>, PictureError> {
        let archives = [
            ("002.zip", self.second.build()),
            ("003.tgz", self.third.build()),
            ("001.zip", self.first.build()),
        ];
        let mut paths = vec![self.folder];
        for (name, bytes) in archives {
            let path = folder.join(format!("takeout-20240131T120000Z-{name}"));
            write(&path, &bytes)?;
            paths.push(path);
        }
        Ok(paths)
    }
}

fn write(path: &Path, content: &[u8]) -> Result<(), PictureError> {
    let result = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, content));
    result.map_err(|source| PictureError::Write { path: path.to_owned(), source })
}
