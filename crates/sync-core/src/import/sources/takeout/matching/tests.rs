use super::*;

fn photo(name: &str) -> Photo<'_> {
    let kind = super::super::super::kind_of(name.as_bytes()).unwrap();
    Photo { name, kind, size: 1_000, volume: 0 }
}

/// The JSON of each photo by name, the photo that it belongs to with `+` for edited and `~` for moving, or nothing.
fn bonds(photos: &[&str], jsons: &[(&str, &str)]) -> Vec<String> {
    let photos: Vec<_> = photos.iter().map(|name| photo(name)).collect();
    let jsons: Vec<_> = jsons.iter().map(|(name, title)| Json { name, title, volume: 0 }).collect();
    let matched = match_folder(&photos, &jsons);
    matched
        .bonds
        .iter()
        .map(|bond| match bond {
            Bond::Alone => String::new(),
            Bond::Own(json) => jsons[*json].name.to_owned(),
            Bond::EditedOf(owner) => format!("+{}", photos[*owner].name),
            Bond::MotionOf(owner) => format!("~{}", photos[*owner].name),
        })
        .collect()
}

#[test]
fn pairs_as_google_names_them_are_found() {
    for (photo, json, title) in [
        ("IMG_1.jpg", "IMG_1.jpg.json", "IMG_1.jpg"),
        ("IMG_1.jpg", "IMG_1.jpg.supplemental-metadata.json", "IMG_1.jpg"),
        ("IMG_1(2).jpg", "IMG_1.jpg(2).json", "IMG_1.jpg"),
        ("IMG_1(2).jpg", "IMG_1.jpg.supplemental-metadata(2).json", "IMG_1.jpg"),
        ("IMG_1(2).jpg", "IMG_1(2).jpg.json", "IMG_1(2).jpg"),
        ("IMG_1(12).HEIC", "IMG_1.HEIC(12).json", "IMG_1.HEIC"),
        (
            "PXL_20240131_120000123.jpg",
            "PXL_20240131_120000123.jpg.supplemental-metada.json",
            "PXL_20240131_120000123.jpg",
        ),
        (
            "PXL_20240131_120000123.MP.jpg",
            "PXL_20240131_120000123.MP.jpg.supplemental-met.json",
            "PXL_20240131_120000123.MP.jpg",
        ),
        (
            "PXL_20240131_120000123.MP(1).jpg",
            "PXL_20240131_120000123.MP.jpg.supplemental-met(1).json",
            "PXL_20240131_120000123.MP.jpg",
        ),
        (
            "PXL_20240131_120000123.MP(1).jpg",
            "PXL_20240131_120000123.MP.jpg.supplemental-(1).json",
            "PXL_20240131_120000123.MP.jpg",
        ),
        (
            "00100lPORTRAIT_00100_BURST20190512105520444_COV.jpg",
            "00100lPORTRAIT_00100_BURST20190512105520444_CO.json",
            "00100lPORTRAIT_00100_BURST20190512105520444_COVER.jpg",
        ),
        (
            "Screenshot_2023-01-31-12-00-00-123_com.example.jpg",
            "Screenshot_2023-01-31-12-00-00-123_com.example.json",
            "Screenshot_2023-01-31-12-00-00-123_com.example.chat.jpg",
        ),
        ("what_ _1__.jpg", "what_ _1__.jpg.json", "what? \"1\":.jpg"),
        ("20030616.jpg", "20030616.json", "20030616"),
        ("日本語の長い名前.jpg", "日本語の長い名前.jpg.supplemental-metadata.json", "日本語の長い名前.jpg"),
        ("a.b.c.mp4", "a.b.c.mp4.json", "a.b.c.mp4"),
        ("IMG (1).jpg", "IMG (1).jpg.supplemental-metadata.json", "IMG (1).jpg"),
        ("noise.JPG", "noise.JPG.suppl.json", "noise.JPG"),
    ] {
        let found = bonds(&[photo], &[(json, title)]);
        let is_cut_by_hand = json == "noise.JPG.suppl.json";
        assert_eq!(found, [if is_cut_by_hand { "" } else { json }], "{photo}");
    }
}

