//! Whether a picture and a video are the halves of one Live Photo: both carry the same identifier of Apple's.
//!
//! Names prove nothing: two cameras count alike, and a video that is taken for the moving half of a strange picture is
//! hidden on the server. The picture has the identifier in Apple's maker note (tag 0x11), the video among the keys of the
//! movie, which iPhones write at the end of the file.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

/// Bytes at the beginning of a picture in which the maker note stands: 3 KiB in, rarely behind a thumbnail.
const PICTURE_HEAD: usize = 512 << 10;

/// A movie box that is larger is not of a Live Photo, in bytes.
const LARGEST_MOVIE: u64 = 4 << 20;

/// Boxes at the top of a file that are looked at.
const MOST_BOXES: usize = 64;

const MAKER_NOTE: &[u8] = b"Apple iOS\0\0\x01MM";
const KEY: &[u8] = b"com.apple.quicktime.content.identifier";

/// Whether both have an identifier, and the same.
pub(super) fn belong_together(picture: &File, video: &File) -> bool {
    of_picture(picture).is_some_and(|identifier| of_video(video).is_some_and(|other| other == identifier))
}

fn of_picture(file: &File) -> Option<Vec<u8>> {
    let mut head = vec![0; PICTURE_HEAD];
    let length = read_up_to(file, 0, &mut head)?;
    head.truncate(length);
    let at = find(&head, MAKER_NOTE)?;
    let note = &head[at..];
    let short = |at: usize| Some(u16::from_be_bytes(*note.get(at..)?.first_chunk()?));
    let long = |at: usize| Some(u32::from_be_bytes(*note.get(at..)?.first_chunk()?) as usize);
    let count = usize::from(short(MAKER_NOTE.len())?);
    let entries = (0..count).map(|index| MAKER_NOTE.len() + 2 + 12 * index);
    for entry in entries {
        if short(entry)? == 0x11 && short(entry + 2)? == 2 {
            let (length, offset) = (long(entry + 4)?, long(entry + 8)?);
            return identifier(note.get(offset..offset.checked_add(length)?)?);
        }
    }
    None
}

fn of_video(file: &File) -> Option<Vec<u8>> {
    let movie = movie(file)?;
    let number = key_number(&movie)?;
    let list = find(&movie, b"ilst").map(|at| &movie[at + 4..])?;
    // An item is its length, the number of its key, and a box `data` with 8 bytes of type and language before the text.
    let mut rest = list;
    while let Some((size, tail)) = rest.split_first_chunk::<4>() {
        let size = u32::from_be_bytes(*size) as usize;
        let item = rest.get(..size).filter(|_| size >= 24)?;
        if tail.first_chunk::<4>() == Some(&number.to_be_bytes()) && item.get(12..16) == Some(b"data") {
            return identifier(&item[24..]);
        }
        rest = &rest[size..];
    }
    None
}

/// The number of the key in the list of keys, counted from 1.
fn key_number(movie: &[u8]) -> Option<u32> {
    let keys = find(movie, b"keys").map(|at| &movie[at + 4..])?;
    let count = u32::from_be_bytes(*keys.get(4..)?.first_chunk()?);
    let mut rest = keys.get(8..)?;
    for number in 1..=count {
        let size = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let key = rest.get(..size).filter(|_| size >= 8)?;
        if &key[8..] == KEY {
            return Some(number);
        }
        rest = &rest[size..];
    }
    None
}

/// The content of the movie box.
fn movie(file: &File) -> Option<Vec<u8>> {
    let mut at = 0_u64;
    for _ in 0..MOST_BOXES {
        let mut header = [0; 16];
        let length = read_up_to(file, at, &mut header)?;
        let size = u32::from_be_bytes(*header.first_chunk()?);
        let (size, content) = match size {
            1 if length == 16 => (u64::from_be_bytes(*header.last_chunk()?), 16),
            _ => (u64::from(size), 8),
        };
        if length < 8 || size < content {
            return None;
        }
        if header.get(4..8) == Some(b"moov") {
            let mut bytes = vec![0; usize::try_from(size).ok().filter(|_| size <= LARGEST_MOVIE)?];
            let read = read_up_to(file, at, &mut bytes)?;
            return (read == bytes.len()).then_some(bytes);
        }
        at = at.checked_add(size)?;
    }
    None
}

