//! Looks of pictures, and which of them are alike.

use photo_similarity::PhotoId;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::state::pictures::{Likeness, PictureKey, PictureRecord, SearchChange, SearchId};
use crate::state::trouble::Trouble;

pub(in crate::state) fn pictures(
    connection: &Connection,
    method: &str,
    keys: &[PictureKey],
) -> Result<Vec<Option<PictureRecord>>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT stamp, used, sha1, signature, about FROM pictures WHERE key = ?1 AND method = ?2",
    )?;
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let row = |row: &Row<'_>| {
            Ok(PictureRecord {
                key: *key,
                stamp: row.get(0)?,
                used: row.get(1)?,
                sha1: row.get(2)?,
                signature: row.get(3)?,
                about: row.get(4)?,
            })
        };
        found.push(statement.query_row(params![key.0, method], row).optional()?);
    }
    Ok(found)
}

pub(in crate::state) fn put(
    connection: &Connection,
    method: &str,
    records: &[PictureRecord],
) -> Result<(), Trouble> {
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO pictures (key, method, stamp, used, sha1, signature, about)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for PictureRecord { key, stamp, used, sha1, signature, about } in records {
        statement.execute(params![key.0, method, stamp, used, sha1, signature, about])?;
    }
    Ok(())
}

pub(in crate::state) fn used(
    connection: &Connection,
    method: &str,
    keys: &[PictureKey],
    day: i64,
) -> Result<(), Trouble> {
    let mut statement =
        connection.prepare_cached("UPDATE pictures SET used = ?3 WHERE key = ?1 AND method = ?2")?;
    for key in keys {
        statement.execute(params![key.0, method, day])?;
    }
    Ok(())
}

pub(in crate::state) fn forget(connection: &Connection, before: i64) -> Result<u64, Trouble> {
    Ok(connection.prepare_cached("DELETE FROM pictures WHERE used < ?1")?.execute([before])? as u64)
}

pub(in crate::state) fn forget_these(connection: &Connection, keys: &[PictureKey]) -> Result<(), Trouble> {
    let mut statement = connection.prepare_cached("DELETE FROM pictures WHERE key = ?1")?;
    for key in keys {
        statement.execute([key.0])?;
    }
    Ok(())
}

pub(in crate::state) fn search(connection: &Connection, name: &str, day: i64) -> Result<SearchId, Trouble> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO searches (name, used) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET used = excluded.used RETURNING id",
    )?;
    Ok(SearchId(statement.query_row(params![name, day], |row| row.get(0))?))
}

pub(in crate::state) fn forget_searches(connection: &Connection, keep: usize) -> Result<u64, Trouble> {
    let keep = i64::try_from(keep).unwrap_or(i64::MAX);
    let mut statement = connection
        .prepare_cached("SELECT id FROM searches ORDER BY used DESC, id DESC LIMIT -1 OFFSET ?1")?;
    let old: Vec<i64> = statement.query_map([keep], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for search in &old {
        for table in ["likenesses", "compared"] {
            connection.execute(&format!("DELETE FROM {table} WHERE search = ?1"), [search])?;
        }
        connection.execute("DELETE FROM searches WHERE id = ?1", [search])?;
    }
    Ok(old.len() as u64)
}

pub(in crate::state) fn compared(
    connection: &Connection,
    search: SearchId,
) -> Result<Vec<(PhotoId, [u8; 8])>, Trouble> {
    let mut statement =
        connection.prepare_cached("SELECT photo, looks FROM compared WHERE search = ?1 ORDER BY photo")?;
    let row = |row: &Row<'_>| Ok((PhotoId(row.get(0)?), row.get(1)?));
    Ok(statement.query_map([search.0], row)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn likenesses(
    connection: &Connection,
    search: SearchId,
) -> Result<Vec<Likeness>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT one, other, distance FROM likenesses WHERE search = ?1 ORDER BY one, other",
    )?;
    let row = |row: &Row<'_>| {
        Ok(Likeness { one: PhotoId(row.get(0)?), other: PhotoId(row.get(1)?), distance: row.get(2)? })
    };
    Ok(statement.query_map([search.0], row)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn change(
    connection: &Connection,
    search: SearchId,
    change: &SearchChange,
) -> Result<(), Trouble> {
    let mut unlike =
        connection.prepare_cached("DELETE FROM likenesses WHERE search = ?1 AND one = ?2 AND other = ?3")?;
    for (one, other) in &change.unlike {
        unlike.execute(params![search.0, one.0, other.0])?;
    }
    let mut gone = connection.prepare_cached("DELETE FROM compared WHERE search = ?1 AND photo = ?2")?;
    for photo in &change.gone {
        gone.execute(params![search.0, photo.0])?;
    }
    let mut compared = connection
        .prepare_cached("INSERT OR REPLACE INTO compared (search, photo, looks) VALUES (?1, ?2, ?3)")?;
    for (photo, looks) in &change.compared {
        compared.execute(params![search.0, photo.0, looks])?;
    }
    let mut alike = connection.prepare_cached(
        "INSERT OR REPLACE INTO likenesses (search, one, other, distance) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for Likeness { one, other, distance } in &change.likenesses {
        alike.execute(params![search.0, one.0, other.0, distance])?;
    }
    Ok(())
}
