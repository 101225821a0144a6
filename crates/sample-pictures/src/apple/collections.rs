//! Rows of what holds photos: persons, keywords, albums with their folders, imports.

use std::collections::BTreeMap;

use rusqlite::types::Value;

use super::ApplePhoto;
use super::generation::Names;
use super::photo::uuid;
use super::rows::{Cell, FIRST_IMPORT, Writer, date, integer, row, text, truth};

/// The row of the folder that holds all others.
const ROOT: i64 = 1;

impl Writer<'_> {
    pub(super) fn persons(&self) -> rusqlite::Result<()> {
        for (at, person) in self.library.persons.iter().enumerate() {
            let cells = vec![
                ("Z_PK", integer(row(at))),
                ("ZPERSONUUID", text(Some(&uuid("person", &at.to_string())))),
                ("ZFULLNAME", text(Some(&person.name))),
                ("ZDISPLAYNAME", text(Some(&person.name))),
                ("ZTYPE", integer(0)),
                ("ZVERIFIEDTYPE", truth(!person.name.is_empty())),
                ("ZFACECOUNT", integer(1)),
                ("ZMERGETARGETPERSON", person.merged_into.map_or(Value::Null, |other| integer(row(other)))),
            ];
            self.insert("ZPERSON", cells)?;
        }
        Ok(())
    }

    pub(super) fn keywords(&mut self) -> rusqlite::Result<()> {
        let library = self.library;
        for keyword in library.photos.iter().flat_map(|photo| &photo.keywords) {
            let next = row(self.keywords.len());
            self.keywords.entry(keyword).or_insert(next);
        }
        for (title, number) in &self.keywords {
            self.insert("ZKEYWORD", vec![("Z_PK", integer(*number)), ("ZTITLE", text(Some(title)))])?;
        }
        let column = format!("Z_{}KEYWORDS", self.names.keyword);
        let statement =
            format!("INSERT OR IGNORE INTO Z_1KEYWORDS (Z_1ASSETATTRIBUTES, {column}) VALUES (?1, ?2)");
        let mut insert = self.connection.prepare_cached(&statement)?;
        for (at, photo) in library.photos.iter().enumerate() {
            for keyword in &photo.keywords {
                insert.execute((row(at), self.keywords.get(keyword.as_str())))?;
            }
        }
        Ok(())
    }

    pub(super) fn albums(&self) -> rusqlite::Result<()> {
        let root = folder(ROOT, self.names.folder, 3999, "root");
        self.insert("ZGENERICALBUM", root)?;
        self.imports()?;
        let mut folders: BTreeMap<Vec<String>, i64> = BTreeMap::new();
        let mut next = ROOT;
        for (at, album) in self.library.albums.iter().enumerate() {
            let mut parent = ROOT;
            for depth in 1..=album.folders.len() {
                let path = album.folders[..depth].to_vec();
                parent = match folders.get(&path) {
                    Some(folder) => *folder,
                    None => {
                        next += 1;
                        let mut cells = folder(next, self.names.folder, 4000, &format!("folder {path:?}"));
                        cells.push(("ZTITLE", text(path.last().map(String::as_str))));
                        cells.push(("ZPARENTFOLDER", integer(parent)));
                        self.insert("ZGENERICALBUM", cells)?;
                        folders.insert(path, next);
                        next
                    }
                };
            }
            next += 1;
            self.album(at, next, parent)?;
        }
        Ok(())
    }

    fn imports(&self) -> rusqlite::Result<()> {
        let last = self.library.photos.iter().map(|photo| photo.import).max();
        for import in 0..=last.unwrap_or(0) {
            let pk = FIRST_IMPORT + row(import);
            self.insert("ZGENERICALBUM", folder(pk, self.names.import, 1506, &format!("import {import}")))?;
        }
        Ok(())
    }

    fn album(&self, at: usize, pk: i64, parent: i64) -> rusqlite::Result<()> {
        let album = &self.library.albums[at];
        let shared = |(_, photo): &(usize, &ApplePhoto)| photo.shared_in == Some(at);
        let members: Vec<usize> = if album.is_shared {
            self.library.photos.iter().enumerate().filter(shared).map(|(at, _)| at).collect()
        } else {
            album.photos.clone()
        };
        let dates = || members.iter().filter_map(|at| Some(self.library.photos.get(*at)?.taken));
        let mut cells = vec![
            ("ZUUID", text(Some(&self.library.album_uuid(at)))),
            ("ZTITLE", text(Some(&album.title))),
            ("ZTRASHEDSTATE", truth(album.is_trashed)),
            ("ZCUSTOMSORTKEY", truth(!album.is_manual)),
            ("ZCUSTOMSORTASCENDING", integer(1)),
            ("ZCREATIONDATE", date(1_600_000_000.5)),
            ("ZSTARTDATE", dates().min_by(f64::total_cmp).map_or(Value::Null, date)),
            ("ZENDDATE", dates().max_by(f64::total_cmp).map_or(Value::Null, date)),
        ];
        if let (true, Some(entity)) = (album.is_shared, self.names.collection_share) {
            // Members name the share themselves.
            cells.extend([("Z_PK", integer(row(at))), ("Z_ENT", integer(entity))]);
            return self.insert("ZSHARE", cells);
        }
        let (entity, kind) =
            if album.is_shared { (self.names.shared_album, 1505) } else { (self.names.album, 2) };
        cells.extend([("Z_PK", integer(pk)), ("Z_ENT", integer(entity)), ("ZKIND", integer(kind))]);
        cells.push(("ZPARENTFOLDER", if album.is_shared { Value::Null } else { integer(parent) }));
        self.insert("ZGENERICALBUM", cells)?;
        let Names { album, asset, .. } = self.names;
        let statement = format!(
            "INSERT INTO Z_{album}ASSETS (Z_{album}ALBUMS, Z_{asset}ASSETS, Z_FOK_{asset}ASSETS) VALUES (?1, ?2, ?3)"
        );
        let mut insert = self.connection.prepare_cached(&statement)?;
        for (order, member) in members.into_iter().enumerate() {
            insert.execute((pk, row(member), row(order) * 1024))?;
        }
        Ok(())
    }
}

/// A folder or import.
fn folder(pk: i64, entity: i64, kind: i64, key: &str) -> Vec<Cell> {
    vec![
        ("Z_PK", integer(pk)),
        ("Z_ENT", integer(entity)),
        ("ZKIND", integer(kind)),
        ("ZUUID", text(Some(&uuid("folder", key)))),
        ("ZTRASHEDSTATE", integer(0)),
        ("ZCREATIONDATE", date(1_500_000_000.25)),
    ]
}
