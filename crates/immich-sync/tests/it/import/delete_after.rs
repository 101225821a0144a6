//! Files of this machine go to its trash once the server has them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use immich_sandbox::{AssetId, Fault};
use serde_json::json;

use super::stand::Stand;
use crate::place::{Said, contents};

/// A server and a folder of so many photos, one of them with a sidecar, and things that are no photos.
struct Inbox {
    stand: Stand,
    root: PathBuf,
}

impl Inbox {
    fn with(photos: usize) -> Self {
        let stand = Stand::with(1);
        let root = stand.folder.path().join("inbox");
        std::fs::create_dir_all(root.join("sub")).unwrap();
        for number in 0..photos {
            std::fs::write(root.join(format!("sub/{number:03}.jpg")), picture(number)).unwrap();
        }
        let json = r#"{"title":"000.jpg","description":"At the lake"}"#;
        std::fs::write(root.join("sub/000.jpg.json"), json).unwrap();
        std::fs::write(root.join("notes.txt"), "no photo").unwrap();
        Self { stand, root }
    }

    fn import(&self, arguments: &[&str]) -> Command {
        let mut command = self.stand.bare(&["import", "folder", "--json"]);
        command.arg(&self.root).args(arguments);
        command
    }

    /// The asset of a file of this size.
    fn of_size(&self, size: usize) -> AssetId {
        let mut found = self.stand.there().into_iter().filter(|view| view.size == Some(size as u64));
        found.next().unwrap().id
    }

    fn left(&self) -> Vec<String> {
        contents(&self.root).into_keys().map(|path| name(&path)).collect()
    }

    fn in_trash(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        contents(&self.stand.folder.path().join("home/.local/share/Trash/files"))
    }
}

