//! Face regions through the whole way: planned, written by ExifTool, proved, read back, and undone.

use std::fs;
use std::path::{Path, PathBuf};

use photo_metadata::regions::{Applied, Frame, Node, Orientation, Region, Regions, Schema};
use photo_metadata::replace::{ReplaceOptions, Workspace, identity, work_dir_name};
use photo_metadata::{
    Base, Change, Container, Engine, ExifTool, Faces, FileTags, NamedFace, PhotoFields, Rules, Tag,
    TagChoices, TagEdit, Value, identify, plan_edits, write_verified,
};
use sample_pictures::{Kind, Picture, Xmp};

use crate::places;

/// A file that is written again and again.
pub(crate) struct Photo<'a> {
    engine: &'a ExifTool,
    path: PathBuf,
    pub(crate) container: Container,
    base: Base,
}

impl<'a> Photo<'a> {
    pub(crate) fn new(engine: &'a ExifTool, path: PathBuf) -> Self {
        let container = identify(&path).expect("a readable file").expect("a known kind");
        Self { engine, path, container, base: Base::default() }
    }

    pub(crate) fn tags(&self) -> FileTags {
        self.engine.read(&self.path, self.container).expect("a readable file")
    }

    fn regions(&self) -> Vec<Region> {
        regions_of(&self.tags())
    }

    fn names(&self) -> Vec<String> {
        self.regions().into_iter().map(|region| region.name.unwrap_or_default()).collect()
    }

    /// Writes and proves these faces; gives what changed.
    pub(crate) fn write(&mut self, faces: &[NamedFace], rules: &Rules) -> Vec<TagEdit> {
        let fields = PhotoFields { faces: Some(Faces { list: faces.to_vec() }), ..PhotoFields::default() };
        let plan = plan_edits(&fields, &self.tags(), &self.base, rules);
        assert!(plan.kept.is_empty(), "{:?}", plan.kept);
        self.apply(&plan.edits);
        self.base = std::mem::take(&mut self.base).after(&fields, &plan.edits);
        let again = plan_edits(&fields, &self.tags(), &self.base, rules);
        assert_eq!((again.edits, again.kept), (Vec::new(), Vec::new()), "a second plan changes something");
        plan.edits
    }

    fn apply(&self, edits: &[TagEdit]) {
        let iptc = self.tags().iptc().cloned();
        let change = Change { container: self.container, edits: edits.to_vec(), iptc };
        let before = identity(&self.path).expect("an original");
        let workspace = Workspace::create(&self.path, &before, &work_dir_name(7), ReplaceOptions::default())
            .expect("room");
        let result = write_verified(self.engine, &workspace, &change, &self.path);
        assert!(result.is_ok(), "{} {}: {result:?}", self.engine.name(), self.path.display());
        workspace.seal().expect("a sealed version").commit().expect("a new version");
    }

    fn undo(&self, edits: &[TagEdit]) {
        let back = |edit: &TagEdit| TagEdit { tag: edit.tag, old: edit.new.clone(), new: edit.old.clone() };
        // As the journal keeps it.
        let journal = serde_json::to_string(&edits.iter().map(back).collect::<Vec<_>>()).expect("JSON");
        self.apply(&serde_json::from_str::<Vec<TagEdit>>(&journal).expect("edits"));
    }
}

pub(crate) fn regions_of(tags: &FileTags) -> Vec<Region> {
    match tags.get(Tag::RegionInfo) {
        Some(Value::Structure(fields)) => Regions::read(Schema::MetadataWorkingGroup, fields).list,
        None => Vec::new(),
        Some(other) => panic!("{other:?}"),
    }
}

pub(crate) fn engines() -> Vec<ExifTool> {
    places::all_exiftools().into_iter().map(ExifTool::new).collect()
}

/// A face with these edges as shares of the upright picture.
pub(crate) fn face(name: &str, edges: [f64; 4], frame: Frame) -> NamedFace {
    let (width, height) = frame.upright_size();
    let picture = [f64::from(width), f64::from(height)];
    let [left, top, right, bottom] = edges;
    let edges = [left * picture[0], top * picture[1], right * picture[0], bottom * picture[1]];
    NamedFace { name: name.to_owned(), edges, picture, from_file: false }
}

/// A picture of 60 × 40 pixels as stored.
pub(crate) fn sample(folder: &Path, kind: Kind, orientation: u16) -> PathBuf {
    let path = folder.join(format!("{orientation}.{}", kind.extension()));
    let picture = Picture::new(kind).size(60, 40);
    let picture = if orientation == 1 { picture } else { picture.orientation(orientation) };
    picture.write_to(&path).expect("a sample");
    path
}

