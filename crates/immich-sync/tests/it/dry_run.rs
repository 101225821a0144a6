//! A dry run shows everything and changes nothing.

use crate::place::{Place, Said};

#[test]
fn a_dry_run_changes_no_file_no_server_and_no_state() {
    let place = Place::with(8);
    let before = place.contents();

    let said = Said::by(&mut place.write(&["--all", "--dry-run"])).ended_with(0);

    assert_eq!(place.contents(), before);
    assert_eq!(place.sandbox.writes(), []);
    assert!(!place.home().exists(), "something was made in the home folder");
    assert!(said.stderr.contains("nothing was changed"), "{}", said.stderr);
}

#[test]
fn a_dry_run_shows_path_tag_old_and_new_without_colours_where_nobody_looks() {
    let place = Place::with(8);

    let said = Said::by(&mut place.write(&["--caption", "-n"])).ended_with(0);

    let first = place.files[0].strip_prefix(place.library()).unwrap().to_str().unwrap();
    assert!(said.stdout.lines().any(|line| line == first), "{}", said.stdout);
    assert!(said.stdout.contains("  + XMP-dc:Description: Caption 0\n"), "{}", said.stdout);
    assert!(!said.stdout.contains('\u{1b}') && !said.stderr.contains('\u{1b}'));
}

#[test]
fn colours_can_be_forced_and_forbidden() {
    let place = Place::with(1);

    let forced = Said::by(place.write(&["--caption", "-n"]).env("CLICOLOR_FORCE", "1"));
    let forbidden =
        Said::by(place.write(&["--caption", "-n"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1"));

    assert!(forced.stdout.contains("\u{1b}[32m"), "{}", forced.stdout);
    assert!(!forbidden.stdout.contains('\u{1b}'), "{}", forbidden.stdout);
}

#[test]
fn what_was_written_is_not_in_a_dry_run_any_more() {
    let place = Place::with(4);
    Said::by(&mut place.write(&["--all"])).ended_with(0);
    let state = crate::place::contents(&place.home());

    let said = Said::by(&mut place.write(&["--all", "--dry-run", "--json"])).ended_with(0);

    assert_eq!(said.last()["done"], 0);
    assert_eq!(said.last()["skipped"]["unchanged"], 4);
    assert_eq!(crate::place::contents(&place.home()), state, "the state was changed");
}

#[test]
fn names_of_files_and_captions_cannot_act_on_a_terminal() {
    let place =
        Place::told(1, false, |_, asset| asset.description("a\u{1b}[2Jb\u{9b}31m\nfake line\u{202e}").id());

    let said = Said::by(&mut place.write(&["--caption", "--dry-run"])).ended_with(0);

    assert!(!said.stdout.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{:?}", said.stdout);
    assert!(!said.stdout.lines().any(|line| line.starts_with("fake line")), "{}", said.stdout);
    assert!(said.stdout.contains("fake line"), "{}", said.stdout);
}
