//! What the store asks and tells the database: one function per statement, inside a transaction of the store.

pub(super) mod assets;
pub(super) mod cached;
pub(super) mod deeds;
pub(super) mod exports;
pub(super) mod groups;
pub(super) mod journal;
pub(super) mod ledger;
pub(super) mod pictures;
pub(super) mod recipes;
pub(super) mod runs;

use rusqlite::Connection;

use super::trouble::Trouble;

/// Ids per query: large enough that the query itself costs nothing, small enough for any limit of SQLite.
const CHUNK: usize = 1000;

/// What SQLite's own check finds wrong; nothing when all is well.
pub(super) fn check(connection: &Connection) -> Result<Vec<String>, Trouble> {
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let mut found: Vec<String> = statement.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
    found.retain(|line| line != "ok");
    let orphans = connection.prepare("PRAGMA foreign_key_check")?.query_map((), |_| Ok(()))?.count();
    if orphans > 0 {
        found.push(format!("{orphans} changes belong to no run"));
    }
    found.extend(recipes::check(connection)?);
    Ok(found)
}
