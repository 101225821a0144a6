//! The example for docker compose: it has to be YAML, and as tight as it says.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::{Problem, text_of};
use crate::environment;

const FILE: &str = "docker/compose.yaml";

pub(super) fn problems(root: &Path) -> anyhow::Result<Vec<Problem>> {
    let text = text_of(root, FILE)?;
    let Some(file) = parsed(&text)? else {
        println!("SKIPPED reading {FILE}: there is no python3 with yaml");
        return Ok(Vec::new());
    };
    let tell = |text: String| Problem { file: FILE, line: 0, text };
    Ok(faults(&file).into_iter().map(tell).collect())
}

/// YAML as JSON, by python; `None` where it cannot be had.
fn parsed(text: &str) -> anyhow::Result<Option<Value>> {
    let has_yaml = || Command::new("python3").args(["-c", "import yaml"]).stderr(Stdio::null()).status();
    if environment::program("python3").is_none() || !has_yaml().is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let script = "import sys, json, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)";
    let mut child = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start python3")?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes()).context("cannot talk to python3")?;
    }
    let output = child.wait_with_output().context("python3 ended without an answer")?;
    if !output.status.success() {
        bail!("{FILE} is no YAML");
    }
    Ok(Some(serde_json::from_slice(&output.stdout).context("python3 made no JSON of it")?))
}

/// What the example promises and does not keep.
fn faults(file: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let service = &file["services"]["immich-sync"];
    let mut wants = |is_so: bool, text: &str| {
        if !is_so {
            found.push(text.to_owned());
        }
    };
    let lists = |key: &str, value: &str| {
        service[key].as_array().is_some_and(|all| all.iter().any(|one| one.as_str() == Some(value)))
    };
    wants(service["read_only"] == Value::Bool(true), "the root is not read-only");
    wants(lists("cap_drop", "ALL"), "capabilities are kept");
    wants(lists("security_opt", "no-new-privileges:true"), "new privileges can be had");
    wants(service["privileged"].is_null(), "the container is privileged");
    let user = service["user"].as_str().unwrap_or_default();
    wants(
        user.contains(':') && !user.starts_with('0'),
        "it runs as root: capabilities are dropped, so it could not leave root",
    );
    wants(service["image"].as_str().is_some_and(|image| image.contains(':')), "the image has no tag");
    let secrets = file["secrets"].as_object();
    for secret in service["secrets"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        wants(
            secrets.is_some_and(|all| all.contains_key(secret)),
            &format!("the secret `{secret}` is not declared"),
        );
    }
    let environment = service["environment"].as_object();
    let names_key = environment
        .is_some_and(|all| all.keys().any(|name| name.ends_with("API_KEY") || name.ends_with("PASSWORD")));
    wants(!names_key, "a key stands in the environment, where `docker inspect` shows it");
    for place in ["/data", "/config", "/state", "/cache"] {
        let is_mounted = service["volumes"].as_array().is_some_and(|all| {
            all.iter().filter_map(Value::as_str).any(|volume| volume.ends_with(&format!(":{place}")))
        });
        wants(is_mounted, &format!("nothing is mounted at {place}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn good() -> Value {
        json!({
            "services": {"immich-sync": {
                "image": "a:1", "user": "1000:1000", "read_only": true, "cap_drop": ["ALL"],
                "security_opt": ["no-new-privileges:true"], "secrets": ["key"],
                "environment": {"IMMICH_SYNC_API_KEY_FILE": "/run/secrets/key"},
                "volumes": ["${UPLOAD_LOCATION}:/data", "a:/config", "b:/state", "c:/cache"]
            }},
            "secrets": {"key": {"file": "key"}}
        })
    }

    #[test]
    fn a_tight_example_has_no_fault() {
        assert_eq!(faults(&good()), Vec::<String>::new());
    }

    #[test]
    fn each_loose_end_is_told() {
        for (key, value) in [
            ("read_only", json!(false)),
            ("cap_drop", json!([])),
            ("security_opt", json!(null)),
            ("privileged", json!(true)),
            ("user", json!("0:0")),
            ("image", json!("a")),
            ("secrets", json!(["other"])),
            ("environment", json!({"IMMICH_API_KEY": "x"})),
            ("volumes", json!(["a:/config", "b:/state", "c:/cache"])),
        ] {
            let mut file = good();
            file["services"]["immich-sync"][key] = value;
            assert_eq!(faults(&file).len(), 1, "{key}");
        }
    }
}