#[test]
fn hostile_names_are_names_and_are_undone() {
    let long = "x".repeat(200);
    let names = [
        "plain",
        "two\nlines",
        "tab\tand\r\nmore\n",
        "a|b",
        "a{b",
        "a}b",
        "{Name=x}",
        "[a,b]",
        "a, b",
        "a=b",
        "$5 @home",
        "Tom & Jerry &amp; &#65;",
        "-all=",
        "-o",
        " blanks ",
        "|",
        "||}",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{200f}abc",
        "👩\u{200d}👩\u{200d}👧 東京",
        "e\u{301}",
        "O'Brien \"Bob\" <b>",
        "\\n \\",
        "#[CSTR]",
        "0",
        "007",
        "1e5",
        &long,
        "]]></rdf:li>",
        "\u{a0}no-break\u{a0}",
        "%d%f",
    ];
    let frame = Frame::new(60, 40, Orientation::UPRIGHT).expect("pixels");
    let faces: Vec<NamedFace> = (0_u32..)
        .zip(names)
        .map(|(number, name)| {
            let left = f64::from(number) * 0.03;
            face(name, [left, 0.1, left + 0.02, 0.2], frame)
        })
        .collect();
    for engine in engines() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut photo = Photo::new(&engine, sample(folder.path(), Kind::Jpeg, 1));
        let rules = Rules {
            choices: TagChoices { microsoft_regions: true, ..TagChoices::default() },
            ..Rules::default()
        };

        let edits = photo.write(&faces, &rules);

        assert_eq!(photo.names(), names, "{}", engine.name());
        photo.undo(&edits);
        assert_eq!(
            (photo.tags().get(Tag::RegionInfo), photo.tags().get(Tag::MicrosoftRegions)),
            (None, None)
        );
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);
    }
}

#[test]
fn random_names_come_back_as_they_were() {
    let engine = ExifTool::new(places::start(&places::exiftool()));
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = fastrand::Rng::with_seed(11);
    let alphabet: Vec<char> =
        "ab \n\r\t&;#$@\\\"'<>=-+^%{}[]()|`~!?*,:é東👩\u{a0}\u{2028}\u{85}".chars().collect();
    let frame = Frame::new(60, 40, Orientation::UPRIGHT).expect("pixels");
    for number in 0_u16..8 {
        let path = folder.path().join(format!("{number}.jpg"));
        Picture::new(Kind::Jpeg).size(60, 40).write_to(&path).expect("a sample");
        let mut photo = Photo::new(&engine, path);
        let names: Vec<String> = (0..20)
            .map(|_| (0..random.usize(1..20)).map(|_| alphabet[random.usize(..alphabet.len())]).collect())
            .collect();
        let faces: Vec<NamedFace> = (0_u32..)
            .zip(&names)
            .map(|(number, name)| {
                let left = f64::from(number) * 0.04;
                face(name, [left, 0.1, left + 0.03, 0.2], frame)
            })
            .collect();

        photo.write(&faces, &Rules::default());

        assert_eq!(photo.names(), names);
    }
}

/// Regions of a camera and of programs that nobody knows, in several spellings.
pub(crate) const FOREIGN: &str = r#"<mwg-rs:Regions xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
 xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:acme="http://acme.example/ns/"
 rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="60" stDim:h="40" stDim:unit="pixel"/>
<mwg-rs:RegionList><rdf:Bag>
<rdf:li><rdf:Description mwg-rs:Name="Rex, the {dog} | &quot;x&quot;" mwg-rs:Type="Pet" acme:Unknown="what, is } this">
 <mwg-rs:Area stArea:x="0.50" stArea:y="0.5" stArea:w="0.10" stArea:h=".1" stArea:unit="normalized"/>
 <mwg-rs:Extensions rdf:parseType="Resource"><acme:Chip>12.50</acme:Chip>
  <dc:creator><rdf:Seq><rdf:li>A, B</rdf:li><rdf:li>C</rdf:li></rdf:Seq></dc:creator></mwg-rs:Extensions>
</rdf:Description></rdf:li>
<rdf:li><rdf:Description mwg-rs:Type="Focus" mwg-rs:FocusUsage="EvaluatedUsed">
 <mwg-rs:Area stArea:x="0.3" stArea:y="0.4" stArea:d="0.05" stArea:unit="normalized"/></rdf:Description></rdf:li>
<rdf:li rdf:parseType="Resource"><mwg-rs:Type>BarCode</mwg-rs:Type><mwg-rs:BarCodeValue>0012</mwg-rs:BarCodeValue>
 <mwg-rs:Area rdf:parseType="Resource"><stArea:x>0.2</stArea:x><stArea:y>.2</stArea:y>
 <stArea:unit>normalized</stArea:unit></mwg-rs:Area><rdfs:seeAlso rdf:resource="dc:subject"/></rdf:li>
