//! Bytes of files that nobody said anything about: small, valid, and no two the same.
//!
//! A picture is drawn once for each container and gets a comment with the name of its file. Drawing fifty thousand would
//! take minutes.

use std::collections::HashMap;

use crate::{Kind, Picture, PictureError};

/// Makes bytes, each container once.
#[derive(Default)]
pub(super) struct Contents {
    drawn: HashMap<String, Vec<u8>>,
}

impl Contents {
    /// The bytes of a file of this extension that is called so.
    pub(super) fn of(&mut self, extension: &str, name: &str) -> Result<Vec<u8>, PictureError> {
        if !self.drawn.contains_key(extension) {
            self.drawn.insert(extension.to_owned(), draw(extension)?);
        }
        let drawn = self.drawn.get(extension).map(Vec::as_slice).unwrap_or_default();
        Ok(named(drawn, name))
    }
}

fn draw(extension: &str) -> Result<Vec<u8>, PictureError> {
    let kind = match extension {
        "heic" => Kind::Heic,
        "png" => Kind::Png,
        "dng" | "cr2" | "nef" | "arw" | "raw" => Kind::Dng,
        "tiff" => Kind::Tiff,
        "mov" => Kind::Mov,
        "mp4" => Kind::Mp4,
        "plist" | "aae" => return Ok(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist/>\n".to_vec()),
        _ => Kind::Jpeg,
    };
    Picture::new(kind).size(32, 24).seed(7).try_build()
}

/// The same with a name in it: in a comment of a JPEG, elsewhere behind the end.
fn named(drawn: &[u8], name: &str) -> Vec<u8> {
    let length = u16::try_from(name.len() + 2).unwrap_or(2);
    match drawn.strip_prefix(&[0xff, 0xd8]) {
        Some(rest) => [&[0xff, 0xd8, 0xff, 0xfe], &length.to_be_bytes()[..], name.as_bytes(), rest].concat(),
        // A box that readers pass over.
        None if drawn.get(4..8) == Some(b"ftyp") => {
            let size = u32::try_from(name.len() + 8).unwrap_or(8);
            [drawn, &size.to_be_bytes(), b"free", name.as_bytes()].concat()
        }
        None => [drawn, name.as_bytes()].concat(),
    }
}
