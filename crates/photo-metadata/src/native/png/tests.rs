use proptest::prelude::*;

use super::*;
use crate::draft::Draft;
use crate::native::blocks::NewExif;
use crate::recipe::View;

const HEADER: &[u8] = b"\0\0\0\x10\0\0\0\x08\x08\x02\0\0\0";
const EXIF: &[u8] = b"II*\0\x08\0\0\0\0\0\0\0\0\0";
const PACKET: &str = "<?xpacket begin=''?><x:xmpmeta/>";

fn chunk(kind: &str, content: &[u8]) -> Vec<u8> {
    framed(kind.as_bytes().try_into().unwrap(), content).unwrap()
}

/// A PNG of these chunks, between the header and the end.
fn png(chunks: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = chunks::SIGNATURE.to_vec();
    bytes.extend(chunk("IHDR", HEADER));
    bytes.extend(chunks.iter().flat_map(|(kind, content)| chunk(kind, content)));
    bytes.extend(chunk("IEND", b""));
    bytes
}

fn xmp_text(packet: &str) -> Vec<u8> {
    international(packet.as_bytes())
}

fn names(bytes: &[u8]) -> Vec<String> {
    let runs = walk(&bytes.to_vec()).unwrap();
    runs.iter().map(|run| String::from_utf8_lossy(&run.kind).into_owned()).collect()
}

fn new_xmp(body: &str) -> Renewed {
    Renewed { xmp: Some(NewXmp { body: body.to_owned() }), ..Renewed::default() }
}

fn new_exif(bytes: &[u8]) -> Renewed {
    Renewed { exif: Some(NewExif { bytes: bytes.to_vec(), splices: None }), ..Renewed::default() }
}

fn both(body: &str, exif: &[u8]) -> Renewed {
    Renewed { exif: new_exif(exif).exif, ..new_xmp(body) }
}

/// The new version, whose other parts are the same.
fn edited(old: &[u8], renewed: &Renewed) -> Result<Vec<u8>, Fault> {
    let old = old.to_vec();
    let png = open(&old)?;
    let recipe = Draft::new(old.len() as u64, png.splices(&old, renewed)?).expect("sound splices").forward();
    let view = View::new(&old, &recipe);
    let length = usize::try_from(view.len()).unwrap();
    let new = crate::source::read_up_to(&view, 0, length).unwrap();
    assert_eq!(open(&new)?.parts(&new)?, png.parts(&old)?);
    for run in walk(&new)?.iter().filter(|run| !run.is_image_data()) {
        assert!(content(&new, run, LONGEST)?.1, "{:?}", run.kind);
    }
    Ok(new)
}

fn reason(result: Result<Vec<u8>, Fault>) -> String {
    result.map(|bytes| names(&bytes)).unwrap_err().to_string()
}

#[test]
fn new_blocks_stand_in_front_of_the_image_data_apples_offsets_and_the_first_frame() {
    let plain = png(&[("pHYs", b"123456789"), ("IDAT", b"a"), ("IDAT", b"b"), ("tEXt", b"a\0b")]);
    let apple = png(&[("pHYs", b"123456789"), ("iDOT", &[0; 28]), ("IDAT", b"a")]);
    let animated =
        png(&[("acTL", &[0; 8]), ("fcTL", &[0; 26]), ("IDAT", b"a"), ("fcTL", b"2"), ("fdAT", b"c")]);

    let of = |old: &[u8]| names(&edited(old, &both(PACKET, EXIF)).unwrap());

    assert_eq!(of(&plain), ["IHDR", "pHYs", "iTXt", "eXIf", "IDAT", "tEXt", "IEND"]);
    assert_eq!(of(&apple), ["IHDR", "pHYs", "iTXt", "eXIf", "iDOT", "IDAT", "IEND"]);
    assert_eq!(of(&animated), ["IHDR", "acTL", "iTXt", "eXIf", "fcTL", "IDAT", "fcTL", "fdAT", "IEND"]);
}

