//! Merging the faces of a server with the regions of a file.

use proptest::prelude::*;

use super::super::{EditPlan, Policies, TagChoices, plan_edits};
use super::*;
use crate::base::Base;
use crate::fields::PhotoFields;
use crate::file_tags::FileTags;
use crate::regions::Orientation;
use crate::structure::Container;
use crate::tag::Tag;

/// A file of 4000 × 3000 pixels, and what we wrote into it.
#[derive(Clone)]
struct Photo {
    tags: FileTags,
    base: Base,
}

impl Photo {
    fn new() -> Self {
        let frame = Frame::new(4000, 3000, Orientation::UPRIGHT);
        Self { tags: FileTags::empty(Container::Jpeg).with_frame(frame), base: Base::default() }
    }

    /// With regions of somebody else, drawn on 4000 × 3000 pixels.
    fn with(regions: &[&str]) -> Self {
        Self::drawn_on(4000, 3000, regions)
    }

    fn drawn_on(width: u32, height: u32, regions: &[&str]) -> Self {
        let mut photo = Self::new();
        let json = format!(
            r#"{{"AppliedToDimensions": {{"W": "{width}", "H": "{height}", "Unit": "pixel"}}, "RegionList": [{}]}}"#,
            regions.join(",")
        );
        photo.tags.insert(Tag::RegionInfo, structure(&json));
        photo
    }

    fn plan(&self, faces: &[NamedFace], rules: &Rules) -> EditPlan {
        plan_edits(&fields(faces), &self.tags, &self.base, rules)
    }

    /// As it is after the plan was carried out.
    fn written(&self, faces: &[NamedFace], rules: &Rules) -> Self {
        let plan = self.plan(faces, rules);
        let mut tags = FileTags::empty(Container::Jpeg).with_frame(self.tags.frame());
        for (tag, value) in self.tags.iter() {
            if !plan.edits.iter().any(|edit| edit.tag == tag) {
                tags.insert(tag, value.clone());
            }
        }
        for edit in &plan.edits {
            assert_eq!(edit.old.as_ref(), self.tags.get(edit.tag));
            if let Some(new) = &edit.new {
                tags.insert(edit.tag, new.clone());
            }
        }
        Self { tags, base: self.base.clone().after(&fields(faces), &plan.edits) }
    }

    fn change(&mut self, from: &str, to: &str) {
        let Some(value) = self.tags.get(Tag::RegionInfo) else { panic!("no regions") };
        let json = serde_json::to_string(value).unwrap();
        assert!(json.contains(from), "{json}");
        self.tags.insert(Tag::RegionInfo, structure(&json.replace(from, to)));
    }

    fn names(&self) -> Vec<String> {
        regions_of(Schema::MetadataWorkingGroup, self.tags.get(Tag::RegionInfo))
            .into_iter()
            .map(|region| region.name.unwrap_or_default())
            .collect()
    }
}

fn structure(json: &str) -> Value {
    Value::Structure(Node::from_json(json).as_structure().unwrap().clone())
}

fn fields(faces: &[NamedFace]) -> PhotoFields {
    PhotoFields { faces: Some(Faces { list: faces.to_vec() }), ..PhotoFields::default() }
}

/// A face of a tenth of the width with this centre, on a preview of 1440 × 1080.
fn face(name: &str, x: f64, y: f64) -> NamedFace {
    let edges = [(x - 0.05) * 1440.0, (y - 0.05) * 1080.0, (x + 0.05) * 1440.0, (y + 0.05) * 1080.0];
    NamedFace { name: name.to_owned(), edges, picture: [1440.0, 1080.0], from_file: false }
}

fn echo(name: &str, x: f64, y: f64) -> NamedFace {
    NamedFace { from_file: true, ..face(name, x, y) }
}

/// A region of a tenth of the picture.
fn region(kind: &str, name: &str, x: f64) -> String {
    format!(
        r#"{{"Type": "{kind}", "Name": "{name}",
            "Area": {{"X": "{x}", "Y": "0.5", "W": "0.1", "H": "0.1", "Unit": "normalized"}}}}"#
    )
}

fn rules() -> Rules {
    Rules::default()
}

#[test]
fn a_face_becomes_a_region_of_the_stored_picture() {
    let photo = Photo::new().written(&[face("Zoë", 0.2, 0.4)], &rules());

    assert_eq!(
        photo.tags.get(Tag::RegionInfo),
        Some(&structure(
            r#"{"AppliedToDimensions": {"W": "4000", "H": "3000", "Unit": "pixel"}, "RegionList": [
                {"Area": {"X": "0.2", "Y": "0.4", "W": "0.1", "H": "0.1", "Unit": "normalized"},
                 "Name": "Zoë", "Type": "Face"}]}"#
        ))
    );
}

