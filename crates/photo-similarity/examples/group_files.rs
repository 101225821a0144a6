//! Groups all pictures below some folders: what `score_similarity.py` and the benchmarks judge.
//!
//! ```text
//! cargo run --release -p photo-similarity --example group_files -- [--threshold N | --limit BITS] [--rotations] [--trim]
//!     [--groups GROUPS.json] [--skipped SKIPPED.json] FOLDER...
//! ```
//!
//! A threshold of N is a limit of 8 × N of 256 bits; what is beyond 40 bits is never called a duplicate. Nothing but
//! bytes, looks and sizes is known of the files: no camera and no time.
#![expect(clippy::print_stderr, reason = "a tool for a terminal")]

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use photo_similarity::{
    Edge, Forms, FrameName, Group, Hash, HashKind, Limits, Looks, Photo, PhotoId, Rules, Search, Signature,
    SimilarityError, Which, decode, groups,
};

/// Beyond this a pair looks alike and is no duplicate.
const DUPLICATE: u32 = 40;

/// What the command line asks for.
#[derive(Default)]
struct Wanted {
    limit: Option<u32>,
    rotations: bool,
    trim: bool,
    groups: Option<PathBuf>,
    skipped: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

/// A picture that can be compared, or one that was left out.
struct Looked {
    path: String,
    photo: Photo,
    look: Result<Signature, SimilarityError>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wanted = Wanted::read(std::env::args().skip(1))?;
    let mut files = Vec::new();
    for folder in &wanted.folders {
        list(folder, &mut files)?;
    }
    let start = Instant::now();
    let mut pictures = files.iter().map(|file| look(file)).collect::<Result<Vec<Looked>, _>>()?;
    pictures.sort_by_key(|picture| picture.photo.id);
    let looked = start.elapsed();
    let limit = wanted.limit.unwrap_or(DUPLICATE);
    let rules = Rules { duplicate: limit.min(DUPLICATE), similar: limit, bursts: None };
    let photos: Vec<Photo> = pictures.iter().map(|picture| picture.photo).collect();
    let edges = pairs(&pictures, &wanted, limit);
    let hashes: Vec<Option<Hash>> =
        pictures.iter().map(|picture| compared(picture).map(|look| look.hash)).collect();
    let start = Instant::now();
    let found = groups(&photos, &hashes, &edges, &rules);
    eprintln!(
        "{} files in {looked:.1?}, {} pairs, {} groups in {:.1?}",
        files.len(),
        edges.len(),
        found.len(),
        start.elapsed()
    );
    let skipped: Vec<&str> = pictures
        .iter()
        .filter(|picture| picture.look.is_err())
        .map(|picture| picture.path.as_str())
        .collect();
    for picture in &pictures {
        match &picture.look {
            Ok(look) if look.is_plain() => {
                eprintln!("{}: too plain to be judged ({})", picture.path, look.quality);
            }
            Ok(_) => {}
            Err(error) => eprintln!("{}: {error}", picture.path),
        }
    }
    if let Some(path) = &wanted.groups {
        std::fs::write(path, listing(&found, &pictures)?)?;
    }
    if let Some(path) = &wanted.skipped {
        std::fs::write(path, format!("{skipped:?}\n"))?;
    }
    Ok(())
}

impl Wanted {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Box<dyn std::error::Error>> {
        let mut wanted = Self::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} wants a value"));
            match argument.as_str() {
                "--threshold" => wanted.limit = Some(value()?.parse::<u32>()? * 8),
                "--limit" => wanted.limit = Some(value()?.parse()?),
                "--rotations" => wanted.rotations = true,
                "--trim" => wanted.trim = true,
                "--groups" => wanted.groups = Some(value()?.into()),
                "--skipped" => wanted.skipped = Some(value()?.into()),
                _ => wanted.folders.push(argument.into()),
            }
        }
        Ok(wanted)
    }
}

/// All files below a folder.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            list(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn look(file: &Path) -> std::io::Result<Looked> {
    let path = file.to_string_lossy().into_owned();
    let bytes = std::fs::read(file)?;
    let (mut id, mut content) = ([0; 16], [0; 20]);
    blake3::Hasher::new().update(path.as_bytes()).finalize_xof().fill(&mut id);
    blake3::Hasher::new().update(&bytes).finalize_xof().fill(&mut content);
    let decoded = decode(&bytes, 256, &Limits::default());
    let size = decoded.as_ref().ok().map(|decoded| (decoded.width, decoded.height));
    let name = FrameName::of(&path);
    let photo = Photo { content: Some(content), name, size, ..Photo::new(PhotoId(id)) };
    Ok(Looked { path, photo, look: decoded.map(|decoded| Signature::of(HashKind::P256, &decoded.luma)) })
}

/// The looks of a picture, unless it is too plain.
fn compared(picture: &Looked) -> Option<&Signature> {
    picture.look.as_ref().ok().filter(|look| !look.is_plain())
}

/// All pairs within the limit, each with the least distance of all forms that are compared.
fn pairs(pictures: &[Looked], wanted: &Wanted, limit: u32) -> Vec<Edge> {
    let mut looks = Looks::new(Forms { rotations: wanted.rotations, trims: wanted.trim });
    for picture in pictures {
        looks.push(picture.look.as_ref().ok());
    }
    let search = Search { limit, threads: NonZeroUsize::MIN, nearest: pictures.len() };
    search.pairs(&looks, Which::All, &|_, _| true).unwrap_or_default()
}

/// The groups as JSON.
fn listing(groups: &[Group], pictures: &[Looked]) -> Result<String, std::fmt::Error> {
    let mut text = "[".to_owned();
    for (number, group) in groups.iter().enumerate() {
        let comma = if number > 0 { "," } else { "" };
        let files: Vec<&str> =
            group.members.iter().map(|member| pictures[member.photo as usize].path.as_str()).collect();
        let distances: Vec<Option<u16>> = group.members.iter().map(|member| member.distance).collect();
        let bits: Vec<String> = distances
            .iter()
            .map(|bits| bits.map_or_else(|| "null".to_owned(), |bits| bits.to_string()))
            .collect();
        write!(
            text,
            "{comma}\n{{\"id\": \"{}\", \"class\": \"{}\", \"files\": {files:?}, \"distances\": [{}]}}",
            group.id,
            group.class,
            bits.join(", ")
        )?;
    }
    text.push_str("\n]\n");
    Ok(text)
}
