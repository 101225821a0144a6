//! Rounds of writing, reading by the server, and writing again.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::testing::{changes_with, file, in_words};
use super::super::*;
use super::written;
use crate::structure::Container;

type Names = BTreeSet<String>;

fn set(names: &[&str]) -> Names {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// A photo on the server, and how the user wants it written.
#[derive(Debug, Clone)]
struct World {
    people: Names,
    albums: Names,
    tags: Names,
    tags_selected: bool,
    rules: Rules,
}

impl World {
    fn fields(&self) -> PhotoFields {
        PhotoFields {
            people: Some(self.people.clone()),
            albums: Some(self.albums.clone()),
            tags: self.tags_selected.then(|| self.tags.clone()),
            all_tags: Some(self.tags.clone()),
            ..PhotoFields::default()
        }
    }

    fn plan(&self, file: &FileTags, base: &Base) -> EditPlan {
        plan_edits(&self.fields(), file, base, &self.rules)
    }

    /// Writes, and lets the server read the file again.
    fn write(&mut self, file: &mut FileTags, base: &mut Base) -> Vec<TagEdit> {
        let plan = self.plan(file, base);
        *file = written(file, &plan.edits);
        *base = plan.base;
        self.tags = tags_as_immich_reads(file, &[]);
        plan.edits
    }
}

fn some_of(pool: &'static [&'static str], most: usize) -> impl Strategy<Value = Names> {
    let names = prop::collection::btree_set(prop::sample::select(pool), 0..=most);
    names.prop_map(|names| names.into_iter().map(str::to_owned).collect())
}

const PEOPLE: &[&str] = &["Alice", "Bob, Jr.", "A/B", "x|y", "Sea", "Places", "写真", "People|Bob"];
const ALBUMS: &[&str] = &["Summer", "Alice", "A/B", "x|y", "2024", "/", "Sea"];
const TAGS: &[&str] = &["Sea", "Places/Sea", "Alice", "Albums/Summer", "People/Alice", "a|b/c", "beach"];
const SUBJECTS: &[&str] = &["beach", "Alice", "Sea", "AC/DC", "x|y"];
const PATHS: &[&str] = &["Places|Sea", "Albums|Summer", "Albums|Old", "People|Alice", "beach", "AC/DC"];

fn world() -> impl Strategy<Value = World> {
    let choices = any::<[bool; 5]>().prop_map(|on| TagChoices {
        people_as_keywords: on[0],
        people_in_hierarchy: on[1],
        albums_in_hierarchy: on[2],
        album_event: on[3],
        flat_tags: on[4],
        ..TagChoices::default()
    });
    (some_of(PEOPLE, 3), some_of(ALBUMS, 3), some_of(TAGS, 3), any::<bool>(), choices).prop_map(
        |(people, albums, tags, tags_selected, choices)| World {
            people,
            albums,
            tags,
            tags_selected,
            rules: Rules { choices, ..Rules::default() },
        },
    )
}

fn photo() -> impl Strategy<Value = FileTags> {
    let lists = (
        some_of(SUBJECTS, 2),
        some_of(SUBJECTS, 1),
        some_of(PATHS, 2),
        some_of(TAGS, 2),
        some_of(PEOPLE, 1),
        prop::sample::select(&[Container::Jpeg, Container::Png, Container::Xmp][..]),
    );
    lists.prop_map(|(subject, iptc, hierarchy, list, person, container)| {
        let mut photo = FileTags::empty(container);
        let all = [
            (Tag::Subject, subject),
            (Tag::IptcKeywords, if container == Container::Jpeg { iptc } else { Names::new() }),
            (Tag::HierarchicalSubject, hierarchy),
            (Tag::TagsList, list),
            (Tag::PersonInImage, person),
        ];
        for (tag, items) in all {
            for item in items {
                photo.push_item(tag, &item);
            }
        }
        photo
    })
}

const FOREIGN: [Tag; 4] = [Tag::Subject, Tag::IptcKeywords, Tag::HierarchicalSubject, Tag::PersonInImage];

