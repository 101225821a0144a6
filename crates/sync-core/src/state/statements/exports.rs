//! Exported files, by the library and the destination that they belong to.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::deeds::LocalPath;
use crate::export::hashes::name;
use crate::export::{ExportLine, ExportOutline, ExportOwner, ExportRow, ExportStamp, Part};
use crate::state::packed::Count;
use crate::state::rows::{OwnedPath, PathBytes};
use crate::state::trouble::Trouble;

const COLUMNS: &str = "slot, unit, asset, part, number, path, stamp, size, mtime, inode, digest, before";

fn owner(connection: &Connection, owner: &ExportOwner) -> Result<Option<i64>, Trouble> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM export_owners WHERE library = ?1 AND folder = ?2")?;
    let folder = PathBytes(owner.folder.path());
    Ok(statement.query_row(params![owner.library, folder], |row| row.get(0)).optional()?)
}

fn owner_to_be(connection: &Connection, of: &ExportOwner) -> Result<i64, Trouble> {
    if let Some(owner) = owner(connection, of)? {
        return Ok(owner);
    }
    let mut insert =
        connection.prepare_cached("INSERT INTO export_owners (library, folder) VALUES (?1, ?2)")?;
    Ok(insert.insert(params![of.library, PathBytes(of.folder.path())])?)
}

/// A number without a sign, as SQLite keeps it.
fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

fn part(row: &Row<'_>, column: usize) -> rusqlite::Result<Part> {
    Part::of_word(&row.get::<_, String>(column)?).ok_or(rusqlite::Error::InvalidQuery)
}

pub(in crate::state) fn outline(connection: &Connection, of: &ExportOwner) -> Result<ExportOutline, Trouble> {
    let Some(owner) = owner(connection, of)? else { return Ok(ExportOutline::default()) };
    let mut statement = connection.prepare_cached(
        "SELECT slot, stamp, inode, number, unit, part, path FROM exports WHERE owner = ?1",
    )?;
    let (mut lines, mut names) = (Vec::new(), HashMap::new());
    let mut rows = statement.query([owner])?;
    while let Some(row) = rows.next()? {
        lines.push(ExportLine {
            slot: unsigned(row, 0)?,
            stamp: ExportStamp(row.get(1)?),
            inode: unsigned(row, 2)?,
            number: row.get(3)?,
            is_seen: false,
        });
        if !part(row, 5)?.is_sidecar() {
            let OwnedPath(path) = row.get(6)?;
            let folder =
                path.parent().map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
            let file = path.file_name().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
            names.insert(name(&folder, &file), unsigned(row, 4)?);
        }
    }
    Ok(ExportOutline::of(lines, names))
}

fn exported(row: &Row<'_>) -> rusqlite::Result<ExportRow> {
    Ok(ExportRow {
        slot: unsigned(row, 0)?,
        unit: unsigned(row, 1)?,
        asset: row.get(2)?,
        part: part(row, 3)?,
        number: row.get(4)?,
        path: LocalPath::from(row.get::<_, OwnedPath>(5)?.0),
        stamp: ExportStamp(row.get(6)?),
        size: row.get::<_, Count>(7)?.0,
        mtime_ns: row.get(8)?,
        inode: unsigned(row, 9)?,
        digest: row.get(10)?,
        before: row.get(11)?,
    })
}

pub(in crate::state) fn by_slot(
    connection: &Connection,
    of: &ExportOwner,
    slots: &[u64],
) -> Result<Vec<ExportRow>, Trouble> {
    let Some(owner) = owner(connection, of)? else { return Ok(Vec::new()) };
    let sql = format!("SELECT {COLUMNS} FROM exports WHERE owner = ?1 AND slot = ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = Vec::with_capacity(slots.len());
    for slot in slots {
        found.extend(statement.query_row(params![owner, slot.cast_signed()], exported).optional()?);
    }
    Ok(found)
}

pub(in crate::state) fn under_way(
    connection: &Connection,
    of: &ExportOwner,
) -> Result<Vec<ExportRow>, Trouble> {
    let Some(owner) = owner(connection, of)? else { return Ok(Vec::new()) };
    let sql = format!("SELECT {COLUMNS} FROM exports WHERE owner = ?1 AND before NOT NULL");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_map([owner], exported)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn put(
    connection: &Connection,
    of: &ExportOwner,
    rows: &[ExportRow],
) -> Result<(), Trouble> {
    if rows.is_empty() {
        return Ok(());
    }
    let owner = owner_to_be(connection, of)?;
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO exports
             (owner, slot, unit, asset, part, number, path, stamp, size, mtime, inode, digest, before)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    for row in rows {
        statement.execute(params![
            owner,
            row.slot.cast_signed(),
            row.unit.cast_signed(),
            row.asset,
            row.part.word(),
            row.number,
            PathBytes(row.path.path()),
            row.stamp.0,
            Count(row.size),
            row.mtime_ns,
            row.inode.cast_signed(),
            row.digest,
            row.before,
        ])?;
    }
    Ok(())
}

pub(in crate::state) fn forget(
    connection: &Connection,
    of: &ExportOwner,
    slots: &[u64],
) -> Result<(), Trouble> {
    let Some(owner) = owner(connection, of)? else { return Ok(()) };
    let mut statement = connection.prepare_cached("DELETE FROM exports WHERE owner = ?1 AND slot = ?2")?;
    for slot in slots {
        statement.execute(params![owner, slot.cast_signed()])?;
    }
    Ok(())
}

/// Nothing of an owner is under way any more.
pub(in crate::state) fn close(connection: &Connection, of: &ExportOwner) -> Result<(), Trouble> {
    let Some(owner) = owner(connection, of)? else { return Ok(()) };
    let sql = "UPDATE exports SET before = NULL WHERE owner = ?1 AND before NOT NULL";
    connection.prepare_cached(sql)?.execute([owner])?;
    Ok(())
}
