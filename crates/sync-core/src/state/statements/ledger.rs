//! What imports sent, item by item, and the albums that they made.

use std::collections::{BTreeMap, BTreeSet};

use immich_api::{AlbumId, AssetId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::CHUNK;
use crate::deeds::{AlbumRef, DeedId, Hex, Imported, LocalPath, NewUpload, What};
use crate::import::{AlbumKey, Entry, ImportAlbum, ItemId, Outline, OutlineRow, Stamp, Standing};
use crate::state::packed::{Count, Id, OwnedId};
use crate::state::rows::{Json, OwnedPath, PathBytes};
use crate::state::trouble::Trouble;

const COLUMNS: &str =
    "item, stamp, bytes, size, sha1, standing, ours, asset, path, why, sent, account, source";

/// The number of a source of an account, if there is anything of it.
fn owner(connection: &Connection, account: &str, source: &str) -> Result<Option<i64>, Trouble> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM import_owners WHERE account = ?1 AND source = ?2")?;
    Ok(statement.query_row([account, source], |row| row.get(0)).optional()?)
}

/// The same, made where it is missing.
fn owner_to_be(connection: &Connection, account: &str, source: &str) -> Result<i64, Trouble> {
    if let Some(owner) = owner(connection, account, source)? {
        return Ok(owner);
    }
    let mut insert =
        connection.prepare_cached("INSERT INTO import_owners (account, source) VALUES (?1, ?2)")?;
    Ok(insert.insert([account, source])?)
}

pub(in crate::state) fn outline(
    connection: &Connection,
    account: &str,
    source: &str,
) -> Result<Outline, Trouble> {
    let Some(owner) = owner(connection, account, source)? else { return Ok(Outline::default()) };
    let mut statement = connection
        .prepare_cached("SELECT item, stamp FROM uploads INDEXED BY uploads_outline WHERE owner = ?1")?;
    let row = |row: &Row<'_>| Ok(OutlineRow { item: ItemId(row.get(0)?), stamp: Stamp(row.get(1)?) });
    Ok(Outline::of(statement.query_map([owner], row)?.collect::<Result<_, _>>()?))
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let (word, ours): (String, bool) = (row.get(5)?, row.get(6)?);
    let asset: Option<AssetId> = row.get::<_, Option<OwnedId<_>>>(7)?.map(|id| id.0);
    let standing = match (word.as_str(), asset) {
        ("there", Some(asset)) => Standing::There { asset, ours },
        ("deleted", Some(asset)) => Standing::Deleted { asset, ours },
        ("withdrawn", Some(asset)) => Standing::Withdrawn { asset },
        ("announced", _) => Standing::Announced,
        ("refused", _) => Standing::Refused { why: row.get(9)? },
        _ => return Err(rusqlite::Error::InvalidQuery),
    };
    Ok(Entry {
        item: ItemId(row.get(0)?),
        stamp: Stamp(row.get(1)?),
        bytes: Stamp(row.get(2)?),
        size: row.get::<_, Count>(3)?.0,
        sha1: row.get(4)?,
        standing,
        path: LocalPath::from(row.get::<_, OwnedPath>(8)?.0),
        sent: row.get::<_, Json<_>>(10)?.0,
        account: row.get(11)?,
        source: row.get(12)?,
    })
}

