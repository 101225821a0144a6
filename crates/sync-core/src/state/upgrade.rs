//! From one version of the state to the next, where SQL alone cannot say it.
//!
//! A step writes down today what older programs left, and must do the same for ever. So it works on JSON and
//! bytes, and uses no type that may change with the program, apart from the identity of a file.

use photo_metadata::replace::FileIdentity;
use rusqlite::types::ToSqlOutput;
use rusqlite::{Row, Transaction, params};
use rusqlite_migration::{HookError, HookResult};
use serde_json::{Map, Value, json};

use super::packed::PackedFile;
use super::rows::Json;

/// Version 1 knew one file per asset and one account, kept ids and identities as text, and remembered names and
/// stars instead of tags. Its tables stand aside as `assets_1` and `journal_1`, and are gone afterwards.
pub(super) fn from_1_to_2(change: &Transaction<'_>) -> HookResult {
    let account = identity(change)?;
    assets(change)?;
    journal(change, &account)?;
    change.execute_batch("DROP TABLE assets_1; DROP TABLE journal_1;")?;
    Ok(())
}

/// Turns the one user into a set of users; answers with that user.
fn identity(change: &Transaction<'_>) -> Result<String, HookError> {
    let mut statement = change.prepare("SELECT value FROM meta WHERE key = 'server'")?;
    let Some(known) = statement.query_map((), |row| row.get::<_, Json<Value>>(0))?.next() else {
        return Ok(String::new());
    };
    let Json(known) = known?;
    let user = known["user"].as_str().unwrap_or_default().to_owned();
    let now = json!({ "url": known["url"], "users": [user] });
    change.execute("UPDATE meta SET value = ?1 WHERE key = 'server'", [Json(now)])?;
    Ok(user)
}

fn assets(change: &Transaction<'_>) -> HookResult {
    // An id that is none cannot be asked for, and was nobody's record.
    let mut old = change.prepare(
        "SELECT unhex(asset, '-') AS id, path, fingerprint, file, verdict, base FROM assets_1
         WHERE length(unhex(asset, '-')) = 16 ORDER BY id",
    )?;
    let mut new = change.prepare(
        "INSERT INTO assets (asset, role, written, path, fingerprint, file, verdict, base)
         VALUES (?1, 'original', ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut rows = old.query(())?;
    while let Some(row) = rows.next()? {
        let Json(file) = row.get::<_, Json<FileIdentity>>("file")?;
        let base = base(&row.get::<_, Json<Value>>("base")?.0);
        new.execute(params![
            kept(row, "id")?,
            base.get("written").is_some(),
            kept(row, "path")?,
            kept(row, "fingerprint")?,
            PackedFile(file),
            kept(row, "verdict")?,
            Json(&base),
        ])?;
    }
    Ok(())
}

fn journal(change: &Transaction<'_>, account: &str) -> HookResult {
    let mut old = change.prepare("SELECT *, unhex(asset, '-') AS asset_id FROM journal_1 ORDER BY id")?;
    let mut new = change.prepare(
        "INSERT INTO journal (id, run, asset, role, account, path, work_dir, before, after, state, old_hash,
             new_hash, owes, at, fingerprint, edits, base)
         VALUES (?1, ?2, ?3, 'original', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, ?12, ?13, ?14, ?15)",
    )?;
    let mut rows = old.query(())?;
    while let Some(row) = rows.next()? {
        let Json(before) = row.get::<_, Json<FileIdentity>>("before")?;
        let after = row.get::<_, Option<Json<FileIdentity>>>("after")?;
        new.execute(params![
            kept(row, "id")?,
            kept(row, "run")?,
            kept(row, "asset_id")?,
            account,
            kept(row, "path")?,
            kept(row, "work_dir")?,
            PackedFile(before),
            after.map(|Json(after)| PackedFile(after)),
            kept(row, "state")?,
            kept(row, "old_hash")?,
            kept(row, "new_hash")?,
            kept(row, "at")?,
            kept(row, "fingerprint")?,
            kept(row, "edits")?,
            Json(base(&row.get::<_, Json<Value>>("base")?.0)),
        ])?;
    }
    Ok(())
}

/// Version 2 kept the whole content of a sidecar before its change in the journal. As a way back it copies nothing:
/// a byte for plain bytes, the form of the recipe, no length to copy from, and one patch.
pub(super) fn from_2_to_3(change: &Transaction<'_>) -> HookResult {
    {
        let mut old = change.prepare(
            "SELECT id, run, old_bytes FROM journal
             WHERE old_bytes NOT NULL AND state IN ('sealed', 'done') ORDER BY id",
        )?;
        let mut rows = old.query(())?;
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref("old_bytes")?.as_blob().map_err(rusqlite::Error::from)?;
            let patch = patch(change, bytes)?;
            let pieces = [&[0, 1, 0, 2], leb128(patch).as_slice()].concat();
            change.execute(
                "INSERT INTO recipes (change, run, size, in_place, pieces) VALUES (?1, ?2, ?3, 0, ?4)",
                params![kept(row, "id")?, kept(row, "run")?, length(bytes) + 1 + length(&pieces), pieces],
            )?;
        }
    }
    change.execute_batch("ALTER TABLE journal DROP COLUMN old_bytes;")?;
    Ok(())
}

/// Keeps bytes as a patch, or uses the one that has the same; answers with its number.
fn patch(change: &Transaction<'_>, bytes: &[u8]) -> Result<u64, HookError> {
    let number: i64 = change.query_row(
        "INSERT INTO patches (hash, uses, length, bytes) VALUES (?1, 1, ?2, ?3)
         ON CONFLICT (hash) DO UPDATE SET uses = uses + 1 RETURNING id",
        params![blake3::hash(bytes).as_bytes(), length(bytes), [&[0], bytes].concat()],
        |row| row.get(0),
    )?;
    Ok(number.cast_unsigned())
}

fn length(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

fn leb128(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
    bytes
}

/// A value that goes over as it is.
fn kept<'a>(row: &'a Row<'_>, column: &str) -> rusqlite::Result<ToSqlOutput<'a>> {
    row.get_ref(column).map(ToSqlOutput::Borrowed)
}

/// What we wrote, by tag: names were added to one tag for sure, and a favourite was five stars.
fn base(old: &Value) -> Map<String, Value> {
    let mut written = Map::new();
    if let Some(people) = old["people"].as_array().filter(|people| !people.is_empty()) {
        written.insert("PersonInImage".to_owned(), json!(people));
    }
    if old["favorite_stars"] == true {
        written.insert("Rating".to_owned(), json!("5"));
    }
    let mut base = Map::new();
    if !written.is_empty() {
        base.insert("written".to_owned(), Value::Object(written));
    }
    base
}

#[cfg(test)]
mod tests {
    use photo_metadata::Base;
    use serde_json::from_value;

    use super::*;

    #[test]
    fn old_names_and_stars_are_tags_that_the_program_knows() {
        let new = base(&json!({ "people": ["Zoë", "O'Brien"], "favorite_stars": true }));

        assert_eq!(json!(new), json!({ "written": { "PersonInImage": ["Zoë", "O'Brien"], "Rating": "5" } }));
        assert_eq!(from_value::<Base>(json!(new)).unwrap().written.len(), 2);
    }

    #[test]
    fn nothing_written_stays_nothing() {
        assert_eq!(json!(base(&json!({}))), json!({}));
        assert_eq!(json!(base(&json!({ "people": [], "favorite_stars": false }))), json!({}));
    }
}
