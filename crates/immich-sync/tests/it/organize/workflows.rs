//! What people do with it, from the first run to the last.

use immich_sandbox::{Sandbox, Scenario, Version};
use serde_json::Value;

use super::pictures::{jpeg, picture};
use super::shelf::Shelf;
use crate::place::Said;

fn number(said: &Said) -> String {
    said.last()["run"].as_u64().unwrap().to_string()
}

fn action(said: &Said, name: &str) -> Value {
    said.last()["actions"][name]["done"].clone()
}

#[test]
fn a_scan_finds_the_copies_and_changes_nothing() {
    for version in [Version::V3_0_3, Version::V2_7_5] {
        let shelf = Shelf::on(version);

        let said = Said::by(&mut shelf.organize(&["--json"])).ended_with(0);

        let groups: Vec<Value> =
            said.objects().into_iter().filter(|object| object["type"] == "group").collect();
        let sizes: Vec<usize> =
            groups.iter().map(|group| group["members"].as_array().unwrap().len()).collect();
        assert_eq!(sizes, [3, 2], "{}", said.stdout);
        assert_eq!(groups[0]["members"][0]["asset"], shelf.lake[0].to_string());
        assert_eq!((&groups[0]["class"], &groups[0]["reason"]), (&"duplicate".into(), &"bytes".into()));
        assert_eq!(said.last()["scan"]["seen"], 10);
        assert_eq!(shelf.sandbox.writes(), []);
    }
}

#[test]
fn a_second_scan_fetches_nothing() {
    let shelf = Shelf::new();
    Said::by(&mut shelf.organize(&[])).ended_with(0);
    let fetched = shelf.fetched();

    let said = Said::by(&mut shelf.organize(&["--json"])).ended_with(0);

    assert_eq!(fetched, 10);
    assert_eq!(shelf.fetched(), fetched);
    assert_eq!(
        (&said.last()["scan"]["remembered"], &said.last()["scan"]["looked_at"]),
        (&10.into(), &0.into())
    );
}

#[test]
fn copies_are_tagged_reviewed_and_untagged() {
    let shelf = Shelf::new();

    let first = Said::by(&mut shelf.organize(&["--tag-only", "--json"])).ended_with(0);

    assert_eq!(action(&first, "tag"), 5);
    assert_eq!(shelf.tags(shelf.lake[0]), ["review-duplicate/keep"]);
    assert_eq!(shelf.tags(shelf.lake[2]), ["review-duplicate/duplicate"]);
    assert_eq!(shelf.tags(shelf.singles[0]), Vec::<String>::new());
    let second = Said::by(&mut shelf.organize(&["--tag-only", "--json"])).ended_with(0);
    assert_eq!((action(&second, "tag"), &second.last()["run"]), (0.into(), &Value::Null));

    let removed =
        Said::by(&mut shelf.organize(&["--remove-tag", "review-duplicate", "--json"])).ended_with(0);

    assert_eq!(action(&removed, "remove-tags"), 5, "{}", removed.stdout);
    assert_eq!(shelf.all_tags(), []);
    Said::by(&mut shelf.organize(&["--remove-tag", "review-duplicate"])).ended_with(0);
}

#[test]
fn each_group_gets_an_album_and_undo_takes_them_away() {
    let shelf = Shelf::new();
    let albums = || {
        let albums = shelf.sandbox.albums();
        albums.into_iter().map(|(_, name, assets)| format!("{name}: {assets}")).collect::<Vec<_>>()
    };

    let made = Said::by(&mut shelf.organize(&["--create-albums", "--json"])).ended_with(0);
    assert_eq!(albums(), ["Similar-0001: 3", "Similar-0002: 2"]);
    Said::by(&mut shelf.organize(&["--create-albums"])).ended_with(0);
    assert_eq!(albums().len(), 2);

    let mut undo = shelf.bare(&["undo", &number(&made), "--yes"]);
    undo.env("IMMICH_API_KEY", shelf.sandbox.api_key()).env("IMMICH_URL", shelf.sandbox.url());
    Said::by(&mut undo).ended_with(0);

    assert_eq!(albums(), Vec::<String>::new());
}

