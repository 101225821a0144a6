//! Hand-made headers: what is found, and that an edit touches what it says and nothing else.

mod real;

use proptest::prelude::*;

use super::segments::Window;
use super::*;
use crate::draft::Draft;
use crate::native::blocks::{Further, NewExif, NewXmp};
use crate::recipe::View;
use crate::source::read_up_to;

const TAIL: &[u8] = b"\xff\xda\0\x08\x01\x01\0\0?\0\x12\xff\0\x34\xff\xd9";

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap();
    [&[0xff, marker][..], &length.to_be_bytes(), content].concat()
}

fn jfif() -> Vec<u8> {
    segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
}

fn exif(block: &[u8]) -> Vec<u8> {
    segment(0xe1, &[b"Exif\0\0", block].concat())
}

fn xmp(packet: &[u8]) -> Vec<u8> {
    segment(0xe1, &[find::XMP, packet].concat())
}

fn photoshop(resources: &[u8]) -> Vec<u8> {
    segment(0xed, &[find::PHOTOSHOP, resources].concat())
}

fn frame() -> Vec<u8> {
    segment(0xc2, b"\x08\0\x30\0\x40\x01\x01\x11\0")
}

fn jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
    [b"\xff\xd8", &segments.concat()[..], &frame(), TAIL].concat()
}

/// An index of the first picture, of `first` bytes, and of one at `offset` behind the header of the index.
fn mpf(first: u32, offset: u32) -> Vec<u8> {
    let mut index = b"MPF\0II*\0\x08\0\0\0\x01\0\x02\xb0\x07\0\x20\0\0\0\x1a\0\0\0\0\0\0\0".to_vec();
    for (length, offset) in [(first, 0), (20, offset)] {
        index.extend([&[0; 4], &length.to_le_bytes()[..], &offset.to_le_bytes(), &[0; 4]].concat());
    }
    segment(0xe2, &index)
}

/// A picture with a second one behind it, and `in_front` and `behind` around the index of both.
fn two_pictures(in_front: &[Vec<u8>], behind: &[Vec<u8>]) -> Vec<u8> {
    let make = |first: u32, offset: u32| jpeg(&[in_front.concat(), mpf(first, offset), behind.concat()]);
    let base = u32::try_from(2 + in_front.concat().len() + 8).unwrap();
    let first = u32::try_from(make(0, 0).len()).unwrap();
    let second = [b"\xff\xd8\xff\xe1", &[7; 16][..]].concat();
    [make(first, first - base), second].concat()
}

fn open(file: &Vec<u8>) -> Jpeg {
    Jpeg::open(file).unwrap()
}

fn reason(file: &Vec<u8>) -> String {
    Jpeg::open(file).unwrap_err().to_string()
}

fn new_xmp(body: &str) -> Renewed {
    Renewed { xmp: Some(NewXmp { body: body.to_owned() }), ..Renewed::default() }
}

fn new_exif(bytes: &[u8]) -> Renewed {
    Renewed { exif: Some(NewExif { bytes: bytes.to_vec(), splices: None }), ..Renewed::default() }
}

fn written(file: &Vec<u8>, renewed: &Renewed) -> Vec<u8> {
    let splices = open(file).splices(file, renewed).unwrap();
    let draft = Draft::new(file.len() as u64, splices).expect("splices that fit together");
    let recipe = draft.forward();
    let view = View::new(file, &recipe);
    read_up_to(&view, 0, usize::try_from(view.len()).unwrap()).unwrap()
}

fn refusal(file: &Vec<u8>, renewed: &Renewed) -> String {
    open(file).splices(file, renewed).map(|splices| splices.len()).unwrap_err().to_string()
}

/// The markers of the header, in their order.
fn markers(file: &Vec<u8>) -> Vec<u8> {
    open(file).layout.segments.iter().map(|segment| segment.marker).collect()
}

