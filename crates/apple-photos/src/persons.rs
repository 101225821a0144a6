//! Reads the persons, and whom the user said they are.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use crate::cells::Cells;
use crate::schema::Schema;
use crate::select::Select;
use crate::sides::collect;
use crate::{Person, PersonId};

/// The persons, and where each row of theirs leads.
#[derive(Debug, Default)]
pub(crate) struct Persons {
    pub(crate) list: Vec<Person>,
    /// From the row to the person, merged ones already followed.
    of_row: HashMap<i64, PersonId>,
}

struct PersonRow {
    row: i64,
    merged_into: Option<i64>,
    person: Person,
}

impl Persons {
    pub(crate) fn read(connection: &Connection, schema: &Schema) -> rusqlite::Result<Self> {
        const TABLE: &str = "ZPERSON";
        if !schema.has_column(TABLE, "ZPERSONUUID") {
            return Ok(Self::default());
        }
        let columns = ["Z_PK", "ZPERSONUUID", "ZMERGETARGETPERSON", "ZFULLNAME", "ZDISPLAYNAME", "ZTYPE"];
        let mut select = Select::new(schema);
        select.all("p", TABLE, &columns).all("p", TABLE, &["ZVERIFIEDTYPE", "ZFACECOUNT"]);
        let rows = collect(connection, &select.from("ZPERSON p", "ORDER BY p.Z_PK"), person)?;
        Ok(Self::of(rows))
    }

    fn of(rows: Vec<PersonRow>) -> Self {
        let place: HashMap<i64, PersonId> =
            (0..).zip(&rows).map(|(at, row)| (row.row, PersonId(at))).collect();
        let target = |row: &PersonRow| row.merged_into.filter(|target| place.contains_key(target));
        let targets: HashMap<i64, i64> =
            rows.iter().filter_map(|row| Some((row.row, target(row)?))).collect();
        let of_row = rows
            .iter()
            .filter_map(|row| Some((row.row, *place.get(&end_of_merges(row.row, &targets))?)))
            .collect();
        let list = rows
            .into_iter()
            .map(|row| Person {
                merged_into: row.merged_into.and_then(|target| place.get(&target).copied()),
                ..row.person
            })
            .collect();
        Self { list, of_row }
    }

    /// The person that a face in this row is of.
    pub(crate) fn of_row(&self, row: i64) -> Option<PersonId> {
        self.of_row.get(&row).copied()
    }
}

/// Follows merges to their end; a circle of them ends where it would begin again.
fn end_of_merges(row: i64, targets: &HashMap<i64, i64>) -> i64 {
    let mut seen = HashSet::from([row]);
    let mut at = row;
    while let Some(next) = targets.get(&at).filter(|next| seen.insert(**next)) {
        at = *next;
    }
    at
}

fn person(cells: &mut Cells<'_, '_>) -> Option<PersonRow> {
    let row = cells.integer()?;
    let uuid = cells.text().unwrap_or_default();
    let merged_into = cells.integer();
    let person = Person {
        uuid,
        name: cells.text(),
        display_name: cells.text(),
        is_favourite: cells.integer() == Some(1),
        is_verified: cells.integer() == Some(1),
        face_count: cells.natural().unwrap_or(0),
        merged_into: None,
    };
    Some(PersonRow { row, merged_into, person })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(row: i64, merged_into: Option<i64>) -> PersonRow {
        let person = Person {
            uuid: format!("P{row}"),
            name: None,
            display_name: None,
            is_favourite: false,
            is_verified: false,
            face_count: 0,
            merged_into: None,
        };
        PersonRow { row, merged_into, person }
    }

    #[test]
    fn faces_belong_to_whom_the_person_was_merged_into() {
        let persons = Persons::of(vec![row(3, Some(7)), row(7, Some(9)), row(9, None), row(11, Some(99))]);

        assert_eq!(persons.of_row(3), Some(PersonId(2)));
        assert_eq!(persons.of_row(9), Some(PersonId(2)));
        assert_eq!(persons.list[0].merged_into, Some(PersonId(1)));
        assert_eq!(persons.of_row(11), Some(PersonId(3)), "merged into somebody who is not there");
        assert_eq!(persons.of_row(99), None);
    }

    #[test]
    fn two_that_were_merged_into_each_other_end_somewhere() {
        let persons = Persons::of(vec![row(1, Some(2)), row(2, Some(1))]);

        assert!(persons.of_row(1).is_some() && persons.of_row(2).is_some());
    }
}
