//! Where the real photos of the tests are.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The folder of photos with planted copies, or `None` after a line on standard error that says which test was skipped.
pub(crate) fn photos(test: &str) -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let folder =
        std::env::var_os("IMMICH_SYNC_SHARED").map_or_else(|| workspace.join("../shared"), PathBuf::from);
    let photos = folder.join("similarity");
    if photos.is_dir() {
        return Some(photos);
    }
    // Not through the macro: what it prints is held back while the test passes.
    let line = format!(
        "SKIPPED {test}: no photos at {}; name their parent in IMMICH_SYNC_SHARED\n",
        photos.display()
    );
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}
