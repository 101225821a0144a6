//! Made libraries: what the collected ones do not have, changed and written again.

use photo_metadata::glance;
use photo_metadata::regions::{Regions, Schema};
use sample_pictures::{
    AppleBurst, AppleFace, AppleFile, AppleGeneration, AppleLibrary, ApplePerson, ApplePhoto, Whereabouts,
};
use sync_core::import::SkipKind;
use sync_core::import::sources::apple::PeopleRule;

use super::lab::{Lab, skipped};

const EDITED: f64 = 1_700_000_500.0;

/// A library beside a server that has nothing.
pub(super) struct Made {
    pub(super) lab: Lab,
    pub(super) library: AppleLibrary,
    _folder: tempfile::TempDir,
}

impl Made {
    fn of(photos: impl IntoIterator<Item = ApplePhoto>) -> Self {
        let mut library = AppleLibrary::new(AppleGeneration::MacOs26);
        library.photos.extend(photos);
        Self::with(library)
    }

    pub(super) fn with(library: AppleLibrary) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("Made.photoslibrary");
        library.write(&package).unwrap();
        Self { lab: Lab::of(&package), library, _folder: folder }
    }

    pub(super) fn write(&self) {
        self.library.write(&self.lab.apple.library).unwrap();
    }

    /// Names in the order of the only stack, the first of it in front.
    fn stack(&self) -> Vec<String> {
        let told = self.lab.told();
        let stacked =
            told.lines().filter_map(|line| Some((line.split_once(" | ")?.0, line.contains("| 1 of "))));
        let of_stack = told.lines().filter(|line| line.contains(" under ")).count();
        let mut names: Vec<(bool, String)> =
            stacked.take(of_stack).map(|(name, first)| (!first, name.to_owned())).collect();
        names.sort();
        names.into_iter().map(|(_, name)| name).collect()
    }
}

pub(super) fn edited(name: &str) -> ApplePhoto {
    ApplePhoto { edited: Some(EDITED), render: Some(AppleFile::default()), ..ApplePhoto::new(name) }
}

#[test]
fn a_photo_may_be_edited_reverted_and_edited_again() {
    let mut made = Made::of([ApplePhoto { is_favourite: true, ..ApplePhoto::new("a.jpg") }]);
    made.lab.import();
    assert_eq!(made.lab.asset("a.jpg").is_favorite, Some(true));

    made.library.photos[0] = ApplePhoto { is_favourite: true, ..edited("a.jpg") };
    made.write();
    made.lab.import();
    assert_eq!(made.stack(), ["a_edited.jpeg", "a.jpg"]);
    let hearts = |made: &Made| ["a.jpg", "a_edited.jpeg"].map(|name| made.lab.asset(name).is_favorite);
    assert_eq!(hearts(&made), [Some(false), Some(true)], "the heart is where Photos shows it");

    let render = made.library.photos[0].clone();
    made.library.photos[0] = ApplePhoto { is_favourite: true, ..ApplePhoto::new("a.jpg") };
    made.write();
    made.lab.import();
    assert_eq!(made.stack(), ["a.jpg", "a_edited.jpeg"]);
    assert_eq!(made.lab.asset("a.jpg").is_favorite, Some(true));

    made.library.photos[0] = render;
    made.write();
    made.lab.import();
    assert_eq!(made.stack(), ["a_edited.jpeg", "a.jpg"]);
    assert_eq!(made.lab.import().summary.done(), 0);
}

#[test]
fn what_the_user_does_with_a_stack_stays_until_there_is_another_version() {
    let mut made = Made::of([edited("a.jpg")]);
    made.lab.import();
    let stack = made.lab.asset("a.jpg").stack.unwrap();
    made.lab.client().writer().delete_stack(&stack.id).unwrap();
    made.library.photos[0].caption = Some("new".to_owned());
    made.write();

    made.lab.import();

    assert!(made.lab.sandbox.stacks().is_empty());
}

