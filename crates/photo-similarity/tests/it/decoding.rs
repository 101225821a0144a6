//! The same picture out of every format, scaled, turned and transparent; and nothing out of half a file.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, RgbaImage};
use photo_similarity::{Decoded, Format, Limits, Luma, PixelSource, SimilarityError, decode};
use sample_pictures::{Kind, Picture};

use crate::encode::{Channels, Jpeg, webp};
use crate::scene::scene;

const WIDTH: u32 = 320;
const HEIGHT: u32 = 240;

fn read(bytes: &[u8]) -> Decoded {
    decode(bytes, 240, &Limits::default()).unwrap()
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

/// The brightness of the scene by the formula that every path has to use.
fn expected(width: u32, height: u32) -> Vec<u8> {
    let weighed = |pixel: [u8; 3]| {
        let [red, green, blue] = pixel.map(u32::from);
        u8::try_from((299 * red + 587 * green + 114 * blue + 500) / 1000).unwrap()
    };
    scene(width, height).pixels().map(|pixel| weighed(pixel.0)).collect()
}

/// Means of 32 by 32 fields.
fn fields(luma: &[u8], width: u32, height: u32) -> Vec<f64> {
    let (width, height) = (width as usize, height as usize);
    let field = |row: usize, column: usize| {
        let rows = row * height / 32..((row + 1) * height / 32).max(row * height / 32 + 1);
        let columns = column * width / 32..((column + 1) * width / 32).max(column * width / 32 + 1);
        let samples: Vec<f64> = rows
            .flat_map(|row| columns.clone().map(move |column| f64::from(luma[row * width + column])))
            .collect();
        samples.iter().sum::<f64>() / f64::from(u32::try_from(samples.len()).unwrap())
    };
    (0..32)
        .flat_map(|row| (0..32).map(move |column| (row, column)))
        .map(|(row, column)| field(row, column))
        .collect()
}

/// The largest and the mean difference between fields of two pictures.
fn apart(one: &Luma, other: (&[u8], u32, u32)) -> (f64, f64) {
    let other = fields(other.0, other.1, other.2);
    let differences: Vec<f64> = fields(one.samples(), one.width(), one.height())
        .into_iter()
        .zip(other)
        .map(|(one, other)| (one - other).abs())
        .collect();
    (differences.iter().copied().fold(0.0, f64::max), differences.iter().sum::<f64>() / 1024.0)
}

fn rgba() -> RgbaImage {
    DynamicImage::ImageRgb8(scene(WIDTH, HEIGHT)).into_rgba8()
}

#[test]
fn every_format_gives_the_same_brightness() {
    let narrow = DynamicImage::ImageRgb8(scene(WIDTH, HEIGHT));
    let wide = DynamicImage::ImageRgb16(narrow.to_rgb16());
    let clear = DynamicImage::ImageRgba8(rgba());
    let grey = DynamicImage::ImageLuma8(GrayImage::from_raw(WIDTH, HEIGHT, expected(WIDTH, HEIGHT)).unwrap());
    let real = DynamicImage::ImageRgb32F(narrow.to_rgb32f());
    let rgb = narrow.as_bytes();
    let files = [
        ("JPEG", Format::Jpeg, Jpeg::PLAIN.write(WIDTH, HEIGHT, rgb)),
        (
            "grey JPEG",
            Format::Jpeg,
            Jpeg { channels: Channels::Grey, ..Jpeg::PLAIN }.write(WIDTH, HEIGHT, grey.as_bytes()),
        ),
        (
            "progressive JPEG",
            Format::Jpeg,
            Jpeg { progressive: true, ..Jpeg::PLAIN }.write(WIDTH, HEIGHT, rgb),
        ),
        (
            "JPEG with restarts",
            Format::Jpeg,
            Jpeg { restart_rows: 1, ..Jpeg::PLAIN }.write(WIDTH, HEIGHT, rgb),
        ),
        ("PNG", Format::Png, written(&narrow, ImageFormat::Png)),
        ("PNG of 16 bits", Format::Png, written(&wide, ImageFormat::Png)),
        ("PNG with alpha", Format::Png, written(&clear, ImageFormat::Png)),
        ("grey PNG", Format::Png, written(&grey, ImageFormat::Png)),
        ("TIFF", Format::Tiff, written(&narrow, ImageFormat::Tiff)),
        ("TIFF of 16 bits", Format::Tiff, written(&wide, ImageFormat::Tiff)),
        ("TIFF of real numbers", Format::Tiff, written(&real, ImageFormat::Tiff)),
        ("GIF", Format::Gif, written(&clear, ImageFormat::Gif)),
        ("WebP without loss", Format::WebP, written(&narrow, ImageFormat::WebP)),
        ("WebP", Format::WebP, webp(WIDTH, HEIGHT, clear.as_bytes(), 90.0)),
    ];
    for (name, format, file) in files {
        let decoded = read(&file);

        assert_eq!((decoded.format, decoded.width, decoded.height), (format, WIDTH, HEIGHT), "{name}");
        assert_eq!(decoded.source, PixelSource::Picture, "{name}");
        let (worst, mean) = apart(&decoded.luma, (&expected(WIDTH, HEIGHT), WIDTH, HEIGHT));
        // GIF has 256 colours.
        let allowed = if format == Format::Gif { (9.0, 2.5) } else { (2.5, 0.7) };
        assert!(worst <= allowed.0 && mean <= allowed.1, "{name}: {worst:.2} {mean:.2}");
    }
}

#[test]
fn scaling_down_while_decoding_changes_no_more_than_the_size() {
    let (width, height) = (2000, 1504);
    let rgb = scene(width, height).into_raw();
    let jpeg = Jpeg::PLAIN.write(width, height, &rgb);
    let rgba = DynamicImage::ImageRgb8(scene(width, height)).into_rgba8().into_raw();
    let files = [jpeg, webp(width, height, &rgba, 90.0)];
    let whole = expected(width, height);
    for (file, short_sides) in files.iter().zip([[188, 376, 752, 1504], [188, 376, 752, 1504]]) {
        for short_side in short_sides {
            let decoded = decode(file, short_side, &Limits::default()).unwrap();

            assert_eq!((decoded.width, decoded.height), (width, height));
            assert_eq!(decoded.luma.height(), short_side, "{:?}", decoded.format);
            let (worst, mean) = apart(&decoded.luma, (&whole, width, height));
            assert!(
                worst <= 4.0 && mean <= 0.8,
                "{:?} at {short_side}: {worst:.2} {mean:.2}",
                decoded.format
            );
        }
    }
}

#[test]
fn a_small_picture_is_not_made_larger() {
    let decoded = decode(&Jpeg::PLAIN.write(64, 48, &scene(64, 48)), 256, &Limits::default()).unwrap();

    assert_eq!((decoded.luma.width(), decoded.luma.height()), (64, 48));
}

#[test]
fn all_eight_orientations_are_applied_in_every_format_that_has_them() {
    for kind in [Kind::Jpeg, Kind::Png, Kind::WebpExtended, Kind::Tiff] {
        let picture = Picture::new(kind).size(96, 64).seed(5);
        let upright = read(&picture.clone().build());
        for orientation in 2..=8 {
            // Its pixels are stored so that obeying the orientation shows them upright; the size is that of storage.
            let stored = if orientation > 4 { picture.clone().size(64, 96) } else { picture.clone() };
            let turned = read(&stored.orientation(orientation).build());

            assert_eq!(
                (turned.width, turned.height),
                (upright.width, upright.height),
                "{kind:?} {orientation}"
            );
            assert_eq!(turned.luma.width(), upright.luma.width(), "{kind:?} {orientation}");
            let (worst, _) = apart(&turned.luma, (upright.luma.samples(), 96, 64));
            // A JPEG that is stored otherwise rounds otherwise.
            assert!(worst <= if kind == Kind::Jpeg { 8.0 } else { 0.0 }, "{kind:?} {orientation}: {worst}");
        }
    }
}

#[test]
fn what_is_see_through_is_white_in_every_format() {
    let mut pixels = rgba();
    for (x, _, pixel) in pixels.enumerate_pixels_mut() {
        pixel.0[3] = if x < WIDTH / 2 { 0 } else { 255 };
    }
    let picture = DynamicImage::ImageRgba8(pixels);
    let formats = [ImageFormat::Png, ImageFormat::Tiff, ImageFormat::Gif, ImageFormat::WebP];
    let mut files: Vec<Vec<u8>> = formats.into_iter().map(|format| written(&picture, format)).collect();
    files.push(webp(WIDTH, HEIGHT, picture.as_bytes(), 90.0));
    for file in files {
        let decoded = read(&file);

        let row = &decoded.luma.samples()[..WIDTH as usize];
        assert!(row[..WIDTH as usize / 2 - 8].iter().all(|sample| *sample >= 254), "{:?}", decoded.format);
        assert!(row[WIDTH as usize / 2 + 8..].iter().all(|sample| *sample < 250), "{:?}", decoded.format);
    }
}

#[test]
fn inks_become_the_brightness_of_their_colours() {
    // Adobe's way, which the encoder marks: 255 is no ink.
    let inks: Vec<u8> =
        scene(WIDTH, HEIGHT).pixels().flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
    let jpeg = Jpeg { channels: Channels::Cmyk, ..Jpeg::PLAIN }.write(WIDTH, HEIGHT, &inks);

    let (worst, mean) = apart(&read(&jpeg).luma, (&expected(WIDTH, HEIGHT), WIDTH, HEIGHT));

    assert!(worst <= 2.5 && mean <= 0.7, "{worst:.2} {mean:.2}");
}

#[test]
fn a_picture_with_a_part_missing_is_damaged() {
    let rgb = scene(WIDTH, HEIGHT);
    let narrow = DynamicImage::ImageRgb8(rgb.clone());
    let files = [
        ("JPEG", Jpeg::PLAIN.write(WIDTH, HEIGHT, &rgb)),
        ("progressive JPEG", Jpeg { progressive: true, ..Jpeg::PLAIN }.write(WIDTH, HEIGHT, &rgb)),
        ("JPEG with restarts", Jpeg { restart_rows: 2, ..Jpeg::PLAIN }.write(WIDTH, HEIGHT, &rgb)),
        ("PNG", written(&narrow, ImageFormat::Png)),
        ("TIFF", written(&narrow, ImageFormat::Tiff)),
        ("GIF", written(&DynamicImage::ImageRgba8(rgba()), ImageFormat::Gif)),
        ("WebP without loss", written(&narrow, ImageFormat::WebP)),
        ("WebP", webp(WIDTH, HEIGHT, rgba().as_raw(), 90.0)),
    ];
    for (name, file) in files {
        for part in [20, 50, 80, 95] {
            let half = &file[..file.len() * part / 100];

            let decoded = decode(half, 128, &Limits::default());

            assert!(matches!(decoded, Err(SimilarityError::Damaged(_))), "{name} at {part} %: {decoded:?}");
        }
    }
}

#[test]
fn a_jpeg_with_a_hole_of_zeros_is_damaged_and_one_without_its_end_is_not() {
    let whole = Jpeg::PLAIN.write(WIDTH, HEIGHT, &scene(WIDTH, HEIGHT));
    let mut hole = whole.clone();
    let middle = hole.len() / 3;
    hole[middle..].fill(0);

    let without_end = decode(&whole[..whole.len() - 2], 128, &Limits::default()).unwrap();

    assert_eq!(without_end, decode(&whole, 128, &Limits::default()).unwrap());
    assert!(matches!(decode(&hole, 128, &Limits::default()), Err(SimilarityError::Damaged(_))));
}

#[test]
fn of_a_moving_picture_the_first_frame_counts() {
    let first = DynamicImage::ImageRgba8(rgba());
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    let frames = [first.to_rgba8(), RgbaImage::new(WIDTH, HEIGHT)];
    encoder.encode_frames(frames.into_iter().map(image::Frame::new)).unwrap();
    drop(encoder);

    let (worst, _) = apart(&read(&bytes).luma, (&expected(WIDTH, HEIGHT), WIDTH, HEIGHT));

    assert!(worst <= 9.0, "{worst:.2}");
}

#[test]
fn a_raw_photo_is_named_as_such_and_not_taken_for_its_small_copy() {
    let error = decode(&Picture::new(Kind::Dng).size(64, 48).build(), 128, &Limits::default()).unwrap_err();

    assert_eq!(error.to_string(), "A raw photo cannot be compared by its looks");
}

#[cfg(not(feature = "heif"))]
#[test]
fn a_build_without_a_feature_says_so() {
    let error = decode(&Picture::new(Kind::Heic).build(), 128, &Limits::default()).unwrap_err();

    assert_eq!(
        error.to_string(),
        "HEIC in a build without the feature `heif` cannot be compared by its looks"
    );
}
