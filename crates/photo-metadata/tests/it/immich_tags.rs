//! Which tags Immich makes of a file, compared with ExifTool in the mode in which Immich runs it.

use std::collections::BTreeSet;

use photo_metadata::exiftool::{Arguments, ExifToolPool};
use photo_metadata::{Engine, identify, tags_as_immich_reads};
use sample_pictures::{Digest, Iptc, Kind, Picture, Xmp};
use serde_json::Value;

use crate::places;
use crate::regions::engines;
use crate::undo::{Written, all_choices, full_set};

/// What Immich does with the answer (`metadata.service.ts`, `getTagList` and `upsertTags`).
fn as_immich(pool: &ExifToolPool, path: &std::path::Path) -> BTreeSet<String> {
    let mut arguments = Arguments::new();
    for option in ["-j", "-struct", "-use", "MWG", "-TagsList", "-HierarchicalSubject", "-Keywords"] {
        arguments.option(option);
    }
    arguments.path(path).expect("a plain path");
    let output = pool.run(&arguments, None).expect("an answer");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let list = |name: &str| match &answer[0][name] {
        Value::Null => None,
        Value::Array(items) => Some(items.iter().map(text).collect::<Vec<_>>()),
        other => Some(vec![text(other)]),
    };
    let slashes =
        |tag: &String| tag.split('|').map(|part| part.replace('/', "|")).collect::<Vec<_>>().join("/");
    let tags = list("TagsList")
        .or_else(|| list("HierarchicalSubject").map(|list| list.iter().map(slashes).collect()))
        .or_else(|| list("Keywords"));
    let whole = |tag: String| tag.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
    tags.unwrap_or_default().into_iter().map(whole).filter(|tag| !tag.is_empty()).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn our_reading_of_tags_is_that_of_exiftool_as_immich_runs_it() {
    // A pool of its own: the mode stays with the process.
    let immich = places::start(&places::exiftool());
    let engine = &engines()[0];
    let folder = tempfile::tempdir().expect("a folder");
    let mut compared = 0;
    for kind in [Kind::Jpeg, Kind::Tiff] {
        for digest in [Digest::Absent, Digest::Right, Digest::Stale] {
            for lists in 0..16_u8 {
                let mut picture = Picture::new(kind).size(60, 40);
                let mut xmp = Xmp::new().title("title");
                if lists & 1 != 0 {
                    xmp = xmp.subject("beach").subject("AC/DC");
                }
                if lists & 2 != 0 {
                    picture = picture.iptc(Iptc::new().keyword("abcd").keyword("beach").digest(digest));
                }
                if lists & 4 != 0 {
                    xmp = xmp.hierarchical("Places|Sea").hierarchical("a/b|c");
                }
                if lists & 8 != 0 {
                    xmp = xmp.tags_list("x/y").tags_list("/z/");
                }
                let path = folder.path().join(format!("{digest:?}-{lists}.{}", kind.extension()));
                picture.xmp(xmp).write_to(&path).expect("a sample");
                let container = identify(&path).expect("a file").expect("a kind");
                let read = engine.read(&path, container).expect("a readable file");

                assert_eq!(tags_as_immich_reads(&read, &[]), as_immich(&immich, &path), "{}", path.display());

                let mut photo = Written::new(engine, path);
                let plan = photo.write(&full_set(container, None), &all_choices());
                let (now, wanted) = (photo.tags(), full_set(container, None).all_tags.expect("known tags"));
                assert_eq!(as_immich(&immich, &photo.path), wanted, "{}", photo.path.display());
                assert_eq!(tags_as_immich_reads(&read, &plan.edits), tags_as_immich_reads(&now, &[]));
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 96);
}
