//! Files made on the spot, in many layouts: what is put in is there, and everything else is where it was.

mod layouts;

use proptest::prelude::*;
use sample_pictures::{Exif, HeifLayout, Kind, Picture, Xmp};

use super::*;
use crate::draft::Draft;
use crate::native::blocks::{Further, NewExif, NewXmp, Turn};
use crate::recipe::{Recipe, View};
use crate::regions::Orientation;
use crate::source::read_up_to;

fn opened(file: &Vec<u8>) -> Heif {
    Heif::open(file).expect("a file that is read natively")
}

fn reason(result: Result<impl Sized, Fault>) -> String {
    match result {
        Ok(_) => "nothing".to_owned(),
        Err(fault) => fault.to_string(),
    }
}

fn made(recipe: &Recipe, other: &Vec<u8>) -> Vec<u8> {
    let view = View::new(other, recipe);
    read_up_to(&view, 0, usize::try_from(view.len()).expect("a small file")).expect("memory can be read")
}

/// The new version, proved: other parts are listed as before, the blocks are the wanted ones, and the way back is exact.
fn written(file: &Vec<u8>, renewed: &Renewed) -> Result<Vec<u8>, Fault> {
    let before = opened(file);
    let draft = Draft::new(file.len() as u64, before.splices(file, renewed)?).expect("splices side by side");
    let new = made(&draft.forward(), file);
    let after = opened(&new);
    assert_eq!(after.parts(&new).unwrap(), before.parts(file).unwrap());
    let exif = renewed.exif.as_ref().map(|exif| &exif.bytes);
    assert_eq!(exif_of(&after), exif.cloned().or(exif_of(&before)));
    let xmp = renewed.xmp.as_ref().map(|xmp| xmp.body.clone());
    assert_eq!(xmp_of(&after), xmp.or(xmp_of(&before)));
    assert_eq!(made(&draft.back(file).unwrap(), &new), *file, "the way back");
    Ok(new)
}

fn exif_of(heif: &Heif) -> Option<Vec<u8>> {
    heif.blocks().exif.as_ref().map(|block| block.bytes.clone())
}

/// The packet without its padding.
fn xmp_of(heif: &Heif) -> Option<String> {
    let block = heif.blocks().xmp.as_ref()?;
    let text = String::from_utf8(block.bytes.clone()).unwrap();
    Some(text.trim_end_matches("<?xpacket end='w'?>").trim_end().to_owned())
}

fn exif(length: usize) -> Renewed {
    let bytes = [b"MM\0*".as_slice(), &vec![7; length]].concat();
    Renewed { exif: Some(NewExif { bytes, splices: None }), ..Renewed::default() }
}

fn xmp(length: usize) -> Renewed {
    let body = format!("<?xpacket begin=''?><x>{}</x>", "y".repeat(length));
    Renewed { xmp: Some(NewXmp { body }), ..Renewed::default() }
}

fn both(exif_length: usize, xmp_length: usize) -> Renewed {
    Renewed { xmp: xmp(xmp_length).xmp, ..exif(exif_length) }
}

fn picture(layout: HeifLayout) -> Picture {
    Picture::new(Kind::Heic).size(60, 40).heif(layout)
}

fn with_exif(layout: HeifLayout) -> Vec<u8> {
    picture(layout).exif(Exif::new().taken("2024:07:01 12:00:00")).build()
}

fn with_both(layout: HeifLayout) -> Vec<u8> {
    let picture = picture(layout).exif(Exif::new().taken("2024:07:01 12:00:00"));
    picture.xmp(Xmp::new().subject("Lake")).build()
}

