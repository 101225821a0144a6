//! HEIC and AVIF, with real files: what the tests generate has no pixels.

use std::path::{Path, PathBuf};

use photo_similarity::{Decoded, Format, Limits, PixelSource, decode};

use crate::places::photos;

fn read(file: &Path, short_side: u32) -> Decoded {
    let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    decode(&bytes, short_side, &Limits::default())
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Means of 16 by 16 fields.
fn fields(decoded: &Decoded) -> Vec<f64> {
    let luma = &decoded.luma;
    let [width, height] = [luma.width(), luma.height()].map(|side| side as usize);
    let mean = |row: usize, column: usize| {
        let mut sum = 0.0;
        let mut count = 0.0;
        for y in row * height / 16..(row + 1) * height / 16 {
            for x in column * width / 16..(column + 1) * width / 16 {
                sum += f64::from(luma.samples()[y * width + x]);
                count += 1.0;
            }
        }
        sum / count
    };
    (0..256).map(|field| mean(field / 16, field % 16)).collect()
}

fn apart(one: &Decoded, other: &Decoded) -> f64 {
    let pairs = fields(one).into_iter().zip(fields(other));
    pairs.map(|(one, other)| (one - other).abs()).sum::<f64>() / 256.0
}

#[test]
fn a_copy_as_heic_is_as_bright_as_its_jpeg() {
    let Some(photos) = photos("a_copy_as_heic_is_as_bright_as_its_jpeg") else { return };
    let copies: Vec<PathBuf> = std::fs::read_dir(photos.join("planted"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "heic"))
        .collect();
    assert!(!copies.is_empty());
    for copy in copies {
        let name = copy.file_name().unwrap().to_string_lossy().into_owned();
        let heic = read(&copy, 4000);
        let jpeg = read(&photos.join("base").join(format!("{}.jpg", &name[..3])), 4000);

        assert_eq!((heic.format, heic.width, heic.height), (Format::Heic, jpeg.width, jpeg.height), "{name}");
        let apart = apart(&heic, &jpeg);
        assert!(apart < 1.5, "{name}: {apart:.2}");
    }
}

#[test]
fn a_small_copy_in_the_file_shows_the_same_picture_the_same_way_up() {
    let test = "a_small_copy_in_the_file_shows_the_same_picture_the_same_way_up";
    let Some(photos) = photos(test) else { return };
    for name in ["IMG_1034.heic", "IMG_2682.heic", "iphone_15_pro.heic", "samsung-one-ui-6.heic"] {
        let file = photos.join("../corpus/heif").join(name);
        let copy = read(&file, 128);
        let picture = read(&file, 2000);

        assert_eq!(
            (copy.source, picture.source),
            (PixelSource::EmbeddedThumbnail, PixelSource::Picture),
            "{name}"
        );
        assert_eq!((copy.width, copy.height), (picture.luma.width(), picture.luma.height()), "{name}");
        assert!(copy.luma.width().min(copy.luma.height()) >= 128, "{name}");
        let apart = apart(&copy, &picture);
        assert!(apart < 3.0, "{name}: {apart:.2}");
    }
}

#[test]
fn avif_of_different_depths_and_ranges_is_read() {
    let Some(photos) = photos("avif_of_different_depths_and_ranges_is_read") else { return };
    for name in ["8bit-sRGB.avif", "avif.avif", "fox.profile0.8bpc.yuv420.avif", "Summer_Nature_4k.avif"] {
        let decoded = read(&photos.join("../corpus/heif").join(name), 128);

        assert_eq!(decoded.format, Format::Avif, "{name}");
        let fields = fields(&decoded);
        let darkest = fields.iter().copied().fold(255.0, f64::min);
        let brightest = fields.iter().copied().fold(0.0, f64::max);
        assert!(brightest - darkest > 40.0, "{name} is a flat {darkest:.0} to {brightest:.0}");
    }
}
