//! Layouts that the samples do not have, made by hand.

use super::*;
use crate::native::boxes::boxed;

/// One item: id, kind, content type, the item it describes.
struct Made {
    id: u16,
    kind: [u8; 4],
    describes: Option<u16>,
    /// Its pieces, in `mdat`, one behind the other.
    pieces: Vec<Vec<u8>>,
}

fn full(kind: [u8; 4], version: u8, content: &[u8]) -> Vec<u8> {
    boxed(kind, &[&[version, 0, 0, 0], content].concat()).unwrap()
}

fn short(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap().to_be_bytes()
}

fn word(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_be_bytes()
}

fn picture_item() -> Made {
    Made { id: 1, kind: *b"hvc1", describes: None, pieces: vec![b"pixels".to_vec()] }
}

fn exif_item(pieces: &[&[u8]]) -> Made {
    let pieces = pieces.iter().map(|piece| piece.to_vec()).collect();
    Made { id: 2, kind: *b"Exif", describes: Some(1), pieces }
}

/// How a file is put together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// `meta` behind `mdat`.
    MetaLast,
    /// `mdat` last, without a length.
    OpenEnd,
    /// With an unused box in `meta`.
    RoomInside,
    /// With places that count from a base only.
    BasesOnly,
    /// With the name of Canon's firmware.
    Canon,
    /// With Canon's table of places.
    CanonTable,
}

fn file(order: Order, items: &[Made]) -> Vec<u8> {
    let ftyp = boxed(*b"ftyp", b"heic\0\0\0\0mif1heic").unwrap();
    let content: Vec<u8> = items.iter().flat_map(|item| item.pieces.concat()).collect();
    let mut mdat = boxed(*b"mdat", &content).unwrap();
    if order == Order::OpenEnd {
        mdat[..4].fill(0);
    }
    let meta_first = order != Order::MetaLast;
    let before = ftyp.len() + if meta_first { meta(order, items, 0).len() } else { 0 };
    let meta = meta(order, items, before + 8);
    if meta_first { [ftyp, meta, mdat].concat() } else { [ftyp, mdat, meta].concat() }
}

fn meta(order: Order, items: &[Made], mut at: usize) -> Vec<u8> {
    let mut infos = short(items.len()).to_vec();
    let bases = order == Order::BasesOnly;
    let mut places =
        [&[if bases { 0x04 } else { 0x44 }, if bases { 0x40 } else { 0 }][..], &short(items.len())].concat();
    let mut references = Vec::new();
    for item in items {
        infos.extend(full(*b"infe", 2, &[&item.id.to_be_bytes()[..], &[0, 0], &item.kind, b"\0"].concat()));
        places.extend([item.id.to_be_bytes(), [0, 0]].concat());
        if bases {
            places.extend(word(at));
        }
        places.extend(short(item.pieces.len()));
        for piece in &item.pieces {
            if !bases {
                places.extend(word(at));
            }
            places.extend(word(piece.len()));
            at += piece.len();
        }
        if let Some(target) = item.describes {
            let ids = [item.id.to_be_bytes(), [0, 1], target.to_be_bytes()].concat();
            references.extend(boxed(*b"cdsc", &ids).unwrap());
        }
    }
    let size = full(*b"ispe", 0, &[word(6), word(4)].concat());
    let tie = full(*b"ipma", 0, &[&word(1)[..], &[0, 1, 1, 1]].concat());
    let properties = [boxed(*b"ipco", &size).unwrap(), tie].concat();
    let mut children = vec![full(*b"pitm", 0, &[0, 1]), full(*b"iinf", 0, &infos)];
    if order == Order::RoomInside {
        children.push(boxed(*b"free", &[0; 200]).unwrap());
    }
    if matches!(order, Order::Canon | Order::CanonTable) {
        let inner = if order == Order::Canon { *b"CNCV" } else { *b"CTBO" };
        let content = [&CANON_UUID[..], &boxed(inner, b"CanonHEIF001").unwrap()].concat();
        children.push(boxed(*b"uuid", &content).unwrap());
    }
    children.push(full(*b"iloc", 0, &places));
    children.push(boxed(*b"iprp", &properties).unwrap());
    if !references.is_empty() {
        children.push(full(*b"iref", 0, &references));
    }
    full(*b"meta", 0, &children.concat())
}

