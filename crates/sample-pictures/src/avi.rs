//! AVI with JPEG frames. No tool writes metadata into it, so it stands for all files that get a sidecar.

use crate::bytes::{int16, int32, len32};
use crate::calendar::Moment;
use crate::webp::put_chunk;
use crate::{Picture, PictureError, video};

/// Frames per second.
const RATE: u32 = 10;

/// Makes the file.
pub(crate) fn build(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let (movie, index) = movie(picture)?;
    let mut chunks = b"AVI ".to_vec();
    put_list(&mut chunks, *b"hdrl", &header(picture));
    if let Some(seconds) = picture.video.created {
        let mut info = Vec::new();
        put_chunk(&mut info, *b"ICRD", Moment::from_seconds(seconds).iso_date().as_bytes());
        put_list(&mut chunks, *b"INFO", &info);
    }
    put_list(&mut chunks, *b"movi", &movie);
    put_chunk(&mut chunks, *b"idx1", &index);
    let mut out = b"RIFF".to_vec();
    out.extend_from_slice(&len32(&chunks).to_le_bytes());
    out.extend_from_slice(&chunks);
    out.extend_from_slice(&picture.trailer);
    Ok(out)
}

/// The frames, and the index that finds them.
fn movie(picture: &Picture) -> Result<(Vec<u8>, Vec<u8>), PictureError> {
    const KEY_FRAME: u32 = 0x10;
    let (mut movie, mut index) = (Vec::new(), Vec::new());
    for number in 0..picture.video.frames.max(1) {
        let frame = video::frame(picture, number)?;
        index.extend_from_slice(b"00dc");
        index.extend(words(&[KEY_FRAME, int32(movie.len() + 4), len32(&frame)]));
        put_chunk(&mut movie, *b"00dc", &frame);
    }
    Ok((movie, index))
}

fn header(picture: &Picture) -> Vec<u8> {
    let frames = picture.video.frames.max(1);
    let (width, height) = (picture.width, picture.height);
    let mut out = Vec::new();
    let main = words(&[1_000_000 / RATE, 0, 0, 0x10, frames, 0, 1, 0, width, height, 0, 0, 0, 0]);
    put_chunk(&mut out, *b"avih", &main);

    let corner = |pixels: u32| int16(usize::try_from(pixels).unwrap_or(0)).to_le_bytes();
    let rectangle = [[0, 0], [0, 0], corner(width), corner(height)].concat();
    let head = words(&[0, 0, 0, 1, RATE, 0, frames, 0, u32::MAX, 0]);
    let mut stream = Vec::new();
    put_chunk(&mut stream, *b"strh", &[b"vidsMJPG", head.as_slice(), &rectangle].concat());
    let format = words(&[40, width, height, 1 | 24 << 16]);
    let sizes = words(&[width * height * 3, 0, 0, 0, 0]);
    put_chunk(&mut stream, *b"strf", &[format.as_slice(), b"MJPG", &sizes].concat());
    put_list(&mut out, *b"strl", &stream);
    out
}

fn put_list(out: &mut Vec<u8>, name: [u8; 4], content: &[u8]) {
    put_chunk(out, *b"LIST", &[&name, content].concat());
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
