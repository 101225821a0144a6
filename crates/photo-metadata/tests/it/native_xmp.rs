//! XMP packets, read and written natively, with ExifTool as the judge.

use std::fs;
use std::path::{Path, PathBuf};

use photo_metadata::exiftool::Arguments;
use photo_metadata::regions::{Frame, Orientation};
use photo_metadata::structure::examine;
use photo_metadata::{
    Base, Change, Container, Engine, ExifTool, Faces, MetadataError, NamedFace, Native, PhotoFields, Rules,
    Tag, TagEdit, Value, plan_edits,
};

use crate::places;
use crate::regions::{FOREIGN, face};
use crate::sidecars::PROGRAMS;
use crate::undo::{all_choices, full_set};

fn exiftool() -> ExifTool {
    ExifTool::new(places::start(&places::exiftool()))
}

/// A packet with properties as attributes and as elements.
fn packet(attributes: &str, elements: &str) -> String {
    format!(
        "<?xpacket begin='\u{feff}' id='W5M0MpCehiHzreSzNTczkc9d'?>\n<x:xmpmeta xmlns:x='adobe:ns:meta/'>\n \
         <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\n  <rdf:Description rdf:about=''\n   \
         xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xmp='http://ns.adobe.com/xap/1.0/'\n   \
         xmlns:exif='http://ns.adobe.com/exif/1.0/' xmlns:lr='http://ns.adobe.com/lightroom/1.0/'\n   \
         xmlns:ext='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' xmlns:tiff='http://ns.adobe.com/tiff/1.0/'\n   \
         xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' xmlns:digiKam='http://www.digikam.org/ns/1.0/'\n   \
         xmlns:ms='http://ns.microsoft.com/photo/1.0/' xmlns:acme='http://acme.example/ns/'\n   \
         xmlns:mwg-rs='http://www.metadataworkinggroup.com/schemas/regions/'\n   \
         xmlns:stArea='http://ns.adobe.com/xmp/sType/Area#' xmlns:other='http://other.example/'\n   \
         xmlns:stDim='http://ns.adobe.com/xap/1.0/sType/Dimensions#' xmlns:rdfs='http://www.w3.org/2000/01/rdf-schema#'\n   \
         xmlns:MP='http://ns.microsoft.com/photo/1.2/' xmlns:MPRI='http://ns.microsoft.com/photo/1.2/t/RegionInfo#'\n   \
         xmlns:MPReg='http://ns.microsoft.com/photo/1.2/t/Region#'\n   {attributes}>\n   {elements}\n  \
         </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end='w'?>"
    )
}

fn list(kind: &str, items: &[&str]) -> String {
    let items: Vec<String> = items.iter().map(|item| format!("<rdf:li>{item}</rdf:li>")).collect();
    format!("<rdf:{kind}>{}</rdf:{kind}>", items.concat())
}

