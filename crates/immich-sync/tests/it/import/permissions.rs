//! A key that may do what the page on imports says suffices, and each thing that it may not is named.

use super::stand::Stand;
use crate::place::Said;

/// What imports with albums, tags and stacks ask for, of whatever source, as docs/import.md has it.
pub(super) const OF_IMPORTS: [&str; 15] = [
    "user.read",
    "asset.read",
    "asset.upload",
    "asset.update",
    "asset.copy",
    "stack.read",
    "stack.create",
    "album.read",
    "album.create",
    "album.update",
    "albumAsset.create",
    "albumAsset.delete",
    "tag.read",
    "tag.create",
    "tag.asset",
];

/// What deletes need.
const OF_DELETES: [&str; 1] = ["asset.delete"];

/// What only `undo` needs.
const OF_UNDO: [&str; 2] = ["album.delete", "tag.delete"];

/// All of it.
fn all() -> Vec<&'static str> {
    [&OF_IMPORTS[..], &OF_DELETES, &OF_UNDO].concat()
}

/// What is known from the answer to the first question, whatever the key may do.
const ARGUMENTS: [&str; 9] = [
    "--folder-as-album",
    "folder",
    "--tag",
    "import/old",
    "--delete",
    "trash",
    "--on-edit",
    "replace",
    "--json",
];

fn stand() -> Stand {
    let stand = Stand::with(1);
    for number in 0..3 {
        stand.file(&format!("photos/{number}/a.jpg"), format!("picture {number}").as_bytes());
    }
    stand.file("photos/2/b.jpg", b"another picture");
    stand
}

fn with_key(stand: &Stand, permissions: &[&str], arguments: &[&str]) -> Said {
    let key = stand.sandbox.add_api_key(stand.sandbox.admin(), permissions);
    let root = stand.folder.path().join("photos");
    Said::by(stand.folder(&root, arguments).env("IMMICH_API_KEY", key))
}

#[test]
fn the_documented_permissions_suffice_for_an_import_a_change_a_delete_and_an_undo() {
    let stand = stand();

    let first = with_key(&stand, &all(), &ARGUMENTS).ended_with(0).last();

    assert_eq!(stand.arrived().len(), 4);
    stand.file("photos/1/a.jpg", b"another picture 1");
    std::fs::remove_file(stand.folder.path().join("photos/2/a.jpg")).unwrap();
    let second = with_key(&stand, &all(), &ARGUMENTS).ended_with(0).last();
    assert_eq!((&second["uploaded"], &second["trashed"]), (&1.into(), &1.into()), "{second}");
    assert_eq!(stand.there().len(), 3);
    let key = stand.sandbox.add_api_key(stand.sandbox.admin(), &all());
    for run in [&second["run"], &first["run"]] {
        let mut undo = stand.bare(&["undo", &run.to_string(), "--yes"]);
        Said::by(undo.env("IMMICH_API_KEY", &key)).ended_with(0);
    }
    assert_eq!((stand.there().len(), stand.sandbox.albums().len()), (0, 0));
}

#[test]
fn each_permission_that_is_missing_is_named_before_anything_is_sent() {
    let stand = stand();
    for missing in all().into_iter().filter(|name| !OF_UNDO.contains(name)) {
        let stacks = missing.starts_with("stack.");
        let rest: Vec<&str> = all().into_iter().filter(|name| *name != missing).collect();
        // Only where versions are stacked, stacks matter.
        let arguments: Vec<&str> = ARGUMENTS
            .into_iter()
            .map(|word| if stacks && word == "replace" { "stack" } else { word })
            .collect();

        let said = with_key(&stand, &rest, &arguments).ended_with(12);

        assert!(said.stderr.contains(&format!("`{missing}`")), "{missing}: {}", said.stderr);
        assert!(stand.sandbox.views().is_empty(), "{missing}");
    }
}

#[test]
fn a_user_who_is_no_administrator_imports_as_well() {
    let mut scenario = immich_sandbox::Scenario::new(immich_sandbox::Version::V3_0_3);
    let user = scenario.user("Zoë");
    let key = scenario.api_key(user, &all());
    let stand = Stand::of(scenario, 1);
    stand.file("photos/a.jpg", b"picture");
    let root = stand.folder.path().join("photos");

    Said::by(stand.folder(&root, &ARGUMENTS).env("IMMICH_API_KEY", key)).ended_with(0);

    assert_eq!((stand.arrived().len(), stand.sandbox.albums().len()), (1, 1));
}

#[test]
fn a_dry_run_needs_to_read_only_and_leaves_server_and_state_to_the_byte() {
    let stand = stand();
    let root = stand.folder.path().join("photos");
    Said::by(&mut stand.folder(&root, &ARGUMENTS)).ended_with(0);
    stand.file("photos/1/a.jpg", b"another picture 1");
    stand.file("photos/9/new.jpg", b"a new picture");
    std::fs::remove_file(stand.folder.path().join("photos/2/a.jpg")).unwrap();
    let (state, world) = (crate::place::contents(&stand.states()), super::world::World::of(&stand.sandbox));
    stand.sandbox.clear_requests();

    let dry: Vec<&str> = ARGUMENTS.into_iter().chain(["--dry-run"]).collect();
    let said = with_key(&stand, &["user.read", "asset.read", "asset.upload"], &dry).ended_with(0).last();

    assert_eq!(said["uploaded"], 2, "{said}");
    assert_eq!(stand.sandbox.writes(), []);
    assert!(state == crate::place::contents(&stand.states()), "the state changed");
    super::world::World::of(&stand.sandbox).assert_same(&world, "the server changed");
}