#[test]
fn the_order_of_the_boxes_does_not_matter() {
    for order in [Order::MetaLast, Order::OpenEnd, Order::RoomInside, Order::BasesOnly, Order::Canon] {
        let bare = file(order, &[picture_item()]);
        let with_exif = file(order, &[picture_item(), exif_item(&[b"\0\0\0\0MM\0*1234"])]);
        for file in [bare, with_exif] {
            for renewed in [exif(100), xmp(100), both(2_000, 2_000)] {
                let new = written(&file, &renewed);
                assert!(new.is_ok(), "{}", reason(new));
            }
        }
    }
}

#[test]
fn room_in_meta_keeps_everything_behind_it_in_its_place() {
    let file = file(Order::RoomInside, &[picture_item()]);

    let new = written(&file, &xmp(100)).unwrap();

    let (old, now) = (opened(&file), opened(&new));
    assert_eq!(old.meta.end, now.meta.end);
    assert_eq!(old.ranges(1).unwrap(), now.ranges(1).unwrap());
}

#[test]
fn an_item_in_pieces_is_read_and_gets_a_place_in_one() {
    let file = file(Order::OpenEnd, &[picture_item(), exif_item(&[b"\0\0\0\0MM", b"\0*12", b"34"])]);
    assert_eq!(exif_of(&opened(&file)), Some(b"MM\0*1234".to_vec()));

    let new = written(&file, &exif(500)).unwrap();

    let ranges = opened(&new).ranges(2).unwrap().unwrap();
    assert_eq!(ranges.len(), 3);
    assert!(ranges.windows(2).all(|pair| pair[0].1 == pair[1].0), "{ranges:?}");
}

#[test]
fn metadata_that_two_items_share_are_not_overwritten() {
    let mut shared = file(Order::OpenEnd, &[picture_item(), exif_item(&[b"\0\0\0\0MM\0*1234"])]);
    let heif = opened(&shared);
    let (start, _) = heif.ranges(2).unwrap().unwrap()[0];
    // The picture's own place is made to cover the EXIF item.
    let length_at = usize::try_from(heif.places.end).unwrap() - 14 - 4;
    let length = &mut shared[length_at..length_at + 4];
    assert_eq!(length, [0, 0, 0, 6]);
    length[3] = 18;

    let new = written(&shared, &exif(4)).unwrap();

    let old = usize::try_from(start).unwrap();
    assert_eq!(opened(&new).ranges(1).unwrap().unwrap()[0].1, start + 12);
    assert!(new.windows(12).any(|bytes| bytes == &shared[old..old + 12]), "the shared bytes are still there");
}

#[test]
fn metadata_of_no_picture_are_not_written() {
    let loose = Made { describes: None, ..exif_item(&[b"\0\0\0\0MM\0*1234"]) };
    let file = file(Order::OpenEnd, &[picture_item(), loose]);

    assert!(matches!(opened(&file).blocks().further[..], [Further::Exif(_)]));
    assert!(reason(written(&file, &exif(50))).contains("which picture"));
}

#[test]
fn two_blocks_for_one_picture_are_beyond() {
    let second = Made { id: 3, ..exif_item(&[b"\0\0\0\0MM\0*1234"]) };
    let file = file(Order::OpenEnd, &[picture_item(), exif_item(&[b"\0\0\0\0MM\0*12"]), second]);

    assert!(reason(Heif::open(&file)).contains("several EXIF blocks"));
}

#[test]
fn a_new_item_describes_what_its_sibling_does() {
    let file = file(Order::OpenEnd, &[picture_item(), exif_item(&[b"\0\0\0\0MM\0*1234"])]);

    let new = written(&file, &xmp(50)).unwrap();

    let heif = opened(&new);
    let main = heif.described.xmp.as_ref().expect("a new item");
    assert_eq!(main.id, 3);
    assert_eq!(heif.references.described_by(3), heif.references.described_by(2));
}

#[test]
fn what_another_table_may_point_at_does_not_move() {
    let with_exif = file(Order::CanonTable, &[picture_item(), exif_item(&[b"\0\0\0\0MM\0*1234"])]);

    assert!(written(&with_exif, &exif(4)).is_ok());
    assert!(reason(written(&with_exif, &exif(40))).contains("not known"));
    assert!(reason(written(&with_exif, &xmp(4))).contains("not known"));
}
