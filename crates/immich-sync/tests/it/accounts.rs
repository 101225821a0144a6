//! Several keys in one run, and a password for the faces.

use std::path::Path;
use std::process::Command;

use immich_sandbox::{FaceBox, Sandbox, Scenario, SourceType, UserId, Version};
use tempfile::TempDir;

use crate::place::{Said, exiftool};

/// Two users of one server, each with three photos in a library of their own.
struct Family {
    folder: TempDir,
    sandbox: Sandbox,
    users: [UserId; 2],
}

impl Family {
    fn at_home() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut scenario = Scenario::new(Version::V3_0_3);
        let users = [scenario.user("Anna"), scenario.user("Ben")];
        for (name, user, seed) in [("anna", users[0], 4), ("ben", users[1], 3)] {
            let root = folder.path().join("photos").join(name);
            let made = sample_pictures::library(&root, 3, seed).unwrap();
            let library = scenario.external_library_of(user, &format!("/mnt/{name}"), &root);
            for file in &made {
                let person = scenario.person_of(user, &format!("Friend of {name}"));
                let asset = scenario.asset_file(&library, file.relative_path.to_str().unwrap());
                let area = FaceBox { x1: 10, y1: 10, x2: 60, y2: 60, image_width: 640, image_height: 480 };
                asset
                    .description(format!("By {name}").as_str())
                    .face(Some(person), area, SourceType::MachineLearning)
                    .id();
            }
        }
        Self { sandbox: Sandbox::start(scenario).unwrap(), folder, users }
    }

    fn keys(&self) -> [String; 2] {
        self.users.map(|user| self.sandbox.add_api_key(user, &["all"]))
    }

    fn write(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_immich-sync"));
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", self.folder.path());
        command.args(["write", "--json", "--server", &self.sandbox.url(), "--library"]);
        command.arg(self.folder.path().join("photos")).arg("--exiftool").arg(exiftool()).args(arguments);
        command
    }
}

fn states(home: &Path) -> usize {
    home.join(".local/state/immich-sync").read_dir().unwrap().count()
}

#[test]
fn several_accounts_are_written_in_one_run_with_one_state_in_whatever_order() {
    let family = Family::at_home();
    let [anna, ben] = family.keys();

    let first =
        Said::by(family.write(&["--caption"]).env("IMMICH_API_KEY", format!("{anna},{ben}"))).ended_with(0);
    let second =
        Said::by(family.write(&["--caption"]).env("IMMICH_API_KEY", format!("{ben}\n{anna}"))).ended_with(0);

    assert_eq!((&first.last()["seen"], &first.last()["done"]), (&6.into(), &6.into()), "{}", first.stdout);
    assert_eq!(second.last()["skipped"]["unchanged"], 6, "{}", second.stdout);
    assert_eq!(states(family.folder.path()), 1);
    for key in [anna, ben] {
        assert!(!first.stdout.contains(&key) && !first.stderr.contains(&key));
    }
}

#[test]
fn the_accounts_of_a_config_file_are_written_too() {
    use std::os::unix::fs::PermissionsExt as _;
    let family = Family::at_home();
    let mut text = String::new();
    for (name, key) in ["a", "b"].into_iter().zip(family.keys()) {
        let path = family.folder.path().join(name);
        std::fs::write(&path, key).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        text = format!("{text}[[account]]\napi_key_file = {name:?}\n");
    }
    let config = family.folder.path().join("config.toml");
    std::fs::write(&config, text).unwrap();

    let said = Said::by(family.write(&["--caption", "--config"]).arg(&config)).ended_with(0);

    assert_eq!(said.last()["done"], 6, "{}", said.stdout);
}

#[test]
fn with_a_login_all_faces_come_in_one_answer_and_the_session_is_closed() {
    let family = Family::at_home();
    let [anna, _] = family.keys();
    let (email, password) = family.sandbox.login_of(family.users[0]).unwrap();
    let mut command =
        family.write(&["--face-coordinates", "--dry-run", "--log-level", "trace", "--login", &email]);
    command.env("IMMICH_API_KEY", &anna).env("IMMICH_SYNC_PASSWORD", &password);

    let said = Said::by(&mut command).ended_with(0);

    let asked = |path: &str| family.sandbox.requests().iter().filter(|request| request.path == path).count();
    assert_eq!((asked("/api/sync/stream"), asked("/api/faces"), asked("/api/auth/logout")), (1, 0, 1));
    assert!(said.last()["done"].as_u64().unwrap() > 0, "{}", said.stdout);
    assert!(!said.stdout.contains(&password) && !said.stderr.contains(&password));
}

#[test]
fn a_wrong_password_is_twelve() {
    let family = Family::at_home();
    let [anna, _] = family.keys();
    let (email, _) = family.sandbox.login_of(family.users[0]).unwrap();
    let mut command = family.write(&["--face-coordinates", "--login", &email]);

    let said = Said::by(command.env("IMMICH_API_KEY", &anna).env("IMMICH_SYNC_PASSWORD", "wrong-marker"));

    let said = said.ended_with(12);
    assert!(!said.stderr.contains("wrong-marker") && !said.stdout.contains("wrong-marker"));
}

/// Two users whose libraries have nothing in common, neither on the server nor here.
fn strangers() -> Family {
    let folder = tempfile::tempdir().unwrap();
    let mut scenario = Scenario::new(Version::V3_0_3);
    let users = [scenario.user("Anna"), scenario.user("Ben")];
    for (server, local, user, seed) in
        [("/mnt/anna", "a", users[0], 4), ("/srv/pictures/ben", "b/deep", users[1], 3)]
    {
        let root = folder.path().join("photos").join(local);
        let library = scenario.external_library_of(user, server, &root);
        for file in sample_pictures::library(&root, 3, seed).unwrap() {
            scenario.asset_file(&library, file.relative_path.to_str().unwrap()).description("Told").id();
        }
    }
    Family { sandbox: Sandbox::start(scenario).unwrap(), folder, users }
}

#[test]
fn the_folders_of_an_account_that_comes_later_are_found_too() {
    let family = strangers();
    let state = family.folder.path().join("state");
    let write = |keys: &str| {
        Said::by(family.write(&["--caption", "--state-dir"]).arg(&state).env("IMMICH_API_KEY", keys))
            .ended_with(0)
    };
    let keys = family.keys();

    assert_eq!(write(&keys[0]).last()["done"], 3);
    assert_eq!(write(&keys.join(",")).last()["done"], 3);
}

#[test]
fn a_folder_that_was_not_there_is_looked_for_again() {
    let family = strangers();
    let (bens, away) = (family.folder.path().join("photos/b"), family.folder.path().join("away"));
    let keys = family.keys().join(",");
    let write = || Said::by(family.write(&["--caption"]).env("IMMICH_API_KEY", &keys));

    move_folder(&bens, &away);
    assert_eq!(write().ended_with(3).last()["skipped"]["unmapped"], 3);
    move_folder(&away, &bens);

    assert_eq!(write().ended_with(0).last()["done"], 3);
}

#[expect(clippy::disallowed_methods, reason = "this is not us")]
fn move_folder(from: &Path, to: &Path) {
    std::fs::rename(from, to).unwrap();
}
