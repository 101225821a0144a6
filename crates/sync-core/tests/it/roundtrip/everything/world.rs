//! Random libraries in which names of people, albums and tags are drawn from one pot, and how somebody might have
//! set the program and the server up.

use std::collections::BTreeSet;

use immich_sandbox::{AssetBuilder, FaceBox, Version};
use photo_metadata::TagChoices;
use proptest::prelude::*;
use sample_pictures::{Kind, Picture, Xmp};
use sync_core::writeback::{AfterWrite, SidecarForm, Target};

use super::super::{Case, case, name, picture};

/// Upright size in pixels of every picture, and the size of the preview that faces are measured on.
const UPRIGHT: (u32, u32) = (100, 50);
const PREVIEW: (i64, i64) = (1000, 500);

/// Whom somebody else marked in the file.
pub(super) const DOG: &str = "Rex the dog";

/// A photo of a library, and what the server knows of it.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a chance of its own")]
pub(super) struct Shot {
    pub(super) photo: Case,
    /// A raw file by its name.
    pub(super) is_raw: bool,
    pub(super) orientation: u16,
    pub(super) tags: BTreeSet<String>,
    /// Whether the file has these tags already, or only the server.
    pub(super) tags_in_file: bool,
    pub(super) people: Vec<(usize, FaceBox)>,
    pub(super) albums: BTreeSet<usize>,
    /// Somebody drew a region into the file.
    pub(super) has_dog: bool,
    /// What the server was told stands in a sidecar, as after edits in its web page.
    pub(super) is_edited: bool,
    /// Lightroom left a sidecar.
    pub(super) has_stem_sidecar: bool,
}

/// How a user set the program and the server up.
#[derive(Debug, Clone)]
pub(super) struct Setup {
    pub(super) version: Version,
    pub(super) target: Target,
    pub(super) form: SidecarForm,
    pub(super) after: AfterWrite,
    pub(super) choices: TagChoices,
    pub(super) writes_sidecars: bool,
    pub(super) imports_faces: Imports,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Imports {
    No,
    Yes,
    /// And regions are written all the same.
    YesAndAllowed,
}

#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) people: Vec<String>,
    pub(super) albums: Vec<String>,
    pub(super) shots: Vec<Shot>,
    pub(super) setup: Setup,
}

/// Immich reads a keyword that looks like a number or a truth value as one: `1e5` becomes `100000`, `True` `true`.
fn is_value(text: &str) -> bool {
    text.trim().parse::<f64>().is_ok() || ["true", "false"].contains(&text.trim().to_lowercase().as_str())
}

/// Names between slashes, without blanks around.
fn is_tag(path: &str) -> bool {
    !is_value(path) && path.split('/').all(|part| !part.trim().is_empty() && part.trim() == part)
}

fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zäöA-Z]{1,8}",
        "[ -~äöüéß写真]{1,20}",
        "\\PC{1,12}",
        Just("AC|DC".to_owned()),
        Just("ä".repeat(50)),
        Just("-all=".to_owned()),
        Just("a, b; c".to_owned()),
        Just("$x @y #z &amp;".to_owned()),
    ]
}

fn tag_path() -> impl Strategy<Value = String> {
    prop::collection::vec(part().prop_map(|part| part.replace('/', "")), 1..4)
        .prop_map(|parts| parts.join("/"))
        .prop_filter("no tag", |path| is_tag(path))
}

/// Names of people and of albums, and tags of which some are called the same.
fn vocabulary() -> impl Strategy<Value = (Vec<String>, Vec<String>, Vec<String>)> {
    let people = prop::collection::vec(name().prop_filter("a value", |name| !is_value(name)), 3);
    let albums = prop::collection::vec(prop_oneof![name(), part()], 2);
    (people, albums, prop::collection::vec(tag_path(), 5)).prop_map(|(mut people, mut albums, mut tags)| {
        people.extend(["Alice".to_owned(), "Sea".to_owned()]);
        albums.extend(["Trip".to_owned(), "Sea".to_owned(), "AC/DC".to_owned()]);
        for tag in ["Albums/Trip", "People/Alice", "Places/Sea", "Places", "Sea", "Albums/AC|DC", "a|b/c"] {
            tags.push(tag.to_owned());
        }
        tags.extend(people.iter().chain(&albums).filter(|name| is_tag(name)).cloned());
        (people, albums, tags)
    })
}

/// Mostly a box in the preview or over its edge; one that was never measured; one measured on a crop.
fn face() -> impl Strategy<Value = FaceBox> {
    let (width, height) = PREVIEW;
    let boxes =
        (-50..width, -50..height, 20..400_i64, 20..250_i64).prop_map(move |(x1, y1, across, down)| FaceBox {
            x1,
            y1,
            x2: x1 + across,
            y2: y1 + down,
            image_width: width,
            image_height: height,
        });
    let unmeasured = FaceBox { x1: 0, y1: 0, x2: 0, y2: 0, image_width: 0, image_height: 0 };
    prop_oneof![8 => boxes, 2 => Just(unmeasured), 1 => Just(FaceBox::default())]
}

fn shot(people: usize, albums: usize, tags: Vec<String>) -> impl Strategy<Value = Shot> {
    let names = (
        prop::collection::btree_set(prop::sample::select(tags), 0..4),
        any::<bool>(),
        prop::collection::vec((0..people, face()), 0..4),
        prop::collection::btree_set(0..albums, 0..3),
    );
    let file =
        (1..=8_u16, any::<bool>(), prop::bool::weighted(0.2), any::<bool>(), prop::bool::weighted(0.2));
    (case(), names, file).prop_map(|(mut photo, names, file)| {
        let (tags, tags_in_file, people, albums) = names;
        let (orientation, is_raw, has_dog, is_edited, has_stem_sidecar) = file;
        // A database holds no NUL. A sidecar that says more than our limit keeps that, so it is not asked for here.
        photo.caption = photo.caption.map(|text| text.replace('\0', "").chars().take(2000).collect());
        if !photo.kind.holds_xmp() {
            photo.old_keywords.clear();
        }
        Shot {
            is_raw: is_raw && photo.kind == Kind::Tiff,
            orientation: orientation_of(photo.kind, orientation),
            tags,
            tags_in_file,
            people,
            albums,
            has_dog: has_dog && photo.kind.holds_xmp(),
            is_edited,
            has_stem_sidecar,
            photo,
        }
    })
}