/// Forms that a packet may have, by name.
#[expect(clippy::too_many_lines, reason = "a list of forms")]
fn forms() -> Vec<(&'static str, String)> {
    let bag = |items: &[&str]| list("Bag", items);
    let subject = |inner: &str| packet("", &format!("<dc:subject>{inner}</dc:subject>"));
    let description = |inner: &str| packet("", &format!("<dc:description>{inner}</dc:description>"));
    vec![
        ("attribute and element", packet("xmp:Rating='3'", "<xmp:Rating>4</xmp:Rating>")),
        (
            "single value and list",
            packet("dc:subject='s'", &format!("<dc:subject>{}</dc:subject>", bag(&["a", "b"]))),
        ),
        ("commas", packet("dc:subject='a, b'", "")),
        ("one item", subject(&bag(&["a"]))),
        ("numbers and words", subject(&bag(&["True", "1.10", "007", "1e5", "-0", "null"]))),
        ("other list", subject(&list("Alt", &["a", "b"]))),
        ("empty list", subject("<rdf:Bag/>")),
        ("blank list", subject("<rdf:Bag>\n </rdf:Bag>")),
        ("empty items", subject(&bag(&["", " ", "x"]))),
        ("empty element", packet("", "<dc:subject/><xmp:Rating/><ext:PersonInImage></ext:PersonInImage>")),
        (
            "qualified items",
            subject(
                "<rdf:Bag><rdf:li rdf:parseType='Resource'><rdf:value>v</rdf:value><acme:q>1</acme:q></rdf:li>\
                 <rdf:li><rdf:Description><rdf:value>w</rdf:value><acme:q>2</acme:q></rdf:Description></rdf:li>\
                 <rdf:li acme:q='3'>z</rdf:li><rdf:li><rdf:Description rdf:value='y' acme:q='4'/></rdf:li></rdf:Bag>",
            ),
        ),
        (
            "resources",
            packet(
                "",
                "<xmp:Rating rdf:resource='5'/><dc:subject><rdf:Bag><rdf:li rdf:resource='urn:x'/></rdf:Bag></dc:subject>",
            ),
        ),
        (
            "languages",
            description(
                "<rdf:Alt><rdf:li xml:lang='de'>d</rdf:li><rdf:li xml:lang='x-default'>x</rdf:li></rdf:Alt>",
            ),
        ),
        ("another language only", description("<rdf:Alt><rdf:li xml:lang='de'>d</rdf:li></rdf:Alt>")),
        ("plain text", description("plain")),
        (
            "plain text in a language",
            packet("", "<tiff:ImageDescription xml:lang='de'>d</tiff:ImageDescription>"),
        ),
        (
            "two default texts",
            description(
                "<rdf:Alt><rdf:li xml:lang='x-default'>1</rdf:li><rdf:li>2</rdf:li><rdf:li xml:lang='X-DEFAULT'>3</rdf:li></rdf:Alt>",
            ),
        ),
        (
            "text in a bag",
            packet(
                "",
                &format!(
                    "<dc:description>{}</dc:description><xmp:Rating>{}</xmp:Rating>",
                    bag(&["1", "2"]),
                    bag(&["4", "5"])
                ),
            ),
        ),
        ("text as attribute", packet("dc:description=' a &amp; b&#xA;c ' ext:Event='e'", "")),
        (
            "blanks, sections and comments",
            packet(
                "",
                "<xmp:Rating> 4 </xmp:Rating><dc:description>\n  a\r\nb\n</dc:description>\
                 <ext:Event>a<!-- c -->b<![CDATA[<x>&amp;]]>c&#x41;&#65;&apos;</ext:Event>",
            ),
        ),
        (
            "degrees",
            packet(
                "exif:GPSLatitude='33,52.128S' exif:GPSLongitude='151,12,30.5E' exif:GPSAltitude='125/10' exif:GPSAltitudeRef='0'",
                "",
            ),
        ),
        (
            "decimal degrees",
            packet(
                "exif:GPSLatitude='52.5' exif:GPSLongitude='-13.4' exif:GPSAltitude='12.5' exif:GPSAltitudeRef='1'",
                "",
            ),
        ),
        (
            "no degrees",
            packet(
                "exif:GPSLatitude='' exif:GPSLongitude='abc' exif:GPSAltitude='1/0' exif:GPSAltitudeRef=''",
                "",
            ),
        ),
        (
            "odd degrees",
            packet("exif:GPSLatitude='33,52.128 S ' exif:GPSLongitude='1/3' exif:GPSAltitude='0/0'", ""),
        ),
        (
            "many digits",
            packet(
                "exif:GPSLatitude='33.3333333333333333S' exif:GPSLongitude='1e-7W' exif:GPSAltitude='1/3'",
                "",
            ),
        ),
        (
            "dates",
            packet(
                "exif:DateTimeOriginal='2019-05-01T10:11:12.34' photoshop:DateCreated='2019-05' xmp:CreateDate='2019-05-01T10:11Z'",
                "",
            ),
        ),
        (
            "odd dates",
            packet(
                "exif:DateTimeOriginal='2019-05-01 10:11:12 +02:00' photoshop:DateCreated='2019:05:01 10:11:12' xmp:CreateDate='  2019-05-01T10:11Z'",
                "",
            ),
        ),
        (
            "odder dates",
            packet(
                "exif:DateTimeOriginal='2019-05-01T10:11:12+0200' photoshop:DateCreated='20190501'",
                "<xmp:CreateDate>\n2019-05-01T10:11:12\n</xmp:CreateDate>",
            ),
        ),
        ("stars of Microsoft", packet("ms:Rating='50'", "")),
        (
            "an address without its end",
            packet("ms:Rating='50' xmp:Rating='2'", "")
                .replace("photo/1.0/", "photo/1.0")
                .replace("xap/1.0/", "xap/1.0"),
        ),
        ("another version", packet("xmp:Rating='2'", "").replace("xap/1.0/", "xap/2.0/")),
        (
            "a prefix of another",
            packet("dc:subject='x'", "").replace("purl.org/dc/elements/1.1/", "other.example/dc/"),
        ),
        ("an old name of a prefix", packet("xap:Rating='1'", "").replace("xmlns:xmp=", "xmlns:xap=")),
        ("no prefix before about", packet("xmp:Rating='1'", "").replace("rdf:about", "about")),
        (
            "regions",
            packet(
                "",
                "<mwg-rs:Regions rdf:parseType='Resource'>\n<mwg-rs:AppliedToDimensions stDim:w='60' stDim:h='40' stDim:unit='pixel'/>\n\
                 <mwg-rs:RegionList><rdf:Bag>\n<rdf:li><rdf:Description mwg-rs:Name=' A &amp; B' acme:Half='1/2'\n \
                 acme:When='2020-01-02T03:04:05' acme:ID='7' acme:L10N='x' mwg-rs:Rotation='1/2'>\n\
                 <mwg-rs:Area stArea:x='0.50' stArea:W='1'/>\n<acme:List><rdf:Seq><rdf:li>1</rdf:li></rdf:Seq></acme:List>\
                 <acme:Alt><rdf:Alt><rdf:li xml:lang='x-default'>d</rdf:li><rdf:li xml:lang='de_CH'>e</rdf:li></rdf:Alt></acme:Alt>\
                 <acme:St rdf:parseType='Resource'><other:f>1</other:f></acme:St><rdfs:seeAlso rdf:resource='dc:subject'/>\
                 <mwg-rs:Extensions rdf:parseType='Resource'><acme:Chip>1/2</acme:Chip><dc:creator><rdf:Seq><rdf:li>x</rdf:li></rdf:Seq></dc:creator>\
                 <other:St acme:a='1'/></mwg-rs:Extensions></rdf:Description></rdf:li><rdf:li/><rdf:li mwg-rs:Type='Face'/>\
                 <rdf:li><rdf:Description/></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>",
            ),
        ),
        (
            "no regions",
            packet(
                "",
                "<mwg-rs:Regions rdf:parseType='Resource'><mwg-rs:RegionList><rdf:Bag/></mwg-rs:RegionList></mwg-rs:Regions>",
            ),
        ),
        ("empty regions", packet("", "<mwg-rs:Regions><rdf:Description/></mwg-rs:Regions>")),
        ("emptier regions", packet("", "<mwg-rs:Regions rdf:parseType='Resource'/>")),
        (
            "regions in other forms",
            packet(
                "",
                "<mwg-rs:Regions><rdf:Description><mwg-rs:RegionList><rdf:Seq><rdf:li><rdf:Description><mwg-rs:Name><rdf:Alt>\
                 <rdf:li xml:lang='x-default'>N</rdf:li></rdf:Alt></mwg-rs:Name><mwg-rs:Area>\n </mwg-rs:Area></rdf:Description>\
                 </rdf:li></rdf:Seq></mwg-rs:RegionList></rdf:Description></mwg-rs:Regions>",
            ),
        ),
        (
            "people",
            packet(
                "",
                "<MP:RegionInfo rdf:parseType='Resource'><MPRI:DateRegionsValid>2020-01-02T03:04:05Z</MPRI:DateRegionsValid><MPRI:Regions>\
                 <rdf:Bag><rdf:li MPReg:Rectangle='0.1, 0.2, 0.3, 0.4' MPReg:PersonDisplayName='N'/></rdf:Bag></MPRI:Regions></MP:RegionInfo>",
            ),
        ),
    ]
}

