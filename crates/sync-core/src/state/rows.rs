//! Rows of the database to records of the program and back.
//!
//! A path is bytes on Unix and often not UTF-8 in old photo folders, so it is a BLOB here; the JSON of a
//! path would fail, or silently name another file. What only the program reads is JSON.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cached::{CachedAlbum, FaceRecord};
use super::journal::{Intent, JournalId, JournalMark, JournalRow, JournalState};
use super::packed::{Count, Numbers, OwnedId, PackedFile, PackedSha1s};
use super::record::{AssetRecord, Fingerprint, RunId, RunRecord};
use super::way_back::WayBack;

/// Changes that were announced and never closed. Its condition is that of the index.
pub(super) const OPEN: &str = "WHERE state IN ('intent', 'sealed') ORDER BY journal.id";

/// Rows of the journal as [`journal_row`] reads them. With the table of ways back, `run` has to name its table.
pub(super) fn journal(which: &str) -> String {
    format!(
        "SELECT journal.*, recipes.size AS kept, recipes.in_place AS in_place
         FROM journal LEFT JOIN recipes ON recipes.change = journal.id {which}"
    )
}

/// A path as its bytes.
pub(super) struct PathBytes<'a>(pub(super) &'a Path);

impl ToSql for PathBytes<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.as_os_str().as_bytes())))
    }
}

/// A path out of its bytes.
pub(super) struct OwnedPath(pub(super) PathBuf);

impl FromSql for OwnedPath {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(PathBuf::from(OsStr::from_bytes(value.as_blob()?))))
    }
}

/// Anything that serde knows, as JSON text.
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match serde_json::to_string(&self.0) {
            Ok(text) => Ok(ToSqlOutput::from(text)),
            Err(error) => Err(rusqlite::Error::ToSqlConversionFailure(Box::new(error))),
        }
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

/// Anything that writes itself as text and reads itself back, such as a time.
pub(super) struct Text<T>(pub(super) T);

impl<T> FromSql for Text<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map(Self).map_err(FromSqlError::other)
    }
}

impl JournalState {
    /// The word in the database.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Sealed => "sealed",
            Self::Done => "done",
            Self::RolledBack => "rolled-back",
        }
    }
}

impl FromSql for JournalState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        [Self::Intent, Self::Sealed, Self::Done, Self::RolledBack]
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or(FromSqlError::InvalidType)
    }
}

impl FromSql for Fingerprint {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; 32]>::column_result(value).map(Self)
    }
}

/// A row of `assets`.
pub(super) fn asset_record(row: &Row<'_>) -> rusqlite::Result<AssetRecord> {
    Ok(AssetRecord {
        asset: row.get::<_, OwnedId<_>>("asset")?.0,
        role: row.get("role")?,
        path: row.get::<_, OwnedPath>("path")?.0,
        fingerprint: row.get("fingerprint")?,
        file: row.get::<_, Option<PackedFile>>("file")?.map(|file| file.0),
        verdict: row.get::<_, Json<_>>("verdict")?.0,
        base: row.get::<_, Json<_>>("base")?.0,
        sha1: row.get::<_, Option<PackedSha1s>>("sha1")?.map(|pair| pair.0),
    })
}

/// A row of `journal`.
pub(super) fn journal_row(row: &Row<'_>) -> rusqlite::Result<JournalRow> {
    let intent = Intent {
        run: RunId(row.get("run")?),
        asset: row.get::<_, OwnedId<_>>("asset")?.0,
        account: row.get("account")?,
        role: row.get("role")?,
        path: row.get::<_, OwnedPath>("path")?.0,
        work_dir: row.get::<_, OwnedPath>("work_dir")?.0,
        before: row.get::<_, Option<PackedFile>>("before")?.map(|file| file.0),
        edits: row.get::<_, Json<_>>("edits")?.0,
        fingerprint: row.get("fingerprint")?,
        base: row.get::<_, Json<_>>("base")?.0,
        sha1: row.get::<_, Option<PackedSha1s>>("sha1")?.map(|pair| pair.0),
        owes: row.get("owes")?,
        undoes: row.get::<_, Option<_>>("undoes")?.map(JournalId),
        at: row.get::<_, Text<_>>("at")?.0,
    };
    Ok(JournalRow {
        id: JournalId(row.get("id")?),
        intent,
        state: row.get("state")?,
        old_hash: row.get("old_hash")?,
        new_hash: row.get("new_hash")?,
        after: row.get::<_, Option<PackedFile>>("after")?.map(|file| file.0),
        way_back: match row.get::<_, Option<Count>>("kept")? {
            Some(Count(size)) => Some(WayBack { size, in_place: row.get("in_place")? }),
            None => None,
        },
        undone_by: row.get::<_, Option<_>>("undone_by")?.map(RunId),
    })
}

/// The columns of a mark; all of them stand before the long ones.
pub(super) const MARK: &str = "id, run, asset, role, state, undoes, undone_by";

/// A row of `journal`, as far as a mark goes.
pub(super) fn journal_mark(row: &Row<'_>) -> rusqlite::Result<JournalMark> {
    Ok(JournalMark {
        id: JournalId(row.get("id")?),
        run: RunId(row.get("run")?),
        asset: row.get::<_, OwnedId<_>>("asset")?.0,
        role: row.get("role")?,
        state: row.get("state")?,
        undoes: row.get::<_, Option<_>>("undoes")?.map(JournalId),
        undone_by: row.get::<_, Option<_>>("undone_by")?.map(RunId),
    })
}

/// A row of `albums`.
pub(super) fn cached_album(row: &Row<'_>) -> rusqlite::Result<CachedAlbum> {
    Ok(CachedAlbum {
        id: row.get::<_, OwnedId<_>>("album")?.0,
        name: row.get("name")?,
        updated_at: row.get::<_, Option<Text<_>>>("updated_at")?.map(|text| text.0),
        asset_count: row.get::<_, Option<Count>>("asset_count")?.map(|count| count.0),
        members: row.get::<_, Numbers>("members")?.0,
        fetched: row.get::<_, Text<_>>("fetched")?.0,
    })
}

/// A row of `faces`.
pub(super) fn face_record(row: &Row<'_>) -> rusqlite::Result<FaceRecord> {
    Ok(FaceRecord {
        asset: row.get::<_, OwnedId<_>>("asset")?.0,
        people: row.get("people")?,
        faces: row.get("faces")?,
        checked: row.get("checked")?,
    })
}

/// A row of `runs`.
pub(super) fn run_record(row: &Row<'_>) -> rusqlite::Result<RunRecord> {
    Ok(RunRecord {
        id: RunId(row.get("id")?),
        command: row.get("command")?,
        started: row.get::<_, Text<_>>("started")?.0,
        ended: row.get::<_, Option<Text<_>>>("ended")?.map(|text| text.0),
        summary: row.get::<_, Option<Json<_>>>("summary")?.map(|json| json.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_database_are_those_of_the_program() {
        for state in
            [JournalState::Intent, JournalState::Sealed, JournalState::Done, JournalState::RolledBack]
        {
            assert_eq!(serde_json::to_value(state).unwrap(), state.word());
            assert_eq!(JournalState::column_result(ValueRef::Text(state.word().as_bytes())), Ok(state));
        }
    }

    #[test]
    fn an_unknown_word_is_an_error() {
        assert!(JournalState::column_result(ValueRef::Text(b"perhaps")).is_err());
    }
}