#[test]
fn mistake_07_the_region_of_a_turned_picture_is_turned_back() {
    let mut photo = Photo::new();
    photo.tags = photo.tags.with_frame(Frame::new(4032, 3024, Orientation::new(6).unwrap()));
    let face = NamedFace {
        name: "Zoë".to_owned(),
        edges: [108.0, 144.0, 324.0, 720.0],
        picture: [1080.0, 1440.0],
        from_file: false,
    };

    let photo = photo.written(&[face], &rules());

    let regions = regions_of(Schema::MetadataWorkingGroup, photo.tags.get(Tag::RegionInfo));
    assert_eq!(regions[0].area, Some(Area { x: 0.3, y: 0.8, width: 0.4, height: 0.2 }));
}

#[test]
fn regions_of_others_stay_in_their_order() {
    let (pet, focus, other) =
        (region("Pet", "Rex", 0.1), region("Focus", "", 0.3), region("Face", "Bob", 0.9));
    let photo = Photo::with(&[&pet, &focus, &other]);

    let photo = photo.written(&[face("Zoë", 0.6, 0.5)], &rules());
    assert_eq!(photo.names(), ["Rex", "", "Bob", "Zoë"]);

    let photo = photo.written(&[], &rules());
    assert_eq!(
        photo.tags.get(Tag::RegionInfo),
        Photo::with(&[&pet, &focus, &other]).tags.get(Tag::RegionInfo)
    );
}

#[test]
fn a_person_that_was_renamed_moved_or_removed_takes_our_region_along() {
    let photo = Photo::new().written(&[face("Zoë", 0.2, 0.4), face("Bob", 0.7, 0.4)], &rules());

    let renamed = photo.written(&[face("Zoe", 0.2, 0.4), face("Bob", 0.7, 0.4)], &rules());
    assert_eq!(renamed.names(), ["Bob", "Zoe"]);
    let moved = photo.written(&[face("Zoë", 0.22, 0.4), face("Bob", 0.7, 0.4)], &rules());
    assert_eq!(moved.names(), ["Bob", "Zoë"]);
    let nobody = photo.written(&[], &rules());
    assert_eq!(nobody.tags.get(Tag::RegionInfo), None);
    assert_eq!(nobody.base, Base::default());
}

#[test]
fn a_move_is_no_loss_and_a_removal_is_one() {
    let photo = Photo::new().written(&[face("Zoë", 0.2, 0.4)], &rules());

    let moved = photo.plan(&[face("Zoë", 0.4, 0.4)], &rules());
    assert_eq!((moved.edits[0].added_items(), moved.edits[0].takes_away()), (vec!["Zoë"], false));
    let gone = photo.plan(&[], &rules());
    assert_eq!((gone.edits[0].removed_items(), gone.edits[0].takes_away()), (vec!["Zoë"], true));
}

#[test]
fn a_face_that_has_a_region_of_somebody_else_gets_no_second() {
    let theirs = region("Face", "ZOË", 0.22);
    let photo = Photo::with(&[&theirs]);

    assert!(photo.plan(&[face("Zoë", 0.2, 0.5)], &rules()).edits.is_empty());
    assert!(photo.plan(&[echo("Zoë", 0.22, 0.5)], &rules()).edits.is_empty());
    // And it is not ours to remove or to move.
    assert!(photo.plan(&[], &rules()).edits.is_empty());
    assert_eq!(photo.written(&[face("Zoë", 0.8, 0.5)], &rules()).names(), ["ZOË", "Zoë"]);
}

#[test]
fn an_echo_is_never_written_and_keeps_ours() {
    assert!(Photo::new().plan(&[echo("Zoë", 0.2, 0.5)], &rules()).edits.is_empty());

    let photo = Photo::new().written(&[face("Zoë", 0.2, 0.5)], &rules());
    assert!(photo.plan(&[echo("Zoë", 0.2, 0.5)], &rules()).edits.is_empty());
    assert!(photo.plan(&[echo("Zoë", 0.2, 0.5), face("Zoë", 0.2, 0.5)], &rules()).edits.is_empty());
}

