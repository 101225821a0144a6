//! The journal: a change is announced, sealed, and ends once.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use immich_api::AssetId;
use photo_metadata::replace::FileIdentity;
use rusqlite::{Connection, OptionalExtension, params};

use super::{assets, recipes};
use crate::state::journal::{ChangeCounts, Intent, JournalId, JournalMark, JournalRow, JournalState};
use crate::state::packed::{Count, Id, OwnedId, PackedFile, PackedSha1s};
use crate::state::record::{Role, RunId};
use crate::state::rows::{self, Json, PathBytes};
use crate::state::trouble::Trouble;
use crate::state::way_back::{Seal, WaysBack};

pub(in crate::state) fn intend(connection: &Connection, intent: &Intent) -> Result<JournalId, Trouble> {
    if !run_is_open(connection, intent.run)? {
        return Err(Trouble::fault(format!("run {} is not open", intent.run.0)));
    }
    let id = connection
        .prepare_cached(
            "INSERT INTO journal
                 (run, asset, role, account, path, work_dir, before, state, sha1, owes, undoes, at, fingerprint,
                  edits, base)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .insert(params![
            intent.run.0,
            Id(&intent.asset),
            intent.role.word(),
            intent.account,
            PathBytes(&intent.path),
            PathBytes(&intent.work_dir),
            intent.before.map(PackedFile),
            JournalState::Intent.word(),
            intent.sha1.map(PackedSha1s),
            intent.owes,
            intent.undoes.map(|change| change.0),
            intent.at.to_string(),
            intent.fingerprint.0,
            Json(&intent.edits),
            Json(&intent.base),
        ])?;
    Ok(JournalId(id))
}

fn run_is_open(connection: &Connection, run: RunId) -> Result<bool, Trouble> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM runs WHERE id = ?1 AND ended IS NULL")?;
    Ok(statement.exists([run.0])?)
}

pub(in crate::state) fn sealed(
    connection: &Connection,
    id: JournalId,
    seal: &Seal<'_>,
) -> Result<(), Trouble> {
    if seal.in_place && seal.back.is_none() {
        return Err(Trouble::fault(format!("change {} is written in place and has no way back", id.0)));
    }
    let changed = connection
        .prepare_cached(
            "UPDATE journal SET state = 'sealed', old_hash = ?2, new_hash = ?3
             WHERE id = ?1 AND state = 'intent'",
        )?
        .execute(params![id.0, seal.old, seal.new])?;
    must_have_changed(connection, changed, id, JournalState::Sealed)?;
    seal.back.map_or(Ok(()), |back| recipes::keep(connection, id, back, seal.in_place))
}

/// Closes a change; notes what the server has to be told and which change is taken back by it.
pub(in crate::state) fn done(
    connection: &Connection,
    id: JournalId,
    after: Option<&FileIdentity>,
) -> Result<(), Trouble> {
    let closed = connection
        .prepare_cached(
            "UPDATE journal SET state = 'done', after = ?2 WHERE id = ?1 AND state = 'sealed'
             RETURNING run, asset, account, owes, undoes",
        )?
        .query_row(params![id.0, after.copied().map(PackedFile)], |row| {
            let asset = row.get::<_, OwnedId<AssetId>>(1)?.0;
            let owes: bool = row.get(3)?;
            let owed = owes.then_some((row.get::<_, String>(2)?, asset));
            Ok((RunId(row.get(0)?), owed, row.get::<_, Option<i64>>(4)?))
        })
        .optional()?;
    let Some((run, owed, undoes)) = closed else {
        return must_have_changed(connection, 0, id, JournalState::Done);
    };
    if let Some((account, asset)) = owed {
        assets::owe(connection, &account, &asset)?;
    }
    undoes.map_or(Ok(()), |change| taken_back(connection, change, run))
}

/// Notes that a change was taken back. Where it had itself taken back another one, that one counts again; and
/// so on to the first.
fn taken_back(connection: &Connection, change: i64, by: RunId) -> Result<(), Trouble> {
    let mut mark =
        connection.prepare_cached("UPDATE journal SET undone_by = ?2 WHERE id = ?1 RETURNING run, undoes")?;
    let (mut change, mut by) = (Some(change), Some(by.0));
    while let Some(id) = change {
        let (run, undoes): (i64, Option<i64>) =
            mark.query_row(params![id, by], |row| Ok((row.get(0)?, row.get(1)?)))?;
        by = by.is_none().then_some(run);
        // A change takes back an older one, so this ends.
        change = undoes.filter(|older| *older < id);
    }
    Ok(())
}