#[test]
fn the_folder_first_and_then_the_server_against_its_hashes() {
    let shelf = Shelf::new();
    let (disk, hashes) = (shelf.disk(), shelf.folder.path().join("hashes.jsonl.gz"));
    let (disk, hashes) = (disk.to_str().unwrap(), hashes.to_str().unwrap());

    let local =
        Said::by(&mut shelf.bare(&["organize", "-s", disk, "--save-hashes", hashes, "--json"])).ended_with(0);
    assert_eq!(shelf.sandbox.requests(), [], "no server was asked");
    assert_eq!(local.last()["scan"]["groups"]["duplicate"]["groups"], 1, "{}", local.stdout);

    let arguments =
        ["--load-hashes", hashes, "--tag-duplicates-of-local", "--duplicate-tag", "on-disk", "--json"];
    let said = Said::by(&mut shelf.organize(&arguments)).ended_with(0);

    let tagged: Vec<bool> = [shelf.boat[0], shelf.boat[1], shelf.singles[0], shelf.singles[1], shelf.lake[0]]
        .map(|asset| !shelf.tags(asset).is_empty())
        .into();
    assert_eq!(tagged, [true, true, true, false, false], "{}", said.stdout);
}

#[test]
fn a_folder_and_the_server_are_compared_with_each_other() {
    let shelf = Shelf::new();
    let disk = shelf.disk();

    let arguments = ["--source", "immich,local", "-s", disk.to_str().unwrap(), "--json"];
    let said = Said::by(&mut shelf.organize(&arguments)).ended_with(0);

    let groups: Vec<Value> = said.objects().into_iter().filter(|object| object["type"] == "group").collect();
    let mixed = groups.iter().find(|group| {
        let sources: Vec<&Value> =
            group["members"].as_array().unwrap().iter().map(|member| &member["source"]).collect();
        sources.contains(&&"local".into()) && sources.contains(&&"immich".into())
    });
    assert!(mixed.is_some(), "{}", said.stdout);
    assert_eq!(said.last()["scan"]["seen"], 14);
}

#[test]
fn a_dry_run_shows_what_would_be_done_and_does_nothing() {
    let shelf = Shelf::new();

    let said = Said::by(&mut shelf.organize(&["--tag-only", "--stack", "--dry-run"])).ended_with(0);

    assert!(said.stdout.contains("Would have tagged 2 photos review-duplicate/keep"), "{}", said.stdout);
    assert!(said.stderr.contains("Dry run; nothing was changed"), "{}", said.stderr);
    assert_eq!(shelf.sandbox.writes(), []);
    assert!(shelf.all_tags().is_empty() && shelf.sandbox.stacks().is_empty());
}

#[test]
fn several_things_are_done_at_once_and_history_lists_them() {
    let shelf = Shelf::new();

    let said = Said::by(&mut shelf.organize(&["--stack", "--mark-best-favorite", "--description", "--json"]))
        .ended_with(0);

    assert_eq!((action(&said, "stack"), action(&said, "favourite")), (2.into(), 2.into()));
    let stacks = shelf.sandbox.stacks();
    assert!(stacks.iter().any(|stack| stack[0] == shelf.lake[0] && stack.len() == 3), "{stacks:?}");
    assert!(shelf.sandbox.view(shelf.boat[0]).unwrap().is_favorite);
    let history =
        Said::by(&mut shelf.bare(&["history", "--server", &shelf.sandbox.url()])).ended_with(0).stdout;
    assert!(history.contains("organize --stack --mark-best-favorite --description"), "{history}");
}

