//! What is known of a photo when photos are compared.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::SimilarityError;
use crate::name::FrameName;

/// Names a photo for ever, such as the id of an asset or a digest of a path. Sorting by it gives the one order that does
/// not depend on how photos were found.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PhotoId(pub [u8; 16]);

impl fmt::Display for PhotoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PhotoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<PhotoId> for String {
    fn from(id: PhotoId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for PhotoId {
    type Error = SimilarityError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        sixteen(&text).map(Self)
    }
}

/// 16 bytes out of 32 hexadecimal digits.
pub(crate) fn sixteen(text: &str) -> Result<[u8; 16], SimilarityError> {
    let number = u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32);
    let no_id = || SimilarityError::Damaged(format!("`{text}` is no id of 32 hexadecimal digits"));
    number.map(u128::to_be_bytes).ok_or_else(no_id)
}

/// When and with what a photo was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Exposure {
    /// A number for make and model; photos with the same number come from the same kind of camera.
    pub camera: u32,
    /// When, in milliseconds of the camera's wall clock since 1970.
    ///
    /// A multiple of 1,000 says the second and no more: many cameras know no fractions, and some (EOS 6D, EOS 7D) write
    /// a fraction that is always 0.
    pub taken: i64,
}

/// A photo, as far as comparing goes. Whatever is not known is `None`; what is known only makes comparing stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Photo {
    /// Its name.
    pub id: PhotoId,
    /// SHA-1 of the bytes of the file, where it is known.
    pub content: Option<[u8; 20]>,
    /// A digest of all decoded pixels: photos with the same number are one exposure, whatever else is said of them,
    /// because noise never repeats itself. Of pictures of the same origin only, all thumbnails of one server or all
    /// files; never of a plain picture, since two black ones are equal too.
    pub picture: Option<u64>,
    /// Only where the camera and its time are known.
    pub exposure: Option<Exposure>,
    /// What its file name says about which frame of the camera it is.
    pub name: Option<FrameName>,
    /// Width and height of the whole picture in pixels.
    pub size: Option<(u32, u32)>,
    /// Photos with the same number are parts of one shot (raw and JPEG, members of one stack) and are no copies of each
    /// other.
    pub shot: Option<u64>,
    /// A raw file. It holds what no picture made of it does, so neither is a copy of the other.
    pub is_raw: bool,
}

impl Photo {
    /// A photo of which nothing is known.
    pub const fn new(id: PhotoId) -> Self {
        Self {
            id,
            content: None,
            picture: None,
            exposure: None,
            name: None,
            size: None,
            shot: None,
            is_raw: false,
        }
    }
}
