//! Which crate may use which: the picture in ARCHITECTURE.md as a table.

use super::Violation;
use crate::workspace::{Crate, Workspace};

/// What a crate may use of the workspace, apart from tests. A crate that is missing here is a violation too.
const ALLOWED: &[(&str, &[&str])] = &[
    ("apple-photos", &[]),
    ("immich-api", &[]),
    ("immich-sandbox", &[]),
    ("messages", &[]),
    ("messages-macros", &["messages"]),
    ("photo-metadata", &[]),
    ("photo-similarity", &[]),
    ("sample-pictures", &[]),
    ("sync-core", &["apple-photos", "immich-api", "photo-metadata", "photo-similarity"]),
    (
        "immich-sync",
        &[
            "apple-photos",
            "immich-api",
            "immich-sandbox",
            "messages",
            "messages-macros",
            "photo-metadata",
            "photo-similarity",
            "sample-pictures",
            "sync-core",
            "unattended",
        ],
    ),
    ("unattended", &[]),
    ("xtask", &["messages"]),
];

/// Crates from outside that only one crate may use.
const OWNED: &[(&str, &[&str])] = &[
    ("ureq", &["immich-api", "unattended"]),
    ("rusqlite", &["sync-core", "apple-photos", "sample-pictures"]),
    ("axum", &["immich-sandbox", "immich-sync"]),
];

/// The dependencies that the tables do not allow.
pub(super) fn violations(workspace: &Workspace) -> Vec<Violation> {
    let names: Vec<&str> = workspace.crates.iter().map(|krate| krate.name.as_str()).collect();
    workspace.crates.iter().flat_map(|krate| of_crate(krate, &names, workspace)).collect()
}

fn of_crate(krate: &Crate, names: &[&str], workspace: &Workspace) -> Vec<Violation> {
    let file = workspace.relative(krate.folder()).join("Cargo.toml");
    let violation = |rule, found: String| Violation { file: file.clone(), line: 0, rule, found };
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == krate.name) else {
        return vec![violation("every crate has a line in the table of borders", krate.name.clone())];
    };
    let uses = |name: &str| format!("{} uses {name}", krate.name);
    krate
        .dependencies
        .iter()
        .filter_map(|dependency| {
            let name = dependency.name.as_str();
            let of_workspace = names.contains(&name);
            let for_tests = dependency.kind.as_deref() == Some("dev");
            if name == "xtask" {
                Some(violation("nobody uses xtask", uses(name)))
            } else if for_tests {
                None
            } else if of_workspace && !allowed.contains(&name) {
                Some(violation("arrows between crates point one way", uses(name)))
            } else if OWNED.iter().any(|(owned, by)| *owned == name && !by.contains(&krate.name.as_str())) {
                Some(violation("a crate from outside has one owner", uses(name)))
            } else {
                None
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workspace of one crate with one dependency, beside the real names.
    fn workspace(name: &str, dependency: &str, kind: Option<&str>) -> Workspace {
        let others = ["immich-api", "photo-metadata", "sync-core", "immich-sandbox", "xtask"];
        let crates: Vec<_> = others
            .iter()
            .filter(|other| **other != name)
            .map(|other| {
                serde_json::json!({ "name": other, "manifest_path": "/w/o/Cargo.toml", "dependencies": [] })
            })
            .chain([serde_json::json!({
                "name": name,
                "manifest_path": format!("/w/crates/{name}/Cargo.toml"),
                "dependencies": [{ "name": dependency, "kind": kind }],
            })])
            .collect();
        let metadata = serde_json::json!({ "workspace_root": "/w", "target_directory": "/w/target", "packages": crates });
        serde_json::from_value(metadata).unwrap()
    }

    fn rules(name: &str, dependency: &str, kind: Option<&str>) -> Vec<&'static str> {
        violations(&workspace(name, dependency, kind)).into_iter().map(|found| found.rule).collect()
    }

    #[test]
    fn an_arrow_in_the_right_direction_is_fine() {
        assert!(rules("sync-core", "immich-api", None).is_empty());
        assert!(rules("immich-api", "serde", None).is_empty());
    }

    #[test]
    fn leaves_do_not_know_each_other_even_when_building() {
        assert_eq!(rules("immich-api", "photo-metadata", None), ["arrows between crates point one way"]);
        assert_eq!(rules("immich-api", "sync-core", Some("build")), ["arrows between crates point one way"]);
    }

    #[test]
    fn tests_of_a_leaf_may_use_the_sandbox_but_not_xtask() {
        assert!(rules("immich-api", "immich-sandbox", Some("dev")).is_empty());
        assert_eq!(rules("immich-api", "xtask", Some("dev")), ["nobody uses xtask"]);
    }

    #[test]
    fn http_belongs_to_one_crate_and_a_new_crate_needs_a_line() {
        assert_eq!(rules("sync-core", "ureq", None), ["a crate from outside has one owner"]);
        assert_eq!(rules("newcomer", "serde", None), ["every crate has a line in the table of borders"]);
    }
}
