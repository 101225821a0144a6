//! Options that widen what is compared: turned copies, borders, photos of others.

use std::path::Path;

use image::{DynamicImage, Rgb, RgbImage, imageops};
use immich_sandbox::{Sandbox, Scenario, Version};

use super::pictures::{jpeg, picture};
use super::shelf::Shelf;
use crate::place::Said;

/// The names of each group that a scan finds.
fn groups(said: &Said) -> Vec<Vec<String>> {
    let found = said.objects().into_iter().filter(|object| object["type"] == "group");
    let names = |group: serde_json::Value| {
        let members = group["members"].as_array().unwrap().clone();
        let mut names: Vec<String> =
            members.iter().map(|member| member["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    found.map(names).collect()
}

fn scan(shelf: &Shelf, folder: &Path, more: &[&str]) -> Vec<Vec<String>> {
    let arguments = [&["organize", "-s", folder.to_str().unwrap(), "--json"], more].concat();
    groups(&Said::by(&mut shelf.bare(&arguments)).ended_with(0))
}

/// In a white frame of a tenth of its size.
fn framed(picture: &DynamicImage) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let mut frame = RgbImage::from_pixel(width + width / 5, height + height / 5, Rgb([255, 255, 255]));
    imageops::overlay(&mut frame, &picture.to_rgb8(), i64::from(width / 10), i64::from(height / 10));
    DynamicImage::ImageRgb8(frame)
}

#[test]
fn turned_and_framed_copies_are_found_when_asked_for_in_whatever_order() {
    let shelf = Shelf::new();
    let folder = shelf.folder.path().join("variants");
    std::fs::create_dir(&folder).unwrap();
    let put = |name: &str, picture: &DynamicImage| {
        std::fs::write(folder.join(name), jpeg(picture, 90)).unwrap();
    };
    let photo = picture(7);
    put("photo.jpg", &photo);
    put("turned.jpg", &photo.rotate90());
    put("mirrored.jpg", &photo.fliph());
    put("framed.jpg", &framed(&photo));
    put("other.jpg", &picture(8));

    assert_eq!(scan(&shelf, &folder, &[]), Vec::<Vec<String>>::new());
    assert_eq!(scan(&shelf, &folder, &["--rotations"]), [["mirrored.jpg", "photo.jpg", "turned.jpg"]]);
    assert_eq!(scan(&shelf, &folder, &["--trim-borders"]), [["framed.jpg", "photo.jpg"]]);
    let both = scan(&shelf, &folder, &["--rotations", "--trim-borders"]);
    assert_eq!(both, [["framed.jpg", "mirrored.jpg", "photo.jpg", "turned.jpg"]]);
    assert_eq!(scan(&shelf, &folder, &[]), Vec::<Vec<String>>::new(), "nothing of it stays");
}

#[test]
fn photos_of_a_partner_and_of_shared_albums_are_compared_when_asked_for_and_never_changed() {
    let shelf = Shelf::new();
    let mut scenario = Scenario::new(Version::V3_0_3);
    let admin = scenario.admin();
    let (bob, eve) = (scenario.user("Bob"), scenario.user("Eve"));
    let mine = scenario.managed_storage("/data/library/admin", "/nowhere");
    let of_bob = scenario.managed_storage_of(bob, "/data/library/bob", "/nowhere");
    let of_eve = scenario.managed_storage_of(eve, "/data/library/eve", "/nowhere");
    let large = scenario.asset(&of_bob, "bob.jpg").picture(jpeg(&picture(1), 98)).owner(bob).id();
    scenario.asset(&mine, "mine.jpg").picture(jpeg(&picture(1), 60));
    scenario.asset(&of_eve, "eve.jpg").picture(jpeg(&picture(2), 98)).owner(eve);
    scenario.asset(&mine, "alone.jpg").picture(jpeg(&picture(2), 60));
    scenario.partner(bob, admin);
    let sandbox = Sandbox::start(scenario).unwrap();
    let run = |more: &[&str]| {
        let mut organize = shelf.bare(&["organize", "--json", "--yes"]);
        organize.env("IMMICH_API_KEY", sandbox.api_key()).env("IMMICH_URL", sandbox.url()).args(more);
        Said::by(&mut organize).ended_with(0)
    };

    assert_eq!(groups(&run(&[])), Vec::<Vec<String>>::new());
    assert_eq!(groups(&run(&["--include-shared"])), [["bob.jpg", "mine.jpg"]]);
    run(&["--include-shared", "--tag-only", "--archive", "--mark-best-favorite", "--trash"]);

    let theirs = sandbox.view(large).unwrap();
    assert!(theirs.tags.is_empty() && !theirs.is_favorite && !theirs.is_trashed, "{theirs:?}");
    let mine = sandbox.views().into_iter().find(|view| view.original_path.ends_with("mine.jpg")).unwrap();
    assert!(!mine.is_trashed, "the only one of mine");
}
