//! Reads albums, folders and imports, which stand in one table, and the shared albums of macOS 26, which stand in another.
//!
//! Both tables count their rows from 1 on, so a row alone does not say which album is meant.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::cells::Cells;
use crate::folders::{FOLDER, Node, Way, way};
use crate::instants::instant;
use crate::schema::Schema;
use crate::select::Select;
use crate::sides::collect;
use crate::{
    Album, AlbumId, AlbumKind, AlbumSort, Folder, FolderName, ImportSession, ImportSessionId, Warning,
};

const TABLE: &str = "ZGENERICALBUM";
const IMPORT: i64 = 1506;

/// Where the row of an album is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum AlbumRow {
    /// In the table of albums.
    Album(i64),
    /// In the table of shares.
    Share(i64),
}

/// The albums, folders and imports of a library.
#[derive(Debug, Default)]
pub(crate) struct Albums {
    pub(crate) list: Vec<Album>,
    /// Of each album, in the same order.
    pub(crate) rows: Vec<AlbumRow>,
    pub(crate) folders: Vec<Folder>,
    pub(crate) imports: Vec<ImportSession>,
    by_row: HashMap<AlbumRow, AlbumId>,
    import_by_row: HashMap<i64, ImportSessionId>,
}

/// A row of either table.
struct Found {
    row: i64,
    kind: i64,
    parent: Option<i64>,
    is_trashed: bool,
    album: Album,
}

impl Albums {
    pub(crate) fn read(
        connection: &Connection,
        schema: &Schema,
        warnings: &mut Vec<Warning>,
    ) -> rusqlite::Result<Self> {
        let mut albums = Self::default();
        albums.sort_in(generic(connection, schema)?, warnings);
        for row in shares(connection, schema)? {
            albums.push(AlbumRow::Share(row.row), Album { is_trashed: row.is_trashed, ..row.album });
        }
        Ok(albums)
    }

    /// The album in this row, unless it is in the trash.
    pub(crate) fn present(&self, row: AlbumRow) -> Option<AlbumId> {
        let id = *self.by_row.get(&row)?;
        (!self.list[id.0 as usize].is_trashed).then_some(id)
    }

    pub(crate) fn import(&self, row: i64) -> Option<ImportSessionId> {
        self.import_by_row.get(&row).copied()
    }

    fn push(&mut self, row: AlbumRow, album: Album) {
        let Ok(at) = u32::try_from(self.list.len()) else { return };
        self.list.push(album);
        self.rows.push(row);
        self.by_row.insert(row, AlbumId(at));
    }

    fn sort_in(&mut self, rows: Vec<Found>, warnings: &mut Vec<Warning>) {
        let node = |row: &Found| Node {
            name: FolderName { uuid: row.album.uuid.clone(), title: row.album.title.clone() },
            kind: row.kind,
            parent: row.parent,
            is_trashed: row.is_trashed,
        };
        let nodes: HashMap<i64, Node> = rows.iter().map(|row| (row.row, node(row))).collect();
        for row in rows {
            if row.kind == IMPORT {
                self.push_import(&row);
                continue;
            }
            let kind = album_kind(row.kind);
            if kind.is_none() && row.kind != FOLDER {
                continue;
            }
            let way = way(&nodes, row.parent);
            if way.is_lost {
                warnings.push(Warning::FolderLost { uuid: row.album.uuid.clone() });
            }
            let Way { folders, is_trashed, .. } = way;
            let is_trashed = is_trashed || row.is_trashed;
            match kind {
                Some(kind) => {
                    self.push(AlbumRow::Album(row.row), Album { kind, folders, is_trashed, ..row.album });
                }
                None => {
                    let Album { uuid, title, .. } = row.album;
                    self.folders.push(Folder { uuid, title, folders, is_trashed });
                }
            }
        }
    }

    fn push_import(&mut self, row: &Found) {
        let Ok(at) = u32::try_from(self.imports.len()) else { return };
        self.imports.push(ImportSession { uuid: row.album.uuid.clone(), created: row.album.created });
        self.import_by_row.insert(row.row, ImportSessionId(at));
    }
}

