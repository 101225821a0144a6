//! TIFF and DNG files: the EXIF directories with pixels in them.
//!
//! The pixels are one uncompressed strip. A DNG has a small RGB preview in the first directory and
//! the mosaic of the sensor in a sub-directory, as cameras and Adobe's converter write it.

use image::RgbImage;

use crate::bytes::{int32, len32};
use crate::tiff::{self, Directory, Value};
use crate::{Picture, PictureError, scene};

/// Makes a TIFF file.
pub(crate) fn build_tiff(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let pixels = scene::stored(picture.width, picture.height, picture.seed, picture.orientation);
    let mut main = metadata(picture);
    main.extend(rgb(&pixels));
    finish(picture, main)
}

/// Makes a DNG file.
pub(crate) fn build_dng(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let pixels = scene::stored(picture.width, picture.height, picture.seed, picture.orientation);
    let preview = image::imageops::thumbnail(&pixels, 32, 24);
    let mut main = metadata(picture);
    main.extend(rgb(&preview));
    main.set(0x00fe, Value::Long(vec![1]));
    main.set(0x014a, Value::Directory(mosaic(&pixels)));
    main.set(0xc612, Value::Byte(vec![1, 4, 0, 0]));
    main.set(0xc613, Value::Byte(vec![1, 1, 0, 0]));
    main.set(0xc614, Value::Ascii("Sample Pictures One".into()));
    finish(picture, main)
}

fn metadata(picture: &Picture) -> Directory {
    let mut main = picture.exif.clone().unwrap_or_default().main_directory(picture);
    if let Some(packet) = picture.xmp_packet() {
        main.set(0x02bc, Value::Byte(packet));
    }
    if let Some(iptc) = &picture.iptc {
        main.set(0x83bb, Value::BytesAsLong(iptc.records()));
    }
    main
}

fn rgb(pixels: &RgbImage) -> Directory {
    let mut directory = strip(pixels.width(), pixels.height(), pixels.as_raw().clone());
    directory.set(0x0102, Value::Short(vec![8, 8, 8]));
    directory.set(0x0106, Value::Short(vec![2]));
    directory.set(0x0115, Value::Short(vec![3]));
    directory.set(0x011c, Value::Short(vec![1]));
    directory
}

/// The sensor's view: each pixel sees one colour, red and green in even rows, green and blue in odd ones.
fn mosaic(pixels: &RgbImage) -> Directory {
    let seen = |x: u32, y: u32| match (x % 2, y % 2) {
        (0, 0) => 0,
        (1, 1) => 2,
        _ => 1,
    };
    let sensor = pixels.enumerate_pixels().map(|(x, y, pixel)| pixel.0[seen(x, y)]).collect();
    let mut directory = strip(pixels.width(), pixels.height(), sensor);
    directory.set(0x0102, Value::Short(vec![8]));
    directory.set(0x0106, Value::Short(vec![32_803]));
    directory.set(0x0115, Value::Short(vec![1]));
    directory.set(0x828d, Value::Short(vec![2, 2]));
    directory.set(0x828e, Value::Byte(vec![0, 1, 1, 2]));
    directory
}

fn strip(width: u32, height: u32, data: Vec<u8>) -> Directory {
    let mut directory = Directory::default();
    directory.set(0x00fe, Value::Long(vec![0]));
    directory.set(0x0100, Value::Long(vec![width]));
    directory.set(0x0101, Value::Long(vec![height]));
    directory.set(0x0103, Value::Short(vec![1]));
    directory.set(0x0116, Value::Long(vec![height]));
    directory.set(0x0117, Value::Long(vec![len32(&data)]));
    directory.set(0x0111, Value::Data(data));
    directory
}

fn finish(picture: &Picture, main: Directory) -> Result<Vec<u8>, PictureError> {
    let thumbnail = picture.exif.as_ref().is_some_and(|exif| exif.thumbnail);
    if thumbnail {
        return Err(PictureError::CannotHold { kind: picture.kind, what: "an EXIF thumbnail" });
    }
    let mut out = tiff::write(picture.byte_order(), &[main]);
    if int32(out.len()) == u32::MAX {
        return Err(PictureError::TooLong { what: "TIFF", bytes: out.len() });
    }
    out.extend_from_slice(&picture.trailer);
    Ok(out)
}
