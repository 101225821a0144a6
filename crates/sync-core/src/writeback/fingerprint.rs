//! Whether anything that matters has changed on the server: a hash over exactly what would be written.
//!
//! The server's own `updatedAt` misses faces, people and albums and jumps for nothing (measured on 3.0.3).

use photo_metadata::{Engine, PhotoFields};
use serde::Serialize;

use super::WriteOptions;
use crate::state::Fingerprint;

/// Goes up when the same data would be laid out in other tags, so that files are looked at again.
const TAG_TABLE: u32 = 1;

/// What decides about the tags of a file.
#[derive(Serialize)]
struct Facts<'a> {
    table: u32,
    choices: photo_metadata::TagChoices,
    allowed: photo_metadata::Allowances,
    data: Vec<photo_metadata::Datum>,
    fields: &'a PhotoFields,
}

/// Who refused a file: another writer, or another version of this program, may think otherwise.
pub(super) fn judge(engine: &dyn Engine) -> String {
    format!("{} with {}", env!("CARGO_PKG_VERSION"), engine.name())
}

/// The hash.
pub(super) fn fingerprint(fields: &PhotoFields, options: &WriteOptions) -> Fingerprint {
    let facts = Facts {
        table: TAG_TABLE,
        choices: options.choices,
        allowed: options.allowed,
        data: options.data.iter().copied().collect(),
        fields,
    };
    // A structure of plain fields always serialises; an error would only mean a file is looked at again.
    let bytes = serde_json::to_vec(&facts).unwrap_or_default();
    Fingerprint(*blake3::hash(&bytes).as_bytes())
}

#[cfg(test)]
mod tests {
    use photo_metadata::{
        Caption, CaptureTime, Container, FileTags, Position, RatingWish, Stars, TagChoices, plan_edits,
    };

    use super::*;

    /// Files are looked at again only when this number goes up; whoever lays data out in other tags sees this
    /// test fail, and raises it together with the hash.
    #[test]
    fn the_number_of_the_tag_table_belongs_to_this_table() {
        let taken = CaptureTime::from_instant("2024-07-01T22:30:00Z".parse().unwrap(), Some("Europe/Berlin"));
        let fields = PhotoFields {
            people: ["Alice".to_owned()].into(),
            position: Position::new(-33.5, -70.5, Some(-4.0)),
            caption: Caption::new("caption", 2000),
            taken: taken.ok(),
            rating: Stars::new(4).map(RatingWish::Stars),
        };
        let mut table = blake3::Hasher::new();
        for container in [Container::Jpeg, Container::Png, Container::Gif, Container::Mp4, Container::Heic] {
            for edit in plan_edits(&fields, &FileTags::empty(container), TagChoices::default()) {
                table.update(format!("{container:?} {} {:?}\n", edit.tag, edit.new).as_bytes());
            }
        }
        let table = table.finalize().to_hex();

        assert_eq!((TAG_TABLE, &table[..16]), (1, "2f3be58a41b8865a"));
    }
}