<rdf:li><rdf:Description mwg-rs:Name="&quot;&#x5e9;&#x5dc;&quot; &amp;amp; &lt;Söhne&gt;" mwg-rs:Type="Face">
 <mwg-rs:Area stArea:x="0.8" stArea:y="0.2" stArea:w="0.1" stArea:h="0.1" stArea:unit="normalized"/>
 </rdf:Description></rdf:li>
</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"#;

#[test]
fn regions_of_others_survive_all_that_happens_to_ours() {
    let frame = Frame::new(60, 40, Orientation::UPRIGHT).expect("pixels");
    let rules = Rules::default();
    for engine in engines() {
        for kind in [Kind::Jpeg, Kind::Png, Kind::Tiff, Kind::Mov] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join(format!("photo.{}", kind.extension()));
            Picture::new(kind)
                .size(60, 40)
                .xmp(Xmp::new().foreign(FOREIGN))
                .write_to(&path)
                .expect("a sample");
            let mut photo = Photo::new(&engine, path);
            let theirs = photo.regions();
            assert_eq!(theirs.len(), 4, "{kind:?}");
            let first = photo.tags().get(Tag::RegionInfo).cloned();

            let zoe = |name, left| face(name, [left, 0.6, left + 0.2, 0.9], frame);
            let mut edits = vec![photo.write(&[zoe("Zoë", 0.1), zoe("Bob, \"Jr.\"", 0.5)], &rules)];
            edits.push(photo.write(&[zoe("Zoe", 0.1), zoe("Bob, \"Jr.\"", 0.5)], &rules));
            edits.push(photo.write(&[zoe("Zoe", 0.15), zoe("Bob, \"Jr.\"", 0.55), zoe("Ann", 0.7)], &rules));
            edits.push(photo.write(&[zoe("Ann", 0.7)], &rules));

            let now = photo.regions();
            let kept: Vec<&Region> = now.iter().filter(|region| theirs.contains(region)).collect();
            assert_eq!(kept, theirs.iter().collect::<Vec<_>>(), "{} {kind:?}", engine.name());
            assert_eq!(now.len(), 5);
            // Back through all runs.
            for run in edits.iter().rev() {
                photo.undo(run);
            }
            let last = photo.tags().get(Tag::RegionInfo).cloned();
            let (Some(first), Some(last)) = (first, last) else { panic!("{kind:?}: no regions") };
            assert!(last.says_the_same(&first, Tag::RegionInfo), "{kind:?}: {last:?}");
        }
    }
}

#[test]
fn regions_without_a_size_get_one_and_lose_it_again() {
    let frame = Frame::new(60, 40, Orientation::UPRIGHT).expect("pixels");
    for engine in engines() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("photo.jpg");
        let packet = Xmp::new().face("Bob", 0.5, 0.5, 0.2, 0.2);
        Picture::new(Kind::Jpeg).size(60, 40).xmp(packet).write_to(&path).expect("a sample");
        let mut photo = Photo::new(&engine, path);
        let before = photo.tags().get(Tag::RegionInfo).cloned();

        let edits = photo.write(&[face("Zoë", [0.1, 0.1, 0.2, 0.2], frame)], &Rules::default());
        assert_eq!(photo.names(), ["Bob", "Zoë"]);
        photo.undo(&edits);

        assert_eq!(photo.tags().get(Tag::RegionInfo).cloned(), before);
    }
}

#[test]
fn copies_of_one_region_are_counted() {
    let frame = Frame::new(60, 40, Orientation::UPRIGHT).expect("pixels");
    for engine in engines() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("photo.jpg");
        let packet = Xmp::new()
            .region_dimensions(60, 40)
            .face("Bob", 0.5, 0.5, 0.2, 0.2)
            .face("Bob", 0.5, 0.5, 0.2, 0.2);
        Picture::new(Kind::Jpeg).size(60, 40).xmp(packet).write_to(&path).expect("a sample");
        let mut photo = Photo::new(&engine, path);
        // One of the two is ours.
        let bob = Schema::MetadataWorkingGroup.face("Bob", photo.regions()[0].area.expect("an area"));
        let written = Value::Structure([("RegionList".to_owned(), Node::List(vec![bob]))].into());
        photo.base.written.insert(Tag::RegionInfo, written);

        let edits = photo.write(&[face("Zoë", [0.1, 0.1, 0.2, 0.2], frame)], &Rules::default());
        assert_eq!(photo.names().iter().filter(|name| *name == "Bob").count(), 1, "{}", engine.name());
        photo.undo(&edits);

        assert_eq!(photo.names(), ["Bob", "Bob"]);
    }
}

