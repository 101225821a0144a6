//! The native engine beside ExifTool, on all files of the collection: what it reads, what it writes, how many it
//! takes.

use std::path::PathBuf;

use photo_metadata::{Container, Engine, MetadataError, Native, identify};

use crate::judged::{differences, exiftool, name_of, sound, write_all};
use crate::places;

/// Files that the native engine is asked for, damaged ones among them.
fn native_files(test: &str) -> Vec<(PathBuf, Container)> {
    let known = |path: PathBuf| match identify(&path) {
        Ok(Ok(container)) if Native.blocked(container).is_none() => Some((path, container)),
        _ => None,
    };
    places::corpus(test).unwrap_or_default().into_iter().filter_map(known).collect()
}

#[test]
fn what_is_read_natively_is_what_exiftool_reads() {
    let exiftool = exiftool();
    let files = native_files("what_is_read_natively_is_what_exiftool_reads");
    let (mut wrong, mut left, count) = (Vec::new(), Vec::new(), files.len());
    for (path, container) in files {
        match Native.read(&path, container) {
            Ok(tags) => {
                let judge = exiftool.read(&path, container).expect("a file that ExifTool reads");
                let found = differences(&tags, &judge).into_iter();
                wrong.extend(found.map(|difference| format!("{}: {difference}", name_of(&path))));
            }
            Err(MetadataError::Beyond { reason, .. }) => left.push(format!("{}: {reason}", name_of(&path))),
            Err(error) => wrong.push(format!("{}: {error}", path.display())),
        }
    }

    eprintln!("{count} files, {} left: {left:#?}", left.len());
    assert_eq!(wrong, Vec::<String>::new());
    assert!(left.len() * 10 <= count, "{} of {count}: {left:#?}", left.len());
}

/// Writes into all whole files of a container; so many of a hundred have to be done natively.
fn everything_is_written(test: &str, container: Container, coverage: usize) {
    if let Some(files) = sound(test, container) {
        write_all(&files, container).assert(coverage);
    }
}

#[test]
fn everything_is_written_into_a_jpeg_and_nothing_else_changes() {
    let test = "everything_is_written_into_a_jpeg_and_nothing_else_changes";
    everything_is_written(test, Container::Jpeg, 95);
}

#[test]
fn everything_is_written_into_a_png_and_nothing_else_changes() {
    everything_is_written("everything_is_written_into_a_png_and_nothing_else_changes", Container::Png, 90);
}

#[test]
fn everything_is_written_into_a_webp_and_nothing_else_changes() {
    everything_is_written("everything_is_written_into_a_webp_and_nothing_else_changes", Container::WebP, 85);
}

#[test]
fn everything_is_written_into_a_video_and_nothing_else_changes() {
    let test = "everything_is_written_into_a_video_and_nothing_else_changes";
    everything_is_written(test, Container::Mp4, 85);
    everything_is_written(test, Container::Mov, 85);
}
