//! Where a face lies in the stored picture: in every container and orientation, as real files mean it.

use photo_metadata::regions::{Applied, Frame, Orientation, Regions, Schema};
use photo_metadata::{Container, Engine, ExifTool, Rules, Tag, Value, identify};
use sample_pictures::{Kind, Picture, Video};

use crate::places;
use crate::regions::{Photo, engines, face, regions_of, sample};

#[test]
fn collected_files_have_the_frame_that_their_makers_meant() {
    let Some(shared) = places::shared("collected_files_have_the_frame_that_their_makers_meant") else {
        return;
    };
    let frames = [
        ("heif/iphone_15_pro.heic", (4032, 3024, 6)),
        ("heif/samsung-one-ui-6.heic", (4000, 3000, 6)),
        ("heif/Canon.HIF", (2400, 1600, 1)),
        ("webp/Nikon_Coolpix_P7000.webp", (3648, 2736, 6)),
        ("tiff/exiv2-bug922.tif", (40, 470, 6)),
        ("png/sample1.png", (1024, 683, 1)),
        ("raw/Nikon.nef", (3040, 2014, 1)),
        ("raw/IMG_1361.dng", (4032, 3024, 6)),
        ("video/ftyp3gp5.mp4", (1280, 720, 6)),
        ("video/with-gps.mov", (568, 320, 6)),
    ];
    for engine in engines() {
        for (name, (width, height, number)) in frames {
            let path = shared.join("corpus").join(name);
            let container = identify(&path).expect("a readable file").expect("a known kind");

            let frame = engine.read(&path, container).expect("a readable file").frame();

            let orientation = Orientation::new(number).expect("an orientation");
            assert_eq!(frame, Frame::new(width, height, orientation), "{} {name}", engine.name());
        }
    }
}

#[test]
fn a_video_that_was_just_made_has_a_frame() {
    let engine = ExifTool::new(places::start(&places::exiftool()));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("video.mp4");
    let video = Video { moov_first: true, ..Video::default() };
    Picture::new(Kind::Mp4).size(80, 60).orientation(8).video(video).write_to(&path).expect("a sample");

    let tags = engine.read(&path, Container::Mp4).expect("a readable file");

    assert_eq!(tags.frame().map(Frame::upright_size), Some((60, 80)));
}

#[test]
fn mistake_07_a_face_comes_back_to_its_place_in_every_container_and_orientation() {
    let stills = [Kind::Jpeg, Kind::Heic, Kind::Png, Kind::WebpExtended, Kind::Tiff];
    let mut cases: Vec<(Kind, u16)> = (2..=8).map(|number| (Kind::Jpeg, number)).collect();
    cases.extend(stills.into_iter().flat_map(|kind| [(kind, 1), (kind, 6), (kind, 8)]));
    cases.extend(
        [Kind::Mp4, Kind::Mov].into_iter().flat_map(|kind| [1, 3, 6, 8].map(|number| (kind, number))),
    );
    for engine in engines() {
        let folder = tempfile::tempdir().expect("a folder");
        for &(kind, number) in &cases {
            let mut photo = Photo::new(&engine, sample(folder.path(), kind, number));
            if engine.blocked(photo.container).is_some() {
                continue;
            }
            let orientation = u8::try_from(number).ok().and_then(Orientation::new).expect("an orientation");
            let frame = Frame::new(60, 40, orientation).expect("pixels");
            assert_eq!(photo.tags().frame(), Some(frame), "{kind:?} {number}");

            photo.write(&[face("Zoë", [0.1, 0.1, 0.3, 0.5], frame)], &Rules::default());

            let tags = photo.tags();
            let Some(Value::Structure(fields)) = tags.get(Tag::RegionInfo) else {
                panic!("{kind:?} {number}")
            };
            let regions = Regions::read(Schema::MetadataWorkingGroup, fields);
            assert_eq!(regions.applied, Applied::Size(60.0, 40.0), "{kind:?} {number}");
            let stored = regions.list[0].area.expect("an area");
            // Worked out by hand from what each orientation means.
            let (x, y, width, height) = match number {
                1 => (0.2, 0.3, 0.2, 0.4),
                2 => (0.8, 0.3, 0.2, 0.4),
                3 => (0.8, 0.7, 0.2, 0.4),
                4 => (0.2, 0.7, 0.2, 0.4),
                5 => (0.3, 0.2, 0.4, 0.2),
                6 => (0.3, 0.8, 0.4, 0.2),
                7 => (0.7, 0.8, 0.4, 0.2),
                _ => (0.7, 0.2, 0.4, 0.2),
            };
            let differences = [stored.x - x, stored.y - y, stored.width - width, stored.height - height];
            assert!(differences.iter().all(|by| by.abs() < 1e-5), "{kind:?} {number}: {stored:?}");
        }
    }
}

/// The two files are one picture, turned by another program, which also turned the regions.
#[test]
fn another_program_turns_regions_as_we_do() {
    let Some(shared) = places::shared("another_program_turns_regions_as_we_do") else { return };
    let engine = ExifTool::new(places::start(&places::exiftool()));
    let read = |name: &str| {
        let path = shared.join("corpus/jpg").join(name);
        let tags = engine.read(&path, Container::Jpeg).expect("a readable file");
        (regions_of(&tags), tags.frame().expect("a frame"))
    };
    let (upright, _) = read("portrait.jpg");
    let (turned, frame) = read("portrait-orientation-6.jpg");
    assert_eq!((frame.orientation.number(), upright.len(), turned.len()), (6, 2, 2));

    for (upright, turned) in upright.iter().zip(&turned) {
        let (upright, turned) = (upright.area.expect("an area"), turned.area.expect("an area"));
        assert!(frame.orientation.to_stored(upright).is_at(turned, frame), "{upright:?} {turned:?}");
        assert!(frame.orientation.to_upright(turned).is_at(upright, frame), "{upright:?} {turned:?}");
    }
}
