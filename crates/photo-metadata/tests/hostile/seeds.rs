//! What the mutations start from: small files made on the spot, and the collected ones where they are.

use std::path::{Path, PathBuf};

use photo_metadata::Container;
use photo_metadata::fuzzing::{Codec, blocks};
use photo_metadata::structure::sniff;
use sample_pictures::{Exif, Gps, Iptc, Kind, Picture, Video, Xmp};

/// Larger files take long to copy, and have nothing in their headers that others lack.
const LONGEST: u64 = 1 << 20;

/// The files of some kinds.
pub(crate) fn files(containers: &[Container]) -> Vec<Vec<u8>> {
    all()
        .into_iter()
        .filter(|(container, _)| containers.contains(container))
        .map(|(_, bytes)| bytes)
        .collect()
}

/// The blocks of one kind in all files.
pub(crate) fn blocks_of(codec: Codec) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = all()
        .into_iter()
        .flat_map(|(container, bytes)| blocks(&bytes, container))
        .filter(|(of, _)| *of == codec)
        .map(|(_, bytes)| bytes)
        .collect();
    found.sort();
    found.dedup();
    found
}

fn all() -> Vec<(Container, Vec<u8>)> {
    let collected = collection().into_iter().filter_map(|path| std::fs::read(path).ok());
    let known = |bytes: Vec<u8>| Some((sniff(&bytes[..bytes.len().min(4096)])?, bytes));
    samples().into_iter().chain(collected).filter_map(known).collect()
}

fn samples() -> Vec<Vec<u8>> {
    let exif = Exif::new().taken("2024:07:01 12:00:00").offset("+02:00").gps(Gps::new(52.52, 13.405));
    let xmp = Xmp::new().subject("Lake").rating(4).face("Zoë", 0.5, 0.5, 0.2, 0.2).padding(200);
    let picture = |kind| {
        let picture = Picture::new(kind).size(24, 16).exif(exif.clone().maker_note(b"Maker\0note".to_vec()));
        let picture = picture.xmp(xmp.clone());
        let picture = if kind == Kind::Jpeg {
            picture.iptc(Iptc::new().keyword("Lake").caption("A lake")).mpf(vec![0xff, 0xd8, 0xff, 0xd9])
        } else {
            picture
        };
        picture.video(Video { moov_first: true, ..Video::default() }).try_build().ok()
    };
    let mut samples: Vec<Vec<u8>> = Kind::ALL.into_iter().filter_map(picture).collect();
    samples.push(xmp.document().into_bytes());
    samples
}

/// The collected files that are not too long, if there is a collection.
fn collection() -> Vec<PathBuf> {
    let shared = std::env::var_os("IMMICH_SYNC_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let Ok(folders) = std::fs::read_dir(shared.join("corpus")) else { return Vec::new() };
    let folders = folders.filter_map(|folder| std::fs::read_dir(folder.ok()?.path()).ok());
    let mut files: Vec<PathBuf> = folders.flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.metadata().is_ok_and(|file| file.is_file() && file.len() <= LONGEST));
    files.sort();
    files
}
