//! Small files made by hand: what is protected, what is not, and that no bytes make a walker panic.

use proptest::prelude::*;

use super::*;

fn examine_bytes(bytes: &[u8], extension: &str) -> Option<Structure> {
    examine_source(&bytes.to_vec(), extension, Depth::Whole).expect("memory can be read")
}

fn payload(bytes: &[u8]) -> PayloadDigest {
    let structure = examine_bytes(bytes, "").expect("a known container");
    assert_eq!(structure.problems, [], "the sample is sound");
    structure.payload
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).expect("a short segment");
    [&[0xff, marker][..], &length.to_be_bytes(), payload].concat()
}

fn jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
    let scan =
        [&segment(0xda, &[1, 1, 0, 0, 63, 0])[..], b"\x12\x34\xff\x00\x56\xff\xd0\x78\xff\xd9"].concat();
    [&b"\xff\xd8"[..], &segments.concat(), &segment(0xdb, &[0; 65]), &scan].concat()
}

fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a short chunk");
    [&length.to_be_bytes()[..], &kind, content, &[0; 4]].concat()
}

fn png(extra: &[Vec<u8>]) -> Vec<u8> {
    let parts = [chunk(*b"IHDR", &[0; 13]), extra.concat(), chunk(*b"IDAT", b"pixels"), chunk(*b"IEND", b"")];
    [&b"\x89PNG\r\n\x1a\n"[..], &parts.concat()].concat()
}

fn riff_chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a short chunk");
    let padding: &[u8] = if content.len() % 2 == 1 { &[0] } else { &[] };
    [&kind[..], &length.to_le_bytes(), content, padding].concat()
}

fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
    let content = [&b"WEBP"[..], &chunks.concat()].concat();
    let length = u32::try_from(content.len()).expect("a short file");
    [&b"RIFF"[..], &length.to_le_bytes(), &content].concat()
}

/// A frame of 3 by 2 pixels, as far as the header.
fn vp8() -> Vec<u8> {
    riff_chunk(*b"VP8 ", &[0x10, 0, 0, 0x9d, 0x01, 0x2a, 3, 0, 2, 0, 7])
}

fn gif(extra: &[u8]) -> Vec<u8> {
    let image = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
    [&b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff"[..], extra, image, b"\x3b"].concat()
}

fn bmff_box(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).expect("a short box");
    [&length.to_be_bytes()[..], &kind, content].concat()
}

/// A video whose only chunk is the last three bytes of its `mdat`.
fn mp4(udta: &[u8], created: u32, content: &[u8]) -> Vec<u8> {
    let build = |offset: u32| {
        let mvhd = [&[0; 4][..], &created.to_be_bytes(), &[0; 4], b"timescale"].concat();
        let stco = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &offset.to_be_bytes()].concat();
        let stbl = bmff_box(*b"stbl", &[bmff_box(*b"stsd", b"codec"), bmff_box(*b"stco", &stco)].concat());
        let trak = bmff_box(*b"trak", &bmff_box(*b"mdia", &bmff_box(*b"minf", &stbl)));
        let moov = [bmff_box(*b"mvhd", &mvhd), trak, bmff_box(*b"udta", udta)].concat();
        let start = [bmff_box(*b"ftyp", b"isom\0\0\0\0isom"), bmff_box(*b"moov", &moov)].concat();
        (start, bmff_box(*b"mdat", content))
    };
    let (start, mdat) = build(0);
    let offset = u32::try_from(start.len() + mdat.len() - 3).expect("a short file");
    let (start, mdat) = build(offset);
    [start, mdat].concat()
}

/// An image with one coded item and perhaps an XMP item in front of it in `mdat`.
fn heic(xmp: &[u8], pixels: &[u8]) -> Vec<u8> {
    let infe = |id: u8, kind: &[u8; 4], rest: &[u8]| {
        bmff_box(*b"infe", &[&[2, 0, 0, 0, 0, id, 0, 0][..], kind, rest].concat())
    };
    let build = |base: u32| {
        let mut entries = infe(1, b"hvc1", b"\0");
        let mut places = vec![(1_u8, base + u32::try_from(xmp.len()).expect("short"), pixels.len())];
        if !xmp.is_empty() {
            entries.extend(infe(2, b"mime", b"\0application/rdf+xml\0"));
            places.push((2, base, xmp.len()));
        }
        let count = u8::try_from(places.len()).expect("few");
        let mut iloc = vec![0, 0, 0, 0, 0x44, 0, 0, count];
        for (id, offset, length) in &places {
            let length = u32::try_from(*length).expect("short");
            iloc.extend([&[0, *id, 0, 0, 0, 1][..], &offset.to_be_bytes(), &length.to_be_bytes()].concat());
        }
        let iinf = [&[0, 0, 0, 0, 0, count][..], &entries].concat();
        let mut meta = [vec![0; 4], bmff_box(*b"pitm", &[0, 0, 0, 0, 0, 1])].concat();
        meta.extend([bmff_box(*b"iinf", &iinf), bmff_box(*b"iloc", &iloc)].concat());
        let reference = if xmp.is_empty() { Vec::new() } else { bmff_box(*b"cdsc", &[0, 2, 0, 1, 0, 1]) };
        meta.extend(bmff_box(*b"iref", &[&[0; 4][..], &reference].concat()));
        [bmff_box(*b"ftyp", b"heic\0\0\0\0mif1"), bmff_box(*b"meta", &meta)].concat()
    };
    let base = u32::try_from(build(0).len() + 8).expect("short");
    [build(base), bmff_box(*b"mdat", &[xmp, pixels].concat())].concat()
}

