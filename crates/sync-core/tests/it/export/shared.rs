//! Real libraries, where they are at hand.

use std::path::{Path, PathBuf};

use sync_core::export::LeftKind;

use super::bench::{Bench, everything};

const LIBRARIES: [(&str, u64); 3] = [("macos10.15-shared", 0), ("macos15.7-mediatypes", 0), ("macos26.1", 0)];

#[expect(clippy::print_stderr, reason = "what was left out is told")]
fn shared(test: &str) -> Option<PathBuf> {
    let shared = match std::env::var_os("IMMICH_SYNC_SHARED") {
        Some(shared) => PathBuf::from(shared),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
    };
    let libraries = shared.join("apple-photos");
    if libraries.is_dir() {
        return Some(libraries);
    }
    eprintln!("SKIPPED {test}: no shared folder at {}", shared.display());
    None
}

#[test]
fn every_library_is_exported_once_and_is_as_it_was() {
    let Some(libraries) = shared("every_library_is_exported_once_and_is_as_it_was") else { return };
    for (name, failed) in LIBRARIES {
        let package = libraries.join(format!("{name}.photoslibrary"));
        let before = everything(&package);
        let mut bench = Bench::existing(&package);
        bench.options.selection.shared = true;

        let (first, told) = bench.run();
        let files = bench.files();
        let (second, told_again) = bench.run();

        assert_eq!(first.failed, failed, "{name}: {told:?}");
        assert!(first.written > 0 && first.written == files.len() as u64, "{name}: {first:?}");
        assert_eq!(
            (second.done(), second.left[&LeftKind::Unchanged]),
            (0, first.written),
            "{name}: {told_again:?}"
        );
        assert_eq!(bench.files(), files);
        let sources: std::collections::BTreeSet<&Vec<u8>> = before.values().collect();
        let of_library = files.values().filter(|bytes| sources.contains(bytes)).count();
        assert!(of_library >= files.len() - 2, "{name}: {of_library} of {}", files.len());
        assert_eq!(everything(&package), before, "{name}");
    }
}
