//! Coordinates in the user data of a movie (`©xyz`), where Android cameras put them.
//!
//! A text there has a length and a language in front, and there may be several, one for each language (QuickTime file
//! format, user data text). Makers count the length with or without its own four bytes.

use super::coordinates;
use super::movie::Movie;
use super::placing::{MovieEdit, Placing};
use super::spoken::{Said, Spoken, is_default_language};
use crate::native::boxes::{BoxAt, boxed};
use crate::native::fault::Fault;
use crate::source::{Source, be16};
use crate::tag::Tag;
use crate::value::Value;

/// The atom.
pub(super) const COORDINATES: [u8; 4] = *b"\xa9xyz";

/// English: what Android writes.
const LANGUAGE: u16 = 0x15c7;

/// A longer one holds no coordinates.
const LONGEST: u64 = 4096;

/// What the user data say of our tags.
pub(super) fn read(source: &dyn Source, children: &[BoxAt]) -> Result<Vec<Spoken>, Fault> {
    let mut spoken = Vec::new();
    for child in children {
        match child.kind {
            COORDINATES => {
                for (is_default, text) in texts(&child.read(source, LONGEST)?)? {
                    let value = Value::Text(coordinates::printed(&text)?.replace('\0', ""));
                    let said = Said { tag: Tag::UserDataCoordinates, is_default, value };
                    spoken.push(Spoken { name: "GPSCoordinates", said: Some(said) });
                }
            }
            // Ricoh's spelling of the same.
            [b'@', b'x', b'y', b'z'] => {
                return Err(Fault::beyond("its coordinates stand in Ricoh's own box"));
            }
            [b'd', b's', b'c', b'p'] => spoken.push(Spoken { name: "Description", said: None }),
            _ => {}
        }
    }
    Ok(spoken)
}

/// Each text, and whether its language is the default one.
fn texts(content: &[u8]) -> Result<Vec<(bool, String)>, Fault> {
    let mut texts = Vec::new();
    let mut at = 0;
    while let (Some(length), Some(language)) = (be16(content, at), be16(content, at + 2)) {
        at += 4;
        let left = content.len() - at;
        let mut length = usize::from(length);
        if length > left {
            length = match length.checked_sub(4) {
                Some(length) if length <= left => length,
                _ => break,
            };
        }
        let text = content.get(at..at + length).unwrap_or_default();
        at += length;
        if text.is_empty() {
            continue;
        }
        if !text.is_ascii() {
            return Err(Fault::beyond("its coordinates are written in an unusual way"));
        }
        // Below 0x400 it is a language of the Macintosh, of which 0 is English.
        let is_default = if language < 0x400 { language == 0 } else { is_default_language(language) };
        let text = String::from_utf8_lossy(text);
        texts.push((is_default, text.trim_end_matches('\0').to_owned()));
    }
    Ok(texts)
}

/// Puts coordinates in, or takes them away.
pub(super) fn write(movie: &Movie, value: Option<&Value>, placing: &mut Placing<'_>) -> Result<(), Fault> {
    let (user_data, children) = match &movie.user_data {
        Some((found, children)) => (Some(*found), children.as_slice()),
        None => (None, &[][..]),
    };
    let mut atoms = children.iter().filter(|child| child.kind == COORDINATES);
    let old = match (atoms.next(), atoms.next()) {
        (_, Some(_)) => return Err(Fault::beyond("it has coordinates in several places")),
        (old, None) => old,
    };
    let language = match old {
        Some(old) => language_of_only(&old.read(placing.source(), LONGEST)?)?,
        None => LANGUAGE,
    };
    let new = value.map(|value| atom(value, language)).transpose()?.unwrap_or_default();
    placing.edit_movie(match (old, user_data) {
        (Some(old), Some(user_data)) => {
            MovieEdit { within: vec![movie.at, user_data], start: old.start, end: old.end, bytes: new }
        }
        (_, user_data) => in_user_data(movie, user_data.map(|found| (found, children)), new)?,
    });
    Ok(())
}

/// An edit that puts a box behind the others in the user data, which are made where there are none.
pub(super) fn in_user_data(
    movie: &Movie,
    user_data: Option<(BoxAt, &[BoxAt])>,
    bytes: Vec<u8>,
) -> Result<MovieEdit, Fault> {
    Ok(match user_data {
        Some((found, children)) => {
            // Some end with four zero bytes, which stay the last.
            let end = children.last().map_or(found.content, |last| last.end);
            MovieEdit { within: vec![movie.at, found], start: end, end, bytes }
        }
        None if bytes.is_empty() => {
            MovieEdit { within: vec![movie.at], start: movie.at.end, end: movie.at.end, bytes }
        }
        None => {
            let end = movie.children.last().map_or(movie.at.content, |last| last.end);
            MovieEdit { within: vec![movie.at], start: end, end, bytes: boxed(*b"udta", &bytes)? }
        }
    })
}

fn language_of_only(content: &[u8]) -> Result<u16, Fault> {
    let several = || Fault::beyond("its coordinates are said in several languages");
    match (texts(content)?.as_slice(), be16(content, 2)) {
        ([(true, _)], Some(language)) => Ok(language),
        _ => Err(several()),
    }
}

fn atom(value: &Value, language: u16) -> Result<Vec<u8>, Fault> {
    let text = coordinates::stored(value.as_text())
        .ok_or_else(|| Fault::beyond("coordinates of a video are two or three numbers"))?;
    let length = u16::try_from(text.len()).map_err(|_| Fault::beyond("its coordinates would be too long"))?;
    boxed(COORDINATES, &[&length.to_be_bytes()[..], &language.to_be_bytes(), text.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_counts_its_length_with_or_without_its_header() {
        let texts_of = |content: &[u8]| texts(content).unwrap();
        let one = vec![(true, "+1+2/".to_owned())];

        assert_eq!(texts_of(b"\0\x05\x15\xc7+1+2/"), one);
        assert_eq!(texts_of(b"\0\x09\x15\xc7+1+2/"), one);
        assert_eq!(texts_of(b"\0\x06\0\0+1+2/\0\0\0\0\0"), one);
        assert_eq!(texts_of(b"\0\x05\x10\xb5+1+2/"), [(false, "+1+2/".to_owned())]);
        assert_eq!(texts_of(b"\xff\xff\0\0+1+2/"), []);
        assert_eq!(texts_of(b"\0\x05\x15\xc7+1+2/\0\x05\x10\xb5+3+4/").len(), 2);
    }
}
