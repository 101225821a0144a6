//! The files of the benchmark: made of real ones, as large as those of cameras.
//!
//! A small JPEG of the corpus keeps its header with all that its camera wrote, and gets its image data again and again
//! until it has the size. No writer decodes them.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use photo_metadata::structure::{Container, examine};
use photo_metadata::{Allowances, refuse};

/// Files of one kind.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    pub(crate) files: Vec<PathBuf>,
}

/// The sizes of the JPEGs, in bytes.
const SIZES: [usize; 5] = [2_000_000, 2_500_000, 3_000_000, 3_500_000, 4_000_000];

/// All sets. A file that would be refused is in none.
pub(crate) fn sets(corpus: &Path, folder: &Path, jpegs: usize, copies: usize) -> anyhow::Result<Vec<Set>> {
    let of = |name: &'static str, kinds: &[Container], source: &str| {
        let files = sound(&corpus.join(source), kinds)?;
        let files = copied(&files, &folder.join(name.replace('/', "-")), copies)?;
        Ok::<_, anyhow::Error>(Set { name, files })
    };
    Ok(vec![
        Set { name: "JPEG", files: large_jpegs(corpus, &folder.join("JPEG"), jpegs)? },
        of("HEIC/AVIF", &[Container::Heic, Container::Avif], "heif")?,
        of("PNG", &[Container::Png], "png")?,
        of("WebP", &[Container::WebP], "webp")?,
        of("MP4/MOV", &[Container::Mp4, Container::Mov], "video")?,
        of("XMP", &[Container::Xmp], "xmp")?,
    ])
}

fn sound(folder: &Path, kinds: &[Container]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = folder.read_dir()?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.retain(|file| {
        examine(file).is_ok_and(|structure| {
            kinds.contains(&structure.container)
                && (structure.container == Container::Xmp
                    || refuse(file, &structure, Allowances::default()).is_none())
        })
    });
    Ok(files)
}

fn copied(files: &[PathBuf], folder: &Path, copies: usize) -> anyhow::Result<Vec<PathBuf>> {
    let mut made = Vec::new();
    for number in 0..copies {
        let folder = folder.join(number.to_string());
        std::fs::create_dir_all(&folder)?;
        for file in files {
            let copy = folder.join(file.file_name().unwrap_or_default());
            std::fs::write(&copy, std::fs::read(file)?)?;
            made.push(copy);
        }
    }
    Ok(made)
}

fn large_jpegs(corpus: &Path, folder: &Path, count: usize) -> anyhow::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder)?;
    let mut sources = Vec::new();
    for file in sound(&corpus.join("jpg"), &[Container::Jpeg])? {
        let bytes = std::fs::read(file)?;
        sources.extend(scan(&bytes).map(|scan| (bytes, scan)));
    }
    (0..count)
        .map(|number| {
            let file = folder.join(format!("{number:04}.jpg"));
            let (bytes, scan) = &sources[number % sources.len()];
            std::fs::write(&file, enlarged(bytes, *scan, SIZES[number % SIZES.len()]))?;
            Ok(file)
        })
        .collect()
}

/// Where the entropy-coded data of the first scan start and end. `None` for a file with a second picture or a trailer,
/// which would be torn apart.
fn scan(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut at = 2;
    while bytes.get(at) == Some(&0xff) && bytes.get(at + 1) != Some(&0xda) {
        at += 2 + usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
    }
    let start = at + 2 + usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
    let end = bytes.len() - 2;
    let is_plain = bytes.ends_with(&[0xff, 0xd9])
        && bytes
            .get(start..end)?
            .windows(2)
            .all(|pair| pair[0] != 0xff || pair[1] == 0 || pair[1] & 0xf8 == 0xd0);
    is_plain.then_some((start, end))
}

fn enlarged(bytes: &[u8], (start, end): (usize, usize), size: usize) -> Vec<u8> {
    let mut large = bytes[..start].to_vec();
    while large.len() < size {
        large.extend_from_slice(&bytes[start..end]);
    }
    large.extend_from_slice(&[0xff, 0xd9]);
    large
}

/// A movie with so many megabytes of further media data behind its own.
pub(crate) fn movie(corpus: &Path, folder: &Path, megabytes: u32) -> anyhow::Result<PathBuf> {
    let file = folder.join("large.mov");
    let mut movie = std::fs::read(corpus.join("video/sample_640x360.mov"))?;
    movie.extend_from_slice(&(megabytes * 1_000_000 + 8).to_be_bytes());
    movie.extend_from_slice(b"mdat");
    let mut out = File::create(&file)?;
    out.write_all(&movie)?;
    // Not sparse: a disk has to hold all of it.
    let piece: Vec<u8> = (0..=250_u8).cycle().take(1_000_000).collect();
    for _ in 0..megabytes {
        out.write_all(&piece)?;
    }
    out.sync_all()?;
    Ok(file)
}