/// All forms that the samples can take.
fn all_layouts() -> Vec<HeifLayout> {
    let mut all = Vec::new();
    for iloc_version in 0..=2 {
        for (base_offsets, auxiliary_image) in [(false, false), (true, false), (false, true), (true, true)] {
            for free_behind_meta in [0, 40, 300, 9_000] {
                for exif_in_idat in [false, true] {
                    if !(exif_in_idat && iloc_version == 0) {
                        all.push(HeifLayout {
                            iloc_version,
                            base_offsets,
                            exif_in_idat,
                            free_behind_meta,
                            auxiliary_image,
                        });
                    }
                }
            }
        }
    }
    all
}

#[test]
fn every_layout_takes_larger_blocks_and_new_ones() {
    for layout in all_layouts() {
        let bare = picture(layout).build();
        for file in [&bare, &with_exif(layout), &with_both(layout)] {
            for renewed in [exif(3_000), xmp(3_000), both(5_000, 100), both(300, 7_000)] {
                let new = written(file, &renewed);
                assert!(new.is_ok(), "{layout:?}: {}", reason(new));
            }
        }
    }
}

#[test]
fn a_packet_that_fits_is_written_where_the_old_one_is() {
    let file = written(&with_both(HeifLayout::default()), &xmp(3_000)).unwrap();

    let new = written(&file, &xmp(4_000)).unwrap();

    let changed = file.iter().zip(&new).filter(|(old, new)| old != new).count();
    assert_eq!(new.len(), file.len());
    assert!(changed < 4_200, "{changed}");
}

#[test]
fn exif_of_the_same_length_is_patched() {
    let file = with_both(HeifLayout::default());
    let mut bytes = exif_of(&opened(&file)).unwrap();
    bytes[20] ^= 1;
    let splices = Some(vec![Splice::patch(20, vec![bytes[20]])]);
    let renewed = Renewed { exif: Some(NewExif { bytes, splices }), ..Renewed::default() };

    let new = written(&file, &renewed).unwrap();

    assert_eq!(file.iter().zip(&new).filter(|(old, new)| old != new).count(), 1);
}

#[test]
fn room_that_nobody_uses_is_used_and_nothing_moves() {
    let file = with_exif(HeifLayout { free_behind_meta: 9_000, ..HeifLayout::default() });

    let new = written(&file, &both(3_000, 2_000)).unwrap();

    let (old, now) = (opened(&file), opened(&new));
    assert_eq!(new.len(), file.len());
    assert_eq!(old.ranges(1).unwrap(), now.ranges(1).unwrap());
    let kinds: Vec<String> = now.top.iter().map(BoxAt::name).collect();
    assert_eq!(kinds, ["ftyp", "meta", "mdat", "free", "mdat"]);
}

#[test]
fn room_that_holds_something_is_left_alone() {
    let mut file = with_exif(HeifLayout { free_behind_meta: 9_000, ..HeifLayout::default() });
    let free = opened(&file).top[2];
    assert!(free.is(b"free"));
    let at = usize::try_from(free.content).unwrap();
    file[at..at + 4].copy_from_slice(b"data");

    let new = written(&file, &exif(3_000)).unwrap();

    let kinds: Vec<String> = opened(&new).top.iter().map(BoxAt::name).collect();
    assert_eq!(kinds, ["ftyp", "meta", "free", "mdat", "mdat"]);
}

#[test]
fn what_has_to_move_moves_by_whole_blocks() {
    let file = with_exif(HeifLayout::default());

    let new = written(&file, &xmp(1_000)).unwrap();

    let start = |file: &Vec<u8>| opened(file).ranges(1).unwrap().unwrap()[0].0;
    assert_eq!((start(&new) - start(&file)) % 4096, 0);
    assert_eq!((new.len() - file.len()) % 4096, 0);
}

#[test]
fn a_file_does_not_grow_for_ever() {
    let mut file = with_both(HeifLayout::default());
    file = written(&file, &both(1_000, 1_000)).unwrap();
    let length = file.len();

    for round in 0..40 {
        file = written(&file, &both(1_000 + round, 1_000 + (round * 397) % 900)).unwrap();
    }

    assert!(file.len() <= length + 100, "{} of {length}", file.len());
}

