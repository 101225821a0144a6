//! Pages for a browser to open: `cargo xtask browser` makes them and looks at them.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::imageops::{FilterType, crop_imm, resize};
use image::{DynamicImage, ImageFormat, RgbImage};
use photo_similarity::{Class, Criterion, Format, Limits};
use sample_pictures::{Kind, Picture};
use sync_core::StopFlag;
use sync_core::organize::{AlsoRecord, GroupRecord, MemberRecord, Place};
use sync_core::state::{GroupStore as _, SqliteStore};

use super::testing::{asset, file, group, head};
use super::{Head, Pictures, ReportFile, make};
use crate::language::tests::in_german;

/// A photo of a group and how its picture is made of the scene of that group.
struct Shown(MemberRecord, Look);

fn as_it_is(scene: &RgbImage) -> RgbImage {
    scene.clone()
}

fn smaller(scene: &RgbImage) -> RgbImage {
    resize(scene, 160, 120, FilterType::Lanczos3)
}

fn grey(scene: &RgbImage) -> RgbImage {
    DynamicImage::ImageRgb8(scene.clone()).grayscale().into_rgb8()
}

fn brighter(scene: &RgbImage) -> RgbImage {
    image::imageops::colorops::brighten(scene, 24)
}

fn upright(scene: &RgbImage) -> RgbImage {
    crop_imm(scene, 200, 0, 330, 480).to_image()
}

fn to_the_left(scene: &RgbImage) -> RgbImage {
    crop_imm(scene, 0, 10, 600, 450).to_image()
}

fn to_the_right(scene: &RgbImage) -> RgbImage {
    crop_imm(scene, 40, 24, 600, 450).to_image()
}

/// How a picture is made of a scene.
type Look = fn(&RgbImage) -> RgbImage;

/// A group, its scene, and how the picture of each member is made of it.
type Planted = (GroupRecord, u64, Vec<Look>);

fn planted(number: u8, class: Class, reason: Criterion, seed: u64, photos: Vec<Shown>) -> Planted {
    let (members, looks) = photos.into_iter().map(|Shown(member, look)| (member, look)).unzip();
    (GroupRecord { reason, ..group(number, class, members) }, seed, looks)
}

fn near(distance: u16, member: MemberRecord) -> MemberRecord {
    MemberRecord { distance: Some(distance), ..member }
}

fn sized(width: u32, height: u32, bytes: u64, member: MemberRecord) -> MemberRecord {
    MemberRecord { width: Some(width), height: Some(height), bytes: Some(bytes), ..member }
}

fn same(member: MemberRecord) -> Shown {
    Shown(MemberRecord { distance: None, bytes: Some(4_812_331), ..member }, as_it_is)
}

/// A family's library in small, as the picture in the README shows it.
fn library() -> Vec<Planted> {
    let mut all = exact();
    all.extend(duplicates());
    all.push(burst());
    let other = MemberRecord { set: 1, ..near(52, sized(4000, 3000, 4_100_042, asset(2, "P1030219.jpg"))) };
    let photos = vec![
        Shown(sized(4000, 3000, 4_204_118, asset(1, "P1030212.jpg")), to_the_left),
        Shown(other, to_the_right),
    ];
    all.push(planted(40, Class::Similar, Criterion::Pixels, 66, photos));
    all
}

fn exact() -> Vec<Planted> {
    let phone = vec![same(asset(1, "PXL_20240701_120001.jpg")), same(asset(2, "PXL_20240701_120001(1).jpg"))];
    let disk = vec![
        same(file("/photos/2021/IMG_0412.jpg")),
        same(file("/photos/backup/IMG_0412 - Copy.jpg")),
        same(file("/photos/backup/old phone/IMG_0412.jpg")),
    ];
    vec![
        planted(10, Class::Exact, Criterion::Album, 4, phone),
        planted(11, Class::Exact, Criterion::Name, 11, disk),
    ]
}

fn duplicates() -> Vec<Planted> {
    let lake = MemberRecord {
        people: vec!["Ada".to_owned(), "Grace".to_owned()],
        rating: Some(4),
        is_favourite: true,
        ..sized(4080, 3072, 5_204_118, asset(1, "PXL_20240701_190512.jpg"))
    };
    let sent = MemberRecord { camera: None, ..asset(3, "IMG-20240701-WA0003.jpg") };
    let heic = MemberRecord { format: Some(Format::Heic), ..asset(1, "IMG_2201.heic") };
    let scan = MemberRecord { camera: None, taken: None, ..file("/photos/from-grandma/scan 12.jpg") };
    let of = |number, reason, seed, photos| planted(number, Class::Duplicate, reason, seed, photos);
    vec![
        of(
            20,
            Criterion::Favourite,
            23,
            vec![Shown(lake, as_it_is), Shown(near(4, sized(1600, 1205, 311_204, sent)), smaller)],
        ),
        of(
            21,
            Criterion::Pixels,
            7,
            vec![
                Shown(sized(6240, 4160, 14_902_113, asset(1, "R6_0231.jpg")), as_it_is),
                Shown(near(12, sized(2048, 1365, 640_005, asset(4, "R6_0231-edited.jpg"))), brighter),
                Shown(near(22, sized(2048, 1365, 502_118, asset(5, "R6_0231-bw.jpg"))), grey),
            ],
        ),
        of(
            22,
            Criterion::Format,
            31,
            vec![
                Shown(sized(4032, 3024, 1_904_002, heic), as_it_is),
                Shown(near(6, sized(4032, 3024, 3_120_442, asset(2, "IMG_2201.jpg"))), as_it_is),
            ],
        ),
        of(
            23,
            Criterion::Camera,
            42,
            vec![
                Shown(sized(3024, 4032, 2_904_113, asset(1, "IMG_1877.jpg")), upright),
                Shown(near(9, sized(3024, 4032, 3_800_001, scan)), upright),
            ],
        ),
    ]
}

