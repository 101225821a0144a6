//! `immich-sync config`: every setting and where it comes from, as a schema, and as a page.

use anyhow::Result;
use messages_macros::word;
use serde_json::{Value, json};

use crate::args::{ConfigCommand, ConfigShowArgs};
use crate::exit::ExitStatus;
use crate::output::{Console, clean, clean_path, told};
use crate::settings::{Origin, Row, catalogue, reference, rows, schema};
use crate::start::Start;

/// Runs the command; tells how it went.
pub(crate) fn run(command: &ConfigCommand) -> ExitStatus {
    let console = Console::detect();
    let shown = match command {
        ConfigCommand::Show(args) => show(args, console),
        ConfigCommand::Schema => {
            console.result(&format!("{:#}", schema::schema()));
            Ok(())
        }
        ConfigCommand::Reference => {
            console.result(reference::page().trim_end());
            Ok(())
        }
    };
    match shown {
        Ok(()) => ExitStatus::Ok,
        Err(error) => {
            console.error(&error);
            ExitStatus::of_error(&error, None)
        }
    }
}

fn show(args: &ConfigShowArgs, console: Console) -> Result<()> {
    let (start, command) = Start::of_any_job(args.options.matches())?;
    let sources = start.sources();
    sources.environment.refuse_unknown(&catalogue::variables())?;
    let rows = rows(&sources, command)?;
    if sources.flag(&catalogue::JSON)? {
        let rows: Vec<Value> = rows.iter().map(object).collect();
        console.result(&format!("{:#}", Value::Array(rows)));
        return Ok(());
    }
    for row in &rows {
        console.result(&line(row, args.origin));
    }
    Ok(())
}

fn line(row: &Row, with_origin: bool) -> String {
    let value = row.value.as_deref().map_or_else(|| "-".to_owned(), clean);
    let line = format!("{} = {value}", row.key);
    if !with_origin {
        return line;
    }
    let origins: Vec<String> = row.origins.iter().map(|origin| told(&origin.to_string())).collect();
    let origin = if origins.is_empty() { word!("default").to_owned() } else { origins.join(", ") };
    format!("{line:<48}  ({origin})")
}

fn object(row: &Row) -> Value {
    let origins: Vec<Value> = row.origins.iter().map(origin).collect();
    json!({ "key": row.key, "value": row.value, "origins": origins })
}

fn origin(origin: &Origin) -> Value {
    match origin {
        Origin::CommandLine(option) => json!({ "kind": "command-line", "option": option }),
        Origin::Environment(variable) => json!({ "kind": "environment", "variable": variable }),
        Origin::Config { path, line, key } => {
            json!({ "kind": "config", "path": clean_path(path), "line": line, "key": key })
        }
    }
}