fn album_kind(kind: i64) -> Option<AlbumKind> {
    match kind {
        2 => Some(AlbumKind::User),
        1505 => Some(AlbumKind::Shared),
        1507 => Some(AlbumKind::Smart),
        1508 => Some(AlbumKind::Project),
        // Memories, progress of a synchronisation, and what else Photos keeps there.
        _ => None,
    }
}

const COLUMNS: [&str; 10] = [
    "Z_PK",
    "ZUUID",
    "ZTITLE",
    "ZTRASHEDSTATE",
    "ZCREATIONDATE",
    "ZSTARTDATE",
    "ZENDDATE",
    "ZCUSTOMSORTKEY",
    "ZCUSTOMSORTASCENDING",
    "ZPARENTFOLDER",
];

fn generic(connection: &Connection, schema: &Schema) -> rusqlite::Result<Vec<Found>> {
    if !schema.has_column(TABLE, "ZKIND") {
        return Ok(Vec::new());
    }
    let mut select = Select::new(schema);
    select.all("g", TABLE, &COLUMNS).all("g", TABLE, &["ZKIND"]);
    select.all("g", TABLE, &["ZCLOUDOWNERFIRSTNAME", "ZCLOUDOWNERLASTNAME", "ZCLOUDOWNERFULLNAME"]);
    collect(connection, &select.from("ZGENERICALBUM g", "ORDER BY g.Z_PK"), |cells| {
        let mut row = row(cells)?;
        row.kind = cells.integer()?;
        let parts: Vec<String> = [cells.text(), cells.text()].into_iter().flatten().collect();
        let full = cells.text();
        row.album.owner = (!parts.is_empty()).then(|| parts.join(" ")).or(full);
        Some(row)
    })
}

/// Shared albums since macOS 26. Other shares, such as a family's library, are in the same table.
fn shares(connection: &Connection, schema: &Schema) -> rusqlite::Result<Vec<Found>> {
    const SHARES: &str = "ZSHARE";
    const PARTICIPANTS: &str = "ZSHAREPARTICIPANT";
    let Some(entity) = schema.entity("CollectionShare") else { return Ok(Vec::new()) };
    if !schema.has_column(SHARES, "ZUUID") || !schema.has_column(SHARES, "Z_ENT") {
        return Ok(Vec::new());
    }
    let mut select = Select::new(schema);
    select.all("s", SHARES, &COLUMNS);
    let statement = select.from("ZSHARE s", &format!("WHERE s.Z_ENT = {entity} ORDER BY s.Z_PK"));
    let mut rows = collect(connection, &statement, row)?;
    if let Some(role) = schema.first(PARTICIPANTS, &["ZROLE", "ZCPLROLE"]) {
        let mut select = Select::new(schema);
        select.all("p", PARTICIPANTS, &["ZSHARE", "ZEMAILADDRESS", "ZHASHEDPERSONID"]);
        let statement = select.from("ZSHAREPARTICIPANT p", &format!("WHERE p.{role} = 1"));
        let owners: HashMap<i64, String> = collect(connection, &statement, |cells| {
            let share = cells.integer()?;
            let (address, hashed) = (cells.text(), cells.text());
            Some((share, address.or(hashed)?))
        })?
        .into_iter()
        .collect();
        for row in &mut rows {
            row.album.owner = owners.get(&row.row).cloned();
        }
    }
    Ok(rows)
}

/// The columns that both tables have.
fn row(cells: &mut Cells<'_, '_>) -> Option<Found> {
    let row = cells.integer()?;
    let uuid = cells.text()?;
    let title = cells.text().unwrap_or_default();
    let is_trashed = cells.is_set();
    let (created, start, end) = (instant(cells.real()), instant(cells.real()), instant(cells.real()));
    let sort = match (cells.integer(), cells.integer()) {
        (Some(1), Some(0)) => AlbumSort::NewestFirst,
        (Some(1), _) => AlbumSort::OldestFirst,
        (Some(5), _) => AlbumSort::Title,
        _ => AlbumSort::Manual,
    };
    let parent = cells.integer();
    let kind = AlbumKind::Shared;
    let folders = Vec::new();
    let album = Album { uuid, title, kind, folders, sort, is_trashed, created, start, end, owner: None };
    Some(Found { row, kind: 0, parent, is_trashed, album })
}
