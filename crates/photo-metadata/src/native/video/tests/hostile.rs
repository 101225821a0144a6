//! Videos with bytes that no camera wrote.

use proptest::prelude::*;

use super::*;

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let user_data = bx(*b"udta", &bx(user_data::COORDINATES, b"\0\x05\x15\xc7+1+2/"));
    let inside = [keys(&["com.apple.quicktime.description"], &["x"]), user_data].concat();
    let file = Made { inside, tail: uuid(b"<a/>"), ..Made::mp4() }.bytes();
    let length = file.len();
    let byte = prop_oneof![Just(0), Just(1), Just(0xff), any::<u8>()];
    proptest::collection::vec((0..length, byte), 0..12).prop_map(move |changes| {
        let mut file = file.clone();
        for (at, byte) in changes {
            file[at] = byte;
        }
        file
    })
}

proptest! {
    #[test]
    fn damaged_videos_end_no_run(file in hostile(), cut in 0_usize..4000) {
        let mut file = file;
        if cut < file.len() && cut % 3 == 0 {
            file.truncate(cut);
        }
        let mut edits = movie(&[
            (Tag::MovieCreateDate, Some("2001:02:03 04:05:06")),
            (Tag::KeysDescription, Some("at the lake")),
            (Tag::UserDataCoordinates, Some("1.5 2.5")),
        ]);
        edits.xmp = Some(packet(500));
        let started = std::time::Instant::now();

        if let Ok(video) = open(&file)
            && let Ok(parts) = video.parts(&file)
            && let Ok(splices) = video.splices(&file, &edits)
            && let Some(draft) = Draft::new(file.len() as u64, splices)
        {
            let recipe = draft.forward();
            let view = View::new(&file, &recipe);
            let after = open(&view).and_then(|video| video.parts(&view));
            prop_assert!(after.is_ok(), "{after:?} {parts:?}");
        }
        prop_assert!(started.elapsed().as_secs() < 1);
    }
}