/// Forms that are left to ExifTool, since its answer depends on more than the packet, or on chance.
fn left_forms() -> Vec<(&'static str, String)> {
    let bag = |items: &[&str]| format!("<dc:subject>{}</dc:subject>", list("Bag", items));
    let two = packet("", "").replacen(
        "</rdf:Description>",
        "</rdf:Description><rdf:Description rdf:about='uuid:1' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='1'/>",
        1,
    );
    vec![
        ("two lists", packet("", &(bag(&["a", "b"]) + &bag(&["x"])))),
        ("several things", two),
        ("a list in a list", packet("", &bag(&[&list("Bag", &["a"])]))),
        ("a structure", packet("", "<dc:subject rdf:parseType='Resource'><acme:x>1</acme:x></dc:subject>")),
        ("a default namespace", packet("", "<subject xmlns='http://purl.org/dc/elements/1.1/'>q</subject>")),
        ("no declaration", packet("foo:x='1'", "")),
        ("encoded text", packet("", "<dc:subject rdf:datatype='base64'>YWJj</dc:subject>")),
        ("unknown entity", packet("", "<dc:description>a&foo;</dc:description>")),
        ("document type", format!("<!DOCTYPE x [<!ENTITY foo 'bar'>]>{}", packet("", ""))),
        ("a node elsewhere", packet("", "<dc:subject rdf:nodeID='a'/>")),
        ("literal XML", packet("", "<acme:x rdf:parseType='Literal'><b/></acme:x>")),
        ("a sign in an attribute", packet("acme:x='a>b'", "")),
        (
            "two RDF",
            packet("", "").replace(
                "</x:xmpmeta>",
                "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/></x:xmpmeta>",
            ),
        ),
        (
            "two fields of one name",
            packet(
                "",
                "<mwg-rs:Regions rdf:parseType='Resource'><mwg-rs:RegionList><rdf:Bag><rdf:li mwg-rs:Name='a' acme:Name='b'/></rdf:Bag>\
                 </mwg-rs:RegionList></mwg-rs:Regions>",
            ),
        ),
    ]
}