pub(in crate::state) fn rolled_back(connection: &Connection, id: JournalId) -> Result<(), Trouble> {
    let changed = connection
        .prepare_cached(
            "UPDATE journal SET state = 'rolled-back' WHERE id = ?1 AND state IN ('intent', 'sealed')",
        )?
        .execute([id.0])?;
    must_have_changed(connection, changed, id, JournalState::RolledBack)?;
    recipes::drop(connection, id)
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

pub(in crate::state) fn open_changes(connection: &Connection) -> Result<Vec<JournalRow>, Trouble> {
    let mut statement = connection.prepare_cached(&rows::journal(rows::OPEN))?;
    Ok(statement.query_map((), rows::journal_row)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn is_half_written(connection: &Connection, path: &Path) -> Result<bool, Trouble> {
    // The condition of the index of open changes, word for word, and one more.
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (
             SELECT 1 FROM journal JOIN recipes ON recipes.change = journal.id
             WHERE state IN ('intent', 'sealed') AND state = 'sealed' AND path = ?1 AND in_place = 1)",
    )?;
    Ok(statement.query_row([PathBytes(path)], |row| row.get(0))?)
}

pub(in crate::state) fn of_all(connection: &Connection) -> Result<Vec<JournalRow>, Trouble> {
    let mut statement = connection.prepare_cached(&rows::journal("ORDER BY journal.id"))?;
    Ok(statement.query_map((), rows::journal_row)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn of_run(connection: &Connection, run: RunId) -> Result<Vec<JournalRow>, Trouble> {
    let mut statement =
        connection.prepare_cached(&rows::journal("WHERE journal.run = ?1 ORDER BY journal.id"))?;
    Ok(statement.query_map([run.0], rows::journal_row)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn of_asset(
    connection: &Connection,
    asset: &AssetId,
) -> Result<Vec<JournalRow>, Trouble> {
    let mut statement = connection.prepare_cached(&rows::journal("WHERE asset = ?1 ORDER BY journal.id"))?;
    Ok(statement.query_map([Id(asset)], rows::journal_row)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn of_path(connection: &Connection, path: &Path) -> Result<Vec<JournalRow>, Trouble> {
    let mut statement = connection.prepare_cached(&rows::journal("WHERE path = ?1 ORDER BY journal.id"))?;
    Ok(statement.query_map([PathBytes(path)], rows::journal_row)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn change(
    connection: &Connection,
    id: JournalId,
) -> Result<Option<JournalRow>, Trouble> {
    let mut statement = connection.prepare_cached(&rows::journal("WHERE journal.id = ?1"))?;
    Ok(statement.query_row([id.0], rows::journal_row).optional()?)
}

pub(in crate::state) fn marks_of_run(
    connection: &Connection,
    run: RunId,
) -> Result<Vec<JournalMark>, Trouble> {
    let sql = format!("SELECT {} FROM journal WHERE run = ?1 ORDER BY id", rows::MARK);
    Ok(connection.prepare_cached(&sql)?.query_map([run.0], rows::journal_mark)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn marks_of_asset(
    connection: &Connection,
    asset: &AssetId,
) -> Result<Vec<JournalMark>, Trouble> {
    let sql = format!("SELECT {} FROM journal WHERE asset = ?1 ORDER BY id", rows::MARK);
    Ok(connection
        .prepare_cached(&sql)?
        .query_map([Id(asset)], rows::journal_mark)?
        .collect::<Result<_, _>>()?)
}

/// The files that are known at a path or below it: where they are now, or where they were changed.
pub(in crate::state) fn files_at(
    connection: &Connection,
    path: &Path,
) -> Result<Vec<(AssetId, Role)>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT asset, role FROM assets WHERE path = ?1 OR (path > ?2 AND path < ?3)
         UNION SELECT asset, role FROM journal WHERE path = ?1 OR (path > ?2 AND path < ?3)
         ORDER BY asset, role",
    )?;
    // Without a slash at the end, of which there may be one, or only one.
    let path: PathBuf = path.components().collect();
    let folder = path.as_os_str().as_bytes();
    let below = |end: u8| [folder.strip_suffix(b"/").unwrap_or(folder), &[end]].concat();
    // All that begins with the folder and a slash is between these two.
    let found = statement.query_map(params![PathBytes(&path), below(b'/'), below(b'/' + 1)], |row| {
        Ok((row.get::<_, OwnedId<_>>(0)?.0, row.get(1)?))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Notes that a change was taken back without a change of its own.
pub(in crate::state) fn nothing_left(
    connection: &Connection,
    id: JournalId,
    by: RunId,
) -> Result<(), Trouble> {
    let mut statement = connection.prepare_cached("SELECT state FROM journal WHERE id = ?1")?;
    match statement.query_row([id.0], |row| row.get(0)).optional()? {
        Some(JournalState::Done) => taken_back(connection, id.0, by),
        Some(state) => Err(Trouble::fault(format!("change {} is {}", id.0, state.word()))),
        None => Err(Trouble::fault(format!("change {} is not in the journal", id.0))),
    }
}

pub(in crate::state) fn change_counts(
    connection: &Connection,
) -> Result<BTreeMap<RunId, ChangeCounts>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT run, count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE undone_by NOT NULL),
             count(*) FILTER (WHERE state IN ('intent', 'sealed'))
         FROM journal GROUP BY run",
    )?;
    let counts = statement.query_map((), |row| {
        let count = |column| row.get::<_, Count>(column).map(|count| count.0);
        Ok((RunId(row.get(0)?), {
            let kept = WaysBack::default();
            ChangeCounts { done: count(1)?, undone: count(2)?, open: count(3)?, kept }
        }))
    })?;
    let mut counts: BTreeMap<RunId, ChangeCounts> = counts.collect::<Result<_, _>>()?;
    for (run, kept) in recipes::by_run(connection)? {
        counts.entry(run).or_default().kept = kept;
    }
    Ok(counts)
}
