//! What osxphotos 0.77.2 renders for the same library and templates: each row was compared with its answer.

use std::ops::ControlFlow;

use apple_photos::{Asset, Library, OpenOptions};
use sample_pictures::{AppleAlbum, AppleFile, AppleGeneration, AppleLibrary, ApplePhoto};

use super::*;

/// A photo in two albums with two keywords; one that says nothing.
fn library() -> (tempfile::TempDir, Library, Vec<Asset>) {
    let folder = tempfile::tempdir().unwrap();
    let mut made = AppleLibrary::new(AppleGeneration::MacOs26);
    made.add(ApplePhoto {
        title: Some("At the lake/sea".to_owned()),
        keywords: vec!["sun".to_owned(), "Sea".to_owned()],
        is_favourite: true,
        taken: 1_714_520_096.0,
        zone: Some(("Europe/Berlin".to_owned(), 7200)),
        edited: Some(1_714_700_000.0),
        render: Some(AppleFile::default()),
        ..ApplePhoto::new("IMG_1.2.JPG")
    });
    made.add(ApplePhoto { zone: None, ..ApplePhoto::new("IMG_2.MOV") });
    let album = |title: &str, folders: &[&str]| AppleAlbum {
        key: title.to_owned(),
        title: title.to_owned(),
        folders: folders.iter().map(|folder| (*folder).to_owned()).collect(),
        photos: vec![0],
        ..AppleAlbum::default()
    };
    made.albums = vec![album("Rome/Ostia", &["Trips", "2024"]), album("Best", &[])];
    let package = folder.path().join("T.photoslibrary");
    made.write(&package).unwrap();
    let library = Library::open(&package, &OpenOptions::new(folder.path(), "/usr/bin/test")).unwrap();
    let mut assets = Vec::new();
    library
        .assets(&mut |asset| {
            assets.push(asset);
            ControlFlow::Continue(())
        })
        .unwrap();
    (folder, library, assets)
}

