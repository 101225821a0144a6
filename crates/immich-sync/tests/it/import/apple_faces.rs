//! Faces of a library of Apple Photos, drawn on the server: with which permissions, on which servers.

use std::path::PathBuf;

use immich_sandbox::Fault;
use sample_pictures::{AppleFace, AppleGeneration, AppleLibrary, ApplePerson, ApplePhoto};

use super::permissions::OF_IMPORTS;
use super::stand::Stand;
use crate::place::Said;

/// What drawing faces needs beside everything else, as docs/import.md has it.
const OF_FACES: [&str; 5] = ["person.read", "person.create", "face.read", "face.create", "face.delete"];

/// What such an import needs beside what every import does.
const OF_LIBRARIES: [&str; 2] = ["stack.update", "album.delete"];

fn library(stand: &Stand) -> PathBuf {
    let mut library = AppleLibrary::new(AppleGeneration::MacOs26);
    library.persons.push(ApplePerson { name: "Anna".to_owned(), merged_into: None });
    let face = AppleFace { person: Some(0), x: 0.2, y: 0.3, size: 0.1, is_manual: false, is_hidden: false };
    library.add(ApplePhoto { faces: vec![face], ..ApplePhoto::new("IMG_1.JPG") });
    let package = stand.folder.path().join("My.photoslibrary");
    library.write(&package).unwrap();
    package
}

fn import(stand: &Stand, permissions: &[&str], more: &[&str]) -> Said {
    let (package, key) = (library(stand), stand.sandbox.add_api_key(stand.sandbox.admin(), permissions));
    let mut command = stand.bare(&["import", "apple-photos", package.to_str().unwrap()]);
    Said::by(command.args(["--people", "faces"]).args(more).env("IMMICH_API_KEY", key))
}

#[test]
fn the_documented_permissions_suffice_for_faces_and_an_undo_takes_them_away() {
    let stand = Stand::with(1);
    let all = [&OF_IMPORTS[..], &OF_LIBRARIES, &OF_FACES].concat();

    let run = import(&stand, &all, &["--json"]).ended_with(0).last()["run"].to_string();

    let there = stand.there();
    assert_eq!((there[0].people.as_slice(), there[0].tags.len()), (&["Anna".to_owned()][..], 0));
    let history = Said::by(&mut stand.bare(&["history"])).ended_with(0);
    assert!(
        history.stdout.contains("made 1 person") && history.stdout.contains("marked 1 face"),
        "{}",
        history.stdout
    );
    Said::by(&mut stand.bare(&["undo", &run, "--yes"])).ended_with(0);
    let removed = |path: &str| {
        let writes = stand.sandbox.writes().into_iter();
        writes.filter(|write| write.method == "DELETE" && write.path.starts_with(path)).count()
    };
    assert_eq!((removed("/api/faces/"), removed("/api/people/"), stand.there().len()), (1, 1, 0));
}

#[test]
fn each_permission_for_faces_that_is_missing_is_named_before_anything_is_sent() {
    let stand = Stand::with(1);
    for missing in OF_FACES {
        let rest: Vec<&str> = [&OF_IMPORTS[..], &OF_LIBRARIES, &OF_FACES]
            .concat()
            .into_iter()
            .filter(|name| *name != missing)
            .collect();

        let said = import(&stand, &rest, &[]).ended_with(12);

        assert!(said.stderr.contains(&format!("`{missing}`")), "{missing}: {}", said.stderr);
        assert!(stand.sandbox.views().is_empty(), "{missing}");
    }
    let reading = ["user.read", "asset.read", "asset.upload", "person.read", "face.read"];
    import(&stand, &reading, &["--dry-run"]).ended_with(0);
    assert!(stand.sandbox.writes().is_empty());
}

#[test]
fn a_server_that_cannot_draw_faces_is_told_before_anything_is_sent() {
    let stand = Stand::with(1);
    let old = r#"{"major":1,"minor":126,"patch":1}"#;
    stand.sandbox.inject(Fault::body(old).on("GET", "/server/version"));

    let said = import(&stand, &["all"], &[]).ended_with(2);

    assert!(said.stderr.contains("--people faces needs Immich 1.127 or newer"), "{}", said.stderr);
    assert!(said.stderr.contains("1.126.1"), "{}", said.stderr);
    assert!(stand.sandbox.views().is_empty());
}