#[test]
fn blocks_behind_the_image_move_to_its_front_and_others_keep_their_place() {
    let behind = png(&[("IDAT", b"a"), ("eXIf", EXIF), ("tIME", b"1234567"), ("iTXt", &xmp_text("<x/>"))]);
    let before = png(&[("iTXt", &xmp_text("<x/>")), ("eXIf", EXIF), ("tIME", b"1234567"), ("IDAT", b"a")]);

    let moved = names(&edited(&behind, &both(PACKET, EXIF)).unwrap());
    let kept = names(&edited(&before, &both(PACKET, b"II*\0and more")).unwrap());

    assert_eq!(moved, ["IHDR", "iTXt", "eXIf", "IDAT", "tIME", "IEND"]);
    assert_eq!(kept, ["IHDR", "iTXt", "eXIf", "tIME", "IDAT", "IEND"]);
}

#[test]
fn between_apples_offsets_and_the_image_data_nothing_changes_its_length() {
    let packet = format!("{:900}", "<x/>");
    let apple = png(&[("iDOT", &[0; 28]), ("iTXt", &xmp_text(&packet)), ("IDAT", b"a")]);

    let fits = edited(&apple, &new_xmp(PACKET)).unwrap();
    let longer = edited(&apple, &new_xmp(&format!("{packet}{packet}")));

    assert_eq!((names(&fits), fits.len()), (names(&apple), apple.len()));
    assert_eq!(reason(longer), "its metadata lie between Apple's offsets and the image data");
}

#[test]
fn a_second_edit_that_fits_leaves_the_length_of_the_file_as_it_is() {
    let plain = png(&[("IDAT", &vec![7; 100_000])]);
    let first = edited(&plain, &both(PACKET, EXIF)).unwrap();
    let second = edited(&first, &both(&PACKET.replace("x:", "longer:"), b"II*\0another length")).unwrap();

    assert_eq!(second.len(), first.len());
    assert_eq!((first.len() - plain.len()) % 4096, 0);
}

#[test]
fn compressed_xmp_and_xmp_in_digits_are_read() {
    let packet = b"<x:xmpmeta/>";
    let digits = "3c783a786d706d6574612f3e";
    let text = format!("Raw profile type xmp\0\nxmp\n{:8}\n{digits}\n", packet.len());
    let deflated = Profile::with(
        &profile(b"Raw profile type xmp", &Text::parse(*b"tEXt", text.as_bytes()).unwrap())
            .unwrap()
            .unwrap()
            .0,
        packet,
    );
    let in_digits = png(&[("tEXt", text.as_bytes()), ("IDAT", b"a")]);
    assert_eq!(deflated.unwrap().0, *b"tEXt");

    let block = |bytes: &Vec<u8>| open(bytes).unwrap().blocks.xmp.map(|block| block.bytes);
    assert_eq!(block(&in_digits).as_deref(), Some(&packet[..]));
    let new = edited(&in_digits, &new_xmp(PACKET)).unwrap();
    assert_eq!(names(&new), ["IHDR", "tEXt", "IDAT", "IEND"]);
    assert!(block(&new).unwrap().starts_with(PACKET.as_bytes()));
}

#[test]
fn what_is_held_twice_is_read_and_not_written() {
    let twice = png(&[("iTXt", &xmp_text("<a/>")), ("IDAT", b"a"), ("iTXt", &xmp_text("<b/>"))]);
    let exif = png(&[("eXIf", EXIF), ("eXIf", EXIF), ("IDAT", b"a")]);

    assert_eq!(open(&twice).unwrap().blocks.further.len(), 1);
    assert_eq!(reason(edited(&twice, &new_xmp(PACKET))), "it has more than one XMP packet");
    assert_eq!(reason(edited(&exif, &new_exif(EXIF))), "it has EXIF in more than one place");
    assert!(edited(&exif, &new_xmp(PACKET)).is_ok());
}