/// Films and HEIC are turned by a matrix or a box, without mirrors; what holds no EXIF is upright.
fn orientation_of(kind: Kind, orientation: u16) -> u16 {
    match (kind, orientation) {
        (Kind::Mp4 | Kind::Mov | Kind::Heic, mirrored @ (2 | 4 | 5 | 7)) => {
            [0, 0, 1, 0, 3, 6, 0, 8][usize::from(mirrored)]
        }
        (Kind::Mp4 | Kind::Mov, turned) => turned,
        (kind, any) if kind.holds_exif() => any,
        _ => 1,
    }
}

fn setup() -> impl Strategy<Value = Setup> {
    let choices = prop::array::uniform6(any::<bool>());
    let server = (
        prop::sample::select(vec![Version::V2_7_5, Version::V3_0_3]),
        any::<bool>(),
        prop_oneof![4 => Just(Imports::No), 1 => Just(Imports::Yes), 1 => Just(Imports::YesAndAllowed)],
    );
    let client = (
        prop::sample::select(vec![Target::Original, Target::Sidecar, Target::Both]),
        prop::sample::select(vec![SidecarForm::Immich, SidecarForm::Lightroom]),
        prop::sample::select(vec![AfterWrite::Refresh, AfterWrite::Scan]),
    );
    (choices, server, client).prop_map(|(choices, server, client)| {
        let [people_as_keywords, people_in_hierarchy, albums_in_hierarchy, flat_tags, regions, comment] =
            choices;
        let choices = TagChoices {
            people_as_keywords,
            people_in_hierarchy,
            albums_in_hierarchy,
            album_event: true,
            albums_in_comment: comment,
            flat_tags,
            microsoft_regions: regions,
        };
        let (version, writes_sidecars, imports_faces) = server;
        let (target, form, after) = client;
        Setup { version, target, form, after, choices, writes_sidecars, imports_faces }
    })
}

pub(super) fn world(photos: usize) -> impl Strategy<Value = World> {
    (vocabulary(), setup()).prop_flat_map(move |((people, albums, tags), setup)| {
        let shots = prop::collection::vec(shot(people.len(), albums.len(), tags), photos);
        shots.prop_map(move |shots| World {
            people: people.clone(),
            albums: albums.clone(),
            shots,
            setup: setup.clone(),
        })
    })
}

impl Shot {
    pub(super) fn file_name(&self, number: usize) -> String {
        let extension = if self.is_raw { "nef" } else { self.photo.kind.extension() };
        format!("{number:02}.{extension}")
    }

    pub(super) fn picture(&self) -> Picture {
        let (width, height) = UPRIGHT;
        let (width, height) = if self.orientation > 4 { (height, width) } else { (width, height) };
        let mut picture = picture(&self.photo).size(width, height);
        if self.orientation > 1 {
            picture = picture.orientation(self.orientation);
        }
        let mut xmp = self.xmp();
        if let Some(text) = &self.photo.old_caption {
            xmp = xmp.description(text.as_str());
        }
        if let Some(stars) = self.photo.old_rating {
            xmp = xmp.rating(stars);
        }
        if self.has_dog {
            xmp = xmp.face(DOG, 0.9, 0.9, 0.1, 0.1).region_dimensions(width, height);
        }
        if self.photo.kind.holds_xmp() { picture.xmp(xmp) } else { picture }
    }

    /// Keywords of others, and the tags where the file has them.
    pub(super) fn xmp(&self) -> Xmp {
        let xmp =
            self.photo.old_keywords.iter().fold(Xmp::new(), |xmp, keyword| xmp.subject(keyword.as_str()));
        let tags = self.tags.iter().filter(|_| self.tags_in_file);
        tags.fold(xmp, |xmp, tag| xmp.tags_list(tag.as_str()))
    }

    /// What the server is told beside what it has from the file.
    pub(super) fn describe<'s>(&self, asset: AssetBuilder<'s>) -> AssetBuilder<'s> {
        let Case { kind, caption, old_caption, rating, old_rating, favorite, place, taken, .. } = &self.photo;
        let mut asset = asset.favorite(*favorite);
        asset = asset.description(caption.as_deref().or(old_caption.as_deref()).map(str::trim));
        let in_file = old_rating.filter(|_| kind.holds_xmp());
        asset = asset.rating(rating.or(in_file.filter(|stars| *stars > 0)));
        if let Some((latitude, longitude)) = place {
            asset = asset.gps(*latitude, *longitude);
        }
        asset = match taken {
            Some((instant, zone)) => asset.taken(instant.as_str(), *zone),
            None => asset.taken(None, None),
        };
        if self.tags.is_empty() {
            self.photo.old_keywords.iter().fold(asset, |asset, keyword| asset.tag(keyword))
        } else {
            self.tags.iter().fold(asset, |asset, tag| asset.tag(tag))
        }
    }

    /// Whether the server was told something that a sidecar can say.
    pub(super) fn says_something(&self) -> bool {
        let Case { caption, old_caption, rating, place, taken, .. } = &self.photo;
        caption.is_some() || old_caption.is_some() || rating.is_some() || place.is_some() || taken.is_some()
    }
}
