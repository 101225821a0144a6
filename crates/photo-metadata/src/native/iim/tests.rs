//! Blocks made by hand and those of real files, with ExifTool as the judge.

use std::time::{Duration, Instant};

use md5::{Digest as _, Md5};
use proptest::prelude::*;

use crate::edits::TagEdit;
use crate::file_tags::FileTags;
use crate::iptc::IptcCharset;
use crate::native::judge::{Judge, corpus, jpeg, segments};
use crate::native::photoshop::Resources;
use crate::tag::{Tag, TagBlock};
use crate::value::Value;

const START: &[u8] = b"Photoshop 3.0\0";

fn set(record: u8, number: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    [&[0x1c, record, number][..], &length, value].concat()
}

fn resource(id: u16, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let padding = vec![0; data.len() % 2];
    [&b"8BIM"[..], &id.to_be_bytes(), &[0, 0], &length, data, &padding].concat()
}

/// Resources with an IPTC block, between two others.
fn resources(iim: &[u8]) -> Vec<u8> {
    [resource(0x03ed, &[7; 16]), resource(0x0404, iim), resource(0x040b, b"url")].concat()
}

fn text(tag: Tag, new: &str) -> TagEdit {
    TagEdit { tag, old: None, new: Some(Value::text(new)) }
}

fn keywords(items: &[&str]) -> TagEdit {
    let items = items.iter().map(|item| (*item).to_owned()).collect();
    TagEdit { tag: Tag::IptcKeywords, old: None, new: Some(Value::List(items)) }
}

fn applied(block: &[u8], edits: &[TagEdit]) -> Vec<u8> {
    let mut resources = Resources::parse(block).unwrap();
    resources.apply(edits).unwrap();
    resources.to_bytes()
}