fn burst() -> Planted {
    let frames = [3_u8, 4, 5, 6, 7, 8].map(|frame| {
        let name = format!("DSCF{:04}.jpg", 4410 + u16::from(frame));
        let member = sized(5152, 3864, 9_000_000 + u64::from(frame) * 31_007, asset(frame, &name));
        let member = MemberRecord { set: u16::from(frame) - 3, ..near(u16::from(frame) * 5, member) };
        Shown(member, if frame % 2 == 0 { to_the_left } else { to_the_right })
    });
    planted(30, Class::Burst, Criterion::Look, 58, frames.into())
}

fn bytes_of(picture: RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn scene(seed: u64) -> RgbImage {
    image::load_from_memory(&Picture::new(Kind::Png).size(640, 480).seed(seed).build()).unwrap().into_rgb8()
}

fn put(
    folder: &Path,
    name: &str,
    groups: &[GroupRecord],
    bytes: &(dyn Fn(&MemberRecord) -> Option<Vec<u8>> + Sync),
    head: &Head,
) {
    let store = SqliteStore::in_memory().unwrap();
    store.replace_groups(&mut groups.iter().cloned().map(Ok)).unwrap();
    let pictures = Pictures { bytes, limits: Limits::default(), workers: 2 };
    let file = ReportFile::at(&folder.join(name), true).unwrap();
    make(&store, &pictures, head, &file, &StopFlag::new()).unwrap();
}

fn put_library(folder: &Path, name: &str) {
    let library = library();
    let mut groups: Vec<GroupRecord> = library.iter().map(|(group, ..)| group.clone()).collect();
    groups[5].also =
        vec![AlsoRecord { place: asset(8, "").place, name: "IMG_1879.jpg".to_owned(), distance: 58 }];
    let pictures: Vec<(String, Vec<u8>)> = library
        .iter()
        .flat_map(|(group, seed, looks)| {
            let scene = scene(*seed);
            let pictures: Vec<_> = group
                .members
                .iter()
                .zip(looks)
                .map(|(member, look)| (member.path.clone(), bytes_of(look(&scene))))
                .collect();
            pictures
        })
        .collect();
    let of = |member: &MemberRecord| {
        pictures.iter().find(|(path, _)| *path == member.path).map(|(_, bytes)| bytes.clone())
    };
    put(folder, name, &groups, &of, &head(&groups));
}

/// Every text that comes from elsewhere tries to become something else.
fn put_hostile(folder: &Path) {
    let texts = [
        "<script>alert(1)</script>",
        "\"onerror=\"alert(1)",
        "'><img src=x onerror=alert(1)>",
        "</style><script>alert(1)</script>",
        "\u{202e}gpj.exe\u{2066}",
        "javascript:alert(1)",
        "<!--",
        "]]><svg onload=alert(1)>",
        "שלום עולם 12/256",
        "x\u{0}\u{7}\u{1b}[2J\u{2028}\n\r",
    ];
    let long = "very-long-name-without-a-break".repeat(20);
    let groups: Vec<GroupRecord> = texts
        .into_iter()
        .chain([long.as_str()])
        .zip(1..)
        .map(|(text, number)| {
            let one = MemberRecord {
                name: text.to_owned(),
                path: format!("/{text}/{text}"),
                camera: Some(text.to_owned()),
                description: Some(text.to_owned()),
                people: vec![text.to_owned(), text.to_owned()],
                ..asset(1, "")
            };
            let also = AlsoRecord {
                place: Place::File(PathBuf::from(text).into()),
                name: text.to_owned(),
                distance: 60,
            };
            let members = vec![one, file(&format!("/{text}"))];
            GroupRecord { also: vec![also; 20], ..group(number, Class::Duplicate, members) }
        })
        .collect();
    let head = Head {
        sources: texts.iter().map(|text| (*text).to_owned()).collect(),
        server: Some("javascript:alert(1)".to_owned()),
        ..head(&groups)
    };
    put(folder, "hostile.html", &groups, &|_| Some(texts[0].as_bytes().to_vec()), &head);
}

/// As many groups as a page shows, each with a picture of its own.
fn put_many(folder: &Path) {
    let groups: Vec<GroupRecord> = (0..1_000_u64)
        .map(|number| {
            let mut group = group(
                0,
                Class::Duplicate,
                vec![asset(9, &format!("IMG_{number}.jpg")), asset(2, "copy.jpg")],
            );
            group.id.0[..8].copy_from_slice(&number.to_be_bytes());
            group.id.0.rotate_left(4);
            group
        })
        .collect();
    let picture = Picture::new(Kind::Png).size(240, 180).seed(5).build();
    put(folder, "many.html", &groups, &|_| Some(picture.clone()), &head(&groups));
}

#[test]
#[ignore = "makes pages for a browser; `cargo xtask browser` runs it"]
fn pages_for_a_browser() {
    let folder =
        PathBuf::from(std::env::var_os("IMMICH_SYNC_REPORT_PAGES").expect("the folder for the pages"));
    fs::create_dir_all(&folder).unwrap();

    put_library(&folder, "library.html");
    in_german(|| put_library(&folder, "german.html"));
    put_hostile(&folder);
    put_many(&folder);
    put(&folder, "empty.html", &[], &|_| None, &head(&[]));

    let pages = fs::read_dir(&folder).unwrap().count();
    assert!(pages >= 5, "{pages} pages");
}
