//! Groups of the last scan, and decisions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use photo_similarity::{Class, GroupId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::organize::{Decision, GroupRecord};
use crate::state::groups::ClassCount;
use crate::state::packed::Count;
use crate::state::rows::Json;
use crate::state::trouble::Trouble;

const CLASSES: [Class; 4] = [Class::Exact, Class::Duplicate, Class::Burst, Class::Similar];

pub(in crate::state) fn replace(
    connection: &Connection,
    groups: &mut dyn Iterator<Item = GroupRecord>,
) -> Result<u64, Trouble> {
    connection.execute("DELETE FROM picture_groups", ())?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO picture_groups (number, id, class, photos, gain, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let mut number = 0;
    for group in groups {
        number += 1;
        insert.execute(params![
            Count(number),
            group.id.0,
            group.class.name(),
            Count(group.members.len() as u64),
            Count(group.gain()),
            Json(&group),
        ])?;
    }
    Ok(number)
}

fn numbered_group(row: &Row<'_>) -> rusqlite::Result<(u64, GroupRecord)> {
    Ok((row.get::<_, Count>(0)?.0, row.get::<_, Json<GroupRecord>>(1)?.0))
}

pub(in crate::state) fn after(
    connection: &Connection,
    number: u64,
    class: Option<Class>,
    limit: usize,
) -> Result<Vec<(u64, GroupRecord)>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT number, content FROM picture_groups WHERE number > ?1 AND (?2 IS NULL OR class = ?2)
         ORDER BY number LIMIT ?3",
    )?;
    let rows = statement
        .query_map(params![Count(number), class.map(Class::name), Count(limit as u64)], numbered_group)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn named(
    connection: &Connection,
    prefix: &str,
) -> Result<Vec<(u64, GroupRecord)>, Trouble> {
    if !prefix.bytes().all(|letter| letter.is_ascii_hexdigit()) {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare_cached(
        "SELECT number, content FROM picture_groups WHERE substr(hex(id), 1, length(?1)) = upper(?1)
         ORDER BY number LIMIT 2",
    )?;
    Ok(statement.query_map([prefix], numbered_group)?.collect::<Result<_, _>>()?)
}

pub(in crate::state) fn numbered(
    connection: &Connection,
    number: u64,
) -> Result<Option<GroupRecord>, Trouble> {
    let mut statement =
        connection.prepare_cached("SELECT number, content FROM picture_groups WHERE number = ?1")?;
    Ok(statement.query_row([Count(number)], numbered_group).optional()?.map(|(_, group)| group))
}

pub(in crate::state) fn counts(connection: &Connection) -> Result<BTreeMap<Class, ClassCount>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT class, count(*), sum(photos), sum(gain) FROM picture_groups
         WHERE id NOT IN (SELECT id FROM decisions WHERE content = ?1) GROUP BY class",
    )?;
    let mut counts = BTreeMap::new();
    let mut rows = statement.query([Json(Decision::NotDuplicates)])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let class = CLASSES.into_iter().find(|class| class.name() == name);
        let class = class.ok_or_else(|| Trouble::fault(format!("there is no class `{name}`")))?;
        let [groups, photos, gain] =
            [row.get::<_, Count>(1)?.0, row.get::<_, Count>(2)?.0, row.get::<_, Count>(3)?.0];
        counts.insert(class, ClassCount { groups, photos, gain });
    }
    Ok(counts)
}

pub(in crate::state) fn decide(
    connection: &Connection,
    group: GroupId,
    decision: Option<&Decision>,
    at: Timestamp,
) -> Result<(), Trouble> {
    match decision {
        Some(decision) => connection
            .prepare_cached("INSERT OR REPLACE INTO decisions (id, at, content) VALUES (?1, ?2, ?3)")?
            .execute(params![group.0, at.to_string(), Json(decision)])?,
        None => connection.prepare_cached("DELETE FROM decisions WHERE id = ?1")?.execute([group.0])?,
    };
    Ok(())
}

pub(in crate::state) fn decision(
    connection: &Connection,
    group: GroupId,
) -> Result<Option<Decision>, Trouble> {
    let mut statement = connection.prepare_cached("SELECT content FROM decisions WHERE id = ?1")?;
    let found: Option<Json<Decision>> = statement.query_row([group.0], |row| row.get(0)).optional()?;
    Ok(found.map(|json| json.0))
}

pub(in crate::state) fn decisions(connection: &Connection) -> Result<BTreeMap<GroupId, Decision>, Trouble> {
    let mut statement = connection.prepare_cached("SELECT id, content FROM decisions")?;
    let row = |row: &Row<'_>| Ok((GroupId(row.get(0)?), row.get::<_, Json<Decision>>(1)?.0));
    Ok(statement.query_map((), row)?.collect::<Result<_, _>>()?)
}