/// Entries of an account that a condition on a list of hexadecimal digits holds for.
fn found(
    connection: &Connection,
    account: &str,
    condition: &str,
    wanted: &[String],
) -> Result<Vec<Entry>, Trouble> {
    let sql = format!(
        "SELECT {COLUMNS} FROM uploads JOIN import_owners ON import_owners.id = owner
         WHERE account = ?1 AND {condition} IN (SELECT unhex(value, '-') FROM json_each(?2))"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = Vec::with_capacity(wanted.len());
    for chunk in wanted.chunks(CHUNK) {
        for row in statement.query_map(params![account, Json(chunk)], entry)? {
            found.push(row?);
        }
    }
    Ok(found)
}

pub(in crate::state) fn entries(
    connection: &Connection,
    account: &str,
    source: &str,
    items: &[ItemId],
) -> Result<Vec<Entry>, Trouble> {
    let Some(owner) = owner(connection, account, source)? else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT {COLUMNS} FROM uploads JOIN import_owners ON import_owners.id = owner
         WHERE owner = ?1 AND item = ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for item in items {
        found.extend(statement.query_row(params![owner, item.0], entry).optional()?);
    }
    Ok(found)
}

pub(in crate::state) fn by_sha1(
    connection: &Connection,
    account: &str,
    sums: &[[u8; 20]],
) -> Result<Vec<Entry>, Trouble> {
    let wanted: Vec<String> = sums.iter().map(|sum| Hex(*sum).to_string()).collect();
    found(connection, account, "sha1", &wanted)
}

pub(in crate::state) fn by_asset(
    connection: &Connection,
    account: &str,
    assets: &[AssetId],
) -> Result<Vec<Entry>, Trouble> {
    let wanted: Vec<String> = assets.iter().map(ToString::to_string).collect();
    found(connection, account, "asset", &wanted)
}

pub(in crate::state) fn put(connection: &Connection, entry: &Entry) -> Result<(), Trouble> {
    let owner = owner_to_be(connection, &entry.account, &entry.source)?;
    let (word, asset, ours, why) = match &entry.standing {
        Standing::There { asset, ours } => ("there", Some(asset), *ours, ""),
        Standing::Deleted { asset, ours } => ("deleted", Some(asset), *ours, ""),
        Standing::Withdrawn { asset } => ("withdrawn", Some(asset), true, ""),
        Standing::Announced => ("announced", None, false, ""),
        Standing::Refused { why } => ("refused", None, false, why.as_str()),
    };
    connection
        .prepare_cached(
            "INSERT INTO uploads
                 (owner, item, stamp, bytes, size, sha1, standing, ours, asset, path, why, sent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (owner, item) DO UPDATE SET stamp = excluded.stamp, bytes = excluded.bytes,
                 size = excluded.size, sha1 = excluded.sha1, standing = excluded.standing,
                 ours = excluded.ours, asset = excluded.asset, path = excluded.path, why = excluded.why,
                 sent = excluded.sent",
        )?
        .execute(params![
            owner,
            entry.item.0,
            entry.stamp.0,
            entry.bytes.0,
            Count(entry.size),
            entry.sha1,
            word,
            ours,
            asset.map(Id),
            PathBytes(entry.path.path()),
            why,
            Json(&entry.sent),
        ])?;
    Ok(())
}

pub(in crate::state) fn forget(
    connection: &Connection,
    account: &str,
    source: &str,
    items: &[ItemId],
) -> Result<(), Trouble> {
    let Some(owner) = owner(connection, account, source)? else { return Ok(()) };
    let mut statement = connection.prepare_cached("DELETE FROM uploads WHERE owner = ?1 AND item = ?2")?;
    for item in items {
        statement.execute(params![owner, item.0])?;
    }
    Ok(())
}

/// The uploads that an open deed announced.
pub(super) fn announced(connection: &Connection, id: DeedId) -> Result<Vec<NewUpload>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT content FROM deeds
         WHERE id = ?1 AND kind = 'upload' AND state = 'intent' AND undoes IS NULL",
    )?;
    match statement.query_row([id.0], |row| row.get::<_, Json<What>>(0)).optional()? {
        Some(Json(What::Upload { uploads })) => Ok(uploads),
        _ => Ok(Vec::new()),
    }
}

/// Forgets items that were announced and came to nothing.
pub(super) fn forget_announced(
    connection: &Connection,
    account: &str,
    uploads: &[NewUpload],
) -> Result<(), Trouble> {
    let mut statement = connection
        .prepare_cached("DELETE FROM uploads WHERE owner = ?1 AND item = ?2 AND standing = 'announced'")?;
    for owner in owners(connection, account)? {
        for upload in uploads {
            statement.execute(params![owner, upload.item.0])?;
        }
    }
    Ok(())
}

