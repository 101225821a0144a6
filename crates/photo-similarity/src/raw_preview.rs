//! The picture that a raw file carries of itself, for comparing raw files by their looks.
//!
//! Cameras put JPEGs of one or several sizes into a raw file, and nearly all of them build it as a TIFF: directories that
//! name them in one of three ways. What is largest is nearest to the photo; small ones often have black bars. The sensor's
//! data is packed as a JPEG too in some, of a kind that shows nothing: the head of each tells. Only directories and heads
//! are read, then the one that is wanted; files have fifty megabytes and more.
//!
//! CR3 and files that name their picture in notes of the maker only have none here.

use std::io;

const ORIENTATION: u16 = 0x0112;
const COMPRESSION: u16 = 0x0103;
const STRIP_OFFSETS: u16 = 0x0111;
const STRIP_LENGTHS: u16 = 0x0117;
const SUB_DIRECTORIES: u16 = 0x014a;
const JPEG_OFFSET: u16 = 0x0201;
const JPEG_LENGTH: u16 = 0x0202;
/// Panasonic: the bytes of the picture are the value of the tag.
const JPEG_FROM_RAW: u16 = 0x002e;
/// JPEG, in the old way and the new.
const JPEG: [u32; 2] = [6, 7];
/// 42; and what Panasonic and Olympus write instead.
const MAGICS: [u16; 4] = [42, 0x55, 0x4f52, 0x5352];
/// Files have less than ten; what has more points to itself.
const MAX_DIRECTORIES: usize = 32;
const MAX_ENTRIES: usize = 1024;
/// Bytes in which the size of a JPEG stands.
const HEAD: usize = 64 << 10;

/// A picture in a raw file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawPreview {
    /// A whole JPEG.
    pub jpeg: Vec<u8>,
    /// How the raw file says that it is to be turned, as in Exif: 1 to 8. Holds unless the JPEG says it itself.
    pub orientation: u8,
}

/// Finds the largest picture in a raw file of `size` bytes whose short side has at least `short_side` pixels, and that
/// takes up no more than `most` bytes. `read` fills a buffer with what stands at a place of the file; its errors are
/// passed on, but for an end of the file that comes too early: then there is no such picture.
pub fn raw_preview(
    size: u64,
    short_side: u32,
    most: u64,
    read: &mut dyn FnMut(u64, &mut [u8]) -> io::Result<()>,
) -> io::Result<Option<RawPreview>> {
    let mut file = File { size, is_big: false, read };
    match file.preview(short_side, most) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        found => found,
    }
}

/// Where a JPEG may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    offset: u64,
    length: u64,
}

/// An entry of a directory.
#[derive(Debug, Clone, Copy)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    value: [u8; 4],
}

struct File<'r> {
    size: u64,
    is_big: bool,
    read: &'r mut dyn FnMut(u64, &mut [u8]) -> io::Result<()>,
}

