//! What the server said about albums and faces, kept for later runs.

use std::collections::{BTreeSet, HashMap};

use immich_api::{AlbumId, AssetId};
use rusqlite::{Connection, params};

use super::CHUNK;
use crate::state::cached::{CachedAlbum, FaceRecord};
use crate::state::packed::{Count, Id, Numbers, OwnedId};
use crate::state::rows::{self, Json};
use crate::state::trouble::Trouble;

pub(in crate::state) fn albums(connection: &Connection, account: &str) -> Result<Vec<CachedAlbum>, Trouble> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM albums WHERE account = ?1 ORDER BY album")?;
    Ok(statement.query_map([account], rows::cached_album)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn put_album(
    connection: &Connection,
    account: &str,
    album: &CachedAlbum,
) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO albums (account, album, name, updated_at, asset_count, fetched, members)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            account,
            Id(&album.id),
            album.name,
            album.updated_at.map(|time| time.to_string()),
            album.asset_count.map(Count),
            album.fetched.to_string(),
            Numbers(album.members.clone()),
        ])?;
    Ok(())
}

pub(in crate::state) fn drop_albums(
    connection: &Connection,
    account: &str,
    keep: &BTreeSet<AlbumId>,
) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "DELETE FROM albums WHERE account = ?1
             AND album NOT IN (SELECT unhex(value, '-') FROM json_each(?2))",
        )?
        .execute(params![account, Json(keep)])?;
    Ok(())
}

pub(in crate::state) fn clear_albums(connection: &Connection) -> Result<(), Trouble> {
    connection.prepare_cached("DELETE FROM albums")?.execute(())?;
    Ok(())
}

pub(in crate::state) fn faces(
    connection: &Connection,
    assets: &[AssetId],
) -> Result<HashMap<AssetId, FaceRecord>, Trouble> {
    let mut statement = connection
        .prepare_cached("SELECT * FROM faces WHERE asset IN (SELECT unhex(value, '-') FROM json_each(?1))")?;
    let mut found = HashMap::with_capacity(assets.len());
    for chunk in assets.chunks(CHUNK) {
        for record in statement.query_map([Json(chunk)], rows::face_record)? {
            let record = record?;
            found.insert(record.asset.clone(), record);
        }
    }
    Ok(found)
}

pub(in crate::state) fn put_faces(connection: &Connection, records: &[FaceRecord]) -> Result<(), Trouble> {
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO faces (asset, people, checked, faces) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for record in records {
        statement.execute(params![Id(&record.asset), record.people, record.checked, record.faces])?;
    }
    Ok(())
}

pub(in crate::state) fn count_faces(connection: &Connection) -> Result<u64, Trouble> {
    Ok(connection
        .prepare_cached("SELECT count(*) FROM faces")?
        .query_row((), |row| row.get::<_, Count>(0))?
        .0)
}

pub(in crate::state) fn oldest_faces(connection: &Connection, limit: u64) -> Result<Vec<AssetId>, Trouble> {
    let mut statement =
        connection.prepare_cached("SELECT asset FROM faces ORDER BY checked, asset LIMIT ?1")?;
    let found = statement.query_map([Count(limit)], |row| Ok(row.get::<_, OwnedId<_>>(0)?.0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn drop_faces(connection: &Connection, assets: &[AssetId]) -> Result<(), Trouble> {
    let mut statement = connection
        .prepare_cached("DELETE FROM faces WHERE asset IN (SELECT unhex(value, '-') FROM json_each(?1))")?;
    for chunk in assets.chunks(CHUNK) {
        statement.execute([Json(chunk)])?;
    }
    Ok(())
}
