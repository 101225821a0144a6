//! What was written is taken back: afterwards a file says what it said before, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use photo_metadata::exiftool::Arguments;
use photo_metadata::replace::{ReplaceOptions, Workspace, identity, work_dir_name};
use photo_metadata::{
    Base, Caption, CaptureTime, Change, Container, EditPlan, Engine, ExifTool, FileTags, Known, PhotoFields,
    Position, RatingWish, Rules, Stars, Tag, TagChoices, Value, identify, new_sidecar_bytes, plan_edits,
    reverse, write_verified,
};
use sample_pictures::{Digest, Exif, Gps, Iptc, Kind, Picture, Xmp};

use crate::regions::{engines, face};

/// A file that is written through the whole way.
pub(crate) struct Written<'a> {
    pub(crate) engine: &'a ExifTool,
    pub(crate) path: PathBuf,
    pub(crate) container: Container,
    pub(crate) base: Base,
}

impl<'a> Written<'a> {
    pub(crate) fn new(engine: &'a ExifTool, path: PathBuf) -> Self {
        let container = identify(&path).expect("a readable file").expect("a known kind");
        Self { engine, path, container, base: Base::default() }
    }

    pub(crate) fn tags(&self) -> FileTags {
        self.engine.read(&self.path, self.container).expect("a readable file")
    }

    pub(crate) fn plan(&self, fields: &PhotoFields, rules: &Rules) -> EditPlan {
        plan_edits(fields, &self.tags(), &self.base, rules)
    }

    pub(crate) fn write(&mut self, fields: &PhotoFields, rules: &Rules) -> EditPlan {
        let plan = self.plan(fields, rules);
        self.apply(&plan);
        let again = self.plan(fields, rules);
        assert!(again.edits.is_empty(), "{}: {:?}", self.path.display(), again.edits);
        plan
    }

    pub(crate) fn apply(&mut self, plan: &EditPlan) {
        if !plan.edits.is_empty() {
            let iptc = self.tags().iptc().cloned();
            let change = Change { container: self.container, edits: plan.edits.clone(), iptc };
            let before = identity(&self.path).expect("an original");
            let workspace =
                Workspace::create(&self.path, &before, &work_dir_name(7), ReplaceOptions::default())
                    .expect("room");
            let result = write_verified(self.engine, &workspace, &change, &self.path);
            assert!(result.is_ok(), "{} {}: {result:?}", self.engine.name(), self.path.display());
            workspace.seal().expect("a sealed version").commit().expect("a new version");
        }
        self.base = plan.base.clone();
    }

    /// Every tag of the file with its values, but for those about the file on disk and the tool, and empty lists.
    pub(crate) fn everything(&self) -> BTreeMap<String, serde_json::Value> {
        let mut arguments = Arguments::new();
        for option in ["-j", "-n", "-a", "-G1:4", "-struct", "-U", "-b", "-all:all"] {
            arguments.option(option);
        }
        arguments.path(&self.path).expect("a plain path");
        let output = self.engine.pool().run(&arguments, None).expect("an answer");
        let mut files: Vec<BTreeMap<String, serde_json::Value>> =
            serde_json::from_slice(&output.stdout).expect("JSON");
        let mut all = files.remove(0);
        all.retain(|key, value| {
            let says_nothing = key.starts_with("XMP-") && value.as_str() == Some("");
            let group = key.split(':').next().unwrap_or_default();
            !says_nothing && !matches!(group, "SourceFile" | "System" | "ExifTool" | "Composite" | "XMP-x")
        });
        all
    }
}