#[test]
fn a_wrong_checksum_is_not_made_right() {
    let mut broken = png(&[("eXIf", EXIF), ("IDAT", b"a")]);
    broken[8 + 25 + 8 + EXIF.len()] ^= 1;

    assert_eq!(reason(edited(&broken, &new_exif(EXIF))), "the checksum of its metadata does not fit");
}

#[test]
fn what_stands_behind_the_end_stays_there() {
    let trailer = b"a short video";
    let old = [png(&[("IDAT", b"a"), ("eXIf", EXIF)]), trailer.to_vec()].concat();

    let new = edited(&old, &both(PACKET, EXIF)).unwrap();

    assert!(new.ends_with(trailer));
}

#[test]
fn odd_files_are_left_to_others() {
    let odd = |chunks: &[(&str, &[u8])]| open(&png(chunks)).map(|_| ()).unwrap_err().to_string();

    assert_eq!(odd(&[]), "it has no image data");
    assert_eq!(odd(&[("zxIf", EXIF), ("IDAT", b"a")]), "its EXIF block is in a chunk that is not standard");
    assert_eq!(odd(&[("eXIf", b"abc"), ("IDAT", b"a")]), "its EXIF block is not as the standard wants it");
    let like = "one of its texts has nearly the name of a text with metadata";
    assert_eq!(odd(&[("tEXt", b"raw profile type APP1\0"), ("IDAT", b"a")]), like);
    let cut = png(&[("IDAT", b"a")]);
    assert!(open(&cut[..cut.len() - 5].to_vec()).is_err());
}

#[test]
fn an_improper_header_of_exif_is_left_out_when_the_block_is_written() {
    let old = png(&[("eXIf", &[b"Exif\0\0", EXIF].concat()), ("IDAT", b"a")]);

    assert_eq!(open(&old).unwrap().blocks.exif.as_ref().unwrap().bytes, EXIF);
    let new = edited(&old, &new_exif(EXIF)).unwrap();

    assert_eq!(new.len(), old.len() - 6);
}

proptest! {
    #[test]
    fn whatever_the_order_of_chunks_only_our_own_change(
        kinds in proptest::collection::vec(
            prop::sample::select(vec!["tEXt", "zTXt", "IDAT", "iDOT", "fcTL", "fdAT", "own", "exif", "tIME"]),
            1..12,
        ),
        sizes in proptest::collection::vec(1_usize..3000, 12),
        body in 0_usize..5000,
        exif in 8_usize..5000,
    ) {
        // Image data stand in one run (PNG, section 5.6); in two, they become one when what divides them moves.
        let image: Vec<usize> = (0..kinds.len()).filter(|at| kinds[*at] == "IDAT").collect();
        prop_assume!(image.windows(2).all(|pair| pair[1] == pair[0] + 1));
        let chunks: Vec<(&str, Vec<u8>)> = kinds.iter().zip(&sizes).map(|(kind, size)| match *kind {
            "own" => ("iTXt", xmp_text(&"x".repeat(*size))),
            "exif" => ("eXIf", [EXIF, &vec![5; *size]].concat()),
            kind => (kind, vec![65; *size]),
        }).collect();
        let chunks: Vec<(&str, &[u8])> = chunks.iter().map(|(kind, bytes)| (*kind, bytes.as_slice())).collect();
        let old = png(&chunks);
        let exif = [EXIF, &vec![9; exif]].concat();
        let renewed = both(&format!("{PACKET}{}", "y".repeat(body)), &exif);

        match edited(&old, &renewed) {
            Ok(new) => {
                let now = open(&new).unwrap();
                prop_assert_eq!(&now.blocks.exif.as_ref().unwrap().bytes, &exif);
                prop_assert!(now.blocks.xmp.unwrap().bytes.starts_with(PACKET.as_bytes()));
            }
            Err(fault) => prop_assert!(matches!(fault, Fault::Beyond(_))),
        }
    }
}