#[test]
fn an_unnamed_face_stays_and_ours_comes_beside_it() {
    let unnamed = region("Face", "", 0.2);
    let photo = Photo::with(&[&unnamed]).written(&[face("Zoë", 0.2, 0.5)], &rules());

    assert_eq!(photo.names(), ["", "Zoë"]);
}

#[test]
fn twice_the_same_person_is_two_regions_and_the_same_face_is_one() {
    let twins = [face("Zoë", 0.2, 0.5), face("Zoë", 0.8, 0.5), face("Zoë", 0.21, 0.5)];

    assert_eq!(Photo::new().written(&twins, &rules()).names(), ["Zoë", "Zoë"]);
}

#[test]
fn what_somebody_took_out_or_renamed_in_the_file_is_not_written_again() {
    let faces = [face("Zoë", 0.2, 0.5)];
    let mut photo = Photo::new().written(&faces, &rules());
    photo.change("Zoë", "Zoë Smith");

    let plan = photo.plan(&faces, &rules());

    assert!(plan.edits.is_empty());
    assert_eq!(plan.kept.len(), 1);
    assert_eq!(plan.kept[0].datum, Datum::FaceCoordinates);
    // Until the server says something new.
    assert_eq!(photo.written(&[face("Zoe", 0.2, 0.5)], &rules()).names(), ["Zoë Smith", "Zoe"]);
}