fn sidecar(folder: &Path, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.join(format!("{}.xmp", name.replace(' ', "-")));
    fs::write(&path, content).expect("a sidecar");
    path
}

#[test]
fn every_form_of_a_packet_is_read_as_exiftool_reads_it() {
    let (engine, folder) = (exiftool(), tempfile::tempdir().expect("a folder"));
    for (name, content) in forms() {
        let path = sidecar(folder.path(), name, content.as_bytes());
        let native = Native.read(&path, Container::Xmp);
        let judge = engine.read(&path, Container::Xmp).expect("a readable file");
        assert_eq!(native.expect(name), judge, "{name}");
    }
}

#[test]
fn what_exiftool_reads_by_chance_is_left_to_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in left_forms() {
        let path = sidecar(folder.path(), name, content.as_bytes());
        let native = Native.read(&path, Container::Xmp);
        assert!(matches!(native, Err(MetadataError::Beyond { .. })), "{name}: {native:?}");
    }
}

#[test]
fn every_encoding_is_read_and_written() {
    let (engine, folder) = (exiftool(), tempfile::tempdir().expect("a folder"));
    let content = packet("xmp:Rating='3' dc:description='Ägäis 山' acme:x='ü'", "");
    let units = || content.encode_utf16();
    let encodings: [(&str, Vec<u8>); 5] = [
        ("utf-8", content.as_bytes().to_vec()),
        ("utf-16-le", units().flat_map(u16::to_le_bytes).collect()),
        ("utf-16-be", units().flat_map(u16::to_be_bytes).collect()),
        ("utf-32-le", content.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()),
        ("utf-32-be", content.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect()),
    ];
    for (name, bytes) in encodings {
        let path = sidecar(folder.path(), name, &bytes);
        let native = Native.read(&path, Container::Xmp).expect(name);
        assert_eq!(native, engine.read(&path, Container::Xmp).expect("a readable file"), "{name}");
        assert_eq!(native.get(Tag::Description), Some(&Value::text("Ägäis 山")), "{name}");
        let edits = [TagEdit { tag: Tag::Rating, old: Some(Value::text("3")), new: Some(Value::text("5")) }];
        let new = write(&path, &edits).expect(name);
        judge(&engine, &path, &new, &edits);
    }
}

/// Writes natively beside the original; gives the new version.
fn write(path: &Path, edits: &[TagEdit]) -> Result<PathBuf, MetadataError> {
    let change = Change { container: Container::Xmp, edits: edits.to_vec(), iptc: None };
    let target = path.with_extension("new.xmp");
    let _ = fs::remove_file(&target);
    Native.write_copy(path, &target, &change)?;
    Ok(target)
}

