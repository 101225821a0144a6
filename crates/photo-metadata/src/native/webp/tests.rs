use proptest::prelude::*;

use super::*;
use crate::draft::Draft;
use crate::native::blocks::NewExif;
use crate::recipe::View;

const EXIF: &[u8] = b"II*\0\x08\0\0\0\0\0\0\0\0\0";
const PACKET: &str = "<?xpacket begin=''?><x:xmpmeta/>";
/// 399 x 301 with alpha, as in a file of libwebp's gallery.
const LOSSLESS: &[u8] = b"\x2f\x8f\x01\x4b\x10\x8d\x38\x6d\xdb\x46";
/// 1600 x 900.
const LOSSY: &[u8] = b"\x30\x20\x0e\x9d\x01\x2a\x40\x06\x84\x03\x3e\x55";
/// The header of 1600 x 900.
const EXTENDED: &[u8] = b"\0\0\0\0\x3f\x06\0\x83\x03\0";

fn webp(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut list = b"WEBP".to_vec();
    list.extend(chunks.iter().flat_map(|(kind, content)| framed(**kind, content).unwrap()));
    framed(*b"RIFF", &list).unwrap()
}

fn names(bytes: &[u8]) -> Vec<String> {
    let (chunks, _) = walk(&bytes.to_vec()).unwrap();
    chunks.iter().map(|chunk| String::from_utf8_lossy(&chunk.kind).into_owned()).collect()
}

fn new_xmp(body: &str) -> Renewed {
    Renewed { xmp: Some(NewXmp { body: body.to_owned() }), ..Renewed::default() }
}

fn both(body: &str, exif: &[u8]) -> Renewed {
    let exif = NewExif { bytes: exif.to_vec(), splices: None };
    Renewed { exif: Some(exif), ..new_xmp(body) }
}

/// The new version, whose other parts are the same.
fn edited(old: &[u8], renewed: &Renewed) -> Result<Vec<u8>, Fault> {
    let old = old.to_vec();
    let webp = open(&old)?;
    let recipe = Draft::new(old.len() as u64, webp.splices(&old, renewed)?).expect("sound splices").forward();
    let view = View::new(&old, &recipe);
    let new = read_up_to(&view, 0, usize::try_from(view.len()).unwrap()).unwrap();
    assert_eq!(open(&new)?.parts(&new)?, webp.parts(&old)?);
    Ok(new)
}

fn reason(result: Result<Vec<u8>, Fault>) -> String {
    result.map(|bytes| names(&bytes)).unwrap_err().to_string()
}

fn flags(bytes: &[u8]) -> u8 {
    assert_eq!(&bytes[12..16], b"VP8X");
    bytes[20]
}

#[test]
fn a_simple_file_gets_a_header_that_says_the_same_of_the_picture() {
    for (image, kind, size, flag) in
        [(LOSSY, b"VP8 ", (1600, 900), 0x0c), (LOSSLESS, b"VP8L", (400, 301), 0x1c)]
    {
        let old = webp(&[(kind, image)]);
        let new = edited(&old, &both(PACKET, EXIF)).unwrap();

        assert_eq!(open(&old).unwrap().blocks.size, Some(size));
        assert_eq!(open(&new).unwrap().blocks.size, Some(size));
        assert_eq!((names(&new)[0].as_str(), flags(&new)), ("VP8X", flag));
        assert_eq!(names(&new)[2..], ["EXIF", "XMP "]);
        assert_eq!(new.len(), 8 + usize::try_from(crate::source::le32(&new, 4).unwrap()).unwrap());
    }
}

#[test]
fn exif_stands_in_front_of_xmp_and_both_behind_the_image() {
    let old = webp(&[(b"VP8X", EXTENDED), (b"VP8 ", LOSSY), (b"XMP ", b"<x/>"), (b"PSAI", b"8BIM")]);

    let new = edited(&old, &both(PACKET, EXIF)).unwrap();

    assert_eq!(names(&new), ["VP8X", "VP8 ", "EXIF", "XMP ", "PSAI"]);
    assert_eq!(flags(&new), 0x0c);
    assert_eq!(names(&edited(&old, &new_xmp(PACKET)).unwrap()), names(&old));
}

#[test]
fn a_jpegs_header_of_exif_is_kept() {
    let prefixed = [b"Exif\0\0", EXIF].concat();
    let old = webp(&[(b"VP8X", EXTENDED), (b"VP8 ", LOSSY), (b"EXIF", &prefixed)]);
    let longer = [EXIF, b"more"].concat();

    let new = edited(&old, &both(PACKET, &longer)).unwrap();

    let read = open(&new).unwrap();
    assert_eq!(read.blocks.exif.as_ref().unwrap().bytes, longer);
    assert_eq!(read.exif_prefix, b"Exif\0\0");
}