fn owners(connection: &Connection, account: &str) -> Result<Vec<i64>, Trouble> {
    let mut statement = connection.prepare_cached("SELECT id FROM import_owners WHERE account = ?1")?;
    Ok(statement.query_map([account], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Notes what a closed deed says of items and albums. What a user takes back stays as the user wants it, under whatever
/// item the asset is known by now: an upload that was taken back counts as deleted, and an asset that was fetched back
/// from the trash is none that we may trash again.
pub(super) fn keep_in_step(
    connection: &Connection,
    account: &str,
    what: &What,
    is_undo: bool,
) -> Result<(), Trouble> {
    match what {
        What::Upload { uploads } if is_undo => {
            let sql = "UPDATE uploads SET ours = ours AND standing = 'deleted', standing = 'there'
                 WHERE ?2 NOTNULL AND owner = ?1 AND asset = ?3";
            each_upload(connection, account, uploads, sql)
        }
        What::Upload { uploads } => {
            let sql = "UPDATE uploads SET standing = 'there', asset = ?3, ours = 1
                 WHERE owner = ?1 AND item = ?2 AND standing = 'announced'";
            each_upload(connection, account, uploads, sql)
        }
        What::Withdraw { uploads } if is_undo => {
            let sql =
                "UPDATE uploads SET standing = 'deleted' WHERE ?2 NOTNULL AND owner = ?1 AND asset = ?3";
            each_upload(connection, account, uploads, sql)
        }
        What::Withdraw { uploads } => {
            let sql = "UPDATE uploads SET standing = 'withdrawn', stamp = zeroblob(16)
                 WHERE owner = ?1 AND item = ?2 AND asset = ?3";
            each_upload(connection, account, uploads, sql)
        }
        What::MakeAlbum {
            album: AlbumRef { id: Some(id), imported: Some(imported), name, .. },
            description,
        } => {
            let made = ImportAlbum {
                album: id.clone(),
                title: name.clone(),
                description: description.clone(),
                is_deleted: false,
            };
            put_album(connection, account, imported, &made)
        }
        What::DropAlbum { album: AlbumRef { imported: Some(imported), .. }, .. } => {
            forget_album(connection, account, imported)
        }
        What::RenameAlbum { album: AlbumRef { imported: Some(imported), .. }, name } => {
            rename_album(connection, account, imported, name)
        }
        _ => Ok(()),
    }
}

fn each_upload(
    connection: &Connection,
    account: &str,
    uploads: &[NewUpload],
    sql: &str,
) -> Result<(), Trouble> {
    let mut statement = connection.prepare_cached(sql)?;
    for owner in owners(connection, account)? {
        for upload in uploads {
            statement.execute(params![owner, upload.item.0, upload.asset.as_ref().map(Id)])?;
        }
    }
    Ok(())
}

pub(in crate::state) fn album(
    connection: &Connection,
    account: &str,
    imported: &Imported,
) -> Result<Option<AlbumId>, Trouble> {
    let Some(owner) = owner(connection, account, &imported.source)? else { return Ok(None) };
    let mut statement =
        connection.prepare_cached("SELECT album FROM import_albums WHERE owner = ?1 AND key = ?2")?;
    let found: Option<OwnedId<AlbumId>> =
        statement.query_row(params![owner, imported.key], |row| row.get(0)).optional()?;
    Ok(found.map(|id| id.0))
}

pub(in crate::state) fn album_ids(
    connection: &Connection,
    account: &str,
) -> Result<BTreeSet<AlbumId>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT album FROM import_albums JOIN import_owners ON import_owners.id = owner WHERE account = ?1",
    )?;
    let id = |row: &Row<'_>| Ok(row.get::<_, OwnedId<_>>(0)?.0);
    Ok(statement.query_map([account], id)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn albums(
    connection: &Connection,
    account: &str,
    source: &str,
) -> Result<BTreeMap<AlbumKey, ImportAlbum>, Trouble> {
    let Some(owner) = owner(connection, account, source)? else { return Ok(BTreeMap::new()) };
    let mut statement = connection.prepare_cached(
        "SELECT key, album, deleted, title, description FROM import_albums WHERE owner = ?1",
    )?;
    let row = |row: &Row<'_>| {
        let album = ImportAlbum {
            album: row.get::<_, OwnedId<_>>(1)?.0,
            is_deleted: row.get(2)?,
            title: row.get(3)?,
            description: row.get(4)?,
        };
        Ok((AlbumKey(row.get(0)?), album))
    };
    Ok(statement.query_map([owner], row)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn put_album(
    connection: &Connection,
    account: &str,
    imported: &Imported,
    album: &ImportAlbum,
) -> Result<(), Trouble> {
    let owner = owner_to_be(connection, account, &imported.source)?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO import_albums (owner, key, album, deleted, title, description)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            owner,
            imported.key,
            Id(&album.album),
            album.is_deleted,
            album.title,
            album.description,
        ])?;
    Ok(())
}

fn rename_album(
    connection: &Connection,
    account: &str,
    imported: &Imported,
    name: &str,
) -> Result<(), Trouble> {
    let Some(owner) = owner(connection, account, &imported.source)? else { return Ok(()) };
    connection
        .prepare_cached("UPDATE import_albums SET title = ?3 WHERE owner = ?1 AND key = ?2")?
        .execute(params![owner, imported.key, name])?;
    Ok(())
}

fn forget_album(connection: &Connection, account: &str, imported: &Imported) -> Result<(), Trouble> {
    let Some(owner) = owner(connection, account, &imported.source)? else { return Ok(()) };
    connection
        .prepare_cached("DELETE FROM import_albums WHERE owner = ?1 AND key = ?2")?
        .execute(params![owner, imported.key])?;
    Ok(())
}
