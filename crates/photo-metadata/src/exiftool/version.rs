//! Which version of ExifTool runs, and what it must not be asked to write.
//!
//! Two borders come from ExifTool's own list of changes. Below 12.38 a crafted file can make it run a command
//! (fixed step by step in 12.24, 12.26, 12.29 and 12.38), so such a version is not started at all. Below
//! 13.30 some containers were damaged by a write: HEIC of newer iPhones (13.25), RW2 of the DC-S1RM2 (13.29),
//! QuickTime with an odd-sized `wide` atom (13.17), HEIC with a zero-sized `mdat` (12.54), ARW (12.75). Those
//! containers are read by an older version, and written by none. Debian 12 ships 12.57.

use std::fmt;

use crate::structure::Container;

/// A version as ExifTool counts: two numbers, the second always with two digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExifToolVersion {
    /// Before the dot.
    pub major: u16,
    /// Behind the dot, in hundredths: 13.3 is 13.30.
    pub minor: u16,
}

impl ExifToolVersion {
    /// The oldest version that is started at all.
    pub const OLDEST: Self = Self { major: 12, minor: 38 };

    /// The oldest version that may write every container.
    pub const OLDEST_FOR_ALL_WRITES: Self = Self { major: 13, minor: 30 };

    /// Reads what `-ver` prints: `13.59`, perhaps with blanks or a note behind it.
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.split_whitespace().next()?;
        let (major, fraction) = word.split_once('.')?;
        let digits: String = fraction.chars().take_while(char::is_ascii_digit).collect();
        let minor = match digits.len() {
            1 => digits.parse::<u16>().ok()?.checked_mul(10)?,
            2 => digits.parse().ok()?,
            _ => return None,
        };
        Some(Self { major: major.parse().ok()?, minor })
    }
}

impl fmt::Display for ExifToolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.major, self.minor)
    }
}

/// Why this version must not write that container, or `None` when it may.
pub fn write_blocked(version: ExifToolVersion, container: Container) -> Option<&'static str> {
    if version >= ExifToolVersion::OLDEST_FOR_ALL_WRITES {
        return None;
    }
    match container {
        Container::Heic | Container::Avif => {
            Some("ExifTool before 13.30 can damage HEIC and AVIF files; install 13.30 or newer")
        }
        Container::Mp4 | Container::Mov | Container::Insv => {
            Some("ExifTool before 13.30 can damage MP4 and MOV files; install 13.30 or newer")
        }
        Container::Cr3 | Container::Rw2 | Container::Arw => {
            Some("ExifTool before 13.30 can damage CR3, RW2 and ARW files; install 13.30 or newer")
        }
        Container::WebP => {
            Some("ExifTool before 13.30 cannot write WebP files safely; install 13.30 or newer")
        }
        Container::Jpeg
        | Container::Png
        | Container::Gif
        | Container::Tiff
        | Container::Dng
        | Container::Jxl
        | Container::JxlCodestream
        | Container::Jp2
        | Container::Bmp
        | Container::Avi
        | Container::Matroska
        | Container::MpegTs
        | Container::Cr2
        | Container::Nef
        | Container::Raf
        | Container::Orf
        | Container::Pef
        | Container::Srw
        | Container::OtherRaw
        | Container::Xmp => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> ExifToolVersion {
        ExifToolVersion::parse(text).expect("a version")
    }

    #[test]
    fn versions_compare_by_number_not_by_letter() {
        assert!(version("9.99") < version("12.38"));
        assert!(version("13.5") > version("13.30"), "a single digit counts in tenths");
        assert_eq!(version("13.59 [Warning: x]\n"), ExifToolVersion { major: 13, minor: 59 });
    }

    #[test]
    fn what_is_no_version_is_none() {
        for text in ["", "13", "abc", ".5", "13.", "13.123", "-1.20", "99999.10"] {
            assert_eq!(ExifToolVersion::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_old_version_may_write_jpeg_but_not_heic() {
        let debian = version("12.57");

        assert_eq!(write_blocked(debian, Container::Jpeg), None);
        assert!(write_blocked(debian, Container::Heic).is_some());
        assert!(write_blocked(debian, Container::Mov).is_some());
        assert!(write_blocked(debian, Container::Rw2).is_some());
        assert_eq!(write_blocked(version("13.30"), Container::Heic), None);
    }
}