fn holds_all_of(now: &FileTags, before: &FileTags) -> bool {
    FOREIGN.iter().all(|&tag| {
        let now = now.get(tag).map(Value::items).unwrap_or_default();
        before.get(tag).map(Value::items).unwrap_or_default().iter().all(|item| now.contains(item))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    /// The tags of the server survive whatever else is written, and the second run has nothing to do.
    #[test]
    fn the_server_keeps_its_tags_and_the_second_run_writes_nothing(
        mut world in world(),
        mut photo in photo(),
        next_people in some_of(PEOPLE, 3),
        next_albums in some_of(ALBUMS, 3),
    ) {
        let before = photo.clone();
        let (tags, mut base) = (world.tags.clone(), Base::default());
        let list: Names = tags_list(&before);
        world.write(&mut photo, &mut base);

        // What Immich reads is what it had; of a list that others made and nobody asked for, nothing is lost.
        let allowed = if world.tags_selected { Names::new() } else { list };
        let expected: Names = tags.union(&allowed).cloned().collect();
        let read = tags_as_immich_reads(&photo, &[]);
        if !tags.is_empty() && lists_changed(&before, &photo) {
            prop_assert!(read == tags || read == expected, "{:?} {:?} {:?}", read, tags, photo);
        }
        prop_assert!(holds_all_of(&photo, &before));

        // A server without tags of its own takes what the file says for tags, which is new to the next run.
        if tags.is_empty() {
            world.write(&mut photo, &mut base);
        }
        let second = world.write(&mut photo, &mut base);
        prop_assert!(second.is_empty(), "{:?} {:?}", second, base);
        let forgotten = world.plan(&photo, &Base::default()).edits;
        prop_assert!(forgotten.is_empty(), "with nothing remembered: {:?} {:?}", forgotten, photo);

        world.people = next_people;
        world.albums = next_albums;
        let tags = world.tags.clone();
        let entries = base.clone();
        let third = world.write(&mut photo, &mut base);
        let lost: Vec<String> = tags.difference(&world.tags).cloned().collect();
        // Only echoes of entries that we made may go.
        prop_assert!(lost.iter().all(|tag| is_entry(&entries, tag)), "{:?} {:?}", lost, third);
        let fourth = world.write(&mut photo, &mut base);
        let settled = world.write(&mut photo, &mut base);
        prop_assert!(fourth.is_empty(), "{:?}", fourth);
        prop_assert!(settled.is_empty(), "{:?}", settled);
        prop_assert!(holds_all_of(&photo, &before));
    }

    /// Nothing of ours is left when the server has nothing any more.
    #[test]
    fn everything_of_ours_leaves_again(mut world in world(), before in photo()) {
        let (mut photo, mut base) = (before.clone(), Base::default());
        world.write(&mut photo, &mut base);
        world.write(&mut photo, &mut base);
        world.people.clear();
        world.albums.clear();
        world.tags = Names::new();
        let had_list = before.get(Tag::TagsList).is_some();

        let plan = world.plan(&photo, &base);
        let photo = written(&photo, &plan.edits);

        if world.tags_selected {
            for tag in FOREIGN {
                prop_assert_eq!(photo.get(tag), before.get(tag));
            }
        } else {
            prop_assert_eq!(photo.get(Tag::PersonInImage), before.get(Tag::PersonInImage));
        }
        prop_assert!(photo.get(Tag::Event).is_none());
        prop_assert!(had_list || photo.get(Tag::TagsList).is_none());
    }
}

fn tags_list(file: &FileTags) -> Names {
    let items = file.get(Tag::TagsList).map(Value::items).unwrap_or_default();
    items.into_iter().map(str::to_owned).collect()
}

fn lists_changed(before: &FileTags, after: &FileTags) -> bool {
    [Tag::Subject, Tag::IptcKeywords, Tag::HierarchicalSubject, Tag::TagsList]
        .iter()
        .any(|&tag| before.get(tag) != after.get(tag))
}

fn is_entry(base: &Base, tag: &str) -> bool {
    lists::KEYWORD_LISTS
        .into_iter()
        .any(|list| base.items(list).iter().any(|item| tag_paths::as_read(list, item) == tag))
}

/// A JPEG with keywords of its own, and an album.
fn holiday(tags: &[&str], tags_selected: bool) -> World {
    World {
        people: Names::new(),
        albums: set(&["Summer"]),
        tags: set(tags),
        tags_selected,
        rules: Rules::default(),
    }
}

#[test]
fn an_album_as_keyword_costs_no_tag_that_was_read_from_keywords() {
    let photo = file(Container::Jpeg, &[(Tag::Subject, "beach")]);

    let changes = changes_with(&holiday(&["beach"], false).fields(), &photo, &Rules::default());

    assert_eq!(
        changes,
        [
            "XMP-iptcExt:Event=Summer",
            "XMP-lr:HierarchicalSubject=Albums|Summer",
            "XMP-digiKam:TagsList=beach"
        ]
    );
}

#[test]
fn an_echo_of_an_album_is_no_tag_of_the_users() {
    let (mut photo, mut base) = (file(Container::Jpeg, &[]), Base::default());
    let mut world = holiday(&[], true);

    world.write(&mut photo, &mut base);
    assert_eq!(world.tags, set(&["Albums/Summer"]), "there is no list to say that there are none");
    assert!(world.write(&mut photo, &mut base).is_empty());
    world.tags.insert("Sea".to_owned());
    let edits = world.write(&mut photo, &mut base);

    assert!(in_words(&edits).contains(&"XMP-digiKam:TagsList=Sea".to_owned()), "{edits:?}");
    assert_eq!(world.tags, set(&["Sea"]), "the echo is gone");
    assert!(world.write(&mut photo, &mut base).is_empty());
}

#[test]
fn a_tag_that_the_user_gives_later_is_no_echo() {
    let (mut photo, mut base) = (file(Container::Jpeg, &[(Tag::Subject, "beach")]), Base::default());
    let mut world = holiday(&["beach"], false);
    world.write(&mut photo, &mut base);
    world.write(&mut photo, &mut base);

    world.tags.insert("Albums/Summer".to_owned());
    world.write(&mut photo, &mut base);

    assert_eq!(world.tags, set(&["Albums/Summer", "beach"]));
    assert!(world.write(&mut photo, &mut base).is_empty());
}

#[test]
fn a_server_that_reads_late_does_not_make_its_echo_a_tag() {
    let (mut photo, mut base) = (file(Container::Jpeg, &[]), Base::default());
    let mut world = holiday(&[], false);
    world.write(&mut photo, &mut base);
    world.write(&mut photo, &mut base);
    // The album is renamed, a tag is added, and the server does not read the file for a while.
    world.tags.insert("Sea".to_owned());
    world.albums = set(&["Winter"]);
    let plan = world.plan(&photo, &base);
    let photo = written(&photo, &plan.edits);

    let late = world.plan(&photo, &plan.base);

    assert!(late.edits.is_empty(), "{:?}", late.edits);
    assert_eq!(tags_list(&photo), set(&["Sea"]));
}

#[test]
fn tags_are_laid_out_in_all_three_notations() {
    let world = World { albums: Names::new(), ..holiday(&["Places/Sea", "beach"], true) };
    let photo = file(Container::Jpeg, &[(Tag::IptcKeywords, "old")]);

    let changes = changes_with(&world.fields(), &photo, &Rules::default());

    assert_eq!(
        changes,
        [
            "XMP-dc:Subject=Sea|beach",
            "IPTC:Keywords=old|Sea|beach",
            "XMP-lr:HierarchicalSubject=Places|Sea|beach",
            "XMP-digiKam:TagsList=Places/Sea|beach"
        ]
    );
}

#[test]
fn keywords_that_the_server_read_from_the_file_come_out_unchanged() {
    for tags in [&[(Tag::Subject, "AC/DC"), (Tag::Subject, "beach")][..], &[(Tag::IptcKeywords, "beach")]] {
        let photo = file(Container::Jpeg, tags);
        let world =
            World { albums: Names::new(), tags: tags_as_immich_reads(&photo, &[]), ..holiday(&[], true) };

        assert!(world.plan(&photo, &Base::default()).edits.is_empty());
    }
}

#[test]
fn a_tag_that_was_taken_away_on_the_server_leaves_the_file() {
    let (mut photo, mut base) = (file(Container::Jpeg, &[(Tag::Subject, "mine")]), Base::default());
    let mut world = World { albums: Names::new(), ..holiday(&["Places/Sea", "beach"], true) };
    world.write(&mut photo, &mut base);

    world.tags = set(&["beach"]);
    let edits = world.write(&mut photo, &mut base);

    assert_eq!(
        in_words(&edits),
        ["XMP-dc:Subject=mine|beach", "XMP-lr:HierarchicalSubject=beach", "XMP-digiKam:TagsList=beach"]
    );
}

#[test]
fn a_tag_that_somebody_added_in_the_file_is_not_lost() {
    let (mut photo, mut base) = (file(Container::Jpeg, &[]), Base::default());
    let mut world = World { albums: Names::new(), ..holiday(&["Sea"], true) };
    world.write(&mut photo, &mut base);
    photo.push_item(Tag::TagsList, "from digiKam");

    world.tags = set(&["Sea", "new"]);
    let plan = world.plan(&photo, &base);

    assert!(in_words(&plan.edits).contains(&"XMP-digiKam:TagsList=Sea|from digiKam|new".to_owned()));
    assert_eq!(plan.kept.len(), 1);
}

#[test]
fn a_list_of_ours_follows_the_server_also_when_tags_are_not_selected() {
    let (mut photo, mut base) = (file(Container::Jpeg, &[(Tag::Subject, "beach")]), Base::default());
    let mut world = holiday(&["beach"], false);
    world.write(&mut photo, &mut base);

    world.tags = set(&["beach", "Sea"]);
    let edits = world.write(&mut photo, &mut base);

    assert_eq!(in_words(&edits), ["XMP-digiKam:TagsList=beach|Sea"]);
}

#[test]
fn a_shield_that_is_not_needed_any_more_leaves() {
    let before = file(Container::Jpeg, &[(Tag::Subject, "beach")]);
    let (mut photo, mut base) = (before.clone(), Base::default());
    let mut world = holiday(&["beach"], false);
    world.write(&mut photo, &mut base);

    world.albums.clear();
    world.write(&mut photo, &mut base);

    assert_eq!((photo, base.written.len()), (before, 0));
}

#[test]
fn items_of_data_that_were_not_selected_this_time_stay() {
    let (mut photo, mut base) = (file(Container::Jpeg, &[]), Base::default());
    let choices = TagChoices { people_as_keywords: true, people_in_hierarchy: true, ..TagChoices::default() };
    let mut world = World {
        people: set(&["Alice"]),
        rules: Rules { choices, ..Rules::default() },
        ..holiday(&["Places/Sea"], true)
    };
    world.write(&mut photo, &mut base);

    for datum in [Datum::People, Datum::Albums, Datum::Tags] {
        let mut fields = PhotoFields { all_tags: Some(world.tags.clone()), ..PhotoFields::default() };
        match datum {
            Datum::People => fields.people = Some(world.people.clone()),
            Datum::Albums => fields.albums = Some(world.albums.clone()),
            _ => fields.tags = Some(world.tags.clone()),
        }
        let plan = plan_edits(&fields, &photo, &base, &world.rules);
        assert!(plan.edits.is_empty(), "{datum}: {:?}", plan.edits);
    }
    let without_anybody = PhotoFields { people: Some(Names::new()), ..PhotoFields::default() };
    let plan = plan_edits(&without_anybody, &photo, &base, &world.rules);
    assert_eq!(
        in_words(&plan.edits),
        [
            "XMP-iptcExt:PersonInImage=(none)",
            "XMP-dc:Subject=Sea",
            "XMP-lr:HierarchicalSubject=Albums|Summer|Places|Sea"
        ]
    );
}