impl File<'_> {
    fn preview(&mut self, short_side: u32, most: u64) -> io::Result<Option<RawPreview>> {
        let (places, orientation) = self.places()?;
        let mut best: Option<(u64, Place)> = None;
        for place in places {
            let is_inside = place.offset.checked_add(place.length).is_some_and(|end| end <= self.size);
            if !is_inside || place.length > most {
                continue;
            }
            let head = self.bytes(place.offset, usize::try_from(place.length).unwrap_or(HEAD).min(HEAD))?;
            let Some((width, height)) = jpeg_size(&head) else { continue };
            let pixels = u64::from(width) * u64::from(height);
            if u32::from(width.min(height)) >= short_side && best.is_none_or(|(most, _)| pixels > most) {
                best = Some((pixels, place));
            }
        }
        let Some((_, place)) = best else { return Ok(None) };
        let jpeg = self.bytes(place.offset, usize::try_from(place.length).unwrap_or(0))?;
        Ok(Some(RawPreview { jpeg, orientation }))
    }

    /// All places that may hold a JPEG, and how the photo is to be turned.
    fn places(&mut self) -> io::Result<(Vec<Place>, u8)> {
        let head = self.bytes(0, 16)?;
        if head.starts_with(b"FUJIFILMCCD-RAW") {
            self.is_big = true;
            let ends = self.bytes(84, 8)?;
            let (offset, length) = (self.long(&ends[..4]), self.long(&ends[4..]));
            return Ok((vec![Place { offset: offset.into(), length: length.into() }], 1));
        }
        self.is_big = head.starts_with(b"MM");
        if !(self.is_big || head.starts_with(b"II")) || !MAGICS.contains(&self.short(&head[2..4])) {
            return Ok((Vec::new(), 1));
        }
        let (mut waiting, mut seen) = (vec![u64::from(self.long(&head[4..8]))], Vec::new());
        let (mut places, mut orientation) = (Vec::new(), None);
        while let Some(offset) = waiting.pop().filter(|_| seen.len() < MAX_DIRECTORIES) {
            if offset == 0 || offset >= self.size || seen.contains(&offset) {
                continue;
            }
            seen.push(offset);
            let (entries, next) = self.directory(offset)?;
            waiting.push(next);
            let turn = entries.iter().find(|entry| entry.tag == ORIENTATION).map(|entry| self.number(*entry));
            orientation = orientation.or(turn.and_then(|turn| u8::try_from(turn).ok()));
            places.extend(self.named(&entries));
            for entry in entries.iter().filter(|entry| entry.tag == SUB_DIRECTORIES) {
                waiting.extend(self.numbers(*entry)?);
            }
        }
        Ok((places, orientation.filter(|turn| (1..=8).contains(turn)).unwrap_or(1)))
    }

    /// What a directory names as a JPEG.
    fn named(&self, entries: &[Entry]) -> Vec<Place> {
        let find = |tag: u16| entries.iter().find(|entry| entry.tag == tag).copied();
        let number = |tag: u16| find(tag).filter(|entry| entry.count == 1).map(|entry| self.number(entry));
        let place = |offset: Option<u32>, length: Option<u32>| {
            let (offset, length) = offset.zip(length)?;
            Some(Place { offset: offset.into(), length: length.into() })
        };
        let is_jpeg = number(COMPRESSION).is_some_and(|kind| JPEG.contains(&kind));
        let strip = place(number(STRIP_OFFSETS), number(STRIP_LENGTHS)).filter(|_| is_jpeg);
        let own =
            find(JPEG_FROM_RAW).and_then(|entry| place(Some(self.long(&entry.value)), Some(entry.count)));
        [place(number(JPEG_OFFSET), number(JPEG_LENGTH)), strip, own].into_iter().flatten().collect()
    }

    /// The entries of a directory, and where the next one is.
    fn directory(&mut self, offset: u64) -> io::Result<(Vec<Entry>, u64)> {
        let count = self.bytes(offset, 2)?;
        let count = usize::from(self.short(&count)).min(MAX_ENTRIES);
        let bytes = self.bytes(offset + 2, count * 12 + 4)?;
        let (entries, next) = bytes.split_at(count * 12);
        let entry = |bytes: &[u8; 12]| Entry {
            tag: self.short(&bytes[..2]),
            kind: self.short(&bytes[2..4]),
            count: self.long(&bytes[4..8]),
            value: [bytes[8], bytes[9], bytes[10], bytes[11]],
        };
        Ok((entries.as_chunks().0.iter().map(entry).collect(), self.long(next).into()))
    }

    /// The numbers of an entry: some places of further directories.
    fn numbers(&mut self, entry: Entry) -> io::Result<Vec<u64>> {
        let count = usize::try_from(entry.count).unwrap_or(MAX_DIRECTORIES).min(MAX_DIRECTORIES);
        if count == 1 {
            return Ok(vec![self.number(entry).into()]);
        }
        let offset = self.long(&entry.value);
        let bytes = self.bytes(offset.into(), count * 4)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|long| self.long(long).into()).collect())
    }

    /// The value of an entry that has one.
    fn number(&self, entry: Entry) -> u32 {
        const SHORT: u16 = 3;
        if entry.kind == SHORT { self.short(&entry.value[..2]).into() } else { self.long(&entry.value) }
    }

    fn bytes(&mut self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        if offset.checked_add(length as u64).is_none_or(|end| end > self.size) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut bytes = vec![0; length];
        (self.read)(offset, &mut bytes)?;
        Ok(bytes)
    }

    fn short(&self, bytes: &[u8]) -> u16 {
        let two = *bytes.first_chunk().unwrap_or(&[0; 2]);
        if self.is_big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) }
    }

    fn long(&self, bytes: &[u8]) -> u32 {
        let four = *bytes.first_chunk().unwrap_or(&[0; 4]);
        if self.is_big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    }
}