#[test]
fn ours_that_somebody_described_is_theirs() {
    let mut photo = Photo::new().written(&[face("Zoë", 0.2, 0.5)], &rules());
    photo.change(r#""Type":"Face""#, r#""Type":"Face","Description":"on her birthday""#);

    assert!(photo.plan(&[], &rules()).edits.is_empty());
    assert!(photo.plan(&[face("Zoë", 0.2, 0.5)], &rules()).edits.is_empty());
}

#[test]
fn ours_that_lightroom_wrote_anew_is_still_ours() {
    let mut photo = Photo::new().written(&[face("Zoë", 0.2, 0.5)], &rules());
    photo.change(r#""X":"0.2""#, r#""X":"0.20000""#);
    photo.change(r#""Type":"Face""#, r#""Type":"Face","Rotation":"-0.00000""#);

    assert!(photo.plan(&[face("Zoë", 0.2, 0.5)], &rules()).edits.is_empty());
    assert_eq!(photo.written(&[], &rules()).tags.get(Tag::RegionInfo), None);
}

#[test]
fn regions_of_a_smaller_copy_are_right_and_those_of_a_crop_are_left_alone() {
    let pet = region("Pet", "Rex", 0.1);
    let faces = [face("Zoë", 0.6, 0.5)];

    let resized = Photo::drawn_on(2000, 1500, &[&pet]).written(&faces, &rules());
    assert_eq!(resized.names(), ["Rex", "Zoë"]);
    assert!(format!("{:?}", resized.tags.get(Tag::RegionInfo)).contains("2000"));

    let cropped = Photo::drawn_on(3000, 3000, &[&pet]).plan(&faces, &rules());
    assert!(cropped.edits.is_empty());
    assert_eq!(cropped.kept[0].why, STALE);
}

#[test]
fn ours_of_before_a_crop_are_replaced() {
    let mut photo = Photo::new().written(&[face("Zoë", 0.2, 0.5), face("Bob", 0.8, 0.5)], &rules());
    photo.tags = photo.tags.with_frame(Frame::new(2000, 3000, Orientation::UPRIGHT));
    let zoe =
        NamedFace { picture: [720.0, 1080.0], edges: [360.0, 0.0, 720.0, 540.0], ..face("Zoë", 0.5, 0.5) };

    let photo = photo.written(std::slice::from_ref(&zoe), &rules());

    assert_eq!(photo.names(), ["Zoë"]);
    assert!(photo.plan(&[zoe], &rules()).edits.is_empty());
}

#[test]
fn without_a_picture_or_with_another_nothing_is_written() {
    let mut photo = Photo::new();
    photo.tags = photo.tags.with_frame(None);
    let plan = photo.plan(&[face("Zoë", 0.2, 0.5)], &rules());
    assert_eq!((plan.edits.len(), plan.kept[0].why.as_str()), (0, NO_FRAME));
    assert_eq!(photo.plan(&[], &rules()), EditPlan::default());

    let square = NamedFace { picture: [1080.0, 1080.0], ..face("Zoë", 0.2, 0.5) };
    let plan = Photo::new().plan(&[square], &rules());
    assert_eq!((plan.edits.len(), plan.kept[0].why.as_str()), (0, OTHER_SHAPE));
}

#[test]
fn policies_are_obeyed() {
    let with = |policy| {
        let mut policies = Policies::default();
        policies.set(Datum::FaceCoordinates, policy);
        Rules { policies, ..Rules::default() }
    };
    let photo = Photo::with(&[&region("Face", "Bob", 0.2)]);
    let faces = [face("Zoë", 0.2, 0.5), face("Ann", 0.8, 0.5)];

    assert!(photo.plan(&faces, &with(Policy::Never)).edits.is_empty());
    assert_eq!(photo.written(&faces, &with(Policy::FillMissing)).names(), ["Bob", "Ann"]);
    assert_eq!(photo.written(&faces, &with(Policy::Overwrite)).names(), ["Bob", "Zoë", "Ann"]);
}

#[test]
fn regions_in_the_form_of_microsoft_follow_when_chosen() {
    let chosen =
        Rules { choices: TagChoices { microsoft_regions: true, ..TagChoices::default() }, ..rules() };
    let mut photo = Photo::new();
    photo.tags.insert(
        Tag::MicrosoftRegions,
        structure(r#"{"Regions": [{"PersonDisplayName": "Bob", "Rectangle": "0.8, 0.8, 0.1, 0.1"}]}"#),
    );

    let photo = photo.written(&[face("Zoë", 0.2, 0.4)], &chosen);

    let bob = r#"{"PersonDisplayName": "Bob", "Rectangle": "0.8, 0.8, 0.1, 0.1"}"#;
    let both = format!(
        r#"{{"Regions": [{bob}, {{"PersonDisplayName": "Zoë", "Rectangle": "0.15, 0.35, 0.1, 0.1"}}]}}"#
    );
    assert_eq!(photo.tags.get(Tag::MicrosoftRegions), Some(&structure(&both)));
    // Not chosen any more: ours go, Bob stays.
    let photo = photo.written(&[face("Zoë", 0.2, 0.4)], &rules());
    let alone = format!(r#"{{"Regions": [{bob}]}}"#);
    assert_eq!(photo.tags.get(Tag::MicrosoftRegions), Some(&structure(&alone)));
    assert_eq!(photo.names(), ["Zoë"]);
}

#[test]
fn a_value_that_is_no_structure_is_left_alone() {
    let mut photo = Photo::new();
    photo.tags.insert(Tag::RegionInfo, Value::text("something"));

    let plan = photo.plan(&[face("Zoë", 0.2, 0.4)], &rules());

    assert_eq!((plan.edits.len(), plan.kept[0].why.as_str()), (0, UNREADABLE));
}

prop_compose! {
    fn some_face()(
        name in prop::sample::select(vec!["Zoë", "zoë", "Bob", "Ann"]),
        x in 0.0..1.0, y in 0.0..1.0, from_file in any::<bool>(),
    ) -> NamedFace {
        NamedFace { from_file, ..face(name, x, y) }
    }
}

prop_compose! {
    fn some_region()(
        name in prop::sample::select(vec!["Zoë", "Bob", "Rex", ""]),
        kind in prop::sample::select(vec!["Face", "Pet", "Focus"]),
        x in 0.0..1.0,
    ) -> String {
        region(kind, name, x)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_second_plan_changes_nothing_and_regions_of_others_survive_all_plans(
        regions in prop::collection::vec(some_region(), 0..5),
        runs in prop::collection::vec(prop::collection::vec(some_face(), 0..5), 1..4),
        microsoft_regions in any::<bool>(),
    ) {
        let chosen = Rules { choices: TagChoices { microsoft_regions, ..TagChoices::default() }, ..rules() };
        let regions: Vec<&str> = regions.iter().map(String::as_str).collect();
        let theirs = Photo::with(&regions);
        let mut photo = theirs.clone();
        for faces in &runs {
            photo = photo.written(faces, &chosen);
            prop_assert_eq!(&photo.plan(faces, &chosen).edits, &[]);
        }

        let all = regions_of(Schema::MetadataWorkingGroup, photo.tags.get(Tag::RegionInfo));
        let foreign = regions_of(Schema::MetadataWorkingGroup, theirs.tags.get(Tag::RegionInfo));
        let mut rest = all.iter();
        prop_assert!(foreign.iter().all(|region| rest.any(|other| other == region)), "a region was lost");

        let photo = photo.written(&[], &chosen);
        let left = regions_of(Schema::MetadataWorkingGroup, photo.tags.get(Tag::RegionInfo));
        prop_assert_eq!(left, foreign);
    }
}