/// A template, what it makes, and its results for both photos; none where it is no template.
type Row = (&'static str, Makes, &'static [&'static str], &'static [&'static str]);

const ROWS: &[Row] = &[
    ("{created.year}/{created.mm}", Makes::Folder, &["2024/05"], &["2023/11"]),
    (
        "{created.month}-{created.mon}-{created.dd}-{created.doy}",
        Makes::Folder,
        &["May-May-01-122"],
        &["November-Nov-14-318"],
    ),
    ("{created.strftime,%Y%m%d-%H%M%S}", Makes::Name, &["20240501-013456"], &["20231114-221320"]),
    (
        "{created}_{created.hour}.{created.min}.{created.sec}",
        Makes::Name,
        &["2024-05-01_01.34.56"],
        &["2023-11-14_22.13.20"],
    ),
    ("{modified.year}-{modified.mm}-{modified.dd}", Makes::Name, &["2024-05-03"], &["2023-11-14"]),
    ("{original_name}", Makes::Name, &["IMG_1.2"], &["IMG_2"]),
    ("{title}", Makes::Name, &["At the lake:sea"], &["_"]),
    ("{title,none}-{descr,no caption}", Makes::Name, &["At the lake:sea-no caption"], &["none-no caption"]),
    ("{album}", Makes::Folder, &["Best", "Rome:Ostia"], &["_"]),
    ("{folder_album}", Makes::Folder, &["Best", "Trips/2024/Rome:Ostia"], &["_"]),
    ("{folder_album}", Makes::Name, &["Best", "Trips:2024:Rome:Ostia"], &["_"]),
    ("{folder_album(>)}", Makes::Name, &["Best", "Trips>2024>Rome:Ostia"], &["_"]),
    ("{keyword}/x", Makes::Folder, &["Sea/x", "sun/x"], &["_/x"]),
    ("{; +keyword}", Makes::Name, &["Sea; sun"], &["_"]),
    ("{+keyword|lower}", Makes::Name, &["seasun"], &["_"]),
    ("{keyword|upper|rsort}", Makes::Name, &["SUN", "SEA"], &["_"]),
    ("{keyword|filter(not contains un)}", Makes::Name, &["Sea"], &["_"]),
    ("{keyword[e,3|un,et]|parens}", Makes::Name, &[], &[]),
    ("{keyword|parens[e,3|un,et]}", Makes::Name, &["(S3a)", "(set)"], &["_"]),
    ("{favorite?Best of,rest}", Makes::Folder, &["Best of"], &["rest"]),
    ("{favorite?{created.year},}", Makes::Folder, &["2024"], &[""]),
    ("{edited_version?edited,}", Makes::Name, &[""], &[""]),
    ("{keyword contains ea?yes,no}", Makes::Name, &["yes"], &["no"]),
    ("{keyword not contains ea|un?yes,no}", Makes::Name, &["no"], &["yes"]),
    ("{created.year >= 2024?new,old}", Makes::Name, &["new"], &["old"]),
    ("{title == {title}?same,other}", Makes::Name, &["same"], &["other"]),
    ("{photo_or_video,photo=Bild;video=Film}", Makes::Folder, &["Bild"], &["Film"]),
    ("{media_type}", Makes::Folder, &["photo"], &["video"]),
    ("{original_name|sslice(:3)|lower}{comma}{openbrace}", Makes::Name, &["img,{"], &["img,{"]),
    ("{album|chomp(1)|chop(1)}", Makes::Name, &["es", "ome:Osti"], &["_"]),
    ("{title|titlecase}", Makes::Name, &["At The Lake:Sea"], &["_"]),
    ("{title&{created.year}}", Makes::Name, &["At the lake:sea", "2024"], &["2023"]),
    ("{strip, a }b", Makes::Name, &["ab"], &["ab"]),
    ("{place.name,nowhere}", Makes::Folder, &["nowhere"], &["nowhere"]),
];

#[test]
fn templates_give_what_osxphotos_gives() {
    let (_folder, library, assets) = library();
    for (template, makes, first, second) in ROWS.iter().copied() {
        let Ok(parsed) = Template::parse(template) else {
            assert!(first.is_empty(), "{template}");
            continue;
        };
        for (asset, expected) in assets.iter().zip([first, second]) {
            let subject = Subject { library: &library, asset, is_edited_version: false };
            assert_eq!(parsed.render(&subject, makes), expected, "{template}");
        }
    }
}

#[test]
fn the_edited_version_knows_that_it_is_one() {
    let (_folder, library, assets) = library();
    let template = Template::parse("{edited_version?e,o}-{edited?was edited,}").unwrap();

    let subject = |is_edited_version| Subject { library: &library, asset: &assets[0], is_edited_version };

    assert_eq!(template.render(&subject(true), Makes::Name), ["e-was edited"]);
    assert_eq!(template.render(&subject(false), Makes::Name), ["o-was edited"]);
}

#[test]
fn what_is_wrong_is_named() {
    for (template, part) in [
        ("{creatd.year}", "{creatd.year}"),
        ("{created.yeer}", "{created.yeer}"),
        ("{counter}", "other names in each run"),
        ("{function:x.py::f}", "run no programs"),
        ("{label}", "does not have it"),
        ("{album|shout}", "|shout"),
        ("{album|chop(x)}", "number"),
        ("{album|append}", "parentheses"),
        ("{album", "not closed"),
        ("{}", "name of a field"),
        ("a}b", "not opened"),
        ("a,b", "{comma}"),
        ("{created.strftime}", "form of dates"),
        ("{created.strftime,%!}", "form of dates"),
        ("{id:05d}", "{uuid}"),
    ] {
        let error = Template::parse(template).unwrap_err().to_string();
        assert!(error.contains(part) && error.contains(template), "{template}: {error}");
    }
    let deep = "{title,".repeat(50) + &"}".repeat(50);
    assert!(Template::parse(&deep).unwrap_err().to_string().contains("too deep"));
}

#[test]
fn slices_count_as_python_does() {
    let letters: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
    for (slice, expected) in [
        ("1:3", "bc"),
        ("::-1", "dcba"),
        ("-2:", "cd"),
        (":-1", "abc"),
        ("::2", "ac"),
        ("9:", ""),
        ("3:0:-2", "db"),
        ("2", "ab"),
    ] {
        let of_list = Filter::of("slice", Some(slice)).unwrap();
        let of_text = Filter::of("sslice", Some(slice)).unwrap();

        assert_eq!(of_list.apply(letters.clone()).concat(), expected, "{slice}");
        assert_eq!(of_text.apply(vec!["abcd".to_owned()]), [expected], "{slice}");
    }
    assert!(Filter::of("slice", Some("1:2:0")).is_err() && Filter::of("slice", Some("x")).is_err());
}
