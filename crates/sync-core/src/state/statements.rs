//! What the store asks and tells the database: one function per statement, inside a transaction of the store.

use std::collections::HashMap;

use immich_api::AssetId;
use jiff::Timestamp;
use photo_metadata::replace::FileIdentity;
use rusqlite::{Connection, OptionalExtension, params};

use super::record::{
    AssetRecord, Intent, JournalId, JournalRow, JournalState, RunId, RunRecord, ServerIdentity,
};
use super::rows::{self, Json, PathBytes};
use super::trouble::Trouble;
use crate::summary::Summary;

/// Ids per query: large enough that the query itself costs nothing, small enough for any limit of SQLite.
const CHUNK: usize = 1000;

pub(super) fn server(connection: &Connection) -> Result<Option<ServerIdentity>, Trouble> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = 'server'")?;
    let found: Option<Json<_>> = statement.query_row((), |row| row.get(0)).optional()?;
    Ok(found.map(|json| json.0))
}

/// Notes the server unless one is known; answers with the one that is known then.
pub(super) fn set_server(
    connection: &Connection,
    identity: &ServerIdentity,
) -> Result<ServerIdentity, Trouble> {
    if let Some(known) = server(connection)? {
        return Ok(known);
    }
    connection
        .prepare_cached("INSERT INTO meta (key, value) VALUES ('server', ?1)")?
        .execute([Json(identity)])?;
    Ok(identity.clone())
}

pub(super) fn begin_run(connection: &Connection, command: &str, at: Timestamp) -> Result<RunId, Trouble> {
    let id = connection
        .prepare_cached("INSERT INTO runs (command, started) VALUES (?1, ?2)")?
        .insert(params![command, at.to_string()])?;
    Ok(RunId(id))
}

pub(super) fn end_run(
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

pub(super) fn runs(connection: &Connection) -> Result<Vec<RunRecord>, Trouble> {
    let mut statement = connection.prepare_cached("SELECT * FROM runs ORDER BY id")?;
    Ok(statement.query_map((), rows::run_record)?.collect::<Result<_, _>>()?)
}

pub(super) fn records(
    connection: &Connection,
    assets: &[AssetId],
) -> Result<HashMap<AssetId, AssetRecord>, Trouble> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM assets WHERE asset IN (SELECT value FROM json_each(?1))")?;
    let mut found = HashMap::with_capacity(assets.len());
    for chunk in assets.chunks(CHUNK) {
        for record in statement.query_map([Json(chunk)], rows::asset_record)? {
            let record = record?;
            found.insert(record.asset.clone(), record);
        }
    }
    Ok(found)
}

pub(super) fn remember(connection: &Connection, record: &AssetRecord) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "INSERT INTO assets (asset, path, fingerprint, file, verdict, base)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (asset) DO UPDATE SET path = excluded.path, fingerprint = excluded.fingerprint,
                 file = excluded.file, verdict = excluded.verdict, base = excluded.base",
        )?
        .execute(params![
            record.asset.to_string(),
            PathBytes(&record.path),
            record.fingerprint.0,
            Json(&record.file),
            Json(&record.verdict),
            Json(&record.base),
        ])?;
    Ok(())
}

pub(super) fn intend(connection: &Connection, intent: &Intent) -> Result<JournalId, Trouble> {
    if !run_is_open(connection, intent.run)? {
        return Err(Trouble::fault(format!("run {} is not open", intent.run.0)));
    }
    let id = connection
        .prepare_cached(
            "INSERT INTO journal
                 (run, asset, path, work_dir, before, edits, fingerprint, base, at, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .insert(params![
            intent.run.0,
            intent.asset.to_string(),
            PathBytes(&intent.path),
            PathBytes(&intent.work_dir),
            Json(&intent.before),
            Json(&intent.edits),
            intent.fingerprint.0,
            Json(&intent.base),
            intent.at.to_string(),
            JournalState::Intent.word(),
        ])?;
    Ok(JournalId(id))
}

fn run_is_open(connection: &Connection, run: RunId) -> Result<bool, Trouble> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM runs WHERE id = ?1 AND ended IS NULL")?;
    Ok(statement.exists([run.0])?)
}

pub(super) fn sealed(
    connection: &Connection,
    id: JournalId,
    old_hash: &str,
    new_hash: &str,
) -> Result<(), Trouble> {
    let changed = connection
        .prepare_cached(
            "UPDATE journal SET state = 'sealed', old_hash = ?2, new_hash = ?3
             WHERE id = ?1 AND state = 'intent'",
        )?
        .execute(params![id.0, old_hash, new_hash])?;
    must_have_changed(connection, changed, id, JournalState::Sealed)
}

pub(super) fn done(connection: &Connection, id: JournalId, after: &FileIdentity) -> Result<(), Trouble> {
    let changed = connection
        .prepare_cached("UPDATE journal SET state = 'done', after = ?2 WHERE id = ?1 AND state = 'sealed'")?
        .execute(params![id.0, Json(after)])?;
    must_have_changed(connection, changed, id, JournalState::Done)
}

pub(super) fn rolled_back(connection: &Connection, id: JournalId) -> Result<(), Trouble> {
    let changed = connection
        .prepare_cached(
            "UPDATE journal SET state = 'rolled-back' WHERE id = ?1 AND state IN ('intent', 'sealed')",
        )?
        .execute([id.0])?;
    must_have_changed(connection, changed, id, JournalState::RolledBack)
}

/// A change goes through its states in order and ends once; anything else is a fault, and is not written.
fn must_have_changed(
    connection: &Connection,
    changed: usize,
    id: JournalId,
    wanted: JournalState,
) -> Result<(), Trouble> {
    if changed == 1 {
        return Ok(());
    }
    let state: Option<JournalState> = connection
        .prepare_cached("SELECT state FROM journal WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    let state = state.map_or("not in the journal", JournalState::word);
    Err(Trouble::fault(format!("change {} is {state}, it cannot become {}", id.0, wanted.word())))
}

pub(super) fn open_changes(connection: &Connection) -> Result<Vec<JournalRow>, Trouble> {
    let mut statement = connection.prepare_cached(rows::OPEN_CHANGES)?;
    Ok(statement.query_map((), rows::journal_row)?.collect::<Result<_, _>>()?)
}

pub(super) fn journal(connection: &Connection, run: Option<RunId>) -> Result<Vec<JournalRow>, Trouble> {
    let rows: Result<_, _> = match run {
        Some(run) => connection
            .prepare_cached("SELECT * FROM journal WHERE run = ?1 ORDER BY id")?
            .query_map([run.0], rows::journal_row)?
            .collect(),
        None => connection
            .prepare_cached("SELECT * FROM journal ORDER BY id")?
            .query_map((), rows::journal_row)?
            .collect(),
    };
    Ok(rows?)
}

/// What SQLite's own check finds wrong; nothing when all is well.
pub(super) fn check(connection: &Connection) -> Result<Vec<String>, Trouble> {
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let mut found: Vec<String> = statement.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
    found.retain(|line| line != "ok");
    let orphans = connection.prepare("PRAGMA foreign_key_check")?.query_map((), |_| Ok(()))?.count();
    if orphans > 0 {
        found.push(format!("{orphans} changes belong to no run"));
    }
    Ok(found)
}
