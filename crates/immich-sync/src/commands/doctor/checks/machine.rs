//! The programs and folders of this machine.

use messages_macros::{tr, word};
use photo_metadata::exiftool::ExifToolVersion;

use super::super::facts::Facts;
use super::super::verdict::{Verdict, failure, note, ok, skipped, warning};
use crate::language::said;
use crate::output::{clean_path, size};

/// Fixes of security up to now are in this one.
const SAFE: ExifToolVersion = ExifToolVersion { major: 13, minor: 54 };

/// Thumbnails of a large library.
const CACHE: u64 = 2_000_000_000;

pub(super) fn exiftool(facts: &Facts) -> Verdict {
    let how = word!(
        "install 13.54 or newer: apt install libimage-exiftool-perl · dnf install perl-Image-ExifTool · brew install \
               exiftool · https://exiftool.org; or name it with exiftool"
    );
    match &facts.machine.exiftool {
        None => skipped(word!("it did not answer in time")),
        Some(Err(error)) if facts.machine.needs_exiftool => failure(said(error), how),
        Some(Err(error)) => {
            note(said(error), tr!("most files are written without it; for raw files and odd ones {how}"))
        }
        Some(Ok(version)) if *version < ExifToolVersion::OLDEST_FOR_ALL_WRITES => warning(
            tr!(
                "{version} can damage HEIC, AVIF, WebP, MP4, MOV, CR3, RW2 and ARW files, so it does not write those"
            ),
            how,
        ),
        Some(Ok(version)) if *version < SAFE => {
            note(tr!("{version} is older than the last fixes of security ({SAFE})"), how)
        }
        Some(Ok(version)) => ok(version.to_string()),
    }
}

pub(super) fn heif(facts: &Facts) -> Verdict {
    if facts.machine.heif {
        return ok(word!("compared, with libheif"));
    }
    note(
        word!(
            "this build does not compare HEIC photos of local folders; those of the server are compared by their thumbnails"
        ),
        word!("build with `--features heif`, if you compare folders"),
    )
}

pub(super) fn cache(facts: &Facts) -> Verdict {
    match &facts.machine.cache {
        None => skipped(word!("there is no home folder")),
        Some((folder, room)) if room.bytes < CACHE => warning(
            tr!("{} are left for `{}`", size(room.bytes), clean_path(folder)),
            word!("make room, or set [organize] cache_dir or cache_size"),
        ),
        Some((folder, room)) => ok(tr!("{} are left for `{}`", size(room.bytes), clean_path(folder))),
    }
}

pub(super) fn log(facts: &Facts) -> Verdict {
    match &facts.machine.log {
        None => skipped(word!("there is none; log_file names one")),
        Some((path, None)) => ok(clean_path(path)),
        Some((path, Some(error))) => failure(
            tr!("`{}` cannot be written: {}", clean_path(path), said(error)),
            word!("check the folder, its owner and its mode, or name another log_file"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::facts::Room;
    use crate::commands::doctor::verdict::Level;

    #[test]
    fn each_exiftool_has_its_verdict() {
        let level = |found: Result<&str, &str>, needs| {
            let mut facts = Facts::default();
            facts.machine.needs_exiftool = needs;
            let found = found.map(|version| ExifToolVersion::parse(version).unwrap());
            facts.machine.exiftool = Some(found.map_err(ToOwned::to_owned));
            exiftool(&facts).level
        };

        assert_eq!(level(Ok("13.59"), false), Level::Ok);
        assert_eq!(level(Ok("13.40"), false), Level::Note);
        assert_eq!(level(Ok("12.57"), false), Level::Warning);
        assert_eq!(level(Err("there is none"), false), Level::Note);
        assert_eq!(level(Err("there is none"), true), Level::Failure);
    }

    #[test]
    fn a_log_that_cannot_be_written_and_a_full_cache_are_told() {
        let mut facts = Facts::default();
        facts.machine.log = Some(("/l".into(), Some("no permission".to_owned())));
        facts.machine.cache = Some(("/c".into(), Room { bytes: 5, names: None }));

        assert_eq!((log(&facts).level, cache(&facts).level), (Level::Failure, Level::Warning));
    }
}
