//! Photos and groups for tests.

use std::collections::BTreeMap;
use std::path::PathBuf;

use immich_api::AssetId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use photo_similarity::{Class, Criterion, Format, GroupId};
use sync_core::organize::{GroupRecord, MemberRecord, Place};
use sync_core::state::ClassCount;

use super::Head;

/// A photo on the server.
pub(super) fn asset(number: u8, name: &str) -> MemberRecord {
    MemberRecord {
        place: Place::Asset(AssetId::from_u128(u128::from(number) << 64 | 0x4000_8000)),
        is_own: true,
        account: "me".to_owned(),
        library: None,
        distance: Some(u16::from(number)),
        set: 0,
        name: name.to_owned(),
        path: format!("/library/2024/{name}"),
        bytes: Some(1_000_000 * u64::from(number)),
        width: Some(4032),
        height: Some(3024),
        format: Some(Format::Jpeg),
        taken: Some(Timestamp::from_second(1_719_835_201).unwrap()),
        camera: Some("Google Pixel 8".to_owned()),
        is_favourite: false,
        rating: None,
        description: None,
        position: None,
        people: Vec::new(),
        sha1: Some(format!("{number:040x}")),
        updated: None,
        stamp: None,
        stack: None,
        is_archived: false,
        live_video: None,
    }
}

/// A photo on this machine, of which little is known.
pub(super) fn file(path: &str) -> MemberRecord {
    let name = path.rsplit('/').next().unwrap().to_owned();
    MemberRecord {
        place: Place::File(PathBuf::from(path).into()),
        account: String::new(),
        name,
        path: path.to_owned(),
        taken: None,
        camera: None,
        ..asset(9, "")
    }
}

/// A group with this number in its id.
pub(super) fn group(number: u8, class: Class, members: Vec<MemberRecord>) -> GroupRecord {
    GroupRecord { id: GroupId([number; 16]), class, members, reason: Criterion::Pixels, also: Vec::new() }
}

/// The head of a page that shows all of these groups.
pub(super) fn head(groups: &[GroupRecord]) -> Head {
    let mut counts = BTreeMap::<Class, ClassCount>::new();
    for group in groups {
        let count = counts.entry(group.class).or_default();
        count.groups += 1;
        count.photos += group.members.len() as u64;
        count.gain += group.gain();
    }
    Head {
        sources: vec!["http://nas:2283".to_owned()],
        server: Some("http://nas:2283".to_owned()),
        options: String::new(),
        made: Timestamp::from_second(1_719_900_000).unwrap(),
        zone: TimeZone::UTC,
        bits: 256,
        shown: super::shares(&counts, 1_000),
        counts,
    }
}