#[test]
fn blocks_are_found_with_their_places() {
    let file = jpeg(&[jfif(), exif(b"II*\0rest"), xmp(b"<x/>"), photoshop(b"8BIM")]);

    let jpeg = open(&file);
    let blocks = jpeg.blocks();

    let place = |needle: &[u8]| memchr::memmem::find(&file, needle).map(|at| at as u64);
    let exif = blocks.exif.as_ref().unwrap();
    assert_eq!((exif.bytes.as_slice(), exif.place), (&b"II*\0rest"[..], place(b"II*\0rest")));
    let xmp = blocks.xmp.as_ref().unwrap();
    assert_eq!((xmp.bytes.as_slice(), xmp.place), (&b"<x/>"[..], place(b"<x/>")));
    assert_eq!(blocks.photoshop.as_ref().unwrap().bytes, b"8BIM");
    assert_eq!(blocks.size, Some((64, 48)));
}

#[test]
fn resources_over_several_segments_are_one_list() {
    let file = jpeg(&[photoshop(b"8BI"), photoshop(b"M\x04\x04")]);
    let block = open(&file).blocks.photoshop.unwrap();
    assert_eq!((block.bytes.as_slice(), block.place), (&b"8BIM\x04\x04"[..], None));
}

#[test]
fn properties_in_extended_xmp_are_read_too() {
    let guid = "A".repeat(32);
    let part = [find::EXTENDED_XMP, guid.as_bytes(), b"\0\0\0\x04\0\0\0\0<y/>"].concat();
    let main = format!("<x:x xmpNote:HasExtendedXMP='{guid}'/>");

    let file = jpeg(&[segment(0xe1, &part), xmp(main.as_bytes())]);

    assert!(matches!(&open(&file).blocks.further[..], [Further::Xmp(text)] if text == b"<y/>"));
}

#[test]
fn what_exiftool_reads_in_a_way_of_its_own_is_left_to_it() {
    let cases = [
        (jpeg(&[exif(b"II*\0"), exif(b"II*\0")]), "more than one EXIF"),
        (jpeg(&[segment(0xe1, b"EXIF\0\0II*\0")]), "unusual header"),
        (jpeg(&[segment(0xe1, b"\0\0Exif\0\0II*\0")]), "unusual header"),
        (jpeg(&[xmp(b"<x/>"), xmp(b"<x/>")]), "more than one XMP"),
        (jpeg(&[segment(0xe1, b"something <?xpacket")]), "unusual header"),
        (jpeg(&[segment(0xed, b"Adobe_Photoshop2.5:8BIM")]), "Photoshop 2.5"),
        (jpeg(&[photoshop(b"8BIM"), jfif(), photoshop(b"8BIM")]), "more than one list"),
        (jpeg(&[b"junk".to_vec()]), "belong to no segment"),
        (jpeg(&[])[..12].to_vec(), "breaks off"),
    ];
    for (file, expected) in cases {
        assert!(reason(&file).contains(expected), "{}", reason(&file));
    }
}

#[test]
fn new_segments_stand_behind_jfif_and_in_front_of_the_index() {
    let both = Renewed { exif: new_exif(b"II*\0").exif, ..new_xmp("<x/>") };

    assert_eq!(
        markers(&written(&jpeg(&[jfif(), segment(0xfe, b"hi")]), &both)),
        [0xe0, 0xe1, 0xe1, 0xfe, 0xc2]
    );
    assert_eq!(markers(&written(&jpeg(&[segment(0xfe, b"hi")]), &both)), [0xe1, 0xe1, 0xfe, 0xc2]);
    let file = two_pictures(&[jfif()], &[exif(b"II*\0")]);
    let new = written(&file, &new_xmp("<x/>"));
    assert_eq!(markers(&new), [0xe0, 0xe1, 0xe2, 0xe1, 0xc2]);
    assert!(open(&new).blocks.xmp.unwrap().bytes.starts_with(b"<x/>"));
}

