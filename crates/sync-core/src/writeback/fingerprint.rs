//! Whether anything that matters has changed on the server: a hash over exactly what would be written.
//!
//! The server's own `updatedAt` misses faces, people and albums and jumps for nothing (measured on 3.0.3).

use photo_metadata::{Engine, PhotoFields};
use serde::Serialize;

use super::WriteOptions;
use crate::state::Fingerprint;

/// Goes up when the same data would be laid out in other tags, so that files are looked at again.
const TAG_TABLE: u32 = 2;

/// What decides about the tags of a file.
#[derive(Serialize)]
struct Facts<'a> {
    table: u32,
    rules: &'a photo_metadata::Rules,
    allowed: photo_metadata::Allowances,
    data: Vec<photo_metadata::Datum>,
    fields: &'a PhotoFields,
    /// Only the sidecars are written; once the original is, too, it has to be looked at.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    beside: bool,
}

/// Who refused a file: another writer, or another version of this program, may think otherwise.
pub(super) fn judge(engine: &dyn Engine) -> String {
    format!("{} with {}", env!("CARGO_PKG_VERSION"), engine.name())
}

/// The hash.
pub(super) fn fingerprint(
    fields: &PhotoFields,
    options: &WriteOptions,
    writes_original: bool,
) -> Fingerprint {
    let facts = Facts {
        table: TAG_TABLE,
        rules: &options.rules,
        allowed: options.allowed,
        data: options.data.iter().copied().collect(),
        fields,
        beside: !writes_original,
    };
    // A structure of plain fields always serialises; an error would only mean a file is looked at again.
    let bytes = serde_json::to_vec(&facts).unwrap_or_default();
    Fingerprint(*blake3::hash(&bytes).as_bytes())
}

#[cfg(test)]
mod tests {
    use photo_metadata::{
        Base, Caption, CaptureTime, Container, FileTags, Known, Position, RatingWish, Rules, Stars,
        TagChoices, plan_edits,
    };

    use super::*;

    /// Files are looked at again only when this number goes up; whoever lays data out in other tags sees this
    /// test fail, and raises it together with the hash.
    #[test]
    fn the_number_of_the_tag_table_belongs_to_this_table() {
        let taken = CaptureTime::from_instant("2024-07-01T22:30:00Z".parse().unwrap(), Some("Europe/Berlin"));
        let fields = PhotoFields {
            people: Some(["Alice".to_owned()].into()),
            albums: Some(["Summer|Winter".to_owned(), "Lake".to_owned()].into()),
            tags: Some(["Places/Sea".to_owned()].into()),
            all_tags: Some(["Places/Sea".to_owned()].into()),
            position: Known::of(Position::new(-33.5, -70.5, Some(-4.0))),
            caption: Known::of(Caption::new("caption", 2000)),
            taken: taken.ok(),
            rating: Known::of(Stars::new(4).map(RatingWish::Stars)),
            ..PhotoFields::default()
        };
        let mut table = blake3::Hasher::new();
        let choices = TagChoices {
            people_as_keywords: true,
            people_in_hierarchy: true,
            albums_in_comment: true,
            ..TagChoices::default()
        };
        let rules = Rules { choices, ..Rules::default() };
        let [jpeg, png, gif] = [Container::Jpeg, Container::Png, Container::Gif];
        for container in [jpeg, png, gif, Container::Mp4, Container::Heic, Container::Xmp] {
            for edit in plan_edits(&fields, &FileTags::empty(container), &Base::default(), &rules).edits {
                table.update(format!("{container:?} {} {:?}\n", edit.tag, edit.new).as_bytes());
            }
        }
        let table = table.finalize().to_hex();

        assert_eq!((TAG_TABLE, &table[..16]), (2, "5a91d1d18517e0d6"));
    }
}