/// Width and height of a JPEG that is a picture; `None` for one that packs the data of a sensor.
fn jpeg_size(head: &[u8]) -> Option<(u16, u16)> {
    let mut rest = head.strip_prefix(b"\xff\xd8")?;
    loop {
        let (marker, behind) = rest.split_first_chunk::<2>().filter(|(marker, _)| marker[0] == 0xff)?;
        rest = match marker[1] {
            0xff => &rest[1..],
            0x01 | 0xd0..=0xd7 => behind,
            0xc0..=0xc2 => {
                let at = |place: usize| Some(u16::from_be_bytes(*behind.get(place..)?.first_chunk()?));
                return Some((at(5)?, at(3)?)).filter(|(width, height)| *width > 0 && *height > 0);
            }
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf | 0xd8..=0xda => return None,
            _ => behind.get(usize::from(u16::from_be_bytes(*behind.first_chunk()?))..)?,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> Option<RawPreview> {
        let mut read = |offset: u64, buffer: &mut [u8]| {
            let start = usize::try_from(offset).unwrap();
            buffer.copy_from_slice(&bytes[start..start + buffer.len()]);
            Ok(())
        };
        raw_preview(bytes.len() as u64, 1, u64::MAX, &mut read).unwrap()
    }

    /// The head of a JPEG of this kind and size.
    fn head(kind: u8, width: u8, height: u8) -> Vec<u8> {
        let frame = [0xff, kind, 0, 11, 8, 0, height, 0, width, 1, 1, 0x11, 0];
        [b"\xff\xd8\xff\xe0\0\x04ab\xff".as_slice(), &frame].concat()
    }

    #[test]
    fn only_a_jpeg_that_shows_something_has_a_size() {
        assert_eq!(jpeg_size(&head(0xc0, 40, 30)), Some((40, 30)));
        assert_eq!(jpeg_size(&head(0xc2, 40, 30)), Some((40, 30)));
        assert_eq!(jpeg_size(&head(0xc3, 40, 30)), None, "without loss: a sensor's data");
        assert_eq!(jpeg_size(&head(0xc0, 0, 30)), None);
        for end in 0..head(0xc0, 40, 30).len() - 4 {
            assert_eq!(jpeg_size(&head(0xc0, 40, 30)[..end]), None, "{end}");
        }
    }

    #[test]
    fn directories_that_point_to_themselves_or_nowhere_end() {
        let entry = |tag: u16, kind: u16, count: u32, value: u32| {
            [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
        };
        for (count, value, next) in [(1, 8, 8_u32), (1_000_000, 8, 0), (40, u32::MAX, 0), (3, 10, u32::MAX)] {
            let file = [
                b"II*\0\x08\0\0\0\x01\0".as_slice(),
                &entry(SUB_DIRECTORIES, 4, count, value),
                &next.to_le_bytes(),
            ];
            assert_eq!(found(&file.concat()), None, "{count} {value}");
        }
        for file in
            [b"".as_slice(), b"II*\0", b"MM\0*\0\0\0\x08\xff\xff____________", b"FUJIFILMCCD-RAW 0201"]
        {
            assert_eq!(found(file), None);
        }
    }

    #[test]
    fn bytes_by_chance_do_no_harm() {
        let mut bytes = vec![0; 300];
        for seed in 0..2000 {
            let mut chance = fastrand::Rng::with_seed(seed);
            bytes.fill_with(|| chance.u8(..) & 0x3f);
            bytes[..8].copy_from_slice(b"II*\0\x08\0\0\0");

            assert_eq!(found(&bytes), None);
        }
    }
}