/// One strip behind one directory; `extra` is the value of ImageDescription, which a writer moves around.
fn tiff(description: &[u8], strip: &[u8]) -> Vec<u8> {
    let data = 8 + 2 + 4 * 12 + 4;
    let number = |value: usize| u32::try_from(value).expect("small").to_le_bytes();
    let entry = |tag: u16, kind: u16, count: usize, value: usize| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &number(count), &number(value)].concat()
    };
    let entries = [
        entry(0x100, 4, 1, 4),
        entry(0x10e, 2, description.len().max(5), data),
        entry(0x111, 4, 1, data + description.len().max(5)),
        entry(0x117, 4, 1, strip.len()),
    ];
    let mut padded = description.to_vec();
    padded.resize(description.len().max(5), 0);
    [&b"II*\0\x08\0\0\0\x04\0"[..], &entries.concat(), &[0; 4], &padded, strip].concat()
}

#[test]
fn metadata_segments_of_a_jpeg_are_not_protected_and_all_others_are() {
    let plain = jpeg(&[]);
    let with_metadata = jpeg(&[
        segment(0xe1, b"Exif\0\0II*\0"),
        segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
        segment(0xed, b"Photoshop 3.0\0"),
        segment(0xe2, b"MPF\0II*\0"),
    ]);
    let with_profile = jpeg(&[segment(0xe2, b"ICC_PROFILE\0\x01\x01")]);
    let with_foreign_app1 = jpeg(&[segment(0xe1, b"somebody else")]);

    assert_eq!(payload(&plain).same_as(&payload(&with_metadata)), Some(true));
    assert_eq!(payload(&plain).same_as(&payload(&with_profile)), Some(false));
    assert_eq!(payload(&plain).same_as(&payload(&with_foreign_app1)), Some(false));
}

