//! The EXIF block: what a camera says about a photo.
//!
//! What a caller sets is written, and what EXIF demands of every file (versions, resolution, colour
//! space), so that `exiftool -validate` is silent and a warning is about the test. The maker note is written as is and its inner offsets,
//! if any, are the caller's business: cameras do the same, which is why nobody may move it.

use crate::place::{degrees_as_fractions, hundredths};
use crate::tiff::{self, ByteOrder, Directory, Value};
use crate::{Gps, Picture, PictureError, scene};

/// What the EXIF block of a picture says. Texts are stored as given, dates as `2024:07:01 12:00:00`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exif {
    /// The order of bytes in all numbers.
    pub byte_order: ByteOrder,
    /// 0x010e.
    pub image_description: Option<String>,
    /// 0x010f.
    pub make: Option<String>,
    /// 0x0110.
    pub model: Option<String>,
    /// 0x0131.
    pub software: Option<String>,
    /// 0x0132, the date that editors move on.
    pub modify_date: Option<String>,
    /// 0x013b.
    pub artist: Option<String>,
    /// 0x8298.
    pub copyright: Option<String>,
    /// 0x4746, 0 to 5.
    pub rating: Option<u16>,
    /// 0x9003.
    pub date_time_original: Option<String>,
    /// 0x9004.
    pub create_date: Option<String>,
    /// 0x9011 and 0x9012, such as `+02:00`.
    pub offset: Option<String>,
    /// 0x9291, digits behind the decimal point of the second.
    pub sub_sec: Option<String>,
    /// 0x9286, stored with its `ASCII` or `UNICODE` prefix.
    pub user_comment: Option<String>,
    /// The GPS directory.
    pub gps: Option<Gps>,
    /// 0x927c, byte for byte.
    pub maker_note: Vec<u8>,
    /// Whether a second directory holds a small JPEG.
    pub thumbnail: bool,
}

impl Exif {
    /// An empty block.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the order of bytes.
    #[must_use]
    pub fn byte_order(mut self, order: ByteOrder) -> Self {
        self.byte_order = order;
        self
    }

    /// Sets `DateTimeOriginal` and `CreateDate`, as cameras do: `2024:07:01 12:00:00`.
    #[must_use]
    pub fn taken(mut self, date: impl Into<String>) -> Self {
        let date = date.into();
        self.create_date = Some(date.clone());
        self.date_time_original = Some(date);
        self
    }

    /// Sets the offset from UTC: `+02:00`.
    #[must_use]
    pub fn offset(mut self, offset: impl Into<String>) -> Self {
        self.offset = Some(offset.into());
        self
    }

    /// Sets the fraction of the second: `123`.
    #[must_use]
    pub fn sub_sec(mut self, digits: impl Into<String>) -> Self {
        self.sub_sec = Some(digits.into());
        self
    }

    /// Sets the place.
    #[must_use]
    pub fn gps(mut self, place: Gps) -> Self {
        self.gps = Some(place);
        self
    }

    /// Sets `ImageDescription`.
    #[must_use]
    pub fn image_description(mut self, text: impl Into<String>) -> Self {
        self.image_description = Some(text.into());
        self
    }

    /// Sets `UserComment`.
    #[must_use]
    pub fn user_comment(mut self, text: impl Into<String>) -> Self {
        self.user_comment = Some(text.into());
        self
    }

    /// Sets maker and model of the camera.
    #[must_use]
    pub fn camera(mut self, make: impl Into<String>, model: impl Into<String>) -> Self {
        self.make = Some(make.into());
        self.model = Some(model.into());
        self
    }

    /// Sets `Rating`, 0 to 5.
    #[must_use]
    pub fn rating(mut self, stars: u16) -> Self {
        self.rating = Some(stars);
        self
    }

    /// Sets the maker note, byte for byte.
    #[must_use]
    pub fn maker_note(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.maker_note = bytes.into();
        self
    }

    /// Adds a second directory with a small JPEG.
    #[must_use]
    pub fn thumbnail(mut self) -> Self {
        self.thumbnail = true;
        self
    }

    /// The block as it stands in a file, from the `II` or `MM` on.
    pub(crate) fn to_tiff(&self, picture: &Picture) -> Result<Vec<u8>, PictureError> {
        let mut main = self.main_directory(picture);
        main.set(0x0213, Value::Short(vec![1]));
        let mut chain = vec![main];
        if self.thumbnail {
            chain.push(thumbnail_directory(picture.seed)?);
        }
        Ok(tiff::write(self.byte_order, &chain))
    }

