//! Changes that a planner could ask for, and some that it hopefully never would.

use std::collections::BTreeMap;

use fastrand::Rng;

use crate::edits::TagEdit;
use crate::file_tags::FileTags;
use crate::regions::{Fields, Node};
use crate::tag::{Tag, TagBlock, ValueKind};
use crate::value::Value;

const TEXTS: [&str; 14] = [
    "",
    "a",
    "Zoë & <b>'\"]]>--",
    "line\nbreak\r\nand\ttab",
    "nul\0inside",
    "\u{1}\u{fffe}\u{10ffff}",
    "写真 📷 é",
    "  blanks around  ",
    "People/Zoë|Müller, Jr.",
    "N",
    "+02:00",
    "<?xpacket end='w'?>",
    "&#0;&lol;",
    "123",
];

const NUMBERS: [&str; 10] = ["0", "1", "-1", "3", "5", "12.5", "-179.999999999", "1e300", "nan", "99"];

const DATES: [&str; 9] = [
    "2024:07:01 12:00:00",
    "2024:07:01 12:00:00.123+02:00",
    "2024:07:01",
    "12:00:00+00:00",
    "0000:00:00 00:00:00",
    "1904:01:01 00:00:00",
    "9999:12:31 23:59:59Z",
    "2024:02:30 25:61:61",
    "x",
];

/// Edits of tags that suit the container, and a few of others.
pub(super) fn of_file(tags: &FileTags, random: &mut Rng) -> Vec<TagEdit> {
    let held: BTreeMap<Tag, Value> = tags.iter().map(|(tag, value)| (tag, value.clone())).collect();
    let is_video = tags.container().is_video();
    let suits = |tag: Tag| match tag.block() {
        TagBlock::Xmp => true,
        TagBlock::Exif => !is_video,
        TagBlock::Movie => is_video,
        TagBlock::Iptc => tags.has_iptc(),
    };
    let any = random.u8(..20) == 0;
    self::random(&held, |tag| any || suits(tag), random)
}

/// Up to eight edits of tags that pass.
pub(super) fn random(
    held: &BTreeMap<Tag, Value>,
    passes: impl Fn(Tag) -> bool,
    random: &mut Rng,
) -> Vec<TagEdit> {
    let mut tags: Vec<Tag> = Tag::ALL.iter().copied().filter(|tag| passes(*tag)).collect();
    random.shuffle(&mut tags);
    tags.truncate(random.usize(1..=8));
    let edit = |tag: Tag| {
        let takes_away = random.u8(..6) == 0;
        let new = (!takes_away).then(|| value(tag, random));
        TagEdit { tag, old: held.get(&tag).cloned(), new }
    };
    let mut edits: Vec<TagEdit> = tags.into_iter().map(edit).collect();
    edits.retain(|edit| edit.old.is_some() || edit.new.is_some());
    edits
}

fn value(tag: Tag, random: &mut Rng) -> Value {
    // Mostly what a planner asks for, or hardly anything would get as far as being written.
    if random.u8(..5) > 0
        && let Some(text) = plausible(tag, random)
    {
        return Value::text(text);
    }
    match tag.kind() {
        ValueKind::Text => Value::text(text(random)),
        ValueKind::Number => Value::text(pick(&NUMBERS, random)),
        ValueKind::Date => Value::text(pick(&DATES, random)),
        ValueKind::List => Value::List((0..random.usize(1..12)).map(|_| text(random)).collect()),
        ValueKind::Structure => Value::Structure(regions(tag, random)),
    }
}

/// What suits a tag; `None` for texts, lists and structures, of which all suit.
fn plausible(tag: Tag, random: &mut Rng) -> Option<&'static str> {
    let choices: &[&str] = match tag {
        Tag::GpsLatitudeRef => &["N", "S"],
        Tag::GpsLongitudeRef => &["E", "W"],
        Tag::GpsAltitudeRef | Tag::XmpAltitudeRef => &["0", "1"],
        Tag::OffsetTimeOriginal | Tag::OffsetTimeDigitized => &["+02:00", "-10:30"],
        Tag::SubSecTimeOriginal => &["25", "123"],
        Tag::IptcDateCreated => &["2024:07:01"],
        Tag::IptcTimeCreated => &["12:00:00+02:00", "23:59:59+00:00"],
        Tag::KeysCoordinates | Tag::UserDataCoordinates => &["52.52 13.405 30", "-33.8688 151.2093"],
        _ => match tag.kind() {
            ValueKind::Number => &["1", "3", "5", "12.5"],
            ValueKind::Date => &["2024:07:01 12:00:00", "1987:12:31 23:59:59"],
            ValueKind::Text | ValueKind::List | ValueKind::Structure => &[],
        },
    };
    random.choice(choices).copied()
}

fn text(random: &mut Rng) -> String {
    let text = pick(&TEXTS, random);
    // Some are longer than what a field, a segment or a buffer takes.
    match random.u8(..40) {
        0 => text.repeat(5000),
        1..4 => text.repeat(40),
        _ => text.to_owned(),
    }
}

fn pick<'a>(from: &[&'a str], random: &mut Rng) -> &'a str {
    random.choice(from.iter()).copied().unwrap_or_default()
}

fn fields<const N: usize>(fields: [(&str, Node); N]) -> Fields {
    fields.into_iter().map(|(name, node)| (name.to_owned(), node)).collect()
}

fn regions(tag: Tag, random: &mut Rng) -> Fields {
    let number = |random: &mut Rng| Node::text(pick(&["0.25", "0.5", "1", "-3", "x"], random));
    let list = (0..random.usize(..5)).map(|_| {
        let name = Node::text(text(random));
        Node::Structure(if tag == Tag::MicrosoftRegions {
            fields([("PersonDisplayName", name), ("Rectangle", Node::text("0.1, 0.2, 0.3, 0.4"))])
        } else {
            let area =
                [("X", number(random)), ("Y", number(random)), ("W", number(random)), ("H", number(random))];
            let mut area = fields(area);
            area.insert("Unit".to_owned(), Node::text("normalized"));
            fields([("Name", name), ("Type", Node::text("Face")), ("Area", Node::Structure(area))])
        })
    });
    let list = Node::List(list.collect());
    if tag == Tag::MicrosoftRegions {
        return fields([("Regions", list)]);
    }
    let size = fields([("W", Node::text("60")), ("H", Node::text("40")), ("Unit", Node::text("pixel"))]);
    fields([("AppliedToDimensions", Node::Structure(size)), ("RegionList", list)])
}