#[test]
fn another_picture_of_a_burst_joins_its_stack() {
    let of_burst = |name: &str, pick| ApplePhoto {
        burst: Some(AppleBurst { key: "b".to_owned(), pick }),
        ..ApplePhoto::new(name)
    };
    let mut made = Made::of([of_burst("a.jpg", 8), of_burst("b.jpg", 16 | 4), of_burst("c.jpg", 2)]);
    let first = made.lab.import();
    assert_eq!((made.stack(), first.summary.uploaded), (vec!["b.jpg".to_owned(), "a.jpg".to_owned()], 2));
    assert_eq!(skipped(&first.summary, SkipKind::Excluded), 1);

    made.library.photos[2] = of_burst("c.jpg", 8);
    made.write();
    made.lab.import();

    assert_eq!(made.stack(), ["b.jpg", "a.jpg", "c.jpg"]);
}

#[test]
fn a_live_photo_waits_for_its_video() {
    let away = AppleFile::absent(Whereabouts::InCloud);
    let mut made = Made::of([ApplePhoto { live: Some(away), ..ApplePhoto::new("a.heic") }]);

    let waiting = made.lab.import();

    assert_eq!((waiting.summary.uploaded, skipped(&waiting.summary, SkipKind::InCloud)), (0, 1));
    made.library.photos[0].live = Some(AppleFile::default());
    made.write();
    made.lab.import();
    assert!(made.lab.asset("a.heic").live_photo_video_id.is_some());
    made.library.photos[0].live = Some(AppleFile::absent(Whereabouts::Lost));
    made.library.photos[0].key = "other".to_owned();
    made.write();
    let lost = made.lab.import();
    assert_eq!(skipped(&lost.summary, SkipKind::Missing), 1, "{:?}", lost.passed);
}

#[test]
fn a_slash_in_a_keyword_makes_no_hierarchy() {
    let keywords = vec!["Art / Design".to_owned()];
    let made = Made::of([ApplePhoto { keywords, ..ApplePhoto::new("a.jpg") }]);

    made.lab.import();

    assert_eq!(made.lab.sandbox.views()[0].tags, ["Art | Design"]);
}

#[test]
fn faces_go_along_as_the_picture_is_stored() {
    let face = |person| AppleFace { person, x: 0.2, y: 0.3, size: 0.1, is_manual: false, is_hidden: false };
    let mut library = AppleLibrary::new(AppleGeneration::MacOs14);
    let anna = ApplePerson { name: "Anna".to_owned(), merged_into: None };
    library.persons = vec![anna, ApplePerson::default()];
    let faces =
        vec![face(Some(0)), AppleFace { x: 0.6, ..face(Some(1)) }, AppleFace { x: 0.8, ..face(None) }];
    library.add(ApplePhoto { faces: faces.clone(), orientation: 6, ..ApplePhoto::new("a.jpg") });
    library.add(ApplePhoto { faces, ..edited("b.jpg") });
    let mut made = Made::with(library);
    made.lab.apple.people = PeopleRule::Sidecar;
    made.lab.options.people_tag = None;

    made.lab.import();

    let rotated = made.lab.asset("a.jpg").original_path;
    for view in made.lab.sandbox.views() {
        let packet = view.sidecar.map(|path| std::fs::read(path).unwrap()).unwrap_or_default();
        let tags = glance(&packet).tags;
        let regions = tags.as_ref().and_then(|tags| match tags.get(Schema::MetadataWorkingGroup.tag())? {
            photo_metadata::Value::Structure(fields) => {
                Some(Regions::read(Schema::MetadataWorkingGroup, fields).list)
            }
            _ => None,
        });
        if !view.original_path.ends_with(&rotated) {
            assert!(regions.is_none(), "of an edited photo nobody knows where the faces were");
            continue;
        }
        let regions = regions.unwrap();
        let [region] = regions.as_slice() else { panic!("{regions:?}") };
        let area = region.area.unwrap();
        assert_eq!(region.name.as_deref(), Some("Anna"));
        assert!((area.x - 0.7).abs() < 1e-3 && (area.y - 0.8).abs() < 1e-3, "{area:?}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a folder is moved, as its user would")]
fn a_library_that_is_copied_elsewhere_is_the_same() {
    let mut made = Made::of([ApplePhoto::new("a.jpg"), edited("b.jpg")]);
    made.lab.import();
    let elsewhere = made.lab.apple.library.with_file_name("Moved.photoslibrary");
    std::fs::rename(&made.lab.apple.library, &elsewhere).unwrap();
    made.lab.apple.library = elsewhere;

    let again = made.lab.import();

    assert_eq!((again.summary.done(), again.summary.bytes_read), (0, 0));
}
