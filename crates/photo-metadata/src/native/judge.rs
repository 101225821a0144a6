//! ExifTool as the judge in tests of the codecs, which work on blocks: a block becomes a JPEG of no size.

use std::path::{Path, PathBuf};

use crate::engine::{Engine as _, ExifTool};
use crate::exiftool::{Arguments, ExifToolPool, PoolOptions};
use crate::file_tags::FileTags;
use crate::inventory::Inventory;
use crate::structure::Container;

/// ExifTool, and a folder to put files into.
pub(crate) struct Judge {
    engine: ExifTool,
    folder: tempfile::TempDir,
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

impl Judge {
    /// The ExifTool that tests are made for.
    pub(crate) fn new() -> Self {
        let program = std::env::var_os("IMMICH_SYNC_EXIFTOOL")
            .map_or_else(|| workspace().join("target/tools/exiftool/bin/exiftool"), PathBuf::from);
        assert!(program.exists(), "no ExifTool at {}: run cargo xtask test", program.display());
        let pool = ExifToolPool::start(PoolOptions::new(&program)).unwrap();
        Self { engine: ExifTool::new(pool), folder: tempfile::tempdir().unwrap() }
    }

    /// Our tags, as ExifTool reads them.
    pub(crate) fn read(&self, jpeg: &[u8]) -> FileTags {
        self.engine.read(&self.file(jpeg), Container::Jpeg).unwrap()
    }

    /// Everything, as ExifTool lists it.
    pub(crate) fn inventory(&self, jpeg: &[u8]) -> Inventory {
        self.engine.inventory(&self.file(jpeg), Container::Jpeg).unwrap()
    }

    /// The block of EXIF or of Photoshop's resources of any file; empty where it has none.
    pub(crate) fn block(&self, option: &'static str, file: &Path) -> Vec<u8> {
        let mut arguments = Arguments::new();
        arguments.option("-b").option(option).path(file).unwrap();
        self.engine.pool().run(&arguments, None).map(|output| output.stdout).unwrap_or_default()
    }

    fn file(&self, jpeg: &[u8]) -> PathBuf {
        let path = self.folder.path().join("judged.jpg");
        std::fs::write(&path, jpeg).unwrap();
        path
    }
}

/// All files of the collection, or a line that says what was left out because it is absent.
pub(crate) fn corpus(test: &str) -> Vec<PathBuf> {
    let shared =
        std::env::var_os("IMMICH_SYNC_SHARED").map_or_else(|| workspace().join("../shared"), PathBuf::from);
    let folders = match std::fs::read_dir(shared.join("corpus")) {
        Ok(folders) => folders.map(|folder| folder.unwrap().path()).filter(|folder| folder.is_dir()),
        Err(_) => {
            eprintln!("SKIPPED {test}: no shared folder at {}", shared.display());
            return Vec::new();
        }
    };
    let entries = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The payloads of a JPEG's segments of one kind that start so, without that start.
pub(crate) fn segments(jpeg: &[u8], marker: u8, start: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut at = 2;
    while let Some([0xff, kind, high, low]) = jpeg.get(at..at + 4) {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if *kind == 0xda {
            break;
        }
        let payload = jpeg.get(at + 4..at + 2 + length).unwrap_or_default();
        if *kind == marker && payload.starts_with(start) {
            found.push(payload[start.len()..].to_vec());
        }
        at += 2 + length;
    }
    found
}

/// A JPEG with one segment more.
pub(crate) fn jpeg(marker: u8, start: &[u8], block: &[u8]) -> Vec<u8> {
    let table = [&b"\xff\xdb\x00\x43\x00"[..], &[1; 64]].concat();
    let frame = b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00";
    let huffman =
        b"\xff\xc4\x00\x15\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    let scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x1f\xff\xd9";
    let length = u16::try_from(2 + start.len() + block.len()).unwrap().to_be_bytes();
    let segment = [&[0xff, marker][..], &length, start, block].concat();
    [&b"\xff\xd8"[..], &segment, &table, frame, huffman, scan].concat()
}