#[test]
fn a_packet_that_fits_moves_nothing() {
    let old = format!("<x>{}</x>{}<?xpacket end='w'?>", "old".repeat(100), " ".repeat(900));
    let file = jpeg(&[jfif(), xmp(old.as_bytes())]);

    let new = written(&file, &new_xmp("<x>new and short</x>"));
    let with_exif = written(&file, &Renewed { exif: new_exif(&[7; 300]).exif, ..new_xmp("<x>new</x>") });

    assert_eq!((new.len(), with_exif.len()), (file.len(), file.len()));
}

#[test]
fn growth_of_exif_alone_is_taken_from_the_blanks_of_the_packet() {
    let packet = |blanks: usize| format!("<x>kept</x>{}<?xpacket end='w'?>", " ".repeat(blanks));
    let file = jpeg(&[exif(b"II*\0"), xmp(packet(500).as_bytes())]);

    let grown = written(&file, &new_exif(&[b'x'; 204]));

    assert_eq!(grown.len(), file.len());
    let left = String::from_utf8(open(&grown).blocks.xmp.unwrap().bytes).unwrap();
    assert!(left.contains(&" ".repeat(300)), "{left}");
    assert_eq!(left.split_whitespace().collect::<Vec<_>>(), ["<x>kept</x>", "<?xpacket", "end='w'?>"]);
}

#[test]
fn a_packet_that_nobody_may_edit_is_not_stretched() {
    let file = jpeg(&[exif(b"II*\0"), xmp(b"<x/>       <?xpacket end='r'?>")]);
    let grown = written(&file, &new_exif(&[b'x'; 104]));
    assert_eq!(grown.len(), file.len() + 100);
}

#[test]
fn a_large_picture_moves_by_whole_blocks() {
    let large = |segments: &[Vec<u8>]| {
        let mut file = jpeg(segments);
        let end = file.split_off(file.len() - 2);
        [file, vec![0x55; 100_000], end].concat()
    };
    for file in [large(&[jfif()]), large(&[xmp(b"<x/>"), photoshop(b"8BIM")])] {
        let new = written(&file, &Renewed { exif: new_exif(&[1; 77]).exif, ..new_xmp("<x>new</x>") });
        assert_eq!((new.len() - file.len()) % 4096, 0);
    }
    let stretched = large(&[exif(b"II*\0"), xmp(b"<x/> <?xpacket end='w'?>")]);
    assert_eq!(written(&stretched, &new_exif(&[1; 77])).len(), stretched.len() + 4096);
}

#[test]
fn what_no_segment_takes_is_refused() {
    let file = jpeg(&[jfif(), photoshop(b"8BIM")]);
    let long = "x".repeat(65_502 - 19);
    assert_eq!(
        refusal(&file, &new_exif(&vec![0; 65_528])),
        "its EXIF block would get longer than a JPEG segment may be"
    );
    assert_eq!(refusal(&file, &new_xmp(&long)), "its XMP packet would get longer than a JPEG segment may be");
    assert_eq!(markers(&written(&file, &new_exif(&vec![0; 65_527]))), [0xe0, 0xe1, 0xed, 0xc2]);
    assert_eq!(markers(&written(&file, &new_xmp(&long[1..]))), [0xe0, 0xe1, 0xed, 0xc2]);
}

#[test]
fn long_resources_are_cut_and_none_leave_no_segment() {
    let file = jpeg(&[jfif(), photoshop(b"8BIM"), segment(0xfe, b"hi")]);
    let renewed = |bytes: Vec<u8>| Renewed { photoshop: Some(bytes), ..Renewed::default() };
    let long: Vec<u8> = (0..150_000_u32).map(|number| u8::try_from(number % 251).unwrap()).collect();

    let new = written(&file, &renewed(long.clone()));

    assert_eq!(markers(&new), [0xe0, 0xed, 0xed, 0xed, 0xfe, 0xc2]);
    assert_eq!(open(&new).blocks.photoshop.unwrap().bytes, long);
    assert_eq!(written(&new, &renewed(b"8BIM".to_vec())), file);
    assert_eq!(markers(&written(&new, &renewed(Vec::new()))), [0xe0, 0xfe, 0xc2]);
}