fn values(tags: &FileTags) -> Vec<(Tag, Value)> {
    tags.iter().map(|(tag, value)| (tag, value.clone())).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Everything that can be written, at once.
pub(crate) fn full_set(container: Container, frame: Option<photo_metadata::regions::Frame>) -> PhotoFields {
    let taken = "2024-07-01T22:30:00.25Z".parse().expect("an instant");
    let faces =
        frame.map(|frame| photo_metadata::Faces { list: vec![face("Zoë", [0.2, 0.2, 0.5, 0.6], frame)] });
    PhotoFields {
        people: Some(set(&["Zoë", "Bob, Jr.", "美咲"])),
        albums: Some(set(&["Summer | Lake", "a/b", "Álbum \"写真\" 👩"])),
        tags: Some(set(&["Places/Sea", "beach", "AC|DC"])),
        all_tags: Some(set(&["Places/Sea", "beach", "AC|DC"])),
        faces: faces.filter(|_| container != Container::Xmp),
        caption: Known::of(Caption::new("At the lake,\nÄgäis & $5 <写真> 𝄞", 2000)),
        position: Known::of(Position::new(-33.8688, 151.2093, Some(12.5))),
        taken: CaptureTime::from_instant(taken, Some("Europe/Berlin")).ok(),
        rating: Known::of(Stars::new(4).map(RatingWish::Stars)),
        title: Known::Unknown,
    }
}

/// All places are used.
pub(crate) fn all_choices() -> Rules {
    let choices = TagChoices {
        people_as_keywords: true,
        people_in_hierarchy: true,
        albums_in_comment: true,
        microsoft_regions: true,
        ..TagChoices::default()
    };
    Rules { choices, ..Rules::default() }
}

const KINDS: [Kind; 11] = [
    Kind::Jpeg,
    Kind::Png,
    Kind::WebpLossless,
    Kind::WebpExtended,
    Kind::Tiff,
    Kind::Gif,
    Kind::Heic,
    Kind::Avif,
    Kind::Jxl,
    Kind::Mp4,
    Kind::Mov,
];

/// Files without metadata, and files with metadata of their own; and sidecars.
fn samples(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for kind in KINDS {
        let bare = Picture::new(kind).size(60, 40);
        let mut rich = Picture::new(kind).size(60, 40);
        if kind.holds_exif() {
            rich = rich.orientation(6).exif(
                Exif::new()
                    .camera("Maker", "Model")
                    .taken("2019:01:01 10:00:00")
                    .offset("+01:00")
                    .image_description("OLYMPUS DIGITAL CAMERA")
                    .gps(Gps::new(10.0, 20.0).altitude(3.0)),
            );
        }
        if kind.holds_xmp() {
            rich = rich.xmp(Xmp::new().subject("mine").rating(2).description("before").title("title"));
        }
        if kind.holds_iptc() {
            rich = rich.iptc(Iptc::new().keyword("mine").caption("before").copyright("© me"));
        }
        for (name, picture) in [("bare", bare), ("rich", rich)] {
            let path = folder.join(format!("{kind:?}-{name}.{}", kind.extension()));
            picture.write_to(&path).expect("a sample");
            paths.push(path);
        }
    }
    for (name, bytes) in [
        ("new.xmp", new_sidecar_bytes()),
        ("mine.xmp", Xmp::new().subject("mine").rating(2).document().into_bytes()),
    ] {
        paths.push(folder.join(name));
        fs::write(folder.join(name), bytes).expect("a sidecar");
    }
    paths
}

#[test]
fn a_file_says_what_it_said_before_when_everything_is_taken_back() {
    for engine in engines() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in samples(folder.path()) {
            let mut photo = Written::new(&engine, path);
            if engine.blocked(photo.container).is_some() {
                continue;
            }
            let (before, tags) = (photo.everything(), photo.tags());
            let fields = full_set(photo.container, tags.frame());

            let plan = photo.write(&fields, &all_choices());
            assert!(plan.edits.len() >= 8, "{}: {:?}", photo.path.display(), plan.edits);
            // As the journal keeps it.
            let journal = serde_json::to_string(&plan.edits).expect("JSON");
            let edits: Vec<_> = serde_json::from_str(&journal).expect("edits");
            let back = reverse(&edits, &photo.tags(), &photo.base);
            assert!(back.kept.is_empty(), "{}: {:?}", photo.path.display(), back.kept);
            photo.apply(&back);

            let name = format!("{} {}", engine.name(), photo.path.display());
            assert_eq!(values(&photo.tags()), values(&tags), "{name}");
            assert!(!photo.base.has_written(), "{name}: {:?}", photo.base);
            let after = photo.everything();
            let differences: Vec<&String> = before
                .keys()
                .chain(after.keys())
                .filter(|key| before.get(*key) != after.get(*key) && !is_layout(key))
                .collect();
            assert!(differences.is_empty(), "{name}: {differences:?}");
            let again = reverse(&edits, &photo.tags(), &photo.base);
            assert!(again.edits.is_empty(), "{name}: taking back twice is taking back once");
        }
    }
}

/// What follows from other things. The mark that an IPTC block is UTF-8 stays, and so does a digest that fits it. A WebP without metadata needs no
/// extended header.
fn is_layout(key: &str) -> bool {
    matches!(
        key,
        "File:CurrentIPTCDigest"
            | "Photoshop:IPTCDigest"
            | "IPTC:EnvelopeRecordVersion"
            | "IPTC:CodedCharacterSet"
    ) || matches!(key, "File:FileType" | "RIFF:Copy1:ImageHeight" | "RIFF:Copy1:ImageWidth")
        || matches!(key, "RIFF:WebP_Flags" | "IFD0:StripOffsets")
        || matches!(key, "Track1:ChunkOffset" | "QuickTime:MediaDataOffset")
        || matches!(key, "QuickTime:MediaData" | "QuickTime:MediaDataSize")
}

#[test]
fn a_digest_beside_an_iptc_block_never_calls_it_newer() {
    for engine in engines() {
        let folder = tempfile::tempdir().expect("a folder");
        for kind in [Kind::Jpeg, Kind::Tiff] {
            for digest in [Digest::Absent, Digest::Right] {
                // Lengths of all four kinds modulo 4, to which a TIFF pads.
                for keyword in ["a", "ab", "abc", "abcd"] {
                    let path = folder.path().join(format!("{digest:?}-{keyword}.{}", kind.extension()));
                    let iptc = Iptc::new().keyword(keyword).digest(digest);
                    Picture::new(kind).size(60, 40).iptc(iptc).write_to(&path).expect("a sample");
                    let mut photo = Written::new(&engine, path);
                    if photo.tags().iptc().is_some_and(|block| !block.renew_digest) {
                        continue;
                    }

                    photo.write(&full_set(photo.container, None), &all_choices());

                    let fits = photo.tags().iptc().is_some_and(|block| block.renew_digest);
                    assert!(fits, "{} {}", engine.name(), photo.path.display());
                }
            }
        }
    }
}
