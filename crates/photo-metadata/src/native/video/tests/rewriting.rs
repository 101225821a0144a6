//! What changes in a video, and where it goes.

use std::io;

use super::*;

#[test]
fn headers_of_both_versions_are_read_and_patched_in_place() {
    for version in [0, 1] {
        let file = Made { version, ..Made::mp4() }.bytes();
        let video = open(&file).unwrap();
        assert_eq!(video.blocks().size, Some((1920, 1080)));
        assert_eq!(video.blocks().turn, Turn::Rules(Orientation::new(6).unwrap()));
        assert_eq!(said(&file, Tag::TrackCreateDate), ["2023:11:14 22:13:20"; 2]);

        let date = Some("2001:02:03 04:05:06");
        let tags = [Tag::MovieCreateDate, Tag::TrackCreateDate, Tag::MediaCreateDate];
        let edits = movie(&tags.map(|tag| (tag, date)));
        let new = rewritten(&file, &edits);

        assert_eq!((said(&new, tags[0]).len(), said(&new, tags[1]).len()), (1, 2));
        assert!(tags.iter().all(|tag| said(&new, *tag).iter().all(|said| Some(said.as_str()) == date)));
        assert_eq!(new.len(), file.len());
        assert!(draft(&file, &edits).unwrap().keeps_places());
        let differing = file.iter().zip(&new).filter(|(old, new)| old != new).count();
        assert!(differing <= 5 * 8, "{differing}");
    }
}

#[test]
fn a_packet_goes_behind_everything_and_grows_there() {
    for data in [Data::Short, Data::Long, Data::ToEnd] {
        let file = Made { data, moov_first: true, ..Made::mp4() }.bytes();

        let first = rewritten(&file, &xmp(100));
        let second = rewritten(&first, &xmp(1500));
        let third = rewritten(&second, &xmp(9000));

        assert_eq!(order(&first), "ftyp moov mdat uuid");
        assert!(xmp_of(&first).contains(&"x".repeat(100)));
        assert_eq!(first.len(), second.len());
        assert_eq!((order(&third), third.len() > second.len()), (order(&first), true));
        assert!(xmp_of(&third).contains(&"x".repeat(9000)));
        for (old, packet) in [(&file, 100), (&first, 1500), (&second, 9000)] {
            assert!(draft(old, &xmp(packet)).unwrap().keeps_places());
        }
    }
}

#[test]
fn a_packet_that_is_outgrown_leaves_nothing_but_free_space() {
    let tail = [uuid(b"<a>Secret</a>"), bx(*b"uuid", b"0123456789abcdef")].concat();
    let file = Made { tail, ..Made::mp4() }.bytes();

    let new = rewritten(&file, &xmp(100));

    assert_eq!(order(&new), "ftyp mdat moov free uuid uuid");
    assert!(!new.windows(6).any(|window| window == b"Secret"));
    assert!(draft(&file, &xmp(100)).unwrap().keeps_places());
}

#[test]
fn a_packet_grows_into_the_free_space_behind_it() {
    // 2,218 bytes with padding, in a box that had 28.
    let needed = 2218 - 28;
    for room in [needed - 1, needed, needed + 7, needed + 8, 9000] {
        let tail = [uuid(b"<a/>"), free(room), bx(*b"uuid", b"0123456789abcdef")].concat();
        let file = Made { tail, ..Made::mp4() }.bytes();

        let new = rewritten(&file, &xmp(100));

        let stays = room == needed || room >= needed + 8;
        assert_eq!(new.len() == file.len(), stays, "{room}");
        assert!(xmp_of(&new).contains(&"x".repeat(100)));
    }
}

#[test]
fn the_packet_of_a_quicktime_movie_stays_in_the_movie() {
    let cases = [
        (Made::mov(), "ftyp mdat moov"),
        (Made { moov_first: true, behind_moov: free(9000), ..Made::mov() }, "ftyp moov free mdat"),
        (Made { moov_first: true, ..Made::mov() }, "ftyp free mdat moov"),
        (Made { brand: b"qt  \0\0\0\0", ..Made::mp4() }, "ftyp mdat moov uuid"),
        (Made { inside: bx(*b"udta", &[]), ..Made::mov() }, "ftyp mdat moov"),
        (Made { inside: [bx(*b"udta", b"\0\0\0\0"), free(16)].concat(), ..Made::mov() }, "ftyp mdat moov"),
    ];
    for (made, expected) in cases {
        let file = made.bytes();

        let first = rewritten(&file, &xmp(100));
        let second = rewritten(&first, &xmp(1500));
        let third = rewritten(&second, &xmp(3000));

        assert_eq!((order(&first), first.len()), (expected.to_owned(), second.len()));
        assert_eq!(order(&third).replace("free ", ""), expected.replace("free ", ""));
        assert!(xmp_of(&third).contains(&"x".repeat(3000)));
        assert!(draft(&file, &xmp(100)).unwrap().keeps_places());
        if expected.ends_with("moov") {
            assert!(open(&third).unwrap().packets.list.len() == 1 && third.len() < 20_000);
        }
    }
}

