//! The movie box: its header, its tracks, and where its metadata lie. The tables are not read.
//!
//! Some makers keep whole EXIF blocks in boxes of their own, and ExifTool shows them as the file's. Those are not read
//! here, so a video with one is left to ExifTool.

use super::dates::HeaderDate;
use super::keys::KeyTable;
use super::layout::Layout;
use super::spoken::{Spoken, settled};
use super::user_data;
use crate::native::boxes::{BoxAt, SizeField, boxes};
use crate::native::fault::Fault;
use crate::source::{Source, be32};
use crate::tag::Tag;
use crate::value::Value;

/// Canon's `uuid` in `moov`, which holds EXIF.
const CANON_UUID: [u8; 16] = *b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";

/// Boxes of user data in which makers keep EXIF: Canon, Casio, Fujifilm, Panasonic, Leica, Ricoh, Sigma.
const EXIF_OF_MAKERS: [&[u8; 4]; 9] =
    [b"CNTH", b"CNOP", b"QVMI", b"MVTG", b"PANA", b"LEIC", b"RICO", b"RMKN", b"SIGM"];

/// What is known of the movie.
pub(super) struct Movie {
    /// The box itself.
    pub(super) at: BoxAt,
    /// What is in it.
    pub(super) children: Vec<BoxAt>,
    /// Of `mvhd`.
    pub(super) date: HeaderDate,
    /// In the order of the file.
    pub(super) tracks: Vec<Track>,
    /// `udta`, and what is in it.
    pub(super) user_data: Option<(BoxAt, Vec<BoxAt>)>,
    /// Tables of keys: the one in `moov`, which is written, and others.
    pub(super) keys: Vec<KeyTable>,
    /// Tags that may be said in several languages.
    spoken: Vec<Spoken>,
}

/// What is known of a track.
pub(super) struct Track {
    /// Of `tkhd`.
    pub(super) date: HeaderDate,
    /// Of `mdhd`.
    pub(super) media_date: Option<HeaderDate>,
    /// 16.16, as `tkhd` has it.
    pub(super) width: u32,
    /// 16.16, as `tkhd` has it.
    pub(super) height: u32,
    /// 16.16: the first two columns of the first two rows.
    pub(super) matrix: [i32; 4],
}

impl Movie {
    pub(super) fn read(source: &dyn Source, layout: &Layout) -> Result<Self, Fault> {
        let at = layout.moov;
        let children = inner(source, &at)?;
        no_exif_of_makers(&children)?;
        let header = one(&children, *b"mvhd")?.ok_or_else(|| Fault::beyond("its movie box has no header"))?;
        let date = HeaderDate::read(source, &header, 100)?;
        let tracks = children.iter().filter(|child| child.is(b"trak"));
        let tracks = tracks.map(|track| Track::read(source, track)).collect::<Result<Vec<_>, _>>()?;
        let user_data = match one(&children, *b"udta")? {
            Some(found) => Some((found, inner(source, &found)?)),
            None => None,
        };
        let mut movie = Self { at, children, date, tracks, user_data, keys: Vec::new(), spoken: Vec::new() };
        movie.metadata(source, layout)?;
        Ok(movie)
    }

    /// Keys may stand in three places; in `moov` the box has no version, elsewhere it has one.
    fn metadata(&mut self, source: &dyn Source, layout: &Layout) -> Result<(), Fault> {
        for found in layout.top.iter().chain(&self.children).filter(|found| found.is(b"meta")) {
            let is_movies = found.start > self.at.start && found.end <= self.at.end;
            self.keys.extend(KeyTable::read(source, found, is_movies)?);
        }
        if let Some((_, children)) = &self.user_data {
            no_exif_of_makers(children)?;
            for found in children.iter().filter(|found| found.is(b"meta")) {
                self.keys.extend(KeyTable::read(source, found, false)?);
            }
            self.spoken = user_data::read(source, children)?;
        }
        for table in &self.keys {
            self.spoken.extend(table.spoken()?);
        }
        Ok(())
    }

    /// Our tags, in the order of the file.
    pub(super) fn tags(&self) -> Result<Vec<(Tag, Value)>, Fault> {
        let mut tags = vec![(Tag::MovieCreateDate, self.date.value()?)];
        for track in &self.tracks {
            tags.push((Tag::TrackCreateDate, track.date.value()?));
            if let Some(date) = &track.media_date {
                tags.push((Tag::MediaCreateDate, date.value()?));
            }
        }
        tags.extend(settled(&self.spoken)?);
        Ok(tags)
    }
}

impl Track {
    fn read(source: &dyn Source, track: &BoxAt) -> Result<Self, Fault> {
        const SHORT_HEADER: u64 = 84;
        let children = inner(source, track)?;
        let header = one(&children, *b"tkhd")?.ok_or_else(|| Fault::beyond("a track has no header"))?;
        let date = HeaderDate::read(source, &header, SHORT_HEADER)?;
        let media_date = match one(&children, *b"mdia")? {
            Some(media) => {
                let header = one(&inner(source, &media)?, *b"mdhd")?;
                header.map(|header| HeaderDate::read(source, &header, 24)).transpose()?
            }
            None => None,
        };
        let bytes = header.read(source, 1024)?;
        let shift = if date.is_wide { 12 } else { 0 };
        let field = |at: usize| be32(&bytes, at + shift).unwrap_or(0);
        // Rows of three, of which the third is for perspective.
        let matrix = [40, 44, 52, 56].map(|at| field(at).cast_signed());
        Ok(Self { date, media_date, width: field(76), height: field(80), matrix })
    }
}

/// The boxes in a box. Only the last one of a file may leave its length open; readers stop at one inside.
fn inner(source: &dyn Source, parent: &BoxAt) -> Result<Vec<BoxAt>, Fault> {
    let children = boxes(source, parent.content, parent.end)?;
    match children.iter().find(|child| child.size == SizeField::ToEnd) {
        Some(open) => Err(Fault::beyond(format!("its box {} says no length", open.name()))),
        None => Ok(children),
    }
}

/// The only child of a kind; several are nothing that a sound file has.
pub(super) fn one(children: &[BoxAt], kind: [u8; 4]) -> Result<Option<BoxAt>, Fault> {
    let mut found = children.iter().filter(|child| child.is(&kind));
    match (found.next(), found.next()) {
        (_, Some(second)) => Err(Fault::beyond(format!("it has two boxes {} in one place", second.name()))),
        (first, None) => Ok(first.copied()),
    }
}

fn no_exif_of_makers(children: &[BoxAt]) -> Result<(), Fault> {
    let is_makers = |child: &&BoxAt| {
        child.uuid == Some(CANON_UUID)
            || EXIF_OF_MAKERS.contains(&&child.kind)
            // Compressed, and a track under another name.
            || matches!(&child.kind, b"cmov" | b"htka")
    };
    match children.iter().find(is_makers) {
        Some(found) => {
            Err(Fault::beyond(format!("what its maker keeps in a box {} is not read", found.name())))
        }
        None => Ok(()),
    }
}