    /// The main directory with its EXIF and GPS sub-directories; TIFF files add their pixels to it.
    pub(crate) fn main_directory(&self, picture: &Picture) -> Directory {
        let mut main = resolution();
        main.set_text(0x010e, self.image_description.as_ref());
        main.set_text(0x010f, self.make.as_ref());
        main.set_text(0x0110, self.model.as_ref());
        if let Some(orientation) = picture.orientation {
            main.set(0x0112, Value::Short(vec![orientation]));
        }
        main.set_text(0x0131, self.software.as_ref());
        main.set_text(0x0132, self.modify_date.as_ref());
        main.set_text(0x013b, self.artist.as_ref());
        if let Some(stars) = self.rating {
            main.set(0x4746, Value::Short(vec![stars]));
        }
        main.set_text(0x8298, self.copyright.as_ref());
        main.set(0x8769, Value::Directory(self.details(picture)));
        if let Some(place) = &self.gps {
            main.set(0x8825, Value::Directory(gps_directory(place)));
        }
        main
    }

    fn details(&self, picture: &Picture) -> Directory {
        let mut details = demanded(picture);
        details.set_text(0x9003, self.date_time_original.as_ref());
        details.set_text(0x9004, self.create_date.as_ref());
        details.set_text(0x9011, self.offset.as_ref());
        details.set_text(0x9012, self.offset.as_ref());
        details.set_text(0x9291, self.sub_sec.as_ref());
        details.set_text(0x9292, self.sub_sec.as_ref());
        if let Some(text) = &self.user_comment {
            details.set(0x9286, Value::Undefined(user_comment(text, self.byte_order)));
        }
        if !self.maker_note.is_empty() {
            details.set(0x927c, Value::Undefined(self.maker_note.clone()));
        }
        details
    }
}

/// 72 dots per inch, which says that nobody knows.
fn resolution() -> Directory {
    let mut directory = Directory::default();
    directory.set(0x011a, Value::Rational(vec![(72, 1)]));
    directory.set(0x011b, Value::Rational(vec![(72, 1)]));
    directory.set(0x0128, Value::Short(vec![2]));
    directory
}

/// What every EXIF directory must say: versions, the order of colour components, sRGB, the size.
fn demanded(picture: &Picture) -> Directory {
    let mut details = Directory::default();
    details.set(0x9000, Value::Undefined(b"0232".to_vec()));
    details.set(0x9101, Value::Undefined(vec![1, 2, 3, 0]));
    details.set(0xa000, Value::Undefined(b"0100".to_vec()));
    details.set(0xa001, Value::Short(vec![1]));
    details.set(0xa002, Value::Long(vec![picture.width]));
    details.set(0xa003, Value::Long(vec![picture.height]));
    details
}

/// Eight bytes of character code, then the text in it.
fn user_comment(text: &str, order: ByteOrder) -> Vec<u8> {
    if text.is_ascii() {
        return [b"ASCII\0\0\0", text.as_bytes()].concat();
    }
    let unit = |unit: u16| match order {
        ByteOrder::Little => unit.to_le_bytes(),
        ByteOrder::Big => unit.to_be_bytes(),
    };
    let units: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
    [b"UNICODE\0", units.as_slice()].concat()
}

fn gps_directory(place: &Gps) -> Directory {
    let mut gps = Directory::default();
    gps.set(0, Value::Byte(vec![2, 3, 0, 0]));
    gps.set(1, Value::Ascii(if place.latitude < 0.0 { "S" } else { "N" }.into()));
    gps.set(2, Value::Rational(degrees_as_fractions(place.latitude)));
    gps.set(3, Value::Ascii(if place.longitude < 0.0 { "W" } else { "E" }.into()));
    gps.set(4, Value::Rational(degrees_as_fractions(place.longitude)));
    if let Some(metres) = place.altitude {
        gps.set(5, Value::Byte(vec![u8::from(metres < 0.0)]));
        gps.set(6, Value::Rational(vec![hundredths(metres)]));
    }
    gps
}

fn thumbnail_directory(seed: u64) -> Result<Directory, PictureError> {
    let jpeg = scene::jpeg(32, 24, seed, None)?;
    let mut directory = resolution();
    directory.set(0x0103, Value::Short(vec![6]));
    directory.set(0x0202, Value::Long(vec![crate::bytes::len32(&jpeg)]));
    directory.set(0x0201, Value::Data(jpeg));
    Ok(directory)
}