#[test]
fn the_index_of_pictures_leads_to_the_same_pictures() {
    let cases = [
        two_pictures(&[jfif()], &[]),
        two_pictures(&[exif(b"II*\0")], &[xmp(b"<x/>")]),
        two_pictures(&[], &[exif(b"II*\0"), photoshop(b"8BIM"), xmp(b"<x/>")]),
    ];
    for file in cases {
        let renewed = Renewed { exif: new_exif(&[3; 99]).exif, ..new_xmp("<x>new</x>") };
        let new = written(&file, &renewed);

        let before = open(&file).parts(&file).unwrap();
        assert_eq!(before["JPEG:MPF pictures"].len(), 2);
        assert!(before["JPEG:MPF pictures"][1].starts_with("20 ffd8ffe1"), "{before:?}");
        assert_eq!(open(&new).parts(&new).unwrap(), before);
    }
}

#[test]
fn parts_tell_one_changed_byte_from_none() {
    let file = two_pictures(&[jfif(), segment(0xfe, b"hi")], &[segment(0xe2, b"ICC_PROFILE\0\x01\x01")]);
    let before = open(&file).parts(&file).unwrap();
    for at in 2..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 0x10;
        let parts = Jpeg::open(&changed).and_then(|jpeg| jpeg.parts(&changed));
        // The frame is a part too; what it says of the size is not hashed twice.
        assert!(parts.is_err() || parts.is_ok_and(|parts| parts != before), "byte {at}");
    }
}

#[test]
fn a_picture_without_an_end_is_not_written() {
    let mut file = jpeg(&[jfif()]);
    file.truncate(file.len() - 1);
    assert_eq!(refusal(&file, &new_xmp("<x/>")), "its picture has no end");
}

#[test]
fn trailers_that_know_too_much_are_not_misled() {
    let afcp = [
        jpeg(&[jfif(), photoshop(b"8BIM"), xmp(b"<x/>        <?xpacket end='w'?>")]),
        b"AXS!\0\0\0\xfb\0\0\0\0".to_vec(),
    ]
    .concat();
    let resources = Renewed { photoshop: Some(b"8BIMx".to_vec()), ..Renewed::default() };

    assert!(refusal(&afcp, &new_xmp(&"x".repeat(99))).contains("AFCP"));
    assert!(refusal(&afcp, &resources).contains("second time"));
    assert_eq!(written(&afcp, &new_xmp("<y/>")).len(), afcp.len());
}

#[test]
fn a_preview_that_the_maker_points_at_stays_in_its_place() {
    let make = |offset: u32| {
        let mut block = b"MM\0*\0\0\0\x08\0\x01\x92\x7c\0\x07\0\0\0\x04\0\0\0\x1a\0\0\0\0".to_vec();
        block.extend([offset.to_be_bytes(), 54_u32.to_be_bytes()].concat());
        [
            jpeg(&[exif(&block), xmp(b"<x/>           <?xpacket end='w'?>")]),
            b"\xff\xd8\xff\xdb\0\x43".repeat(9),
        ]
        .concat()
    };
    let offset = u32::try_from(make(0).len() - 9 * 6 - 12).unwrap();
    let file = make(offset);

    assert!(refusal(&file, &new_xmp(&"x".repeat(99))).contains("points to something behind"));
    assert_eq!(written(&file, &new_xmp("<y/>")).len(), file.len());
}

/// Segments of any kind and order, ours among them.
fn any_header() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let bytes = |most: usize| proptest::collection::vec(any::<u8>(), 0..most);
    let segments = (
        proptest::option::of(bytes(3000)),
        proptest::option::of(("[a-z]{0,400}", 0_usize..5000)),
        proptest::option::of(bytes(70_000)),
        proptest::collection::vec(bytes(2000), 0..4),
    );
    segments.prop_flat_map(|(block, packet, resources, others)| {
        let mut list: Vec<Vec<u8>> = others.iter().map(|other| segment(0xfe, other)).collect();
        list.extend(block.map(|block| exif(&[b"II*\0", &block[..]].concat())));
        list.extend(packet.map(|(body, blanks)| {
            xmp(format!("<{body}/>{}<?xpacket end='w'?>", " ".repeat(blanks)).as_bytes())
        }));
        list.extend(
            resources.map(|resources| resources.chunks(65_000).map(photoshop).collect::<Vec<_>>().concat()),
        );
        Just(list).prop_shuffle()
    })
}

