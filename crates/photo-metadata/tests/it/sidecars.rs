//! XMP sidecars: new ones, and those of other programs, of which nothing may be lost.

use std::fs;
use std::path::{Path, PathBuf};

use photo_metadata::replace::{Workspace, work_dir_name};
use photo_metadata::structure::{Container, examine};
use photo_metadata::{
    Base, Change, Engine, FileTags, PhotoFields, Rules, Tag, Value, identify, new_sidecar_bytes, plan_edits,
    refuse_sidecar, reverse, tags_as_immich_reads, write_verified,
};

use crate::places;
use crate::regions::engines;
use crate::undo::{Written, all_choices, full_set};

/// As Lightroom Classic writes beside a raw file: properties as attributes, develop settings, its own history.
const LIGHTROOM: &str = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000 1.000000, 0000/00/00-00:00:00        ">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
   xmp:Rating="3"
   xmp:Label="Red"
   xmp:CreateDate="2019-05-01T10:11:12.34"
   photoshop:DateCreated="2019-05-01T10:11:12.34"
   xmpMM:DocumentID="xmp.did:3c4c8a0e-4ad5-4f5c"
   crs:Version="15.0"
   crs:WhiteBalance="As Shot"
   crs:Temperature="5150"
   crs:Exposure2012="+0.35"
   crs:HasSettings="True">
   <xmpMM:History>
    <rdf:Seq>
     <rdf:li
      stEvt:action="saved"
      stEvt:instanceID="xmp.iid:3c4c8a0e"
      stEvt:when="2022-05-01T10:11:12+02:00"
      stEvt:changed="/metadata"/>
    </rdf:Seq>
   </xmpMM:History>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Lake</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <dc:description>
    <rdf:Alt>
     <rdf:li xml:lang="x-default">Before</rdf:li>
     <rdf:li xml:lang="de-DE">Vorher</rdf:li>
    </rdf:Alt>
   </dc:description>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>Places|Lake</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <crs:ToneCurvePV2012>
    <rdf:Seq>
     <rdf:li>0, 0</rdf:li>
     <rdf:li>255, 255</rdf:li>
    </rdf:Seq>
   </crs:ToneCurvePV2012>
   <crs:Look>
    <rdf:Description crs:Name="Adobe Color" crs:Amount="1">
     <crs:Parameters>
      <rdf:Description crs:Version="15.0" crs:ConvertToGrayscale="False"/>
     </crs:Parameters>
    </rdf:Description>
   </crs:Look>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"#;

/// As darktable writes: its history of edits, masks, and empty lists.
const DARKTABLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:darktable="http://darktable.sf.net/"
   exif:DateTimeOriginal="2019:05:01 10:11:12"
   xmp:Rating="1"
   xmpMM:DerivedFrom="IMG_1.CR2"
   darktable:import_timestamp="63741000000000"
   darktable:xmp_version="5"
   darktable:raw_params="0"
   darktable:auto_presets_applied="1"
   darktable:history_end="2"
   darktable:iop_order_version="4">
   <darktable:masks_history>
    <rdf:Seq/>
   </darktable:masks_history>
   <darktable:history>
    <rdf:Seq>
     <rdf:li
      darktable:num="0"
      darktable:operation="rawprepare"
      darktable:enabled="1"
      darktable:modversion="2"
      darktable:params="00000000000000000000000000000000"
      darktable:multi_name=""
      darktable:multi_priority="0"
      darktable:blendop_version="13"
      darktable:blendop_params="gz11eJxjYIAACQYYOOHEgAZY0QVwggZ7CB6pfNoAAE4IGVI="/>
     <rdf:li
      darktable:num="1"
      darktable:operation="exposure &amp; more"
      darktable:enabled="1"
      darktable:modversion="7"
      darktable:params="00000000000080bf0000003f0000004842"/>
    </rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"#;