/// An identifier without the zero byte behind it; too short a one proves nothing.
fn identifier(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = bytes.trim_ascii();
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    (text.len() >= 16 && text.iter().all(u8::is_ascii_graphic)).then(|| text.to_ascii_uppercase())
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

fn read_up_to(file: &File, offset: u64, buffer: &mut [u8]) -> Option<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match file.read_at(&mut buffer[done..], offset + done as u64) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    Some(done)
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;

    use super::*;

    /// The beginning of a picture with this identifier; what stands around it does not matter here.
    pub(in super::super) fn picture(identifier: &str) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe1\x01\x00Exif\0\0MM\0*".to_vec();
        let text = [identifier.as_bytes(), b"\0"].concat();
        bytes.extend_from_slice(MAKER_NOTE);
        bytes.extend_from_slice(&2_u16.to_be_bytes());
        bytes.extend_from_slice(b"\x00\x01\x00\x09\0\0\0\x01\0\0\0\x0e");
        bytes.extend_from_slice(b"\x00\x11\x00\x02");
        bytes.extend_from_slice(&u32::try_from(text.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(&44_u32.to_be_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&text);
        bytes
    }

    /// A movie with this identifier behind its samples.
    pub(in super::super) fn video(identifier: &str) -> Vec<u8> {
        let boxed = |kind: &[u8], content: &[u8]| {
            let size = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
            [&size[..], kind, content].concat()
        };
        let other = boxed(b"mdta", b"com.apple.quicktime.make");
        let keys = [&[0, 0, 0, 0, 0, 0, 0, 2][..], &other, &boxed(b"mdta", KEY)].concat();
        let data = |text: &str| boxed(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], text.as_bytes()].concat());
        let items = [boxed(&[0, 0, 0, 1], &data("Apple")), boxed(&[0, 0, 0, 2], &data(identifier))].concat();
        let meta = boxed(b"meta", &[boxed(b"keys", &keys), boxed(b"ilst", &items)].concat());
        [boxed(b"ftyp", b"qt  \0\0\0\0qt  "), boxed(b"mdat", &[7; 1000]), boxed(b"moov", &meta)].concat()
    }

    const ONE: &str = "2B1D4F60-0000-4000-8000-1234567890AB";

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn the_same_identifier_in_both_makes_a_pair() {
        assert!(belong_together(&file(&picture(ONE)), &file(&video(ONE))));
        assert!(belong_together(&file(&picture(&ONE.to_lowercase())), &file(&video(ONE))));
    }

    #[test]
    fn anything_less_makes_none() {
        let other = ONE.replace('2', "3");
        for (one, two) in [
            (picture(ONE), video(&other)),
            (picture(""), video("")),
            (b"\xff\xd8\xff no maker note".to_vec(), video(ONE)),
            (picture(ONE), b"\0\0\0\x14ftypqt  ".to_vec()),
            (Vec::new(), Vec::new()),
        ] {
            assert!(!belong_together(&file(&one), &file(&two)));
        }
    }

    #[test]
    fn files_that_break_off_anywhere_are_no_pair_and_no_harm() {
        let (picture, video) = (picture(ONE), video(ONE));
        for length in 0..picture.len() {
            assert!(
                !belong_together(&file(&picture[..length]), &file(&video)) || length + 1 == picture.len()
            );
        }
        for length in (0..video.len()).filter(|length| *length < 40 || *length > 1000) {
            assert!(!belong_together(&file(&picture), &file(&video[..length])));
        }
    }
}
