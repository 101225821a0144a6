//! The native engine beside ExifTool, on all files of the collection: what it reads, what it writes, how many it
//! takes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use photo_metadata::{
    Allowances, Base, Caption, CaptureTime, Change, Container, Engine, ExifTool, Faces, FileTags, Known,
    MetadataError, NamedFace, Native, PhotoFields, Position, RatingWish, Rules, Stars, Tag, TagChoices,
    identify, plan_edits, refuse, structure,
};

use crate::places;

/// Files that the native engine is asked for: known kinds whose name says what they are.
fn native_files(test: &str) -> Vec<(PathBuf, Container)> {
    let known = |path: PathBuf| match identify(&path) {
        Ok(Ok(container)) if Native.blocked(container).is_none() => Some((path, container)),
        _ => None,
    };
    places::corpus(test).unwrap_or_default().into_iter().filter_map(known).collect()
}

/// What differs between two readings of a file, in words.
fn differences(native: &FileTags, judge: &FileTags) -> Vec<String> {
    let mut found = Vec::new();
    for &tag in Tag::ALL {
        let same = match (native.get(tag), judge.get(tag)) {
            (Some(one), Some(other)) => one.says_the_same(other, tag),
            (one, other) => one.is_none() && other.is_none(),
        };
        if !same {
            found.push(format!("{tag}: {:?}, and ExifTool {:?}", native.get(tag), judge.get(tag)));
        }
        if native.is_ambiguous(tag) != judge.is_ambiguous(tag) {
            found.push(format!(
                "{tag} ambiguous: {}, and ExifTool {}",
                native.is_ambiguous(tag),
                judge.is_ambiguous(tag)
            ));
        }
        if native.is_repeated(tag) != judge.is_repeated(tag) {
            found.push(format!(
                "{tag} repeated: {}, and ExifTool {}",
                native.is_repeated(tag),
                judge.is_repeated(tag)
            ));
        }
    }
    if native.iptc() != judge.iptc() {
        found.push(format!("IPTC: {:?}, and ExifTool {:?}", native.iptc(), judge.iptc()));
    }
    if native.frame() != judge.frame() {
        found.push(format!("frame: {:?}, and ExifTool {:?}", native.frame(), judge.frame()));
    }
    found
}

