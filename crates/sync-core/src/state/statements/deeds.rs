//! Deeds of the organizer: announced, closed once, counted, and folded into what is ours on the server now.

use std::collections::{BTreeMap, BTreeSet};

use immich_api::{AlbumId, AssetId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::ledger;
use crate::deeds::{
    AlbumRef, Deed, DeedCount, DeedId, DeedRow, DeedState, Numbered, NumberedAlbum, Value, What,
};
use crate::state::packed::{Count, Id, Numbers, OwnedId};
use crate::state::record::RunId;
use crate::state::rows::{Json, Text};
use crate::state::trouble::Trouble;

const COLUMNS: &str = "id, run, account, state, undoes, undone_by, at, content";

impl DeedState {
    const ALL: [Self; 3] = [Self::Intent, Self::Done, Self::RolledBack];

    fn word(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Done => "done",
            Self::RolledBack => "rolled-back",
        }
    }
}

pub(in crate::state) fn announce(connection: &Connection, deed: &Deed) -> Result<DeedId, Trouble> {
    let is_open = connection
        .prepare_cached("SELECT 1 FROM runs WHERE id = ?1 AND ended IS NULL")?
        .exists([deed.run.0])?;
    if !is_open {
        return Err(Trouble::fault(format!("run {} is not open", deed.run.0)));
    }
    let id = connection
        .prepare_cached(
            "INSERT INTO deeds (run, account, state, undoes, at, kind, subject, items, content)
             VALUES (?1, ?2, 'intent', ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .insert(params![
            deed.run.0,
            deed.account,
            deed.undoes.map(|undone| undone.0),
            deed.at.to_string(),
            deed.what.kind(),
            deed.what.subject(),
            Count(deed.what.len() as u64),
            Json(&deed.what),
        ])?;
    Ok(DeedId(id))
}

pub(in crate::state) fn close(
    connection: &Connection,
    id: DeedId,
    happened: Option<&What>,
) -> Result<(), Trouble> {
    let announced = ledger::announced(connection, id)?;
    let closed = match happened {
        Some(what) => connection
            .prepare_cached(
                "UPDATE deeds SET state = 'done', items = ?2, content = ?3 WHERE id = ?1 AND state = 'intent'
                 RETURNING account, undoes",
            )?
            .query_row(params![id.0, Count(what.len() as u64), Json(what)], closed)
            .optional()?,
        None => connection
            .prepare_cached(
                "UPDATE deeds SET state = 'rolled-back' WHERE id = ?1 AND state = 'intent'
                 RETURNING account, undoes",
            )?
            .query_row([id.0], closed)
            .optional()?,
    };
    let Some((account, undoes)) = closed else {
        return Err(Trouble::fault(format!("deed {} is not open", id.0)));
    };
    if let Some(what) = happened {
        keep_albums_in_step(connection, &account, what)?;
        ledger::keep_in_step(connection, &account, what, undoes.is_some())?;
    }
    ledger::forget_announced(connection, &account, &announced)?;
    if happened.is_none() {
        return Ok(());
    }
    undoes.map_or(Ok(()), |undone| recount(connection, undone))
}

fn closed(row: &Row<'_>) -> rusqlite::Result<(String, Option<i64>)> {
    Ok((row.get(0)?, row.get(1)?))
}

/// Works out anew whether a deed counts, after one that takes it back was closed; and then the one that it takes back
/// itself, and so on to the first.
fn recount(connection: &Connection, deed: i64) -> Result<(), Trouble> {
    let mut next = Some(deed);
    while let Some(id) = next {
        let is_left = !left_of(connection, id)?.is_empty();
        let older: Option<i64> = connection
            .prepare_cached(
                "UPDATE deeds SET undone_by = CASE WHEN ?2 THEN NULL ELSE
                     (SELECT max(run) FROM deeds AS back WHERE back.undoes = deeds.id AND back.state = 'done') END
                 WHERE id = ?1 RETURNING undoes",
            )?
            .query_row(params![id, is_left], |row| row.get(0))?;
        // A deed takes back an older one, so this ends.
        next = older.filter(|older| *older < id);
    }
    Ok(())
}

/// The items of a deed that nobody took back, or whose taking back was taken back.
fn left_of(connection: &Connection, deed: i64) -> Result<BTreeSet<String>, Trouble> {
    let Json(what): Json<What> = connection
        .prepare_cached("SELECT content FROM deeds WHERE id = ?1")?
        .query_row([deed], |row| row.get(0))?;
    let mut left = what.items();
    let backs: Vec<i64> = connection
        .prepare_cached("SELECT id FROM deeds WHERE undoes = ?1 AND state = 'done' AND id > ?1")?
        .query_map([deed], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for back in backs {
        let taken = left_of(connection, back)?;
        left.retain(|item| !taken.contains(item));
    }
    Ok(left)
}

fn deed_row(row: &Row<'_>) -> rusqlite::Result<DeedRow> {
    let word: String = row.get("state")?;
    let state = DeedState::ALL.into_iter().find(|state| state.word() == word);
    Ok(DeedRow {
        id: DeedId(row.get("id")?),
        deed: Deed {
            run: RunId(row.get("run")?),
            account: row.get("account")?,
            undoes: row.get::<_, Option<_>>("undoes")?.map(DeedId),
            at: row.get::<_, Text<_>>("at")?.0,
            what: row.get::<_, Json<_>>("content")?.0,
        },
        state: state.ok_or(rusqlite::Error::InvalidQuery)?,
        undone_by: row.get::<_, Option<_>>("undone_by")?.map(RunId),
    })
}

pub(in crate::state) fn open(connection: &Connection) -> Result<Vec<DeedRow>, Trouble> {
    // The condition of the index of open deeds.
    let sql = format!("SELECT {COLUMNS} FROM deeds WHERE state = 'intent' ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_map((), deed_row)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn to_undo(
    connection: &Connection,
    run: RunId,
    before: Option<DeedId>,
    limit: usize,
) -> Result<Vec<DeedRow>, Trouble> {
    let sql = format!(
        "SELECT {COLUMNS} FROM deeds WHERE run = ?1 AND state = 'done' AND undone_by IS NULL
             AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows =
        statement.query_map(params![run.0, before.map(|deed| deed.0), Count(limit as u64)], deed_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn of_run(
    connection: &Connection,
    run: RunId,
    after: DeedId,
    limit: usize,
) -> Result<Vec<DeedRow>, Trouble> {
    let sql = format!(
        "SELECT {COLUMNS} FROM deeds WHERE run = ?1 AND state != 'rolled-back' AND id > ?2 ORDER BY id LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![run.0, after.0, Count(limit as u64)], deed_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn counts(connection: &Connection) -> Result<BTreeMap<RunId, Vec<DeedCount>>, Trouble> {
    // All albums of a run are one line, whatever their names.
    let mut statement = connection.prepare_cached(
        "SELECT run, kind, CASE WHEN kind LIKE '%album' OR kind LIKE '%person' THEN '' ELSE subject END AS about,
             sum(CASE WHEN state = 'done' THEN items ELSE 0 END),
             sum(CASE WHEN state = 'done' AND undone_by NOT NULL THEN items ELSE 0 END),
             sum(state = 'intent')
         FROM deeds WHERE state != 'rolled-back' GROUP BY run, kind, about ORDER BY run, min(id)",
    )?;
    let mut counts: BTreeMap<RunId, Vec<DeedCount>> = BTreeMap::new();
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let (kind, subject) = (row.get(1)?, row.get(2)?);
        let [items, undone, open] =
            [row.get::<_, Count>(3)?.0, row.get::<_, Count>(4)?.0, row.get::<_, Count>(5)?.0];
        let count = DeedCount { kind, subject, items, undone, open };
        counts.entry(RunId(row.get(0)?)).or_default().push(count);
    }
    Ok(counts)
}

/// Goes through all that was done of these kinds (and to this subject), oldest first.
fn fold(
    connection: &Connection,
    account: &str,
    (one, other): (&str, &str),
    subject: Option<&str>,
    mut each: impl FnMut(What),
) -> Result<(), Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT content FROM deeds WHERE state = 'done' AND account = ?1 AND kind IN (?2, ?3)
             AND (?4 IS NULL OR subject = ?4) ORDER BY id",
    )?;
    let mut rows = statement.query(params![account, one, other, subject])?;
    while let Some(row) = rows.next()? {
        each(row.get::<_, Json<What>>(0)?.0);
    }
    Ok(())
}

pub(in crate::state) fn tagged(
    connection: &Connection,
    account: &str,
    tag: &str,
) -> Result<BTreeSet<AssetId>, Trouble> {
    let mut ours = BTreeSet::new();
    fold(connection, account, ("tag", "untag"), Some(tag), |what| match what {
        What::Tag { assets, .. } => ours.extend(assets),
        What::Untag { assets, .. } => {
            for asset in &assets {
                ours.remove(asset);
            }
        }
        _ => {}
    })?;
    Ok(ours)
}

pub(in crate::state) fn added(
    connection: &Connection,
    account: &str,
    album: &AlbumId,
) -> Result<BTreeSet<AssetId>, Trouble> {
    let mut ours = BTreeSet::new();
    let is_it = |of: &AlbumRef| of.id.as_ref() == Some(album);
    fold(connection, account, ("add-to-album", "remove-from-album"), None, |what| match what {
        What::AddToAlbum { album, assets } if is_it(&album) => ours.extend(assets),
        What::RemoveFromAlbum { album, assets } if is_it(&album) => {
            for asset in &assets {
                ours.remove(asset);
            }
        }
        _ => {}
    })?;
    Ok(ours)
}

pub(in crate::state) fn tags(connection: &Connection, account: &str) -> Result<BTreeSet<String>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT subject FROM deeds WHERE state = 'done' AND account = ?1 AND kind = 'tag'",
    )?;
    let mut tags = statement.query_map([account], |row| row.get(0))?.collect::<Result<BTreeSet<_>, _>>()?;
    tags.extend(tags_made(connection, account)?);
    Ok(tags)
}

pub(in crate::state) fn tags_made(
    connection: &Connection,
    account: &str,
) -> Result<BTreeSet<String>, Trouble> {
    let mut made = BTreeSet::new();
    fold(connection, account, ("make-tags", "drop-tags"), None, |what| match what {
        What::MakeTags { tags } => made.extend(tags),
        What::DropTags { tags } => made.retain(|tag| !tags.contains(tag)),
        _ => {}
    })?;
    Ok(made)
}

pub(in crate::state) fn stacks(
    connection: &Connection,
    account: &str,
) -> Result<BTreeSet<Vec<AssetId>>, Trouble> {
    fn sorted(mut photos: Vec<AssetId>) -> Vec<AssetId> {
        photos.sort_unstable();
        photos
    }
    let mut ours = BTreeSet::new();
    fold(connection, account, ("restack", "restack"), None, |what| {
        let What::Restack { stacks } = what else { return };
        for stack in stacks {
            // A stack of the user that got another primary photo stays the user's.
            let before: BTreeSet<_> = stack.before.into_iter().map(sorted).collect();
            let after: BTreeSet<_> = stack.after.into_iter().map(sorted).collect();
            ours.retain(|stack| !before.contains(stack) || after.contains(stack));
            ours.extend(after.difference(&before).cloned());
        }
    })?;
    Ok(ours)
}

pub(in crate::state) fn set(
    connection: &Connection,
    account: &str,
    field: &str,
) -> Result<BTreeSet<AssetId>, Trouble> {
    let mut first: BTreeMap<AssetId, Value> = BTreeMap::new();
    fold(connection, account, ("set", "set"), Some(field), |what| {
        let What::Set { settings } = what else { return };
        for setting in settings {
            let found = first.entry(setting.asset.clone()).or_insert(setting.before);
            if *found == setting.after {
                first.remove(&setting.asset);
            }
        }
    })?;
    Ok(first.into_keys().collect())
}

fn keep_albums_in_step(connection: &Connection, account: &str, what: &What) -> Result<(), Trouble> {
    match what {
        What::MakeAlbum { album: AlbumRef { id: Some(id), numbered: Some(numbered), .. }, .. } => {
            let made = NumberedAlbum {
                id: id.clone(),
                account: account.to_owned(),
                numbered: numbered.clone(),
                photos: Vec::new(),
            };
            adopt(connection, &made)
        }
        What::DropAlbum { album: AlbumRef { numbered: Some(numbered), .. }, .. } => {
            forget(connection, account, numbered)
        }
        What::AddToAlbum { album: AlbumRef { numbered: Some(numbered), .. }, assets } => {
            change_photos(connection, account, numbered, |photos| {
                photos.extend(assets.iter().map(AssetId::as_u128));
            })
        }
        What::RemoveFromAlbum { album: AlbumRef { numbered: Some(numbered), .. }, assets } => {
            disown(connection, account, numbered, assets)
        }
        _ => Ok(()),
    }
}

pub(in crate::state) fn disown(
    connection: &Connection,
    account: &str,
    numbered: &Numbered,
    assets: &[AssetId],
) -> Result<(), Trouble> {
    let gone: BTreeSet<u128> = assets.iter().map(AssetId::as_u128).collect();
    change_photos(connection, account, numbered, |photos| photos.retain(|photo| !gone.contains(photo)))
}

fn change_photos(
    connection: &Connection,
    account: &str,
    numbered: &Numbered,
    change: impl FnOnce(&mut BTreeSet<u128>),
) -> Result<(), Trouble> {
    let known: Option<Numbers> = connection
        .prepare_cached(
            "SELECT photos FROM numbered_albums WHERE account = ?1 AND prefix = ?2 AND number = ?3",
        )?
        .query_row(params![account, numbered.prefix, Count(numbered.number)], |row| row.get(0))
        .optional()?;
    let Some(Numbers(photos)) = known else { return Ok(()) };
    let mut photos: BTreeSet<u128> = photos.into_iter().collect();
    change(&mut photos);
    connection
        .prepare_cached(
            "UPDATE numbered_albums SET photos = ?4 WHERE account = ?1 AND prefix = ?2 AND number = ?3",
        )?
        .execute(params![
            account,
            numbered.prefix,
            Count(numbered.number),
            Numbers(photos.into_iter().collect()),
        ])?;
    Ok(())
}

pub(in crate::state) fn albums(
    connection: &Connection,
    account: &str,
    prefix: &str,
) -> Result<Vec<NumberedAlbum>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT album, number, photos FROM numbered_albums WHERE account = ?1 AND prefix = ?2
         ORDER BY number",
    )?;
    let row = |row: &Row<'_>| {
        Ok(NumberedAlbum {
            id: row.get::<_, OwnedId<_>>(0)?.0,
            account: account.to_owned(),
            numbered: Numbered { prefix: prefix.to_owned(), number: row.get::<_, Count>(1)?.0 },
            photos: row.get::<_, Numbers>(2)?.0.into_iter().map(AssetId::from_u128).collect(),
        })
    };
    Ok(statement.query_map([account, prefix], row)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn album(
    connection: &Connection,
    account: &str,
    numbered: &Numbered,
) -> Result<Option<AlbumId>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT album FROM numbered_albums WHERE account = ?1 AND prefix = ?2 AND number = ?3",
    )?;
    let found: Option<OwnedId<AlbumId>> = statement
        .query_row(params![account, numbered.prefix, Count(numbered.number)], |row| row.get(0))
        .optional()?;
    Ok(found.map(|id| id.0))
}

pub(in crate::state) fn adopt(connection: &Connection, album: &NumberedAlbum) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO numbered_albums (album, account, prefix, number, photos)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            Id(&album.id),
            album.account,
            album.numbered.prefix,
            Count(album.numbered.number),
            Numbers(album.photos.iter().map(AssetId::as_u128).collect()),
        ])?;
    Ok(())
}

pub(in crate::state) fn forget(
    connection: &Connection,
    account: &str,
    numbered: &Numbered,
) -> Result<(), Trouble> {
    connection
        .prepare_cached("DELETE FROM numbered_albums WHERE account = ?1 AND prefix = ?2 AND number = ?3")?
        .execute(params![account, numbered.prefix, Count(numbered.number)])?;
    Ok(())
}