#[test]
fn what_stands_behind_the_list_stays_there_unless_it_holds_metadata() {
    let old = webp(&[(b"VP8 ", LOSSY)]);
    let with_trailer = [&old[..], b"a short video"].concat();
    let with_metadata = [&old[..], &framed(*b"abcd", b"x").unwrap(), &framed(*b"XMP ", b"<x/>").unwrap()];

    let new = edited(&with_trailer, &both(PACKET, EXIF)).unwrap();

    assert!(new.ends_with(b"a short video"));
    let refused = open(&with_metadata.concat()).map(|_| ()).unwrap_err();
    assert_eq!(refused.to_string(), "it has metadata behind its list of chunks");
}

#[test]
fn what_is_held_twice_is_read_and_not_written() {
    let old = webp(&[(b"VP8X", EXTENDED), (b"VP8 ", LOSSY), (b"XMP ", b"<a/>"), (b"XMP ", b"<b/>")]);

    assert_eq!(open(&old).unwrap().blocks.further.len(), 1);
    assert_eq!(reason(edited(&old, &new_xmp(PACKET))), "it has more than one XMP packet");
}

#[test]
fn odd_files_are_left_to_others() {
    let odd = |bytes: &[u8]| open(&bytes.to_vec()).map(|_| ()).unwrap_err().to_string();
    let of = |chunks: &[(&[u8; 4], &[u8])]| odd(&webp(chunks));

    assert_eq!(of(&[]), "it has no image");
    assert_eq!(of(&[(b"ALPH", b"x"), (b"VP8 ", LOSSY)]), "the size of its picture is not known");
    assert_eq!(of(&[(b"VP8 ", LOSSY), (b"ICCP", b"x")]), "it has no header although it is no simple WebP");
    let foreign = "it has a chunk that belongs into other kinds of files";
    assert_eq!(of(&[(b"VP8 ", LOSSY), (b"XMP\0", b"<x/>")]), foreign);
    assert_eq!(of(&[(b"VP8 ", LOSSY), (b"EXIF", b"abc")]), "its EXIF block is not as the standard wants it");
    let whole = webp(&[(b"VP8 ", LOSSY)]);
    assert_eq!(odd(&whole[..whole.len() - 1]), "its list of chunks has a wrong length");
    let mut short = whole.clone();
    short[4] -= 2;
    assert_eq!(odd(&short), "one of its chunks has no sound header");
}

#[test]
fn a_file_does_not_grow_beyond_what_its_length_can_say() {
    let mut webp = open(&webp(&[(b"VP8 ", LOSSY)])).unwrap();
    webp.end = u64::from(u32::MAX) - 100;

    let result = webp.splices(&Vec::new(), &new_xmp(PACKET));

    assert_eq!(result.unwrap_err().to_string(), "it would become longer than a WebP may be");
}

proptest! {
    #[test]
    fn whatever_the_order_of_chunks_only_our_own_change(
        kinds in proptest::collection::vec(
            prop::sample::select(vec![b"XMP ", b"EXIF", b"PSAI", b"ANMF", b"ALPH", b"abcd"]),
            0..8,
        ),
        sizes in proptest::collection::vec(1_usize..3000, 8),
        body in 0_usize..5000,
        exif in 0_usize..5000,
        behind in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let contents: Vec<Vec<u8>> = kinds.iter().zip(&sizes).map(|(kind, size)| match *kind {
            b"EXIF" => [EXIF, &vec![5; *size]].concat(),
            _ => vec![65; *size],
        }).collect();
        let mut chunks: Vec<(&[u8; 4], &[u8])> = vec![(b"VP8X", EXTENDED), (b"VP8 ", LOSSY)];
        chunks.extend(kinds.iter().zip(&contents).map(|(kind, bytes)| (*kind, bytes.as_slice())));
        let old = [webp(&chunks), behind].concat();
        let exif = [EXIF, &vec![9; exif]].concat();
        let renewed = both(&format!("{PACKET}{}", "y".repeat(body)), &exif);

        match edited(&old, &renewed) {
            Ok(new) => {
                let now = open(&new).unwrap();
                prop_assert_eq!(&now.blocks.exif.as_ref().unwrap().bytes, &exif);
                prop_assert!(now.blocks.xmp.unwrap().bytes.starts_with(PACKET.as_bytes()));
                prop_assert_eq!(flags(&new) & 0x0c, 0x0c);
            }
            Err(fault) => prop_assert!(matches!(fault, Fault::Beyond(_))),
        }
    }
}