#[test]
fn keys_are_made_changed_and_taken_away() {
    let names = ["com.apple.quicktime.make", "com.apple.quicktime.location.ISO6709"];
    let with_keys = keys(&names, &["Apple", "+01.0000+002.0000+003.000/"]);
    for (inside, behind_moov) in [(with_keys.clone(), vec![]), (with_keys, free(4000)), (vec![], vec![])] {
        for moov_first in [false, true] {
            let behind_moov = behind_moov.clone();
            let file = Made { inside: inside.clone(), moov_first, behind_moov, ..Made::mov() }.bytes();
            let all = [
                (Tag::KeysCoordinates, Some("52.520008 13.404954 34.5")),
                (Tag::KeysDescription, Some("Zoë\nat the lake")),
                (Tag::KeysCreationDate, Some("2024:07:01 12:00:00+02:00")),
            ];

            let new = rewritten(&file, &movie(&all));
            for (tag, value) in all {
                assert_eq!(said(&new, tag), [value.unwrap()], "{tag}");
            }
            let gone = rewritten(&new, &movie(&all.map(|(tag, _)| (tag, None))));

            assert!(all.iter().all(|(tag, _)| said(&gone, *tag).is_empty()));
            let makes = |file: &Vec<u8>| {
                open(file).unwrap().parts(file).unwrap().get("Keys:com.apple.quicktime.make").cloned()
            };
            assert_eq!(makes(&gone), makes(&file));
        }
    }
}

#[test]
fn coordinates_in_user_data_stay_in_user_data() {
    let old = bx(user_data::COORDINATES, b"\0\x12\x15\xc7+51.4169-000.0806/");
    let inside = [bx(*b"udta", &[old, bx(*b"smta", b"more")].concat()), bx(*b"iods", b"1234")].concat();
    let file = Made { inside, ..Made::mp4() }.bytes();
    assert_eq!(said(&file, Tag::UserDataCoordinates), ["51.4169 -0.0806"]);
    let set = |text| movie(&[(Tag::UserDataCoordinates, text)]);

    let same_length = rewritten(&file, &set(Some("-33.8688 151.2093")));
    let longer = rewritten(&file, &set(Some("-33.86881234 151.2093 12")));
    let gone = rewritten(&file, &set(None));
    let back = rewritten(&gone, &set(Some("1 2")));

    assert_eq!(
        (same_length.len(), said(&same_length, Tag::UserDataCoordinates)),
        (file.len(), vec!["-33.8688 151.2093".to_owned()])
    );
    assert_eq!(said(&longer, Tag::UserDataCoordinates), ["-33.86881234 151.2093 12"]);
    assert!(said(&gone, Tag::UserDataCoordinates).is_empty());
    assert_eq!(said(&back, Tag::UserDataCoordinates), ["1 2"]);
}

#[test]
fn all_kinds_of_edits_go_together() {
    let inside = [keys(&["com.apple.quicktime.make"], &["Apple"]), bx(*b"udta", b"")].concat();
    for made in [Made::mp4(), Made::mov()] {
        for moov_first in [false, true] {
            let file = Made { inside: inside.clone(), moov_first, ..made.clone() }.bytes();
            let mut edits = movie(&[
                (Tag::MovieCreateDate, Some("2001:02:03 04:05:06")),
                (Tag::KeysDescription, Some("at the lake")),
                (Tag::UserDataCoordinates, Some("1.5 2.5")),
            ]);
            edits.xmp = Some(packet(500));

            let new = rewritten(&file, &edits);

            assert_eq!(said(&new, Tag::MovieCreateDate), ["2001:02:03 04:05:06"]);
            assert_eq!(said(&new, Tag::KeysDescription), ["at the lake"]);
            assert_eq!(said(&new, Tag::UserDataCoordinates), ["1.5 2.5"]);
            assert!(xmp_of(&new).contains(&"x".repeat(500)));
        }
    }
}

