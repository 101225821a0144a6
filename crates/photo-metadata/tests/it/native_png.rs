//! PNGs of many makers, read and written natively.

use photo_metadata::Container;

use crate::judged::{read_all, sound, write_all};

#[test]
fn a_png_says_natively_what_it_says_to_exiftool() {
    let Some(files) = sound("a_png_says_natively_what_it_says_to_exiftool", Container::Png) else { return };

    read_all(&files, Container::Png).assert(90);
}

#[test]
fn everything_is_written_into_a_png_and_nothing_else_changes() {
    let Some(files) = sound("everything_is_written_into_a_png_and_nothing_else_changes", Container::Png)
    else {
        return;
    };

    write_all(&files, Container::Png).assert(90);
}