#[test]
fn metadata_chunks_of_a_png_are_not_protected_and_all_others_are() {
    let plain = png(&[]);
    let with_metadata =
        png(&[chunk(*b"eXIf", b"II*\0"), chunk(*b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>")]);
    let with_text = png(&[chunk(*b"tEXt", b"Software\0x")]);

    assert_eq!(payload(&plain).same_as(&payload(&with_metadata)), Some(true));
    assert_eq!(payload(&plain).same_as(&payload(&with_text)), Some(false));
}

#[test]
fn a_simple_webp_may_become_an_extended_one_of_the_same_size() {
    let header = |width: u8| riff_chunk(*b"VP8X", &[4, 0, 0, 0, width - 1, 0, 0, 1, 0, 0]);
    let simple = webp(&[vp8()]);
    let extended = webp(&[header(3), vp8(), riff_chunk(*b"XMP ", b"<x/>")]);
    let of_another_size = webp(&[header(9), vp8(), riff_chunk(*b"XMP ", b"<x/>")]);

    assert_eq!(payload(&simple).same_as(&payload(&extended)), Some(true));
    assert_eq!(payload(&simple).same_as(&payload(&of_another_size)), Some(false));
}

#[test]
fn only_the_xmp_block_of_a_gif_is_not_protected() {
    let plain = gif(b"");
    let with_xmp = gif(b"\x21\xff\x0bXMP DataXMP\x03<x>\0");
    let with_comment = gif(b"\x21\xfe\x03abc\0");

    assert_eq!(payload(&plain).same_as(&payload(&with_xmp)), Some(true));
    assert_eq!(payload(&plain).same_as(&payload(&with_comment)), Some(false));
}

#[test]
fn a_video_may_get_user_data_and_dates_but_no_other_samples() {
    let plain = mp4(b"", 0, b"samples");
    let longer = mp4(b"a caption that moves all samples", 7, b"samples");
    let other = mp4(b"", 0, b"sampled");
    let mut elsewhere = plain.clone();
    let stco = plain.windows(4).position(|window| window == b"stco").expect("a table");
    elsewhere[stco + 15] -= 1;

    assert_eq!(payload(&plain).same_as(&payload(&longer)), Some(true));
    assert_eq!(payload(&plain).same_as(&payload(&other)), Some(false));
    assert_eq!(payload(&plain).same_as(&payload(&elsewhere)), Some(false), "the offset points elsewhere");
}

#[test]
fn items_of_a_heic_may_move_but_not_change() {
    let plain = heic(b"", b"pixels");
    let with_xmp = heic(b"<x/>", b"pixels");
    let other = heic(b"", b"pixelz");

    assert_eq!(payload(&plain).same_as(&payload(&with_xmp)), Some(true));
    assert_eq!(payload(&plain).same_as(&payload(&other)), Some(false));
}

#[test]
fn strips_of_a_tiff_may_move_but_not_change() {
    let plain = tiff(b"", b"pixels");

    assert_eq!(payload(&plain).same_as(&payload(&tiff(b"a long description", b"pixels"))), Some(true));
    assert_eq!(payload(&plain).same_as(&payload(&tiff(b"", b"pixelz"))), Some(false));
}

#[test]
fn a_manifest_makes_a_file_signed() {
    let manifest = segment(0xeb, b"JP\0\x01\0\0\0\x01\0\0\0\x20jumbxxxx");
    assert!(examine_bytes(&jpeg(&[manifest]), "").expect("a jpeg").signed);
    assert!(examine_bytes(&png(&[chunk(*b"caBX", b"x")]), "").expect("a png").signed);
    assert!(!examine_bytes(&jpeg(&[]), "").expect("a jpeg").signed);
}

#[test]
fn a_video_behind_the_image_is_a_motion_photo_and_other_bytes_are_unknown() {
    let motion = [jpeg(&[]), bmff_box(*b"ftyp", b"mp42\0\0\0\0mp42")].concat();
    let unknown = [jpeg(&[]), b"whatever".to_vec()].concat();

    let motion = examine_bytes(&motion, "").expect("a jpeg");
    assert_eq!(motion.motion_photo, Some(MotionPhoto::Trailer));
    assert_eq!(motion.problems, []);
    let unknown = examine_bytes(&unknown, "").expect("a jpeg");
    assert!(matches!(unknown.problems[..], [Problem::TrailingUnknown { length: 8, .. }]));
    assert!(!unknown.problems[0].is_damage());
}

#[test]
fn every_sample_that_is_cut_is_damaged() {
    for sound in samples() {
        for keep in [sound.len() - 1, sound.len() * 3 / 4] {
            let structure = examine_bytes(&sound[..keep], "").expect("still the same container");
            let container = structure.container;
            assert!(structure.problems.iter().any(Problem::is_damage), "{container:?} cut to {keep}");
        }
    }
}

#[test]
fn an_empty_file_goes_by_its_name_and_is_damaged() {
    let structure = examine_bytes(b"", "jpg").expect("a name that is known");
    assert_eq!(structure.container, Container::Jpeg);
    assert_eq!(structure.problems, [Problem::Empty]);
    assert!(examine_bytes(b"", "txt").is_none());
}

#[test]
fn a_raw_format_that_is_tiff_goes_by_its_extension() {
    let file = tiff(b"", b"pixels");
    for (extension, container) in [("NEF", Container::Nef), ("arw", Container::Arw), ("tif", Container::Tiff)]
    {
        assert_eq!(examine_bytes(&file, extension).expect("a tiff").container, container);
    }
}

fn samples() -> Vec<Vec<u8>> {
    vec![
        jpeg(&[segment(0xe1, b"Exif\0\0II*\0")]),
        png(&[chunk(*b"eXIf", b"II*\0")]),
        webp(&[vp8(), riff_chunk(*b"EXIF", b"II*\0")]),
        gif(b"\x21\xff\x0bXMP DataXMP\x03<x>\0"),
        mp4(b"user data", 5, b"samples"),
        heic(b"<x/>", b"pixels"),
        tiff(b"description", b"pixels"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn no_bytes_behind_any_magic_make_a_walker_panic(
        sample in 0..7_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        tail in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut bytes = samples().swap_remove(sample);
        for (index, value) in changes {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        bytes.extend(tail);

        let once = examine_bytes(&bytes, "tif");
        let twice = examine_bytes(&bytes, "tif");

        prop_assert_eq!(once, twice);
    }

    #[test]
    fn random_bytes_are_no_trouble_either(
        magic in prop::sample::select(vec![
            &b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP", b"GIF89a", b"II*\0\x08\0\0\0",
            b"MM\0*\0\0\0\x08", b"\0\0\0\x10ftypheic\0\0\0\0", b"\0\0\0\x10ftypisom\0\0\0\0",
            b"\0\0\0\x0cJXL \r\n\x87\n", b"\0\0\0\x10ftypcrx \0\0\0\0",
        ]),
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let file = [magic, &bytes].concat();
        prop_assert!(examine_bytes(&file, "").is_some());
    }
}