/// As digiKam writes: tags in all notations, its own marks, and a namespace with the longer address of Microsoft.
const DIGIKAM: &str = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"
    xmlns:mediapro="http://ns.iview-multimedia.com/mediapro/1.0/"
    xmlns:acdsee="http://ns.acdsee.com/iptc/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:own="http://example.org/own/"
   digiKam:PickLabel="3"
   digiKam:ColorLabel="1"
   MicrosoftPhoto:Rating="50"
   xmp:Rating="3"
   acdsee:categories="&lt;Categories&gt;&lt;Category Assigned=&quot;1&quot;&gt;Sea&lt;/Category&gt;&lt;/Categories&gt;">
   <digiKam:TagsList>
    <rdf:Seq>
     <rdf:li>Places/Sea</rdf:li>
    </rdf:Seq>
   </digiKam:TagsList>
   <MicrosoftPhoto:LastKeywordXMP>
    <rdf:Bag>
     <rdf:li>Places/Sea</rdf:li>
    </rdf:Bag>
   </MicrosoftPhoto:LastKeywordXMP>
   <mediapro:CatalogSets>
    <rdf:Bag>
     <rdf:li>Places|Sea</rdf:li>
    </rdf:Bag>
   </mediapro:CatalogSets>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Sea</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <own:thing rdf:parseType="Resource">
    <own:part>1 &lt; 2</own:part>
    <own:list>
     <rdf:Seq>
      <rdf:li>b</rdf:li>
      <rdf:li>a</rdf:li>
     </rdf:Seq>
    </own:list>
   </own:thing>
   <own:link rdf:resource="http://example.org/"/>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"#;

pub(crate) const PROGRAMS: [(&str, &str); 3] =
    [("lightroom", LIGHTROOM), ("darktable", DARKTABLE), ("digikam", DIGIKAM)];

fn sidecar(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(format!("{name}.xmp"));
    fs::write(&path, content).expect("a sidecar");
    path
}

#[test]
fn sidecars_of_other_programs_keep_all_they_said() {
    for engine in engines() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in PROGRAMS {
            let mut photo = Written::new(&engine, sidecar(folder.path(), name, content));
            assert_eq!(photo.container, Container::Xmp);
            let (before, tags) = (photo.everything(), photo.tags());

            let plan = photo.write(&full_set(Container::Xmp, None), &all_choices());

            let asked: Vec<&str> = plan.edits.iter().map(|edit| edit.tag.name()).collect();
            let after = photo.everything();
            for (key, value) in &before {
                let is_asked = asked.contains(&key.as_str());
                assert!(is_asked || after.get(key) == Some(value), "{} {name}: {key}", engine.name());
            }
            let wanted = full_set(Container::Xmp, None).all_tags.expect("known tags");
            assert_eq!(tags_as_immich_reads(&photo.tags(), &[]), wanted);

            let back = reverse(&plan.edits, &photo.tags(), &photo.base);
            photo.apply(&back);
            assert_eq!((photo.tags(), photo.everything()), (tags, before), "{} {name}", engine.name());
        }
    }
}

#[test]
fn a_caption_in_another_language_survives() {
    for engine in engines() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut photo = Written::new(&engine, sidecar(folder.path(), "lightroom", LIGHTROOM));

        photo.write(&full_set(Container::Xmp, None), &Rules::default());

        let all = photo.everything();
        assert_eq!(all["XMP-dc:Description-de-DE"], "Vorher", "{}", engine.name());
        assert_ne!(all["XMP-dc:Description"], "Before");
    }
}

