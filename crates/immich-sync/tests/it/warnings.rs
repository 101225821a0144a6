//! ExifTool may complain as much as it likes.

use std::path::Path;

use crate::support::program::Program;
use crate::support::warned;

/// Three times as many as fill a pipe that nobody reads; ten thousand are in the example of the same name.
const FILES: usize = 1000;

#[test]
fn mistake_13_a_thousand_files_with_warnings_do_not_hang() {
    let program = Program::new(Path::new(env!("CARGO_BIN_EXE_immich-sync"))).unwrap();

    let warned = warned::run(&program, FILES).unwrap();

    assert_eq!(warned.written, FILES as u64, "{warned:?}");
    assert!(warned.complaints >= FILES, "nothing was tested: {warned:?}");
    assert!(warned.bytes > 64 << 10, "a pipe holds that much: {warned:?}");
}
