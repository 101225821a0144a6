//! Random packets, with ExifTool as the judge of what they say.

use proptest::prelude::*;

use super::packets::{cuts, damaged, edits, packets, varied};
use super::random::planned;
use crate::edits::TagEdit;
use crate::file_tags::FileTags;
use crate::native::judge::{Judge, jpeg};
use crate::native::xmp::Packet;
use crate::structure::Container;

/// A picture with this packet.
fn picture(packet: &[u8]) -> Vec<u8> {
    jpeg(0xe1, b"http://ns.adobe.com/xap/1.0/\0", packet)
}

#[test]
fn random_packets_are_read_and_written_as_exiftool_would() {
    let judge = Judge::new();
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let result =
        proptest::test_runner::TestRunner::new(config).run(&(packets(), edits()), |(text, wishes)| {
            let before = Packet::parse(text.as_bytes()).unwrap();
            let edits = planned(&before, wishes);
            let mut after = before.clone();
            after.apply(&edits).unwrap();
            let new = after.embedded();
            let (old, new) = (picture(text.as_bytes()), picture(&new.in_length(new.least() + 100).unwrap()));

            for (packet, picture) in [(&before, &old), (&after, &new)] {
                let judged = judge.read(picture).with_frame(None);
                prop_assert_eq!(
                    &FileTags::from_blocks(Container::Jpeg, packet.tags(), None, None),
                    &judged,
                    "{}",
                    text
                );
            }
            let (was, is) = (judge.inventory(&old), judge.inventory(&new));
            prop_assert_eq!(is.unmet(&edits), Vec::<&TagEdit>::new());
            prop_assert_eq!(is.foreign_changes(&was, &edits), Vec::<String>::new(), "{}", text);
            Ok(())
        });
    assert!(result.is_ok(), "{}", result.unwrap_err());
}
#[test]
fn unusual_packets_are_read_as_exiftool_reads_them_or_not_at_all() {
    let judge = Judge::new();
    let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    let variants = proptest::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 1..4);
    let read = std::cell::Cell::new(0);
    let result =
        proptest::test_runner::TestRunner::new(config).run(&(packets(), variants), |(text, variants)| {
            let text = varied(text, &variants);
            if let Ok(packet) = Packet::parse(text.as_bytes()) {
                read.set(read.get() + 1);
                let judged = judge.read(&picture(text.as_bytes())).with_frame(None);
                let own = FileTags::from_blocks(Container::Jpeg, packet.tags(), None, None);
                prop_assert_eq!(&own, &judged, "{}", text);
            }
            Ok(())
        });
    assert!(result.is_ok(), "{}", result.unwrap_err());
    assert!(read.get() > 0, "no packet could be read at all");
}

#[test]
fn broken_packets_are_read_as_exiftool_reads_them_or_not_at_all() {
    let judge = Judge::new();
    let config = ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() };
    let result = proptest::test_runner::TestRunner::new(config).run(&(packets(), cuts()), |(text, cuts)| {
        let bytes = damaged(text, cuts);
        if let Ok(packet) = Packet::parse(&bytes) {
            let judged = judge.read(&picture(&bytes)).with_frame(None);
            let own = FileTags::from_blocks(Container::Jpeg, packet.tags(), None, None);
            prop_assert_eq!(&own, &judged, "{}", String::from_utf8_lossy(&bytes));
        }
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
}