/// ExifTool finds what was asked for, nothing else changed, and another write changes nothing.
fn judge(engine: &ExifTool, old: &Path, new: &Path, edits: &[TagEdit]) {
    let before = engine.inventory(old, Container::Xmp).expect("a readable file");
    let after = engine.inventory(new, Container::Xmp).expect("a readable file");
    let name = new.display();
    let digest = |path| examine(path).expect("a sidecar").payload;
    // Properties in a namespace of another version are not known as ours there.
    if !name.to_string().contains("another-version") {
        assert_ne!(digest(old).same_as(&digest(new)), Some(false), "{name}");
    }
    assert_eq!(after.unmet(edits), Vec::<&TagEdit>::new(), "{name}");
    assert_eq!(after.foreign_changes(&before, edits), Vec::<String>::new(), "{name}");
    assert_eq!(Native.read(new, Container::Xmp).expect("a readable file"), after.own, "{name}");
    let again: Vec<TagEdit> =
        edits.iter().map(|edit| TagEdit { old: edit.new.clone(), ..edit.clone() }).collect();
    let again = write(new, &again).expect("a new version");
    assert_eq!(fs::read(&again).expect("bytes"), fs::read(new).expect("bytes"), "{name}: not stable");
}

fn edits_for(path: &Path, rules: &Rules) -> Vec<TagEdit> {
    let tags = Native.read(path, Container::Xmp).expect("a readable file");
    plan_edits(&full_set(Container::Xmp, None), &tags, &Base::default(), rules).edits
}

#[test]
fn every_form_of_a_packet_takes_the_full_set() {
    let (engine, folder) = (exiftool(), tempfile::tempdir().expect("a folder"));
    let mut left = Vec::new();
    for (name, content) in forms() {
        let path = sidecar(folder.path(), name, content.as_bytes());
        let edits = edits_for(&path, &all_choices());
        assert!(!edits.is_empty());
        match write(&path, &edits) {
            Ok(new) => judge(&engine, &path, &new, &edits),
            Err(MetadataError::Beyond { .. }) => left.push(name),
            Err(error) => panic!("{name}: {error}"),
        }
    }
    assert_eq!(left, ["plain text in a language"], "left to ExifTool");
}

#[test]
fn what_is_taken_away_is_gone_and_nothing_else() {
    let (engine, folder) = (exiftool(), tempfile::tempdir().expect("a folder"));
    let mut left = Vec::new();
    for (name, content) in forms() {
        let path = sidecar(folder.path(), name, content.as_bytes());
        let tags = Native.read(&path, Container::Xmp).expect("a readable file");
        let clear = |(tag, old): (Tag, &Value)| TagEdit { tag, old: Some(old.clone()), new: None };
        let edits: Vec<TagEdit> = tags.iter().map(clear).collect();
        let new = match write(&path, &edits) {
            Ok(new) => new,
            Err(error) => {
                left.push(name);
                assert!(matches!(error, MetadataError::Beyond { .. }), "{name}: {error}");
                continue;
            }
        };
        let after = Native.read(&new, Container::Xmp).expect("a readable file");
        assert_eq!(after.iter().count(), 0, "{name}: {after:?}");
        assert_eq!(engine.read(&new, Container::Xmp).expect("a readable file"), after, "{name}");
    }
    assert_eq!(left, ["qualified items"]);
}

#[test]
fn sidecars_of_other_programs_keep_every_line_of_theirs() {
    let (engine, folder) = (exiftool(), tempfile::tempdir().expect("a folder"));
    let ours = [
        "Rating",
        "DateCreated",
        "CreateDate",
        "DateTimeOriginal",
        "rdf:li>",
        "x-default",
        "hierarchicalSubject",
        "TagsList",
    ];
    for (name, content) in PROGRAMS {
        let path = sidecar(folder.path(), name, content.as_bytes());
        let judged = engine.read(&path, Container::Xmp).expect("a readable file");
        assert_eq!(Native.read(&path, Container::Xmp).expect(name), judged, "{name}");
        let edits = edits_for(&path, &all_choices());

        let new = write(&path, &edits).expect(name);

        judge(&engine, &path, &new, &edits);
        let written = fs::read_to_string(&new).expect("text");
        let theirs = content.lines().filter(|line| !ours.iter().any(|own| line.contains(own)));
        let lost: Vec<&str> =
            theirs.filter(|line| !written.contains(line.trim_end_matches(['>', '/']))).collect();
        assert_eq!(lost, Vec::<&str>::new(), "{name}");
    }
}

