//! The config file as a JSON schema, made from the settings: editors complete keys with it and mark what is misspelt.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::catalogue;
use super::setting::{Kind, Setting};
use crate::args::JobCommand;
use crate::config::{SERVICES, in_tables, settings_of};

/// The config file as a JSON schema (draft 2020-12).
pub(crate) fn schema() -> Value {
    let mut top = Table::default();
    for setting in catalogue::all().filter(|setting| setting.in_config) {
        let (table, key) = in_tables(&setting.key());
        let path = table.into_iter().flat_map(|table| table.split('.'));
        let place = path.fold(&mut top, |place, name| place.tables.entry(name.to_owned()).or_default());
        place.keys.insert(key, property(&setting));
    }
    top.keys.insert("account".to_owned(), accounts());
    top.keys.insert("job".to_owned(), json!({ "type": "array", "items": job() }));
    let mut schema = top.schema();
    for service in SERVICES {
        let table = schema["properties"]["notify"]["properties"][service].take();
        let address =
            json!({ "type": "string", "description": "Its address, where nothing else is to be said" });
        schema["properties"]["notify"]["properties"][service] = json!({ "anyOf": [address, table] });
    }
    let in_jobs = JobCommand::ALL.into_iter().flat_map(settings_of);
    let defined: Map<String, Value> =
        in_jobs.map(|(_, setting)| (setting.name.to_owned(), property(&setting))).collect();
    schema["$defs"] = defined.into();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "immich-sync".into();
    // The names that older tools have for settings are taken too.
    schema["additionalProperties"] = true.into();
    schema
}

/// Keys, and tables with keys of their own.
#[derive(Default)]
struct Table {
    keys: Map<String, Value>,
    tables: BTreeMap<String, Table>,
}

impl Table {
    fn schema(self) -> Value {
        let mut properties = self.keys;
        properties.extend(self.tables.into_iter().map(|(name, table)| (name, table.schema())));
        json!({ "type": "object", "additionalProperties": false, "properties": properties })
    }
}

fn property(setting: &Setting) -> Value {
    let kind = match setting.kind {
        Kind::Flag(_) | Kind::Choice => json!({ "type": "boolean" }),
        Kind::Value => json!({ "type": ["string", "number"] }),
        Kind::Values(_) => json!({ "type": ["string", "array", "object"] }),
    };
    let mut property = kind;
    property["description"] = setting.sentence().into();
    let words = setting.words();
    if matches!(setting.kind, Kind::Value) && !words.is_empty() {
        property["type"] = "string".into();
        property["enum"] = words.into();
    }
    property
}

fn accounts() -> Value {
    let words = json!({ "type": "array", "items": { "type": "string" } });
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "api_key": { "type": "string" },
                "api_key_file": { "type": "string" },
                "api_key_command": words,
            },
        },
    })
}

/// A job: its own keys, and those of its command, told apart by `command`.
fn job() -> Value {
    let program = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 });
    let hooks = ["before", "after", "failed", "finally"].map(|moment| (moment.to_owned(), program.clone()));
    let of_command = |command: JobCommand| {
        let keys: Map<String, Value> = settings_of(command)
            .into_iter()
            .map(|(key, setting)| (key, json!({ "$ref": format!("#/$defs/{}", setting.name) })))
            .collect();
        json!({
            "if": { "required": ["command"], "properties": { "command": { "const": command.words() } } },
            "then": { "properties": keys },
        })
    };
    json!({
        "type": "object",
        "required": ["name", "command"],
        "properties": {
            "name": { "type": "string", "maxLength": 60, "description": "Its name, which no other job has" },
            "command": { "enum": JobCommand::ALL.map(JobCommand::words), "description": "What it does" },
            "enabled": { "type": "boolean", "description": "Whether it runs when nobody names it [default: true]" },
            "timeout": { "type": ["string", "number"], "description": "How long it may take, as 30m or 6h" },
            "on_failure": {
                "enum": ["continue", "stop"],
                "description": "What becomes of the jobs behind it when it fails [default: continue]",
            },
            "accept_partial": {
                "type": "boolean",
                "description": "Whether it went well although some items were refused or failed [default: false]",
            },
            "hooks": {
                "type": "object",
                "additionalProperties": false,
                "properties": Map::from_iter(hooks),
                "description": "Programs that run around it",
            },
        },
        "allOf": JobCommand::ALL.map(of_command),
        "unevaluatedProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::OWN_KEYS;

    #[test]
    fn the_schema_names_each_key_at_its_place() {
        let schema = schema();
        let top = &schema["properties"];

        assert_eq!(top["touch"]["type"], "boolean");
        assert_eq!(top["organize"]["properties"]["threshold"]["type"], json!(["string", "number"]));
        assert!(top["import"]["properties"]["folder"]["properties"].is_object(), "{top}");
        assert!(top["managed"]["enum"].as_array().unwrap().contains(&"sidecar".into()), "{top}");
        assert!(top.get("yes").is_none(), "it is not for config files");
    }

    #[test]
    fn a_notice_is_an_address_or_a_table() {
        let schema = schema();

        for service in SERVICES {
            let forms = &schema["properties"]["notify"]["properties"][service]["anyOf"];
            assert_eq!(forms[0]["type"], "string", "{service}");
            assert!(forms[1]["properties"]["url"].is_object(), "{service}: {forms}");
        }
    }

    #[test]
    fn a_job_has_its_own_keys_and_those_of_its_command() {
        let schema = schema();
        let job = &schema["properties"]["job"]["items"];
        let keys =
            |object: &Value| -> BTreeSet<String> { object.as_object().unwrap().keys().cloned().collect() };

        assert_eq!(keys(&job["properties"]), OWN_KEYS.map(str::to_owned).into());
        assert_eq!(job["unevaluatedProperties"], false);
        let branches = job["allOf"].as_array().unwrap();
        assert_eq!(branches.len(), JobCommand::ALL.len());
        for (branch, command) in branches.iter().zip(JobCommand::ALL) {
            assert_eq!(branch["if"]["properties"]["command"]["const"], command.words());
            let known: BTreeSet<String> = settings_of(command).into_iter().map(|(key, _)| key).collect();
            assert_eq!(keys(&branch["then"]["properties"]), known);
            for reference in branch["then"]["properties"].as_object().unwrap().values() {
                let name = reference["$ref"].as_str().unwrap().trim_start_matches("#/$defs/");
                assert!(schema["$defs"][name].is_object(), "{name}");
            }
        }
    }
}