fn any_change() -> impl Strategy<Value = (Option<usize>, Option<usize>, Option<usize>)> {
    (
        proptest::option::of(0_usize..60_000),
        proptest::option::of(0_usize..60_000),
        proptest::option::of(0_usize..140_000),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn all_from_the_scan_on_is_the_same_and_the_index_leads_there(
        in_front in any_header(), big in proptest::bool::ANY, (block, body, resources) in any_change(),
    ) {
        let (first, second) = in_front.split_at(in_front.len() / 2);
        let mut file = two_pictures(first, second);
        file.extend(vec![0x11; if big { 80_000 } else { 10 }]);
        let has_resources = open(&file).blocks.photoshop.is_some();
        let renewed = Renewed {
            exif: block.map(|length| NewExif { bytes: vec![0x41; length], splices: None }),
            xmp: body.map(|length| NewXmp { body: "x".repeat(length) }),
            photoshop: resources.filter(|_| has_resources).map(|length| vec![0x42; length]),
            ..Renewed::default()
        };

        let new = written(&file, &renewed);
        let (before, after) = (open(&file), open(&new));

        let from_scan = |jpeg: &Jpeg, file: &[u8]| file[usize::try_from(jpeg.layout.scan).unwrap()..].to_vec();
        prop_assert_eq!(from_scan(&before, &file), from_scan(&after, &new));
        prop_assert_eq!(before.parts(&file).unwrap(), after.parts(&new).unwrap());
        if let Some(exif) = &renewed.exif {
            prop_assert_eq!(&after.blocks.exif.as_ref().unwrap().bytes, &exif.bytes);
        }
        let packet = |jpeg: &Jpeg| jpeg.blocks.xmp.as_ref().map(|block| block.bytes.clone());
        let without_blanks = |bytes: Vec<u8>| bytes.into_iter().filter(|byte| *byte != b' ').collect::<Vec<_>>();
        match &renewed.xmp {
            Some(xmp) => prop_assert!(packet(&after).unwrap().starts_with(xmp.body.as_bytes())),
            None => prop_assert_eq!(packet(&before).map(without_blanks), packet(&after).map(without_blanks)),
        }
        let kept = before.blocks.photoshop.map(|block| block.bytes);
        let expected = renewed.photoshop.or(kept).filter(|bytes| !bytes.is_empty());
        let found = after.blocks.photoshop.map(|block| block.bytes).filter(|bytes| !bytes.is_empty());
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn changed_bytes_panic_nowhere_and_the_pieces_of_a_reading_do_not_matter(
        header in any_header(), changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        first in 1_usize..300, next in 1_usize..300,
    ) {
        let mut file = two_pictures(&header, &[]);
        for (place, byte) in changes {
            let most = file.len();
            file[place.index(most)] = byte;
        }
        let whole = Jpeg::open(&file);
        let pieces = Jpeg::through(&mut Window::with_pieces(&file, first, next));
        match (whole, pieces) {
            (Ok(whole), Ok(pieces)) => {
                prop_assert_eq!(format!("{:?}", whole.blocks), format!("{:?}", pieces.blocks));
                prop_assert_eq!(whole.layout.segments, pieces.layout.segments);
                let _ = pieces.blocks.size;
            }
            (Err(whole), Err(pieces)) => prop_assert_eq!(whole.to_string(), pieces.to_string()),
            (whole, pieces) => prop_assert!(false, "{:?} {:?}", whole.err(), pieces.err()),
        }
        if let Ok(jpeg) = Jpeg::open(&file) {
            let _ = jpeg.parts(&file).unwrap();
            let _ = jpeg.splices(&file, &new_xmp("<x>some words</x>"));
        }
    }
}