/// The packets of all collected files, as sidecars.
fn collected_packets(engine: &ExifTool, folder: &Path, test: &str) -> Vec<PathBuf> {
    let mut packets = Vec::new();
    for file in places::corpus(test).unwrap_or_default() {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let bytes = if file.extension().is_some_and(|extension| extension == "xmp") {
            fs::read(&file).expect("a readable file")
        } else {
            let mut arguments = Arguments::new();
            arguments.option("-b").option("-XMP").path(&file).expect("a plain path");
            engine.pool().run(&arguments, None).expect("an answer").stdout
        };
        if !bytes.is_empty() {
            packets.push(sidecar(folder, &format!("{}-{name}", packets.len()), &bytes));
        }
    }
    packets
}

#[test]
fn collected_packets_are_read_and_written_as_exiftool_would() {
    let (engine, folder) = (exiftool(), tempfile::tempdir().expect("a folder"));
    let packets =
        collected_packets(&engine, folder.path(), "collected_packets_are_read_and_written_as_exiftool_would");
    let mut left = Vec::new();
    for path in &packets {
        let native = match Native.read(path, Container::Xmp) {
            Ok(native) => native,
            Err(MetadataError::Beyond { reason, .. }) => {
                left.push(format!("{}: {reason}", path.display()));
                continue;
            }
            Err(error) => panic!("{}: {error}", path.display()),
        };
        assert_eq!(native, engine.read(path, Container::Xmp).expect("a readable file"), "{}", path.display());
        let edits = edits_for(path, &all_choices());
        match write(path, &edits) {
            Ok(new) => judge(&engine, path, &new, &edits),
            Err(MetadataError::Beyond { reason, .. }) => {
                left.push(format!("{}: not written: {reason}", path.display()));
            }
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
    println!("{} packets, left to ExifTool: {left:#?}", packets.len());
    assert!(packets.is_empty() || (packets.len() >= 60 && left.len() * 20 <= packets.len()), "{left:#?}");
}

fn region_edits(path: &Path, faces: &[NamedFace], base: &mut Base) -> Vec<TagEdit> {
    let frame = Frame::new(60, 40, Orientation::UPRIGHT);
    let tags = Native.read(path, Container::Xmp).expect("a readable file").with_frame(frame);
    let fields = PhotoFields { faces: Some(Faces { list: faces.to_vec() }), ..PhotoFields::default() };
    let plan = plan_edits(&fields, &tags, base, &all_choices());
    *base = std::mem::take(base).after(&fields, &plan.edits);
    plan.edits
}

#[test]
fn regions_come_move_and_go_beside_those_of_others() {
    let (engine, folder) = (exiftool(), tempfile::tempdir().expect("a folder"));
    let frame = Frame::new(60, 40, Orientation::UPRIGHT).expect("pixels");
    let at = |name, left| face(name, [left, 0.6, left + 0.2, 0.9], frame);
    let runs = [
        vec![at("Zoë", 0.1), at("Bob, \"Jr.\" <&>", 0.5)],
        vec![at("Zoe", 0.1), at("{a|b}\n", 0.55), at("Ann", 0.7)],
        vec![at("Ann", 0.7)],
        vec![],
    ];
    let sized = "<mwg-rs:Regions><rdf:Description><mwg-rs:AppliedToDimensions stDim:w='60' stDim:h='40' stDim:unit='pixel'/>\
         </rdf:Description></mwg-rs:Regions>";
    for (name, content) in
        [("foreign", packet("", FOREIGN)), ("none", packet("", "")), ("sized", packet("", sized))]
    {
        let mut path = sidecar(folder.path(), name, content.as_bytes());
        let theirs = Native.read(&path, Container::Xmp).expect("a readable file");
        assert_eq!(theirs, engine.read(&path, Container::Xmp).expect("a readable file"));
        let mut base = Base::default();
        for (number, faces) in runs.iter().enumerate() {
            let edits = region_edits(&path, faces, &mut base);
            assert!(!edits.is_empty(), "{name} {number}");
            let new = write(&path, &edits).expect(name);
            judge(&engine, &path, &new, &edits);
            let next = folder.path().join(format!("{name}-{number}.xmp"));
            fs::copy(&new, &next).expect("room");
            path = next;
        }
        if name == "foreign" {
            let last = Native.read(&path, Container::Xmp).expect("a readable file");
            assert_eq!(last.get(Tag::RegionInfo), theirs.get(Tag::RegionInfo));
        }
    }
}
