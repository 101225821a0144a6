//! The note that a trash keeps of each file, and what a file is called in there: the Trash specification 1.0 of
//! freedesktop.org.
//!
//! A path may hold any byte but zero, and the note is a text of lines, so everything that is not a plain letter, digit or
//! mark is written as `%` and two digits.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use crate::deeds::TrashedFile;

/// What stands for itself in the path of a note.
const IN_A_PATH: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Bytes of a name that a file system takes.
const LONGEST: usize = 255;

/// Names that are tried one after another before one is made up.
const IN_ORDER: u32 = 20;

/// The note of a file that was at `path` and went to the trash at `at`. The clock is that of the user.
pub(crate) fn text(path: &Path, at: Timestamp, zone: &TimeZone) -> String {
    let spelled = percent_encode(path.as_os_str().as_bytes(), &IN_A_PATH);
    let deleted = at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    format!("[Trash Info]\nPath={spelled}\nDeletionDate={deleted}\n")
}

/// What a file may be called in the trash: its own name first, then `IMG.2.jpg` and so on, then anything.
pub(crate) fn name(own: &OsStr, attempt: u32) -> OsString {
    let number = match attempt {
        0 => String::new(),
        1..IN_ORDER => format!(".{}", attempt + 1),
        _ => format!(".{:016x}", fastrand::u64(..)),
    };
    let own = own.as_bytes();
    let (stem, ending) = match own.iter().rposition(|byte| *byte == b'.') {
        Some(dot) if dot > 0 && own.len() - dot <= 20 => own.split_at(dot),
        _ => (own, &b""[..]),
    };
    let room = LONGEST - TrashedFile::NOTE.len() - number.len() - ending.len();
    let mut name = stem[..stem.len().min(room)].to_vec();
    name.extend_from_slice(number.as_bytes());
    name.extend_from_slice(ending);
    OsString::from_vec(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_where_a_file_was_whatever_its_path_is() {
        let path = OsString::from_vec(b"/photos/a b%\n\xff/\xc3\xa4.jpg".to_vec());
        let at: Timestamp = "2024-07-01T22:30:05Z".parse().unwrap();

        let text = text(Path::new(&path), at, &TimeZone::fixed(jiff::tz::offset(2)));

        assert_eq!(
            text,
            "[Trash Info]\nPath=/photos/a%20b%25%0A%FF/%C3%A4.jpg\nDeletionDate=2024-07-02T00:30:05\n"
        );
    }

    #[test]
    fn names_are_numbered_and_keep_their_ending() {
        let named = |attempt| name(OsStr::new("IMG.jpg"), attempt).into_string().unwrap();

        assert_eq!([named(0), named(1), named(2)], ["IMG.jpg", "IMG.2.jpg", "IMG.3.jpg"]);
        assert!(named(20).starts_with("IMG.") && named(20) != named(20));
        assert_eq!(name(OsStr::new(".jpg"), 1), ".jpg.2");
        assert_eq!(name(OsStr::new("photo"), 1), "photo.2");
    }

    #[test]
    fn a_note_of_the_longest_name_still_has_a_name() {
        let long = OsString::from_vec([vec![0xe4; 251], b".jpg".to_vec()].concat());

        for attempt in [0, 1, 30] {
            let name = name(&long, attempt);

            assert!(name.len() + TrashedFile::NOTE.len() <= 255 && name.as_bytes().ends_with(b".jpg"));
        }
    }
}