#[test]
fn a_new_sidecar_is_made_proved_and_says_the_full_set() {
    for engine in engines() {
        let folder = tempfile::tempdir().expect("a folder");
        let original = folder.path().join("a%d.jpg");
        fs::write(&original, places::tiny_jpeg()).expect("a photo");
        let path = folder.path().join("a%d.jpg.xmp");
        let fields = full_set(Container::Xmp, None);
        let nothing = FileTags::empty(Container::Xmp);
        let plan = plan_edits(&fields, &nothing, &Base::default(), &all_choices());
        let change = Change { container: Container::Xmp, edits: plan.edits, iptc: None };

        let workspace =
            Workspace::create_new(&path, &original, &work_dir_name(9), &new_sidecar_bytes()).expect("room");
        let result = write_verified(&engine, &workspace, &change, &path);
        assert!(result.is_ok(), "{}: {result:?}", engine.name());
        workspace.seal().expect("a sealed version").commit().expect("a sidecar");

        let read = engine.read(&path, Container::Xmp).expect("a readable sidecar");
        let again = plan_edits(&fields, &read, &plan.base, &all_choices());
        assert!(again.edits.is_empty(), "{}: {:?}", engine.name(), again.edits);
        let text = |tag| read.get(tag).map(Value::as_text).unwrap_or_default().to_owned();
        assert_eq!(text(Tag::XmpLatitude), "-33.8688");
        assert_eq!(text(Tag::DateCreated), "2024:07:02 00:30:00.25+02:00");
        assert_eq!(text(Tag::XmpImageDescription), text(Tag::Description));
        let raw = fs::read_to_string(&path).expect("text");
        assert!(raw.contains("33,52.128S") && raw.contains("2024-07-02T00:30:00.25+02:00"), "{raw}");
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 2);
    }
}

#[test]
fn a_sidecar_without_the_time_gets_no_date() {
    let engine = &engines()[0];
    let folder = tempfile::tempdir().expect("a folder");
    let packet = String::from_utf8(new_sidecar_bytes()).expect("text");
    let mut photo = Written::new(engine, sidecar(folder.path(), "new", &packet));
    let fields = PhotoFields { taken: None, ..full_set(Container::Xmp, None) };

    photo.write(&fields, &all_choices());

    assert!(photo.everything().keys().all(|key| !key.contains("Date")), "{:?}", photo.everything());
}

#[test]
fn what_is_no_whole_sidecar_is_refused_with_a_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let latin: Vec<u8> = LIGHTROOM.bytes().map(|byte| if byte == b'L' { 0xc4 } else { byte }).collect();
    let cases: [(&str, Vec<u8>, &str); 5] = [
        ("cut.xmp", LIGHTROOM.as_bytes()[..900].to_vec(), "damaged"),
        ("entity.xmp", LIGHTROOM.replace("Lake", "&lake;").into_bytes(), "damaged"),
        ("latin.xmp", latin, "damaged"),
        ("empty.xmp", Vec::new(), "damaged"),
        ("photo.xmp", places::tiny_jpeg(), "JPEG"),
    ];
    for (name, content, reason) in cases {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("a file");
        let refusal = refuse_sidecar(&examine(&path).expect("a known kind"));
        let said = refusal.map(|refusal| refusal.to_string()).unwrap_or_default();
        assert!(said.contains(reason), "{name}: {said:?}");
    }
    let text = folder.path().join("text.xmp");
    fs::write(&text, "these are notes").expect("a file");
    assert!(examine(&text).is_err());
    assert!(identify(&text).expect("a readable file").is_err());
    for (name, content) in PROGRAMS {
        let path = sidecar(folder.path(), name, content);
        assert_eq!(refuse_sidecar(&examine(&path).expect("a sidecar")), None);
    }
}

#[test]
fn sidecars_of_the_collection_are_written_proved_and_undone_or_refused() {
    let Some(files) = places::corpus("sidecars_of_the_collection_are_written_proved_and_undone_or_refused")
    else {
        return;
    };
    let (mut written, mut refused) = (0, Vec::new());
    let engine = &engines()[0];
    let folder = tempfile::tempdir().expect("a folder");
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "xmp")) {
        let structure = examine(file).expect("a readable file");
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        if refuse_sidecar(&structure).is_some() {
            refused.push(name);
            continue;
        }
        let path = folder.path().join(&name);
        fs::copy(file, &path).expect("room");
        let mut photo = Written::new(engine, path);
        let tags = photo.tags();
        let plan = photo.write(&full_set(Container::Xmp, None), &Rules::default());
        let back = reverse(&plan.edits, &photo.tags(), &photo.base);
        photo.apply(&back);
        assert_eq!(photo.tags(), tags, "{name}");
        written += 1;
    }
    assert_eq!(refused, Vec::<String>::new());
    assert!(written >= 6, "{written}");
}
