//! What photos of a group say, field by field, so that only the differences have to be read.

use jiff::tz::TimeZone;
use messages_macros::{tr, word};
use sync_core::organize::MemberRecord;

use super::super::clean;
use super::super::words::{count, size};

/// One kind of data, for each photo of a group.
pub(super) struct Field {
    /// What the values are, in front of them; empty where they speak for themselves.
    name: &'static str,
    /// Shown with each photo even where it is the same in all.
    always: bool,
    values: Vec<Option<String>>,
}

impl Field {
    /// What the photo at this position says, where that has to be read.
    pub(super) fn of(&self, position: usize) -> Option<String> {
        if !self.always && self.is_common() {
            return None;
        }
        self.values.get(position)?.as_deref().map(|value| self.named(value))
    }

    /// What all say.
    pub(super) fn common(&self) -> Option<String> {
        if self.always || !self.is_common() {
            return None;
        }
        self.values.first()?.as_deref().map(|value| self.named(value))
    }

    fn is_common(&self) -> bool {
        self.values.windows(2).all(|pair| pair[0] == pair[1])
    }

    fn named(&self, value: &str) -> String {
        if self.name.is_empty() { value.to_owned() } else { format!("{} {value}", self.name) }
    }
}

/// All fields, in the order in which they are read.
pub(super) fn fields(members: &[MemberRecord], zone: &TimeZone) -> Vec<Field> {
    let field = |name, always, value: &dyn Fn(&MemberRecord) -> Option<String>| Field {
        name,
        always,
        values: members.iter().map(value).collect(),
    };
    let text = |text: &Option<String>| text.as_deref().filter(|text| !text.is_empty()).map(clean);
    vec![
        field("", true, &|member| Some(pixels(member))),
        field("", true, &|member| Some(member.bytes.map_or_else(|| word!("size unknown").to_owned(), size))),
        field("", false, &|member| member.format.map(|format| format!("{format:?}").to_uppercase())),
        field(word!("taken"), false, &|member| {
            member.taken.map(|taken| taken.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string())
        }),
        field("", false, &|member| text(&member.camera)),
        field("", false, &|member| member.is_favourite.then(|| word!("favourite").to_owned())),
        field("", false, &|member| {
            member.rating.and_then(|rating| u64::try_from(rating).ok()).map(|rating| count(rating, "star"))
        }),
        field(word!("caption"), false, &|member| text(&member.description).map(|caption| tr!("“{caption}”"))),
        field(word!("at"), false, &|member| {
            member.position.map(|(latitude, longitude)| format!("{latitude:.4} {longitude:.4}"))
        }),
        field(word!("with"), false, &|member| {
            (!member.people.is_empty()).then(|| clean(&member.people.join(&format!(" {} ", word!("and")))))
        }),
        field(word!("library"), false, &|member| text(&member.library)),
        field("", false, &|member| member.is_archived.then(|| word!("archived").to_owned())),
        field("", false, &|member| member.stack.as_ref().map(|_| word!("in a stack").to_owned())),
        field("", false, &|member| member.live_video.as_ref().map(|_| word!("live photo").to_owned())),
    ]
}

fn pixels(member: &MemberRecord) -> String {
    match (member.width, member.height) {
        (Some(width), Some(height)) => format!("{width} × {height}"),
        _ => word!("pixels unknown").to_owned(),
    }
}