#[test]
fn what_only_looks_alike_stays_apart() {
    for (photo, json, title) in [
        ("IMG_1.jpg", "IMG_1.jpg(1).json", "IMG_1.jpg"),
        ("IMG_1(1).jpg", "IMG_1.jpg.json", "IMG_1.jpg"),
        ("IMG_1(1).jpg", "IMG_1.jpg(2).json", "IMG_1.jpg"),
        ("IMG_1.jpg", "IMG_12.jpg.json", "IMG_12.jpg"),
        ("IMG_12.jpg", "IMG_1.jpg.json", "IMG_1.jpg"),
        ("IMG_1.jpg", "IMG_1.png.json", "IMG_1.png"),
        ("IMG_1.jpg", "IMG_1.json", "IMG_1.jpeg"),
        ("IMG_1-edited.jpg", "IMG_1.jpg.json", "IMG_1.jpg"),
        ("img_1.jpg", "IMG_1.jpg.json", "IMG_1.jpg"),
    ] {
        assert_eq!(bonds(&[photo], &[(json, title)]), [""], "{photo} {json}");
    }
}

#[test]
fn two_long_names_that_are_cut_to_one_go_by_their_titles() {
    let (one, two) = (format!("{}A.jpg", "x".repeat(46)), format!("{}B.jpg", "x".repeat(46)));
    let json = format!("{}.json", "x".repeat(46));

    let found = bonds(&[&one, &two], &[(&json, &format!("{}Bcd.jpg", "x".repeat(46)))]);

    assert_eq!(found, ["", &json]);
}

#[test]
fn edited_versions_belong_to_their_photo_with_its_number() {
    let photos = [
        "IMG_1.HEIC",
        "IMG_1(1).HEIC",
        "IMG_1-bearbeitet.jpg",
        "IMG_1-bearbeitet(1).jpg",
        "IMG_1-modifié(2).jpg",
        "VID_1-edited.mp4",
        "VID_1.mp4",
    ];
    let jsons = [
        ("IMG_1.HEIC.json", "IMG_1.HEIC"),
        ("IMG_1.HEIC(1).json", "IMG_1.HEIC"),
        ("VID_1.mp4.json", "VID_1.mp4"),
    ];

    let found = bonds(&photos, &jsons);

    assert_eq!(
        found,
        [
            "IMG_1.HEIC.json",
            "IMG_1.HEIC(1).json",
            "+IMG_1.HEIC",
            "+IMG_1(1).HEIC",
            "",
            "+VID_1.mp4",
            "VID_1.mp4.json"
        ]
    );
}

#[test]
fn moving_halves_have_no_json_of_their_own() {
    let photos =
        ["IMG_1.HEIC", "IMG_1.MP4", "PXL_2.MP.jpg", "PXL_2.MP", "IMG_3.JPG", "IMG_3.MP4", "IMG_4.MP4"];
    let jsons = [
        ("IMG_1.HEIC.json", "IMG_1.HEIC"),
        ("PXL_2.MP.jpg.json", "PXL_2.MP.jpg"),
        ("IMG_3.JPG.json", "IMG_3.JPG"),
        ("IMG_3.MP4.json", "IMG_3.MP4"),
    ];

    let found = bonds(&photos, &jsons);

    assert_eq!(
        found,
        [
            "IMG_1.HEIC.json",
            "~IMG_1.HEIC",
            "PXL_2.MP.jpg.json",
            "~PXL_2.MP.jpg",
            "IMG_3.JPG.json",
            "IMG_3.MP4.json",
            ""
        ]
    );
    let long = Photo { size: 1 << 30, ..photo("IMG_1.MP4") };
    let json = Json { name: "IMG_1.HEIC.json", title: "IMG_1.HEIC", volume: 0 };
    assert_eq!(
        match_folder(&[photo("IMG_1.HEIC"), long], &[json]).bonds[1],
        Bond::Alone,
        "a long video is one of its own"
    );
}

#[test]
fn of_files_with_one_name_those_of_one_part_belong_together() {
    let photo = |volume| Photo { volume, ..photo("a.jpg") };
    let json = |volume| Json { name: "a.jpg.json", title: "a.jpg", volume };

    let matched = match_folder(&[photo(1), photo(2)], &[json(2), json(1)]);

    assert_eq!(matched.bonds, [Bond::Own(1), Bond::Own(0)]);
}

#[test]
fn twice_the_photos_are_twice_the_work() {
    // All alike in front, half of them without a JSON, so that every pass has to look.
    let work = |count: usize| {
        let names: Vec<String> =
            (0..count).map(|at| format!("IMG_20190101_1200{at:06}-edited.jpg")).collect();
        let about: Vec<String> = names.iter().step_by(2).map(|name| format!("{name}.json")).collect();
        let photos: Vec<_> = names.iter().map(|name| photo(name)).collect();
        let jsons: Vec<_> = about.iter().map(|name| Json { name, title: "IMG", volume: 0 }).collect();
        match_folder(&photos, &jsons).lookups
    };

    let (one, two) = (work(2_000), work(4_000));

    assert!(two <= one * 23 / 10 && one <= 2_000 * 12, "{one} {two}");
}