/// Each has a size of its own.
fn picture(number: usize) -> String {
    format!("picture {}", "!".repeat(number))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn what_the_server_has_goes_with_its_sidecar_and_an_undo_brings_it_back() {
    let inbox = Inbox::with(5);
    let before = contents(&inbox.root);

    let said = Said::by(&mut inbox.import(&["--delete-after"])).ended_with(0).last();

    assert_eq!(said["put_away"]["done"], 5, "{said}");
    assert_eq!(inbox.left(), ["notes.txt"]);
    assert_eq!(inbox.in_trash().len(), 6, "{:?}", inbox.in_trash().keys());
    assert_eq!(inbox.stand.there().len(), 5);
    // An empty inbox is no trouble, and nothing counts as gone.
    let again = Said::by(&mut inbox.import(&["--delete-after"])).ended_with(0);
    assert!(!again.stdout.contains("\"gone\""), "{}", again.stdout);
    let run = said["put_away"]["run"].to_string();
    Said::by(&mut inbox.stand.bare(&["undo", &run, "--yes"])).ended_with(0);
    assert!(contents(&inbox.root) == before, "{:?}", inbox.left());
    assert_eq!(inbox.stand.there().len(), 5);
}

#[test]
fn what_went_is_not_taken_for_deleted_by_a_later_run() {
    let inbox = Inbox::with(5);
    Said::by(&mut inbox.import(&["--delete-after"])).ended_with(0);
    std::fs::write(inbox.root.join("new.jpg"), "new").unwrap();

    let said = Said::by(&mut inbox.import(&["--delete", "trash", "--yes"])).ended_with(0).last();

    assert_eq!((&said["trashed"], inbox.stand.there().len()), (&json!(0), 6), "{said}");
}

#[test]
fn what_was_sent_earlier_goes_too_and_what_cannot_be_confirmed_stays() {
    let inbox = Inbox::with(6);
    Said::by(&mut inbox.import(&[])).ended_with(0);
    // Trashed and replaced on the server, changed and linked here since.
    let sandbox = &inbox.stand.sandbox;
    sandbox.trash(inbox.of_size(picture(1).len())).unwrap();
    std::fs::hard_link(inbox.root.join("sub/003.jpg"), inbox.root.join("sub/003.bak")).unwrap();
    sandbox.inject(Fault::status(413).on("POST", "/api/assets").after(1).times(1));
    for name in ["new-1.jpg", "new-2.jpg"] {
        std::fs::write(inbox.root.join(name), name).unwrap();
    }

    let said = Said::by(&mut inbox.import(&["--delete-after"]));

    let left = inbox.left();
    let refused = left.iter().filter(|name| name.starts_with("new-")).count();
    assert_eq!(refused, 1, "one arrived: {left:?} {}", said.stdout);
    for stays in ["001.jpg", "003.jpg", "notes.txt"] {
        assert!(left.contains(&stays.to_owned()), "{stays}: {left:?} {}", said.stdout);
    }
    for goes in ["000.jpg", "000.jpg.json", "002.jpg", "004.jpg", "005.jpg"] {
        assert!(!left.contains(&goes.to_owned()), "{goes}: {left:?}");
    }
    let trash = inbox.in_trash();
    assert!(trash.values().any(|bytes| *bytes == picture(4).into_bytes()));
    assert!(said.stdout.contains("hard links"), "{}", said.stdout);
}

#[test]
fn a_dry_run_names_what_would_go_and_moves_nothing() {
    let inbox = Inbox::with(3);
    Said::by(&mut inbox.import(&[])).ended_with(0);
    let before = contents(&inbox.root);

    let said = Said::by(&mut inbox.import(&["--delete-after", "--dry-run"])).ended_with(0).last();

    assert_eq!(said["put_away"]["done"], 3, "{said}");
    assert!(contents(&inbox.root) == before && inbox.in_trash().is_empty());
}

#[test]
fn much_of_a_source_goes_only_after_a_yes() {
    let inbox = Inbox::with(30);

    let said = Said::by(&mut inbox.import(&["--delete-after"])).ended_with(4);

    assert!(said.stdout.contains("--yes"), "{}", said.stdout);
    assert_eq!((inbox.left().len(), inbox.stand.there().len()), (32, 30));
    Said::by(&mut inbox.import(&["--delete-after", "--yes"])).ended_with(0);
    assert_eq!(inbox.left(), ["notes.txt"]);
}

#[test]
fn archives_deletes_and_a_trash_within_are_refused_with_a_reason() {
    let inbox = Inbox::with(1);
    let inside = inbox.root.join("trash");

    let takeout = Said::by(&mut inbox.stand.import(&["--delete-after"])).ended_with(2);
    let both = Said::by(&mut inbox.import(&["--delete-after", "--delete", "trash"])).ended_with(2);
    let within = Said::by(inbox.import(&["--delete-after", "--local-trash"]).arg(&inside)).ended_with(2);

    assert!(takeout.stderr.contains("lies in archives"), "{}", takeout.stderr);
    assert!(both.stderr.contains("keep one"), "{}", both.stderr);
    assert!(within.stderr.contains("looked through"), "{}", within.stderr);
    assert!(inbox.stand.there().is_empty());
}

#[test]
fn halves_of_a_photo_go_together_or_not_at_all() {
    for is_whole in [true, false] {
        let inbox = Inbox::with(1);
        let (video, still) = (inbox.root.join("PXL_1.MP"), inbox.root.join("PXL_1.MP.jpg"));
        std::fs::write(&video, "the moving half").unwrap();
        std::fs::write(&still, "the still").unwrap();
        Said::by(&mut inbox.import(&[])).ended_with(0);
        if !is_whole {
            inbox.stand.sandbox.trash(inbox.of_size("the moving half".len())).unwrap();
        }

        let code = if is_whole { 0 } else { 3 };
        Said::by(&mut inbox.import(&["--delete-after"])).ended_with(code);

        assert_eq!((video.exists(), still.exists()), (!is_whole, !is_whole));
    }
}
