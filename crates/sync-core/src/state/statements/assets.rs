//! What is remembered of the files of assets, and which assets the server still has to be told about.

use std::collections::HashMap;

use immich_api::AssetId;
use rusqlite::{Connection, params};

use super::CHUNK;
use crate::state::packed::{Count, Id, OwnedId, PackedFile, PackedSha1s};
use crate::state::record::{AssetRecord, Counts, Role};
use crate::state::rows::{self, Json, PathBytes};
use crate::state::trouble::Trouble;

pub(in crate::state) fn records(
    connection: &Connection,
    assets: &[AssetId],
) -> Result<HashMap<AssetId, Vec<AssetRecord>>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM assets WHERE asset IN (SELECT unhex(value, '-') FROM json_each(?1)) ORDER BY asset, role",
    )?;
    let mut found: HashMap<AssetId, Vec<AssetRecord>> = HashMap::with_capacity(assets.len());
    for chunk in assets.chunks(CHUNK) {
        for record in statement.query_map([Json(chunk)], rows::asset_record)? {
            let record = record?;
            let records = found.entry(record.asset.clone()).or_default();
            // An asset that was asked for twice may be in two chunks.
            if records.iter().all(|known| known.role != record.role) {
                records.push(record);
            }
        }
    }
    Ok(found)
}

pub(in crate::state) fn remember(connection: &Connection, record: &AssetRecord) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "INSERT INTO assets (asset, role, written, fingerprint, file, verdict, path, base, sha1)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (asset, role) DO UPDATE SET written = excluded.written,
                 fingerprint = excluded.fingerprint, file = excluded.file, verdict = excluded.verdict,
                 path = excluded.path, base = excluded.base, sha1 = excluded.sha1",
        )?
        .execute(params![
            Id(&record.asset),
            record.role.word(),
            record.base.has_written(),
            record.fingerprint.0,
            record.file.map(PackedFile),
            Json(&record.verdict),
            PathBytes(&record.path),
            Json(&record.base),
            record.sha1.map(PackedSha1s),
        ])?;
    Ok(())
}

pub(in crate::state) fn forget(connection: &Connection, asset: &AssetId, role: Role) -> Result<(), Trouble> {
    connection
        .prepare_cached("DELETE FROM assets WHERE asset = ?1 AND role = ?2")?
        .execute(params![Id(asset), role.word()])?;
    Ok(())
}

/// Reads all rows once, in the order of their assets.
pub(in crate::state) fn counts(connection: &Connection) -> Result<Counts, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*), ifnull(sum(written), 0)
         FROM (SELECT max(written) AS written FROM assets GROUP BY asset)",
    )?;
    Ok(statement.query_row((), |row| {
        Ok(Counts { assets: row.get::<_, Count>(0)?.0, written: row.get::<_, Count>(1)?.0 })
    })?)
}

pub(in crate::state) fn owe(connection: &Connection, account: &str, asset: &AssetId) -> Result<(), Trouble> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO owed (account, asset) VALUES (?1, ?2)")?
        .execute(params![account, Id(asset)])?;
    Ok(())
}

pub(in crate::state) fn owed(connection: &Connection, account: &str) -> Result<Vec<AssetId>, Trouble> {
    let mut statement =
        connection.prepare_cached("SELECT asset FROM owed WHERE account = ?1 ORDER BY asset")?;
    let found = statement.query_map([account], |row| Ok(row.get::<_, OwnedId<_>>(0)?.0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn told(connection: &Connection, assets: &[AssetId]) -> Result<(), Trouble> {
    let mut statement = connection
        .prepare_cached("DELETE FROM owed WHERE asset IN (SELECT unhex(value, '-') FROM json_each(?1))")?;
    for chunk in assets.chunks(CHUNK) {
        statement.execute([Json(chunk)])?;
    }
    Ok(())
}