#[test]
fn what_counts_from_the_end_of_the_file_stays_the_end() {
    let trailer = [&[0; 8][..], b"8db42d694ccc418790edff439fe026bf"].concat();
    let ends =
        [bx(*b"sefd", b"1234"), bx(*b"mfra", b"1234"), bx(*b"moof", b"1234"), bx(*b"abcd", b"1234"), trailer];
    for tail in ends {
        let file = Made { tail, ..Made::mp4() }.bytes();
        assert!(!refused(&file, &xmp(100)).is_empty());
    }
}

#[test]
fn what_is_not_understood_is_left_alone() {
    let mp4 = |inside: Vec<u8>| Made { inside, ..Made::mp4() }.bytes();
    let two = [uuid(b"<a/>"), uuid(b"<b/>")].concat();
    let locale = {
        let mut bytes = keys(&["com.apple.quicktime.description"], &["hallo"]);
        let at = bytes.len() - 7;
        bytes[at..at + 2].copy_from_slice(&0x10b5_u16.to_be_bytes());
        bytes
    };
    let describe = movie(&[(Tag::KeysDescription, Some("x"))]);
    let positions = [&[0; 60][..], &[0xff; 60]].concat();
    let dji = Made { moov_first: true, behind_moov: bx(*b"free", &positions), ..Made::mp4() }.bytes();

    assert_eq!(open(&Made { tail: two.clone(), ..Made::mp4() }.bytes()).unwrap().blocks().further.len(), 1);
    for (file, renewed, reason) in [
        (Made { tail: two, ..Made::mp4() }.bytes(), &xmp(1), "more than one XMP packet"),
        (mp4(locale), &describe, "another language"),
        (mp4(bx(*b"udta", &bx(*b"CNTH", b"1234"))), &describe, "CNTH"),
        (mp4(bx(*b"meta", b"\0\0\0\0")), &describe, "another kind"),
        (dji, &describe, "positions"),
        (mp4(vec![]), &movie(&[(Tag::MovieCreateDate, None)]), "without a creation time"),
        (mp4(vec![]), &movie(&[(Tag::MovieCreateDate, Some("2041:01:01 00:00:00"))]), "2040"),
        (Made { tail: uuid(b"<tiff:ImageWidth>"), ..Made::mp4() }.bytes(), &xmp(1), "how large"),
    ] {
        let said = refused(&file, renewed);
        assert!(said.contains(reason), "{said}");
    }
}

/// A video with many zeros in its samples, and how much of it was read.
struct Sparse {
    head: Vec<u8>,
    zeros: u64,
    tail: Vec<u8>,
    read: std::cell::Cell<usize>,
}

impl Source for Sparse {
    fn len(&self) -> u64 {
        self.head.len() as u64 + self.zeros + self.tail.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let end = self.len().min(offset + buffer.len() as u64);
        for at in offset..end {
            let behind = at.checked_sub(self.head.len() as u64 + self.zeros);
            let byte = match behind {
                Some(behind) => self.tail[usize::try_from(behind).unwrap()],
                None => self.head.get(usize::try_from(at).unwrap()).copied().unwrap_or(0),
            };
            buffer[usize::try_from(at - offset).unwrap()] = byte;
        }
        let length = usize::try_from(end.saturating_sub(offset)).unwrap();
        self.read.set(self.read.get() + length);
        Ok(length)
    }
}

#[test]
fn a_long_video_costs_as_little_as_a_short_one() {
    let zeros = 400 << 20;
    for brand in [Made::mp4().brand, Made::mov().brand] {
        let head = [bx(*b"ftyp", brand), b"\0\0\0\x01mdat".to_vec(), (zeros + 16_u64).to_be_bytes().to_vec()]
            .concat();
        let tail = Made::mp4().movie(100);
        let file = Sparse { head, zeros, tail, read: std::cell::Cell::new(0) };
        let mut edits = movie(&[(Tag::MovieCreateDate, Some("2001:02:03 04:05:06"))]);
        edits.xmp = Some(packet(3000));

        let video = open(&file).unwrap();
        let splices = video.splices(&file, &edits).unwrap();
        let draft = Draft::new(file.len(), splices).unwrap();
        video.parts(&file).unwrap();

        assert!(draft.keeps_places());
        assert!(draft.forward().new_bytes() < 20_000, "{}", draft.forward().new_bytes());
        assert!(file.read.get() < 100_000, "{}", file.read.get());
    }
}
