//! What tables and columns a database has, and what they are called this year.
//!
//! Core Data numbers its entities in the order of their names, and puts the numbers into the names of tables and columns:
//! the albums of a photo stand in `Z_26ASSETS` or in `Z_33ASSETS`. The numbers are in the database; the version that it
//! names may be the one before.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

/// The tables and columns of a database.
#[derive(Debug)]
pub(crate) struct Schema {
    columns: HashMap<String, HashSet<String>>,
    entities: HashMap<String, i64>,
}

/// A table of pairs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Join {
    pub(crate) table: String,
    /// The column of what holds: the album, the keyword.
    pub(crate) holder: String,
    /// The column of what is held: the asset, or its attributes.
    pub(crate) held: String,
    /// The column of the order that the user gave.
    pub(crate) order: Option<String>,
}

impl Schema {
    pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let mut columns: HashMap<String, HashSet<String>> = HashMap::new();
        let mut tables = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
        for name in tables.query_map([], |row| row.get::<_, String>(0))?.filter_map(Result::ok) {
            let is_plain =
                name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
            if name.starts_with('Z') && is_plain {
                columns.insert(name, HashSet::new());
            }
        }
        let mut infos = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
        for (table, names) in &mut columns {
            let rows = infos.query_map([table], |row| row.get::<_, String>(0))?;
            *names = rows.filter_map(Result::ok).collect();
        }
        let mut schema = Self { columns, entities: HashMap::new() };
        if schema.has_column("Z_PRIMARYKEY", "Z_NAME") && schema.has_column("Z_PRIMARYKEY", "Z_ENT") {
            let mut numbers = connection.prepare("SELECT Z_NAME, Z_ENT FROM Z_PRIMARYKEY")?;
            let rows = numbers.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
            schema.entities = rows.filter_map(Result::ok).collect();
        }
        Ok(schema)
    }

    pub(crate) fn has(&self, table: &str) -> bool {
        self.columns.contains_key(table)
    }

    pub(crate) fn has_column(&self, table: &str, column: &str) -> bool {
        self.columns.get(table).is_some_and(|columns| columns.contains(column))
    }

    /// The first of these columns that the table has.
    pub(crate) fn first<'n>(&self, table: &str, names: &[&'n str]) -> Option<&'n str> {
        names.iter().find(|name| self.has_column(table, name)).copied()
    }

    /// The table of assets: macOS 10.15 called it after a more general entity.
    pub(crate) fn asset_table(&self) -> Option<&'static str> {
        ["ZASSET", "ZGENERICASSET"].into_iter().find(|table| self.has_column(table, "ZUUID"))
    }

    /// The number of an entity.
    pub(crate) fn entity(&self, name: &str) -> Option<i64> {
        self.entities.get(name).copied()
    }

    /// Which assets are in which albums.
    pub(crate) fn album_join(&self) -> Option<Join> {
        let asset = self.entity("GenericAsset").or_else(|| self.entity("Asset"))?;
        let album = self.entity("Album")?;
        let join = Join {
            table: format!("Z_{album}ASSETS"),
            holder: format!("Z_{album}ALBUMS"),
            held: format!("Z_{asset}ASSETS"),
            order: Some(format!("Z_FOK_{asset}ASSETS")),
        };
        self.checked(join)
    }

    /// Which attributes have which keywords.
    pub(crate) fn keyword_join(&self) -> Option<Join> {
        let attributes = self.entity("AdditionalAssetAttributes")?;
        let keyword = self.entity("Keyword")?;
        let join = Join {
            table: format!("Z_{attributes}KEYWORDS"),
            holder: format!("Z_{keyword}KEYWORDS"),
            held: format!("Z_{attributes}ASSETATTRIBUTES"),
            order: None,
        };
        self.checked(join)
    }

    /// The join if the database has it.
    fn checked(&self, join: Join) -> Option<Join> {
        let is_there = self.has_column(&join.table, &join.holder) && self.has_column(&join.table, &join.held);
        let order = join.order.clone().filter(|order| self.has_column(&join.table, order));
        is_there.then_some(Join { order, ..join })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(statements: &str) -> Schema {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(statements).unwrap();
        Schema::read(&connection).unwrap()
    }

    const OLD: &str = "CREATE TABLE Z_PRIMARYKEY (Z_ENT INTEGER, Z_NAME TEXT);
        INSERT INTO Z_PRIMARYKEY VALUES (1, 'AdditionalAssetAttributes'), (26, 'Album'), (34, 'GenericAsset'),
            (35, 'Asset'), (37, 'Keyword');
        CREATE TABLE ZGENERICASSET (Z_PK INTEGER PRIMARY KEY, ZUUID TEXT);
        CREATE TABLE Z_26ASSETS (Z_26ALBUMS INTEGER, Z_34ASSETS INTEGER, Z_FOK_34ASSETS INTEGER);
        CREATE TABLE Z_1KEYWORDS (Z_1ASSETATTRIBUTES INTEGER, Z_37KEYWORDS INTEGER);";

    #[test]
    fn the_numbers_of_entities_give_the_names_of_tables() {
        let schema = schema(OLD);

        assert_eq!(schema.asset_table(), Some("ZGENERICASSET"));
        let albums = schema.album_join().unwrap();
        assert_eq!((albums.table.as_str(), albums.held.as_str()), ("Z_26ASSETS", "Z_34ASSETS"));
        assert_eq!(albums.order.as_deref(), Some("Z_FOK_34ASSETS"));
        let keywords = schema.keyword_join().unwrap();
        assert_eq!((keywords.table.as_str(), keywords.holder.as_str()), ("Z_1KEYWORDS", "Z_37KEYWORDS"));
    }

    #[test]
    fn a_table_that_the_numbers_promise_and_nobody_made_is_not_joined() {
        let schema = schema(&OLD.replace("Z_26ALBUMS", "Z_27ALBUMS"));

        assert_eq!(schema.album_join(), None);
        assert!(schema.keyword_join().is_some());
    }

    #[test]
    fn a_table_with_a_name_that_would_need_quoting_is_not_seen() {
        let schema = schema("CREATE TABLE \"ZASSET; x\" (ZUUID TEXT);");

        assert!(schema.columns.is_empty());
    }
}