#[test]
fn what_is_read_natively_is_what_exiftool_reads() {
    let exiftool = ExifTool::new(places::start(&places::exiftool()));
    let mut wrong = Vec::new();
    let (mut read, mut left) = (0, Vec::new());

    for (path, container) in native_files("what_is_read_natively_is_what_exiftool_reads") {
        match Native.read(&path, container) {
            Ok(tags) => {
                read += 1;
                let judge = exiftool.read(&path, container).expect("a file that ExifTool reads");
                let differences = differences(&tags, &judge);
                if !differences.is_empty() {
                    wrong.push(format!("{}:\n    {}", path.display(), differences.join("\n    ")));
                }
            }
            Err(MetadataError::Beyond { reason, .. }) => left.push(format!("{}: {reason}", path.display())),
            Err(error) => wrong.push(format!("{}: {error}", path.display())),
        }
    }

    eprintln!("{read} read natively, {} left:\n{}", left.len(), left.join("\n"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a server may know of a photo: all eight kinds of data.
pub(crate) fn everything(picture: [f64; 2]) -> PhotoFields {
    let set = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<BTreeSet<_>>();
    let [width, height] = picture;
    let edges = [0.2 * width, 0.3 * height, 0.4 * width, 0.6 * height];
    PhotoFields {
        people: Some(set(&["Anna Müller", "Bob Smith, Jr.", "美咲"])),
        albums: Some(set(&["Summer|Winter", "Lake & \"friends\""])),
        tags: Some(set(&["Places/Lake", "boat"])),
        all_tags: Some(set(&["Places/Lake", "boat"])),
        faces: Some(Faces {
            list: vec![NamedFace { name: "Anna Müller".to_owned(), edges, picture, from_file: false }],
        }),
        position: Known::of(Position::new(-33.8688, -70.512_345, Some(-395.5))),
        caption: Known::of(Caption::new("Two lines,\nzwei Zeilen: 写真 <&> 𝄞 cost $5", 2000)),
        taken: CaptureTime::from_instant(
            "2024-07-01T22:30:00Z".parse().expect("a time"),
            Some("Europe/Berlin"),
        )
        .ok(),
        rating: Known::of(Stars::new(4).map(RatingWish::Stars)),
    }
}

pub(crate) fn rules() -> Rules {
    let choices = TagChoices {
        people_as_keywords: true,
        people_in_hierarchy: true,
        albums_in_comment: true,
        ..TagChoices::default()
    };
    Rules { choices, ..Rules::default() }
}

fn change(path: &Path, container: Container, fields: &PhotoFields) -> Result<Change, MetadataError> {
    let file = Native.read(path, container)?;
    let edits = plan_edits(fields, &file, &Base::default(), &rules()).edits;
    Ok(Change { container, edits, iptc: file.iptc().cloned() })
}

fn picture_of(path: &Path, container: Container) -> [f64; 2] {
    let frame = Native.read(path, container).ok().and_then(|file| file.frame());
    frame.map_or([640.0, 480.0], |frame| {
        let (width, height) = frame.upright_size();
        [f64::from(width), f64::from(height)]
    })
}

/// Native coverage that each kind of file has to have, in percent.
const LEAST: [(&[Container], usize); 5] = [
    (&[Container::Jpeg], 95),
    (&[Container::Heic, Container::Avif], 85),
    (&[Container::Mp4, Container::Mov], 100),
    (&[Container::Png], 90),
    (&[Container::WebP], 90),
];

#[test]
fn what_is_written_natively_is_right_in_the_eyes_of_exiftool() {
    let exiftool = ExifTool::new(places::start(&places::exiftool()));
    let folder = tempfile::tempdir().expect("a folder");
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<Container, (usize, usize)> = BTreeMap::new();
    let mut left = Vec::new();

    for (path, container) in native_files("what_is_written_natively_is_right_in_the_eyes_of_exiftool") {
        let examined = structure::examine(&path).expect("a known kind");
        let allowed = Allowances { signed: true, raw: true };
        if container != Container::Xmp && refuse(&path, &examined, allowed).is_some() {
            continue;
        }
        // A signed file is no plain one: what the signature covers may count positions.
        let is_plain = usize::from(!examined.signed);
        let count = counts.entry(container).or_default();
        count.1 += is_plain;
        let target = folder.path().join(path.file_name().expect("a name"));
        let written = change(&path, container, &everything(picture_of(&path, container)))
            .and_then(|change| Native.write_copy(&path, &target, &change).map(|()| change));
        match written {
            Ok(change) => {
                count.0 += is_plain;
                let findings = judged(&exiftool, &path, &target, &change);
                if !findings.is_empty() {
                    wrong.push(format!("{}:\n    {}", path.display(), findings.join("\n    ")));
                }
                std::fs::remove_file(&target).expect("the new version");
            }
            Err(MetadataError::Beyond { reason, .. }) => left.push(format!("{}: {reason}", path.display())),
            Err(error) => wrong.push(format!("{}: {error}", path.display())),
        }
    }

    eprintln!("{counts:?}\nleft:\n{}", left.join("\n"));
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    for (containers, least) in LEAST {
        let of = |part: fn(&(usize, usize)) -> usize| -> usize {
            containers.iter().filter_map(|container| counts.get(container).map(part)).sum()
        };
        let (done, all) = (of(|count| count.0), of(|count| count.1));
        assert!(all == 0 || done * 100 >= least * all, "{containers:?}: {done} of {all} natively");
    }
}

/// What ExifTool, and our own digest of everything that is not metadata, find wrong with a new version.
fn judged(exiftool: &ExifTool, old: &Path, new: &Path, change: &Change) -> Vec<String> {
    let inventory = |path: &Path| exiftool.inventory(path, change.container);
    let (before, after) = match (inventory(old), inventory(new)) {
        (Ok(before), Ok(after)) => (before, after),
        (before, after) => return vec![format!("{:?} {:?}", before.err(), after.err())],
    };
    let mut findings: Vec<String> = after
        .unmet(&change.edits)
        .iter()
        .map(|edit| {
            format!("{} did not read back: {:?}, wanted {:?}", edit.tag, after.own.get(edit.tag), edit.new)
        })
        .collect();
    findings.extend(after.foreign_changes(&before, &change.edits));
    if before.image_hash != after.image_hash {
        findings.push("the image data differ".to_owned());
    }
    let payload = |path: &Path| structure::examine(path).map(|found| found.payload);
    match (payload(old), payload(new)) {
        (Ok(before), Ok(after)) if before.same_as(&after) == Some(false) => {
            findings.push("bytes that are not metadata differ".to_owned());
        }
        (Ok(_), Ok(_)) => {}
        (_, Err(error)) | (Err(error), _) => findings.push(error.to_string()),
    }
    findings
}