fn tag(block: &[u8], tag: Tag) -> Vec<String> {
    let tags = Resources::parse(block).unwrap().tags();
    let of = tags.iter().filter(|(own, _)| *own == tag);
    of.flat_map(|(_, value)| value.items().into_iter().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn charset(block: &[u8]) -> IptcCharset {
    Resources::parse(block).unwrap().iptc().unwrap().charset
}

#[test]
fn a_block_in_latin_becomes_utf_8_as_a_whole() {
    let iim =
        [set(2, 0, &[0, 2]), set(2, 80, b"M\xfcller"), set(2, 25, b"B\xe4r"), set(2, 202, b"\xff\xfe\xfd")];
    let old = resources(&iim.concat());
    assert_eq!(charset(&old), IptcCharset::Latin);

    let new = applied(&old, &[keywords(&["Bär", "東京"])]);

    let wanted = [
        set(1, 0, &[0, 4]),
        set(1, 90, b"\x1b%G"),
        set(2, 0, &[0, 2]),
        set(2, 80, "Müller".as_bytes()),
        set(2, 25, "Bär".as_bytes()),
        set(2, 25, "東京".as_bytes()),
        set(2, 202, b"\xff\xfe\xfd"),
    ];
    let digest = Md5::digest(wanted.concat());
    assert_eq!(new, [resources(&wanted.concat()), resource(0x0425, &digest)].concat());
    assert_eq!(charset(&new), IptcCharset::Utf8);
}

#[test]
fn utf_8_without_a_mark_is_marked_and_not_converted() {
    let old = resources(&[set(2, 80, "Müller".as_bytes()), set(2, 120, b"old")].concat());
    assert_eq!(charset(&old), IptcCharset::UnmarkedUtf8);

    let new = applied(&old, &[text(Tag::IptcCaption, "neu: ü")]);

    assert_eq!(tag(&new, Tag::IptcCaption), ["neu: ü"]);
    assert!(new.windows(7).any(|bytes| bytes == "Müller".as_bytes()));
}

#[test]
fn items_that_stay_keep_their_bytes_and_new_ones_are_cut_between_characters() {
    let long = "x".repeat(100);
    let iim =
        [set(2, 25, b"gone"), set(2, 25, long.as_bytes()), set(2, 25, b"end\0"), set(2, 200, b"\0\x01")];
    let cut = "ä".repeat(32);

    let new = applied(&resources(&iim.concat()), &[keywords(&[&long, "end", &cut])]);

    assert_eq!(tag(&new, Tag::IptcKeywords), [long.as_str(), "end", &cut]);
    let too_long = keywords(&["ä".repeat(33).as_str()]);
    assert!(Resources::parse(&new).unwrap().apply(&[too_long]).is_err());
}

#[test]
fn dates_and_times_have_colons_here_and_none_there() {
    let old = resources(&[set(2, 55, b"20240701"), set(2, 60, b"223000+0200")].concat());
    assert_eq!(tag(&old, Tag::IptcDateCreated), ["2024:07:01"]);
    assert_eq!(tag(&old, Tag::IptcTimeCreated), ["22:30:00+02:00"]);

    let edits = [text(Tag::IptcDateCreated, "2019:08:07"), text(Tag::IptcTimeCreated, "06:05:04-03:30")];
    let new = applied(&old, &edits);

    for stored in [&b"20190807"[..], b"060504-0330"] {
        assert!(new.windows(stored.len()).any(|bytes| bytes == stored));
    }
    assert_eq!(applied(&new, &edits), new, "the same again");
}

#[test]
fn a_stale_digest_is_left_alone_and_a_fitting_one_renewed() {
    let iim = set(2, 25, b"beach");
    let with_digest = |digest: &[u8]| [resources(&iim), resource(0x0425, digest)].concat();
    let fitting = with_digest(&Md5::digest(&iim));
    let stale = with_digest(&[7; 16]);
    let edits = [keywords(&["beach", "sun"])];

    let block = |bytes: &[u8]| Resources::parse(bytes).unwrap().iptc().unwrap();
    assert!(block(&fitting).renew_digest && block(&fitting).has_digest);
    assert!(!block(&stale).renew_digest);
    assert!(block(&applied(&fitting, &edits)).renew_digest);
    assert!(applied(&stale, &edits).ends_with(&[7; 16]));
}

#[test]
fn what_cannot_be_written_safely_is_left_to_others() {
    let edits = [keywords(&["new"])];
    let refused = |block: &[u8]| Resources::parse(block).and_then(|mut own| own.apply(&edits)).is_err();

    assert!(
        refused(&resources(&[set(1, 90, b"\x1b.A"), set(2, 25, b"a")].concat())),
        "another character set"
    );
    assert!(refused(&[resources(&set(2, 25, b"a")), resources(&set(2, 25, b"b"))].concat()), "two blocks");
    assert!(refused(&resources(&[set(2, 25, b"a"), b"garbage".to_vec()].concat())), "garbage behind");
    assert!(refused(&resources(&[set(2, 25, b"a"), set(1, 0, b"\0\x04")].concat())), "records out of order");
    let marks = [set(1, 90, b"\x1b%G"), set(1, 90, b"\x1b.A"), set(2, 25, b"a")];
    assert!(refused(&resources(&marks.concat())), "two character sets");
    assert!(refused(&resource(0x03ed, &[7; 16])), "no block");
    assert!(refused(b"8BIM\x04\x04\0\0\0\0\xff\xffshort"), "a length beyond the end");
    assert!(refused(b"NOPE\x04\x04\0\0\0\0\0\0"), "an unknown signature");
    assert!(!refused(&resources(&[set(2, 25, b"a"), vec![0; 9]].concat())), "padding");
}

#[test]
fn an_extended_dataset_keeps_its_form() {
    let extended = [&[0x1c, 2, 202, 0x80, 4, 0, 0, 0, 3][..], b"abc"].concat();
    let old = resources(&[set(2, 25, b"a"), extended.clone()].concat());

    let new = applied(&old, &[keywords(&["b"])]);

    assert!(new.windows(extended.len()).any(|bytes| bytes == extended));
}

/// The resources of each JPEG of the collection that has some.
fn of_corpus(test: &str) -> Vec<(String, Vec<u8>)> {
    let blocks = corpus(test).into_iter().map(|file| {
        let bytes = std::fs::read(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        (name, segments(&bytes, 0xed, START).concat())
    });
    blocks.filter(|(_, block)| !block.is_empty() && block.len() < 60_000).collect()
}

/// What the codec and ExifTool say differently.
fn differences(resources: &Resources, theirs: &FileTags) -> Vec<String> {
    let mut differences = Vec::new();
    for tag in Tag::ALL.iter().filter(|tag| tag.block() == TagBlock::Iptc) {
        let tags = resources.tags();
        let ours: Vec<&Value> = tags.iter().filter(|(own, _)| own == tag).map(|(_, value)| value).collect();
        if ours.first().copied() != theirs.get(*tag) || (ours.len() > 1) != theirs.is_repeated(*tag) {
            differences.push(format!("{tag}: {ours:?} is {:?}", theirs.get(*tag)));
        }
    }
    if resources.iptc().as_ref() != theirs.iptc() {
        differences.push(format!("{:?} is {:?}", resources.iptc(), theirs.iptc()));
    }
    differences
}

#[test]
fn blocks_of_the_collection_are_read_and_written_as_exiftool_understands_them() {
    let judge = Judge::new();
    let blocks = of_corpus("blocks_of_the_collection_are_read_and_written_as_exiftool_understands_them");
    let (mut wrong, mut beyond, mut written) = (Vec::new(), Vec::new(), 0);
    let is_there = !blocks.is_empty();
    for (name, block) in blocks {
        let mut resources = match Resources::parse(&block) {
            Ok(resources) => resources,
            Err(fault) => {
                beyond.push(format!("{name}: {fault}"));
                continue;
            }
        };
        let old = jpeg(0xed, START, &block);
        let mut found = differences(&resources, &judge.read(&old));
        assert_eq!(resources.to_bytes(), block, "{name}");
        if resources.iptc().is_some() {
            let kept = tag(&block, Tag::IptcKeywords).into_iter().skip(1).collect::<Vec<_>>();
            let mut items: Vec<&str> = kept.iter().map(String::as_str).collect();
            items.extend(["Zoë", "東京"]);
            let edits = [
                keywords(&items),
                text(Tag::IptcCaption, "Grüße — 湖"),
                text(Tag::IptcDateCreated, "2019:08:07"),
                text(Tag::IptcTimeCreated, "06:05:04+02:00"),
            ];
            match resources.apply(&edits) {
                Ok(()) => {
                    written += 1;
                    let new = jpeg(0xed, START, &resources.to_bytes());
                    let (before, after) = (judge.inventory(&old), judge.inventory(&new));
                    let unmet = after.unmet(&edits);
                    found.extend(
                        unmet.iter().map(|edit| format!("{} is {:?}", edit.tag, after.own.get(edit.tag))),
                    );
                    found.extend(after.foreign_changes(&before, &edits));
                    found.extend(differences(&resources, &judge.read(&new)));
                }
                Err(fault) => beyond.push(format!("{name}: {fault}")),
            }
        }
        wrong.extend(found.into_iter().map(|what| format!("{name}: {what}")));
    }
    eprintln!("{written} written, {} beyond: {beyond:#?}", beyond.len());
    assert_eq!(wrong, Vec::<String>::new());
    assert!(!is_there || (written > 17 && beyond.len() * 10 < written), "{beyond:#?}");
}

#[test]
fn strange_datasets_are_read_as_exiftool_reads_them() {
    let judge = Judge::new();
    let iims = [
        [set(2, 25, b"a\0\0"), set(2, 25, b""), set(2, 25, b"a\0b")].concat(),
        [set(2, 55, b"2024-07-01"), set(2, 60, b"22:30:00")].concat(),
        [set(2, 55, b"00000000"), set(2, 60, b"223000")].concat(),
        [set(2, 55, b"july"), set(2, 60, b"22 30 00 +0200")].concat(),
        [set(1, 90, b"\x1b%G"), set(2, 120, b"caf\xe9"), set(2, 25, b"\xc3\xa9")].concat(),
        [set(1, 90, b"\x1b.A"), set(2, 120, b"caf\xe9")].concat(),
        [set(1, 90, b"\x1b%/I"), set(2, 120, b"caf\xe9")].concat(),
        [set(2, 120, b"one"), set(2, 120, b"two")].concat(),
        [set(2, 120, b"\x80\x81\x99 caf\xe9")].concat(),
        [set(1, 30, "ü".as_bytes()), set(2, 120, b"x")].concat(),
        [set(2, 10, b"5"), set(2, 250, b"unknown")].concat(),
        set(2, 250, b"unknown"),
    ];
    for iim in iims {
        let block = resources(&iim);
        let theirs = judge.read(&jpeg(0xed, START, &block));

        let ours = Resources::parse(&block).unwrap();

        assert_eq!(differences(&ours, &theirs), Vec::<String>::new(), "{iim:?}");
    }
}

/// How many spoiled blocks are judged.
const SPOILED: usize = 40;

#[test]
fn spoiled_blocks_are_read_as_exiftool_reads_them_and_not_spoiled_further() {
    let judge = Judge::new();
    let blocks = of_corpus("spoiled_blocks_are_read_as_exiftool_reads_them_and_not_spoiled_further");
    let mut random = fastrand::Rng::with_seed(9);
    let (mut read, mut written, mut wrong) = (0, 0, Vec::new());
    for (name, block) in blocks.iter().cycle().take(if blocks.is_empty() { 0 } else { SPOILED }) {
        let mut spoiled = block.clone();
        let first = block.windows(6).position(|bytes| bytes == b"8BIM\x04\x04").unwrap_or(0);
        for _ in 0..random.usize(1..5) {
            let place = random.usize(first..spoiled.len().min(first + 500));
            spoiled[place] = random.u8(..);
        }
        let Ok(mut resources) = Resources::parse(&spoiled) else { continue };
        read += 1;
        let old = jpeg(0xed, START, &spoiled);
        let mut found = differences(&resources, &judge.read(&old));
        let edits = [keywords(&["Zoë", "beach"]), text(Tag::IptcCaption, "Grüße")];
        if resources.apply(&edits).is_ok() {
            written += 1;
            let new = jpeg(0xed, START, &resources.to_bytes());
            let (before, after) = (judge.inventory(&old), judge.inventory(&new));
            found.extend(after.unmet(&edits).iter().map(|edit| format!("{} is not there", edit.tag)));
            found.extend(after.foreign_changes(&before, &edits));
        }
        wrong.extend(found.into_iter().map(|what| format!("{name}: {what}")));
    }
    eprintln!("{read} read, {written} written");
    assert_eq!(wrong, Vec::<String>::new());
}

proptest! {
    #[test]
    fn what_was_asked_for_is_there_and_the_rest_as_it_was(
        sets in proptest::collection::vec((prop_oneof![Just(5_u8), Just(25), Just(80), Just(120), Just(202)], "[a-zäé€]{0,12}"), 1..8),
        latin: bool,
        items in proptest::collection::btree_set("[a-zäé東]{1,10}", 0..5),
        caption in "[a-zäé東 ]{0,30}x",
    ) {
        let encoded = |text: &str| -> Vec<u8> {
            if latin { text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(0x80)).collect() } else { text.into() }
        };
        let once = sets.iter().enumerate().filter(|(index, (number, _))| {
            *number != 120 || sets.iter().take(*index).all(|(other, _)| *other != 120)
        });
        let iim: Vec<u8> = once.flat_map(|(_, (number, text))| set(2, *number, &encoded(text))).collect();
        let old = resources(&iim);
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        let gone = TagEdit { tag: Tag::IptcKeywords, old: None, new: None };
        let edits = [if items.is_empty() { gone } else { keywords(&items) }, text(Tag::IptcCaption, &caption)];

        let new = applied(&old, &edits);

        prop_assert_eq!(applied(&new, &edits), new.clone());
        let foreign = |block: &[u8]| {
            let mut listing = Resources::parse(block).unwrap().listing();
            listing.retain(|key, _| !key.ends_with("Version") && edits.iter().all(|edit| edit.tag.name() != key));
            listing
        };
        prop_assert_eq!(foreign(&old), foreign(&new));
        prop_assert_eq!(tag(&new, Tag::IptcCaption), [caption]);
    }

    #[test]
    fn hostile_bytes_are_no_panic_and_no_hang(
        changes in proptest::collection::vec((0_usize..160, any::<u8>()), 0..10),
        cut in 0_usize..40,
    ) {
        let iim = [set(2, 0, &[0, 2]), set(2, 25, b"B\xe4r"), set(2, 120, b"caption"), set(2, 202, &[9; 20])];
        let mut block = [resources(&iim.concat()), resource(0x0425, &[1; 16])].concat();
        for (at, byte) in changes {
            if let Some(place) = block.get_mut(at) {
                *place = byte;
            }
        }
        block.truncate(block.len() - cut);
        let started = Instant::now();
        if let Ok(mut resources) = Resources::parse(&block) {
            prop_assert_eq!(resources.to_bytes(), block);
            resources.listing();
            let before = resources.listing();
            if resources.apply(&[keywords(&["new"])]).is_ok() {
                prop_assert_eq!(&Resources::parse(&resources.to_bytes()).unwrap().listing(), &resources.listing());
                let after = resources.listing();
                for key in before.keys().filter(|key| key.starts_with("Photoshop:")) {
                    prop_assert_eq!(before.get(key), after.get(key));
                }
            }
        }
        prop_assert!(started.elapsed() < Duration::from_secs(1));
    }
}
