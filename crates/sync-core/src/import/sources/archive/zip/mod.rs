//! Zip archives: any size, stored and deflated files, sizes in front of the bytes or behind them.
//!
//! The table of contents at the end is what counts. Where it is missing, because a download was cut off, the headers in
//! front of the files are followed one by one.

mod directory;
mod salvage;

use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use flate2::bufread::DeflateDecoder;

use super::checked::Checked;
use super::{ArchiveFile, Likeness, Member, Part, Place, Visit, Visitor, int, short, spoiled};

/// Length of the fixed part of a header in front of a file.
const LOCAL_HEADER: usize = 30;

/// A zip archive.
#[derive(Debug)]
pub(in super::super) struct Zip {
    file: ArchiveFile,
}

/// What a header says of a file, in front of it or in the table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Header {
    path: Vec<u8>,
    flags: u16,
    method: u16,
    modified: i64,
    sum: u32,
    packed: u64,
    size: u64,
    at: u64,
    /// Mode bits of a Unix file, where the archive was made on one.
    mode: u32,
}

impl Zip {
    /// Looks at an archive.
    pub(in super::super) fn look(path: &Path) -> io::Result<Self> {
        Ok(Self { file: ArchiveFile::look(path)? })
    }

    /// Bytes of the whole archive.
    pub(in super::super) fn length(&self) -> u64 {
        self.file.length()
    }

    /// What its file was like.
    pub(in super::super) fn likeness(&self) -> &Likeness {
        self.file.likeness()
    }

    /// Tells everything in it, in the order of its table of contents.
    pub(in super::super) fn visit(&self, visitor: &mut dyn Visitor) -> io::Result<Visit> {
        let Some(file) = self.file.open()? else {
            return Ok(Visit::Damaged("it changed while it was read".to_owned()));
        };
        let mut tell = |header: &Header| self.tell(&file, header, visitor);
        match directory::find(&file, self.file.length())? {
            Ok(table) => directory::each(&file, &table, &mut tell),
            Err(problem) => salvage::each(&file, self.file.length(), &problem, &mut tell),
        }
    }

    /// The bytes of a file in it; `None` when the archive changed since it was looked at.
    pub(in super::super) fn open(&self, place: Place) -> io::Result<Option<Box<dyn Read + Send>>> {
        self.file.open()?.map(|file| bytes(file, place)).transpose()
    }

    fn tell(&self, file: &std::fs::File, header: &Header, visitor: &mut dyn Visitor) -> ControlFlow<()> {
        if header.path.ends_with(b"/") {
            return ControlFlow::Continue(());
        }
        if let Some(problem) = header.problem(self.file.length()) {
            return visitor.spoiled(&header.path, &problem);
        }
        let place = header.place();
        let member = Member { path: &header.path, modified: header.modified, place };
        if !visitor.wants(&header.path, header.size) {
            return visitor.member(member, None);
        }
        let mut content = Vec::new();
        let read = file
            .try_clone()
            .and_then(|file| bytes(file, place))
            .and_then(|mut bytes| bytes.read_to_end(&mut content));
        match read {
            Ok(_) => visitor.member(member, Some(&content)),
            Err(error) => visitor.spoiled(&header.path, &error.to_string()),
        }
    }
}

impl Header {
    /// Why its bytes cannot be read.
    fn problem(&self, archive: u64) -> Option<String> {
        const LINK: u32 = 0o120_000;
        if self.flags & 1 != 0 {
            return Some(
                "it is encrypted; unpack the archive with its password, and import the folder".to_owned(),
            );
        }
        if self.mode & 0o170_000 == LINK {
            return Some("it is a link, which are not followed".to_owned());
        }
        match self.method {
            0 if self.packed != self.size => {
                Some("its two sizes differ though it is not compressed".to_owned())
            }
            // Nothing that deflate makes unpacks to more than 1,032 times its size.
            8 if self.size > self.packed.saturating_mul(1_032).saturating_add(1_032) => {
                Some("it cannot be as large as it says".to_owned())
            }
            0 | 8 if self.at.saturating_add(self.packed) > archive => {
                Some("the archive ends before it does".to_owned())
            }
            0 | 8 => None,
            other => {
                Some(format!("its method of compression, {other}, is not known; unpack the archive yourself"))
            }
        }
    }

    fn place(&self) -> Place {
        Place { at: self.at, packed: self.packed, size: self.size, sum: self.sum, deflated: self.method == 8 }
    }
}

fn bytes(file: std::fs::File, place: Place) -> io::Result<Box<dyn Read + Send>> {
    let mut header = [0; LOCAL_HEADER];
    file.read_exact_at(&mut header, place.at)?;
    if int(&header, 0) != directory::LOCAL {
        return Err(spoiled("there is no file where the table of contents says"));
    }
    let at = place.at + LOCAL_HEADER as u64 + u64::from(short(&header, 26)) + u64::from(short(&header, 28));
    let part = Part { file, at, end: at.saturating_add(place.packed) };
    Ok(if place.deflated {
        // 16 KiB: photos hardly shrink, so what is read is about what comes out.
        let decoder = DeflateDecoder::new(BufReader::with_capacity(16 << 10, part));
        Box::new(Checked::new(decoder, place.size, place.sum))
    } else {
        Box::new(Checked::new(part, place.size, place.sum))
    })
}

/// Seconds since 1970 of a date and time of DOS, which know no zone: taken as UTC.
fn dos_time(date: u16, time: u16) -> i64 {
    let day = jiff::civil::Date::new(
        i16::try_from(date >> 9).unwrap_or(0) + 1980,
        i8::try_from((date >> 5) & 15).unwrap_or(1),
        i8::try_from(date & 31).unwrap_or(1),
    );
    let of_day = i64::from(time >> 11) * 3_600 + i64::from((time >> 5) & 63) * 60 + i64::from(time & 31) * 2;
    let midnight = day.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC));
    midnight.map_or(0, |midnight| midnight.timestamp().as_second() + of_day)
}