#[test]
fn what_was_stacked_stays_a_group_whose_tags_stay_and_which_grows() {
    let shelf = Shelf::new();
    let all = ["--stack", "--tag-only", "--create-albums", "--json"];
    Said::by(&mut shelf.organize(&all)).ended_with(0);
    let (tags, stacks) = (shelf.all_tags(), shelf.sandbox.stacks());
    let albums = shelf.sandbox.albums();

    let second = Said::by(&mut shelf.organize(&all)).ended_with(0);

    assert_eq!(second.last()["run"], Value::Null, "{}", second.stdout);
    assert_eq!((shelf.all_tags(), shelf.sandbox.stacks()), (tags, stacks));
    assert_eq!(shelf.sandbox.albums(), albums);
    shelf.sandbox.set_picture(shelf.singles[0], &jpeg(&picture(1), 30)).unwrap();
    Said::by(&mut shelf.organize(&all)).ended_with(0);
    let lake = shelf.sandbox.stacks().into_iter().find(|stack| stack.contains(&shelf.lake[0])).unwrap();
    assert_eq!((lake.len(), lake[0]), (4, shelf.lake[0]));
}

#[test]
fn albums_of_ours_do_not_change_what_is_kept() {
    let shelf = Shelf::new();
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.managed_storage("/data/library/admin", "/nowhere");
    let trip = scenario.album("Trip");
    scenario.asset(&library, "large.jpg").picture(jpeg(&picture(1), 95));
    let chosen = scenario.asset(&library, "chosen.jpg").picture(jpeg(&picture(1), 60)).album(&trip).id();
    let sandbox = Sandbox::start(scenario).unwrap();
    let run = || {
        let mut organize = shelf.bare(&["organize", "--tag-only", "--create-albums", "--json"]);
        organize.env("IMMICH_API_KEY", sandbox.api_key()).env("IMMICH_URL", sandbox.url());
        Said::by(&mut organize).ended_with(0)
    };
    run();
    assert_eq!(sandbox.view(chosen).unwrap().tags, ["review-duplicate/keep"]);

    let second = run();

    assert_eq!(second.last()["run"], Value::Null, "{}", second.stdout);
    assert_eq!(sandbox.view(chosen).unwrap().tags, ["review-duplicate/keep"]);
}

#[test]
fn copies_go_into_the_trash_and_come_back() {
    let shelf = Shelf::new();
    let trashed = || {
        let views = shelf.sandbox.views();
        views.iter().filter(|view| view.is_trashed).count()
    };

    Said::by(&mut shelf.organize(&["--trash", "--dry-run"])).ended_with(0);
    assert_eq!(trashed(), 0);
    let said = Said::by(&mut shelf.organize(&["--trash", "--json"])).ended_with(0);
    assert_eq!(trashed(), 3, "{}", said.stdout);
    assert!(!shelf.sandbox.view(shelf.lake[0]).unwrap().is_trashed);

    let mut undo = shelf.bare(&["undo", &number(&said), "--yes"]);
    undo.env("IMMICH_API_KEY", shelf.sandbox.api_key()).env("IMMICH_URL", shelf.sandbox.url());
    Said::by(&mut undo).ended_with(0);
    assert_eq!(trashed(), 0);
}

#[test]
fn all_groups_are_put_onto_one_page_with_their_pictures() {
    let shelf = Shelf::new();
    let page = shelf.folder.path().join("groups.html");

    let said = Said::by(&mut shelf.organize(&["--report", page.to_str().unwrap()])).ended_with(0);

    assert!(said.stderr.contains("shows 2 groups with 5 pictures"), "{}", said.stderr);
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.contains("lake (1).jpg") && html.contains("data:image/jpeg;base64,"));
    std::fs::write(&page, "mine").unwrap();
    Said::by(&mut shelf.organize(&["--report", page.to_str().unwrap()])).ended_with(2);
    assert_eq!(std::fs::read_to_string(&page).unwrap(), "mine");
}
