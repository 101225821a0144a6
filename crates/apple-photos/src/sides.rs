//! What stands about assets in other tables: read in one go, kept in small rows, looked up by the asset.
//!
//! A statement for each asset would cost fifty thousand of them; joined into one they would repeat each other.

use std::sync::Arc;

use rusqlite::{Connection, Rows, Statement};

use crate::AlbumId;
use crate::cells::Cells;
use crate::schema::Schema;
use crate::select::Select;

/// Rows sorted by what they belong to.
#[derive(Debug)]
pub(crate) struct Grouped<T>(Vec<(i64, T)>);

impl<T> Grouped<T> {
    fn new(mut rows: Vec<(i64, T)>) -> Self {
        // Stable: rows of one owner stay in the order of the statement.
        rows.sort_by_key(|(owner, _)| *owner);
        rows.shrink_to_fit();
        Self(rows)
    }

    /// The rows of this owner.
    pub(crate) fn of(&self, owner: i64) -> impl Iterator<Item = &T> {
        let from = self.0.partition_point(|(other, _)| *other < owner);
        self.0[from..].iter().take_while(move |(other, _)| *other == owner).map(|(_, row)| row)
    }
}

/// Whose rows are read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope {
    All,
    One {
        /// The row of the asset.
        asset: i64,
        /// The row of its attributes.
        attributes: i64,
    },
}

impl Scope {
    fn condition(self, column: &str) -> String {
        match self {
            Self::All => format!("{column} IS NOT NULL"),
            Self::One { .. } => format!("{column} = ?1"),
        }
    }

    /// Runs a statement that has this condition on the row of the asset.
    pub(crate) fn query<'s>(self, statement: &'s mut Statement<'_>) -> rusqlite::Result<Rows<'s>> {
        match self {
            Self::All => statement.query([]),
            Self::One { asset, .. } => statement.query([asset]),
        }
    }

    /// The same, for rows that belong to the attributes.
    fn of_attributes(self) -> Self {
        match self {
            Self::All => Self::All,
            Self::One { attributes, .. } => Self::One { asset: attributes, attributes },
        }
    }
}

/// A face as it is stored.
#[derive(Debug)]
pub(crate) struct FaceRow {
    pub(crate) uuid: String,
    pub(crate) person: Option<i64>,
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) size: f64,
    pub(crate) is_manual: bool,
    pub(crate) is_hidden: bool,
}

/// A file, or what could be one, of an asset.
#[derive(Debug)]
pub(crate) struct ResourceRow {
    pub(crate) part: Part,
    pub(crate) recipe: u32,
    pub(crate) version: u8,
    /// Whether Photos believes that iCloud has it.
    pub(crate) is_remote: bool,
    pub(crate) bytes: Option<u64>,
    /// Where it is if it is not in the library: volume and path there.
    pub(crate) bookmark: Option<Box<(Option<String>, String)>>,
}

/// What a resource is, by ZDATASTORESUBTYPE. Previews are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Original,
    EditedPhoto,
    CameraAdjustments,
    EditedBefore,
    EditedVideo,
    Raw,
    LiveVideo,
    EditedLiveVideo,
}

impl Part {
    fn of_subtype(subtype: i64) -> Option<Self> {
        Some(match subtype {
            1 => Self::Original,
            2 => Self::EditedPhoto,
            9 | 22 => Self::CameraAdjustments,
            15 => Self::EditedBefore,
            16 => Self::EditedVideo,
            17 => Self::Raw,
            18 => Self::LiveVideo,
            19 => Self::EditedLiveVideo,
            _ => return None,
        })
    }
}

/// Everything about assets that stands elsewhere.
#[derive(Debug)]
pub(crate) struct Sides {
    /// By the row of the attributes, not of the asset.
    pub(crate) keywords: Grouped<Arc<str>>,
    pub(crate) albums: Grouped<AlbumId>,
    pub(crate) faces: Grouped<FaceRow>,
    pub(crate) resources: Grouped<ResourceRow>,
}

impl Sides {
    /// Reads what there is. `album_of` tells the place of an album by its row; those in the trash have none.
    pub(crate) fn read(
        connection: &Connection,
        schema: &Schema,
        scope: Scope,
        album_of: &dyn Fn(i64) -> Option<AlbumId>,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            keywords: keywords(connection, schema, scope)?,
            albums: albums(connection, schema, scope, album_of)?,
            faces: faces(connection, schema, scope)?,
            resources: resources(connection, schema, scope)?,
        })
    }
}

/// Runs a statement and collects what each row gives.
pub(crate) fn collect<T>(
    connection: &Connection,
    statement: &str,
    row_of: impl FnMut(&mut Cells<'_, '_>) -> Option<T>,
) -> rusqlite::Result<Vec<T>> {
    collect_of(connection, statement, Scope::All, row_of)
}

fn collect_of<T>(
    connection: &Connection,
    statement: &str,
    scope: Scope,
    mut row_of: impl FnMut(&mut Cells<'_, '_>) -> Option<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = connection.prepare_cached(statement)?;
    let mut rows = scope.query(&mut statement)?;
    let mut collected = Vec::new();
    while let Some(row) = rows.next()? {
        collected.extend(row_of(&mut Cells::new(row)));
    }
    Ok(collected)
}

