//! Puts files where Photos has them.

use std::fs;
use std::path::{Path, PathBuf};

use super::contents::Contents;
use super::photo::uuid;
use super::{AppleFile, AppleGeneration, AppleLibrary, ApplePhoto, Whereabouts};
use crate::PictureError;

/// The number of the account in the paths of shared albums.
const ACCOUNT: &str = "17058154511";

/// Writes the files of all photos.
pub(super) fn write(library: &AppleLibrary, package: &Path) -> Result<(), PictureError> {
    let mut contents = Contents::default();
    for photo in &library.photos {
        for (path, file) in files(library, photo) {
            let path = package.join(path);
            place(&mut contents, &path, file)?;
        }
    }
    Ok(())
}

fn place(contents: &mut Contents, path: &Path, file: &AppleFile) -> Result<(), PictureError> {
    let failed = |source| PictureError::Write { path: path.to_path_buf(), source };
    if file.whereabouts != Whereabouts::Here {
        return match fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        };
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let extension = path.extension().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let bytes = match &file.bytes {
        Some(bytes) => bytes.clone(),
        None if path.exists() => return Ok(()),
        None => contents.of(&extension, &name)?,
    };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    fs::write(path, bytes).map_err(failed)
}

/// ZDIRECTORY and ZFILENAME.
pub(super) fn stored_path(library: &AppleLibrary, photo: &ApplePhoto) -> (String, String) {
    let uuid = uuid("photo", &photo.key);
    if let Some(path) = &photo.referenced {
        let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
        return (text(path.parent().map(Path::as_os_str)), text(path.file_name()));
    }
    if let Some(album) = photo.shared_in {
        let extension = photo.extension().to_uppercase();
        return (format!("{ACCOUNT}/{}", library.album_uuid(album)), format!("{uuid}.{extension}"));
    }
    (uuid[..1].to_owned(), format!("{uuid}.{}", photo.stored_extension()))
}

/// All files of a photo, by their paths in the package or absolute ones.
fn files<'l>(library: &AppleLibrary, photo: &'l ApplePhoto) -> Vec<(PathBuf, &'l AppleFile)> {
    let uuid = uuid("photo", &photo.key);
    let (directory, filename) = stored_path(library, photo);
    if photo.shared_in.is_some() {
        let folder = Path::new(library.generation.names().shared_folder).join(directory);
        let name = if photo.is_video() { format!("{uuid}.medium.MP4") } else { filename };
        return vec![(folder.join(name), &photo.original)];
    }
    let base = match photo {
        ApplePhoto { referenced: Some(_), .. } => "",
        ApplePhoto { is_syndicated: true, .. } => "scopes/syndication/originals",
        _ => "originals",
    };
    // A referenced file has an absolute directory, which replaces what stands before it.
    let originals = Path::new(base).join(directory);
    let renders = Path::new("resources/renders").join(&uuid[..1]);
    let (render, render_extension) = match photo.extension().as_str() {
        _ if photo.is_video() => ("2_0", "mov"),
        // The first of the three made a JPEG of everything.
        "heic" if library.generation != AppleGeneration::MacOs10_15 => ("1_201", "heic"),
        _ => ("1_201", "jpeg"),
    };
    let mut files = vec![(originals.join(filename), &photo.original)];
    let parts = [
        (&photo.live, originals.join(format!("{uuid}_3.mov"))),
        (&photo.raw, originals.join(format!("{uuid}_4.{}", photo.raw_extension))),
        (&photo.render, renders.join(format!("{uuid}_{render}_a.{render_extension}"))),
        (&photo.live_render, renders.join(format!("{uuid}_2_100_a.mov"))),
    ];
    files.extend(parts.into_iter().filter_map(|(file, path)| Some((path, file.as_ref()?))));
    if photo.edited.is_some() {
        const ADJUSTMENTS: &AppleFile = &AppleFile { bytes: None, whereabouts: Whereabouts::Here };
        files.push((renders.join(format!("{uuid}.plist")), ADJUSTMENTS));
    }
    files
}
