//! Hashes that travel from one machine to another.

use immich_sandbox::{Sandbox, Scenario, Version};
use photo_similarity::Class;
use sync_core::organize::Place;

use super::lab::{Lab, client, plant, scene};

fn uploaded() -> Sandbox {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let storage = scenario.managed_storage("/data/upload", "/nowhere");
    scenario.asset(&storage, "same.jpg").picture(scene(1, 800, 600));
    scenario.asset(&storage, "small.jpg").picture(scene(2, 400, 300));
    scenario.asset(&storage, "other.jpg").picture(scene(3, 400, 300));
    Sandbox::start(scenario).unwrap()
}

#[test]
fn photos_of_a_server_are_compared_with_hashes_of_a_machine_that_is_away() {
    for name in ["hashes.jsonl", "hashes.jsonl.gz"] {
        let folder = tempfile::tempdir().unwrap();
        let photos = folder.path().join("photos");
        plant(
            &photos,
            &[("a.jpg", scene(1, 800, 600)), ("b.jpg", scene(2, 800, 600)), ("c.jpg", scene(9, 800, 600))],
        );
        let file = folder.path().join(name);
        let mut there = Lab::folder(&photos);
        there.options.save_hashes = Some(file.clone());
        there.scan(&[]);
        let first = std::fs::read(&file).unwrap();
        there.scan(&[]);
        assert_eq!(std::fs::read(&file).unwrap().len(), first.len(), "what is remembered is saved too");
        std::fs::remove_dir_all(&photos).unwrap();
        let sandbox = uploaded();
        let mut here = Lab::immich();
        here.options.load_hashes = vec![file];

        let (summary, _) = here.scan(&[client(&sandbox)]);

        assert_eq!((summary.seen, summary.partners), (3, 3));
        let groups = here.groups();
        assert_eq!(groups.len(), 2, "{:?}", here.names());
        for group in &groups {
            assert!(matches!(group.members[0].place, Place::Asset(_)), "what is here is kept");
            assert!(group.members[0].is_own && !group.members[1].is_own);
            assert_eq!(group.gain(), 0);
        }
        assert_eq!(groups[0].class, Class::Exact, "the same bytes are known by their SHA-1");
        assert_eq!(groups[1].class, Class::Duplicate);
    }
}

#[test]
fn files_that_are_no_hashes_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let header = r#"{"kind":"immich-sync hashes","version":1,"hash":"p256/1","made":"x"}"#;
    let row = r#"{"place":{"file":"relative.jpg"},"name":"relative.jpg","signature":"AAAA"}"#;
    let files = plant(
        folder.path(),
        &[
            ("empty.jsonl", Vec::new()),
            ("picture.jsonl", scene(1, 40, 30)),
            ("future.jsonl", header.replace(":1,", ":2,").into_bytes()),
            ("cut.jsonl", format!("{header}\n{{\"place\"").into_bytes()),
            ("row.jsonl", format!("{header}\n{row}\n").into_bytes()),
            ("bomb.jsonl", [header.as_bytes(), b"\n", &vec![b' '; 200_000]].concat()),
            ("no.jsonl.gz", header.as_bytes().to_vec()),
        ],
    );
    for (name, path) in files {
        let mut lab = Lab::folder(folder.path());
        lab.options.load_hashes = vec![path];

        let (result, _) = lab.try_scan(&[], None);

        let message = result.unwrap_err().to_string();
        assert!(message.contains(&name) && message.contains("the file of hashes"), "{message}");
    }
}

#[test]
fn a_pipe_in_the_place_of_hashes_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("hashes.jsonl");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut lab = Lab::folder(folder.path());
    lab.options.load_hashes = vec![pipe];

    let (result, _) = lab.try_scan(&[], None);

    assert!(result.unwrap_err().to_string().contains("no file with hashes"));
}