fn keywords(connection: &Connection, schema: &Schema, scope: Scope) -> rusqlite::Result<Grouped<Arc<str>>> {
    let (Some(join), true) = (schema.keyword_join(), schema.has_column("ZKEYWORD", "ZTITLE")) else {
        return Ok(Grouped(Vec::new()));
    };
    let names = collect(connection, "SELECT Z_PK, ZTITLE FROM ZKEYWORD ORDER BY Z_PK", |cells| {
        Some((cells.integer()?, Arc::from(cells.text()?)))
    })?;
    let condition = scope.condition(&join.held);
    let statement = format!("SELECT {}, {} FROM {} WHERE {condition}", join.held, join.holder, join.table);
    let pairs = collect_of(connection, &statement, scope.of_attributes(), |cells| {
        let (attributes, keyword) = (cells.integer()?, cells.integer()?);
        let at = names.binary_search_by_key(&keyword, |(row, _)| *row).ok()?;
        Some((attributes, Arc::clone(&names[at].1)))
    })?;
    Ok(Grouped::new(pairs))
}

fn albums(
    connection: &Connection,
    schema: &Schema,
    scope: Scope,
    album_of: &dyn Fn(i64) -> Option<AlbumId>,
) -> rusqlite::Result<Grouped<AlbumId>> {
    let Some(join) = schema.album_join() else { return Ok(Grouped(Vec::new())) };
    let condition = scope.condition(&join.held);
    let statement = format!("SELECT {}, {} FROM {} WHERE {condition}", join.held, join.holder, join.table);
    let pairs = collect_of(connection, &statement, scope, |cells| {
        Some((cells.integer()?, album_of(cells.integer()?)?))
    })?;
    Ok(Grouped::new(pairs))
}

fn faces(connection: &Connection, schema: &Schema, scope: Scope) -> rusqlite::Result<Grouped<FaceRow>> {
    const TABLE: &str = "ZDETECTEDFACE";
    // Newer databases also have rows of bodies, whose key for faces is empty.
    let Some(asset) = schema.first(TABLE, &["ZASSETFORFACE", "ZASSET"]) else {
        return Ok(Grouped(Vec::new()));
    };
    let mut select = Select::new(schema);
    select
        .all("f", TABLE, &[asset, "ZUUID", "ZISINTRASH"])
        .first("f", TABLE, &["ZPERSONFORFACE", "ZPERSON"])
        .all("f", TABLE, &["ZCENTERX", "ZCENTERY", "ZSIZE", "ZMANUAL", "ZHIDDEN"]);
    let condition = scope.condition(asset);
    let statement = select.from("ZDETECTEDFACE f", &format!("WHERE f.{condition} ORDER BY f.Z_PK"));
    let rows = collect_of(connection, &statement, scope, |cells| {
        let (asset, uuid) = (cells.integer()?, cells.text().unwrap_or_default());
        let is_trashed = cells.is_set();
        let row = FaceRow {
            uuid,
            person: cells.integer(),
            x: cells.real().unwrap_or(0.0),
            y: cells.real().unwrap_or(0.0),
            size: cells.real().unwrap_or(0.0),
            is_manual: cells.is_set(),
            is_hidden: cells.is_set(),
        };
        (!is_trashed).then_some((asset, row))
    })?;
    Ok(Grouped::new(rows))
}

fn resources(
    connection: &Connection,
    schema: &Schema,
    scope: Scope,
) -> rusqlite::Result<Grouped<ResourceRow>> {
    const TABLE: &str = "ZINTERNALRESOURCE";
    if !schema.has_column(TABLE, "ZASSET") || !schema.has_column(TABLE, "ZDATASTORESUBTYPE") {
        return Ok(Grouped(Vec::new()));
    }
    let mut select = Select::new(schema);
    let columns =
        ["ZASSET", "ZDATASTORESUBTYPE", "ZRECIPEID", "ZVERSION", "ZTRASHEDSTATE", "ZREMOTEAVAILABILITY"];
    select
        .join(["ZFILESYSTEMBOOKMARK", "b", "ZRESOURCE"], [TABLE, "r", "Z_PK"])
        .join(["ZFILESYSTEMVOLUME", "v", "Z_PK"], [TABLE, "r", "ZFILESYSTEMVOLUME"])
        .all("r", TABLE, &columns)
        .all("r", TABLE, &["ZDATALENGTH"])
        .all("b", "ZFILESYSTEMBOOKMARK", &["ZPATHRELATIVETOVOLUME"])
        .all("v", "ZFILESYSTEMVOLUME", &["ZNAME"]);
    let condition = scope.condition("ZASSET");
    let known = "r.ZDATASTORESUBTYPE IN (1, 2, 9, 15, 16, 17, 18, 19, 22)";
    let statement = select.from("ZINTERNALRESOURCE r", &format!("WHERE r.{condition} AND {known}"));
    let rows = collect_of(connection, &statement, scope, resource)?;
    Ok(Grouped::new(rows))
}

fn resource(cells: &mut Cells<'_, '_>) -> Option<(i64, ResourceRow)> {
    let (asset, part) = (cells.integer()?, Part::of_subtype(cells.integer()?)?);
    let recipe = cells.natural().unwrap_or(0);
    let version = cells.natural().unwrap_or(0);
    let is_trashed = cells.is_set();
    let is_remote = cells.integer() == Some(1);
    let bytes = cells.natural().filter(|bytes| *bytes > 0);
    let path = cells.text();
    let volume = cells.text();
    let row = ResourceRow {
        part,
        recipe,
        version,
        is_remote,
        bytes,
        bookmark: path.map(|path| Box::new((volume, path))),
    };
    (!is_trashed).then_some((asset, row))
}
