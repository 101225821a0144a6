//! The ways back: a recipe for each change, and the patches that recipes share.
//!
//! A patch is there as long as a recipe uses it. Both come and go in the transaction of their change.

use std::collections::BTreeMap;

use photo_metadata::Recipe;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::CHUNK;
use crate::state::journal::JournalId;
use crate::state::packed::Count;
use crate::state::recipe::{Unpacked, pack, squeeze, stretch};
use crate::state::record::RunId;
use crate::state::trouble::Trouble;
use crate::state::way_back::WaysBack;

/// Keeps the way back of a change that is in the journal.
pub(in crate::state) fn keep(
    connection: &Connection,
    change: JournalId,
    recipe: &Recipe,
    in_place: bool,
) -> Result<(), Trouble> {
    let mut size = 0;
    let packed = pack(recipe, |bytes| {
        let (patch, length) = use_patch(connection, bytes)?;
        size += length;
        Ok::<_, Trouble>(patch)
    })?;
    size += packed.len() as u64;
    connection
        .prepare_cached(
            "INSERT INTO recipes (change, run, size, in_place, pieces)
             SELECT id, run, ?2, ?3, ?4 FROM journal WHERE id = ?1",
        )?
        .execute(params![change.0, Count(size), in_place, packed])?;
    Ok(())
}

/// The number of a patch with these bytes and the length that it takes; makes it where there is none.
fn use_patch(connection: &Connection, bytes: &[u8]) -> Result<(u64, u64), Trouble> {
    let hash = blake3::hash(bytes);
    let known = connection
        .prepare_cached("UPDATE patches SET uses = uses + 1 WHERE hash = ?1 RETURNING id, length(bytes)")?
        .query_row([hash.as_bytes()], |row| Ok((row.get::<_, Count>(0)?.0, row.get::<_, Count>(1)?.0)))
        .optional()?;
    if let Some(known) = known {
        return Ok(known);
    }
    let squeezed = squeeze(bytes);
    let number = connection
        .prepare_cached("INSERT INTO patches (hash, uses, length, bytes) VALUES (?1, 1, ?2, ?3)")?
        .insert(params![hash.as_bytes(), Count(bytes.len() as u64), squeezed])?;
    Ok((number.cast_unsigned(), squeezed.len() as u64))
}

/// The way back of a change, as long as it is kept.
pub(in crate::state) fn of_change(
    connection: &Connection,
    change: JournalId,
) -> Result<Option<Recipe>, Trouble> {
    let Some(unpacked) = unpacked(connection, change)? else { return Ok(None) };
    let recipe = unpacked.complete(|number| patch(connection, number))?;
    recipe.map(Some).ok_or_else(Trouble::damaged)
}

fn unpacked(connection: &Connection, change: JournalId) -> Result<Option<Unpacked>, Trouble> {
    let packed: Option<Vec<u8>> = connection
        .prepare_cached("SELECT pieces FROM recipes WHERE change = ?1")?
        .query_row([change.0], |row| row.get(0))
        .optional()?;
    packed.map(|packed| Unpacked::read(&packed).ok_or_else(Trouble::damaged)).transpose()
}

/// The bytes of a patch, which must be those that were put in.
fn patch(connection: &Connection, number: u64) -> Result<Vec<u8>, Trouble> {
    let (hash, length, squeezed): ([u8; 32], Count, Vec<u8>) = connection
        .prepare_cached("SELECT hash, length, bytes FROM patches WHERE id = ?1")?
        .query_row([number.cast_signed()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?
        .ok_or_else(Trouble::damaged)?;
    let bytes = stretch(&squeezed, length.0).ok_or_else(Trouble::damaged)?;
    if *blake3::hash(&bytes).as_bytes() == hash { Ok(bytes) } else { Err(Trouble::damaged()) }
}

/// Drops the way back of a change, if it has one, and the patches that nobody else uses.
pub(in crate::state) fn drop(connection: &Connection, change: JournalId) -> Result<(), Trouble> {
    let Some(unpacked) = unpacked(connection, change)? else { return Ok(()) };
    connection.prepare_cached("DELETE FROM recipes WHERE change = ?1")?.execute([change.0])?;
    let mut last = connection.prepare_cached("DELETE FROM patches WHERE id = ?1 AND uses = 1")?;
    let mut other = connection.prepare_cached("UPDATE patches SET uses = uses - 1 WHERE id = ?1")?;
    for number in unpacked.patches() {
        if last.execute([number.cast_signed()])? == 0 {
            other.execute([number.cast_signed()])?;
        }
    }
    Ok(())
}

/// What is kept, by run. Reads an index only.
pub(in crate::state) fn by_run(connection: &Connection) -> Result<BTreeMap<RunId, WaysBack>, Trouble> {
    let mut statement =
        connection.prepare_cached("SELECT run, count(*), sum(size) FROM recipes GROUP BY run")?;
    let found = statement.query_map((), |row| {
        let number = |column| row.get::<_, Count>(column).map(|count| count.0);
        Ok((RunId(row.get(0)?), WaysBack { changes: number(1)?, bytes: number(2)? }))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Drops the ways back of the oldest changes of a run that are done, until so many bytes are dropped; not more than
/// [`CHUNK`] at once, so that nobody waits long for the database.
pub(in crate::state) fn drop_some(
    connection: &Connection,
    run: RunId,
    bytes: u64,
) -> Result<WaysBack, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT change, size FROM recipes JOIN journal ON journal.id = change
         WHERE recipes.run = ?1 AND state = 'done' ORDER BY change LIMIT ?2",
    )?;
    let oldest = statement.query_map(params![run.0, Count(CHUNK as u64)], |row| {
        Ok((JournalId(row.get(0)?), row.get::<_, Count>(1)?.0))
    })?;
    let mut dropped = WaysBack::default();
    for change in oldest.collect::<Result<Vec<_>, _>>()? {
        if dropped.bytes >= bytes {
            break;
        }
        drop(connection, change.0)?;
        dropped = WaysBack { changes: dropped.changes + 1, bytes: dropped.bytes + change.1 };
    }
    Ok(dropped)
}

/// What is wrong with the ways back: each recipe must be complete, and each patch used as often as it says.
pub(in crate::state) fn check(connection: &Connection) -> Result<Vec<String>, Trouble> {
    let mut uses: BTreeMap<u64, u64> = BTreeMap::new();
    let mut found = Vec::new();
    let mut statement = connection.prepare("SELECT change FROM recipes ORDER BY change")?;
    let changes = statement.query_map((), |row| row.get(0).map(JournalId))?;
    for change in changes {
        let change = change?;
        match of_change(connection, change) {
            Ok(Some(_)) => {}
            Ok(None) | Err(Trouble::Told(_)) => {
                found.push(format!("the way back of change {} is damaged", change.0));
            }
            Err(other) => return Err(other),
        }
        if let Ok(Some(unpacked)) = unpacked(connection, change) {
            unpacked.patches().for_each(|number| *uses.entry(number).or_default() += 1);
        }
    }
    let mut statement = connection.prepare("SELECT id, uses FROM patches")?;
    let told = statement.query_map((), |row| Ok((row.get::<_, Count>(0)?.0, row.get::<_, Count>(1)?.0)))?;
    let told: BTreeMap<u64, u64> = told.collect::<Result<_, _>>()?;
    if told != uses {
        found.push("the pieces that are kept for undo are not those that are used".to_owned());
    }
    Ok(found)
}