#[test]
fn what_was_taken_away_is_not_in_the_file_any_more() {
    let file = with_both(HeifLayout::default());
    let holds = |file: &[u8]| file.windows(4).any(|bytes| bytes == b"Lake");
    assert!(holds(&file));

    let new = written(&file, &xmp(9_000)).unwrap();

    assert!(!holds(&new));
}

#[test]
fn other_pictures_keep_their_packets() {
    let layout = HeifLayout { auxiliary_image: true, ..HeifLayout::default() };
    let file = with_both(layout);

    let new = written(&file, &both(2_000, 2_000)).unwrap();

    let heif = opened(&new);
    let [Further::Xmp(packet)] = &heif.blocks().further[..] else { panic!("one further packet") };
    assert!(packet.windows(10).any(|bytes| bytes == b"HDRGainMap"));
    assert!(packet.windows(9).any(|bytes| bytes == b"<x:xmpmet"));
}

#[test]
fn where_an_unknown_box_may_count_from_the_end_nothing_moves() {
    let sealed = |file: &[u8]| [file, b"\0\0\0\x0csefdSEFT"].concat();
    let file = sealed(&written(&with_both(HeifLayout::default()), &xmp(3_000)).unwrap());

    assert_eq!(written(&file, &xmp(2_500)).unwrap().len(), file.len());
    assert!(reason(written(&file, &xmp(9_000))).contains("a box that is not known"));
    let bare = sealed(&picture(HeifLayout::default()).build());
    assert!(reason(written(&bare, &exif(900))).contains("a box that is not known"));
    let roomy = sealed(&picture(HeifLayout { free_behind_meta: 9_000, ..HeifLayout::default() }).build());
    assert_eq!(written(&roomy, &exif(900)).unwrap().len(), roomy.len());
}

#[test]
fn what_is_not_a_still_picture_is_beyond() {
    let with = |bytes: &[u8]| [&with_both(HeifLayout::default()), bytes].concat();
    let why = |file: &Vec<u8>| reason(Heif::open(file));

    assert!(why(&with(b"\0\0\0\x08moov")).contains("sequence"));
    assert!(why(&with(b"\0\0\0\x08meta")).contains("there are two"));
    assert!(why(&with(b"\0\0\0\x09free")).contains("cut off"));
    let plain = with_both(HeifLayout::default());
    let cut = plain[..plain.len() - 1].to_vec();
    assert!(why(&cut).contains("cut off"));
    assert!(why(&b"\0\0\0\x0cftypheic".to_vec()).contains("meta"));
}

#[test]
fn size_and_turn_are_the_primary_pictures() {
    let picture = picture(HeifLayout::default()).orientation(6).build();

    let heif = opened(&picture);

    assert_eq!(heif.blocks().size, Some((60, 40)));
    assert_eq!(heif.blocks().turn, Turn::Says(Orientation::new(6).unwrap()));
}

proptest! {

    /// A draft that is made of a broken file keeps what it could list; most are refused.
    #[test]
    fn broken_tables_do_no_harm(
        layout in 0..all_layouts().len(),
        changes in proptest::collection::vec((0_usize..900, any::<u8>()), 1..6),
        cut in prop_oneof![Just(0_usize), 0_usize..2_000],
    ) {
        let mut file = with_both(all_layouts()[layout]);
        for (at, byte) in changes {
            file[at] = byte;
        }
        file.truncate(file.len() - cut);

        if let Ok(before) = Heif::open(&file)
            && let parts = before.parts(&file)
            && let Ok(splices) = before.splices(&file, &both(4_000, 4_000))
            && let Some(draft) = Draft::new(file.len() as u64, splices)
        {
            let new = made(&draft.forward(), &file);
            if let (Ok(parts), Ok(after)) = (parts, Heif::open(&new)) {
                prop_assert_eq!(after.parts(&new).ok(), Some(parts));
            }
        }
    }
}