#[test]
fn a_sidecar_takes_the_faces_of_its_picture() {
    let frame = Frame::new(4000, 3000, Orientation::new(6).expect("an orientation")).expect("pixels");
    for engine in engines() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, target) = (folder.path().join("photo.jpg.xmp"), folder.path().join("new.xmp"));
        let document = Xmp::new().region_dimensions(4000, 3000).foreign(FOREIGN).rating(3).document();
        fs::write(
            &path,
            document.replace("stDim:w=\"60\" stDim:h=\"40\"", "stDim:w=\"4000\" stDim:h=\"3000\""),
        )
        .expect("a sidecar");
        let tags = engine.read(&path, Container::Xmp).expect("a readable file");
        assert_eq!(tags.frame(), None);
        let faces = Faces { list: vec![face("Zoë", [0.1, 0.1, 0.3, 0.5], frame)] };
        let fields = PhotoFields { faces: Some(faces), ..PhotoFields::default() };

        let tags = tags.with_frame(Some(frame));
        let plan = plan_edits(&fields, &tags, &Base::default(), &Rules::default());
        let change = Change { container: Container::Xmp, edits: plan.edits, iptc: None };
        engine.write_copy(&path, &target, &change).expect("a new sidecar");

        let (before, after) = (
            engine.inventory(&path, Container::Xmp).expect("an inventory"),
            engine.inventory(&target, Container::Xmp).expect("an inventory"),
        );
        assert!(after.unmet(&change.edits).is_empty());
        assert!(after.foreign_changes(&before, &change.edits).is_empty());
        let regions = regions_of(&after.own);
        assert_eq!(regions[..4], regions_of(&before.own)[..]);
        let area = regions[4].area.expect("an area");
        assert!((area.x - 0.3).abs() < 1e-6 && (area.y - 0.8).abs() < 1e-6, "{area:?}");
    }
}

#[test]
fn a_region_in_the_extended_packet_of_a_jpeg_is_known() {
    let engine = ExifTool::new(places::start(&places::exiftool()));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("photo.jpg");
    let extended = Xmp::new().region_dimensions(60, 40).face("Bob", 0.5, 0.5, 0.2, 0.2).document();
    let picture = Picture::new(Kind::Jpeg).size(60, 40).xmp(Xmp::new().rating(3)).extended_xmp(extended);
    picture.write_to(&path).expect("a sample");
    let mut photo = Photo::new(&engine, path);
    let frame = photo.tags().frame().expect("a frame");

    photo.write(&[face("Zoë", [0.1, 0.1, 0.2, 0.2], frame)], &Rules::default());

    assert_eq!(photo.names(), ["Bob", "Zoë"]);
}

/// The collected files that carry regions.
fn corpus_with_regions(test: &str) -> Vec<PathBuf> {
    let holds = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap_or_default();
        bytes.windows(22).any(|window| window == b"mwg-rs:AppliedToDimens")
    };
    places::corpus(test).unwrap_or_default().into_iter().filter(holds).collect()
}

#[test]
fn collected_files_with_regions_take_one_more_face() {
    let files = corpus_with_regions("collected_files_with_regions_take_one_more_face");
    let rules = Rules {
        choices: TagChoices { microsoft_regions: true, ..TagChoices::default() },
        ..Rules::default()
    };
    for engine in engines() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut written = 0;
        for file in &files {
            let path = folder.path().join(file.file_name().expect("a name"));
            fs::copy(file, &path).expect("a copy");
            let mut photo = Photo::new(&engine, path);
            let (theirs, tags) = (photo.regions(), photo.tags());
            let frame = tags.frame().expect("a frame");
            let Some(Value::Structure(fields)) = tags.get(Tag::RegionInfo) else { continue };
            let Applied::Size(width, height) = Regions::read(Schema::MetadataWorkingGroup, fields).applied
            else {
                continue;
            };
            if !frame.has_shape_of(width, height) {
                continue;
            }

            let edits = photo.write(&[face("Ève", [0.01, 0.01, 0.06, 0.06], frame)], &rules);

            assert_eq!(photo.regions()[..theirs.len()], theirs[..], "{}", file.display());
            assert_eq!(photo.names().last().map(String::as_str), Some("Ève"));
            photo.undo(&edits);
            assert_eq!(photo.tags().get(Tag::RegionInfo), tags.get(Tag::RegionInfo));
            assert_eq!(photo.tags().get(Tag::MicrosoftRegions), tags.get(Tag::MicrosoftRegions));
            written += 1;
        }
        assert!(files.is_empty() || written >= 2, "{written} of {} files were written", files.len());
    }
}
