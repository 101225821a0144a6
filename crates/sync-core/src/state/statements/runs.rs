//! Which server a state belongs to, the runs it saw, and small notes.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::state::record::{RunId, RunRecord, ServerIdentity};
use crate::state::rows::{self, Json};
use crate::state::trouble::Trouble;
use crate::summary::Summary;

pub(in crate::state) fn identity(connection: &Connection) -> Result<Option<ServerIdentity>, Trouble> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = 'server'")?;
    let found: Option<Json<_>> = statement.query_row((), |row| row.get(0)).optional()?;
    Ok(found.map(|json| json.0))
}

/// Notes the server and adds its users to those that are known, unless no user is known of both; answers with
/// what was known before.
pub(in crate::state) fn set_identity(
    connection: &Connection,
    identity: &ServerIdentity,
) -> Result<Option<ServerIdentity>, Trouble> {
    let known = self::identity(connection)?;
    let mut now = identity.clone();
    match &known {
        Some(known) if !known.shares_a_user_with(identity) => return Ok(Some(known.clone())),
        Some(known) => now.users.extend(known.users.iter().cloned()),
        None => {}
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES ('server', ?1)")?
        .execute([Json(&now)])?;
    Ok(known)
}

pub(in crate::state) fn begin_run(
    connection: &Connection,
    command: &str,
    at: Timestamp,
) -> Result<RunId, Trouble> {
    let id = connection
        .prepare_cached("INSERT INTO runs (command, started) VALUES (?1, ?2)")?
        .insert(params![command, at.to_string()])?;
    Ok(RunId(id))
}

pub(in crate::state) fn end_run(
    connection: &Connection,
    run: RunId,
    summary: &Summary,
    at: Timestamp,
) -> Result<(), Trouble> {
    let changed = connection
        .prepare_cached("UPDATE runs SET ended = ?2, summary = ?3 WHERE id = ?1 AND ended IS NULL")?
        .execute(params![run.0, at.to_string(), Json(summary)])?;
    if changed == 1 { Ok(()) } else { Err(Trouble::fault(format!("run {} is not open", run.0))) }
}

pub(in crate::state) fn runs(connection: &Connection) -> Result<Vec<RunRecord>, Trouble> {
    let mut statement = connection.prepare_cached("SELECT * FROM runs ORDER BY id")?;
    Ok(statement.query_map((), rows::run_record)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn note(connection: &Connection, key: &str) -> Result<Option<String>, Trouble> {
    let mut statement = connection.prepare_cached("SELECT value FROM notes WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

pub(in crate::state) fn set_note(connection: &Connection, key: &str, value: &str) -> Result<(), Trouble> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO notes (key, value) VALUES (?1, ?2)")?
        .execute([key, value])?;
    Ok(())
}
