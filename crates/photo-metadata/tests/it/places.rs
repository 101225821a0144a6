//! Where the tests find what is not part of the repository, and small files to work on.

use std::path::{Path, PathBuf};

use photo_metadata::exiftool::{ExifToolPool, PoolOptions};

fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("a crate in a workspace").to_path_buf()
}

/// The folder of collected files, or a line that says what was left out because it is absent.
pub(crate) fn shared(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("IMMICH_SYNC_SHARED")
        .map_or_else(|| workspace_root().join("../shared"), PathBuf::from);
    if folder.join("corpus").is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED {test}: no shared folder at {}", folder.display());
    None
}

/// All files of the collection.
pub(crate) fn corpus(test: &str) -> Option<Vec<PathBuf>> {
    let corpus = shared(test)?.join("corpus");
    let mut files = Vec::new();
    for folder in std::fs::read_dir(corpus).expect("a readable folder") {
        let folder = folder.expect("an entry").path();
        if folder.is_dir() {
            let entries = std::fs::read_dir(folder).expect("a readable folder");
            files.extend(entries.map(|entry| entry.expect("an entry").path()));
        }
    }
    files.sort();
    Some(files)
}

/// The ExifTool that the tests are made for.
pub(crate) fn exiftool() -> PathBuf {
    let program = std::env::var_os("IMMICH_SYNC_EXIFTOOL")
        .map_or_else(|| workspace_root().join("target/tools/exiftool/bin/exiftool"), PathBuf::from);
    assert!(program.exists(), "no ExifTool at {}: run cargo xtask test", program.display());
    program
}

/// That one, and an older one where the system has it.
pub(crate) fn all_exiftools() -> Vec<ExifToolPool> {
    let system = PathBuf::from("/usr/bin/exiftool");
    let programs = [Some(exiftool()), system.exists().then_some(system)];
    programs.into_iter().flatten().map(|program| start(&program)).collect()
}

pub(crate) fn start(program: &Path) -> ExifToolPool {
    ExifToolPool::start(PoolOptions::new(program)).expect("an ExifTool that works")
}

/// A JPEG of no size worth mentioning, which ExifTool accepts.
pub(crate) fn tiny_jpeg() -> Vec<u8> {
    let table = [&b"\xff\xdb\x00\x43\x00"[..], &[1; 64]].concat();
    let frame = b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00";
    let huffman =
        b"\xff\xc4\x00\x15\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    let scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x1f\xff\xd9";
    [&b"\xff\xd8"[..], &table, frame, huffman, scan].concat()
}
