//! Lists that speak of the photos of a folder: `Photo Details.csv` of an iCloud export and `.picasa.ini`.
//!
//! A list speaks only of the folder it lies in, so that two photos of one name in two parts of an export stay apart. Rows of
//! one name that contradict each other say nothing.

mod icloud;
mod picasa;

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::super::text::name_text;
use super::dir::{self, Entry};
use crate::import::{Facts, SourceAlbum};

/// A list that is larger is none, in bytes.
const LARGEST: u64 = 64 << 20;

/// What a list says of a photo.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Row {
    /// What it says of it.
    pub(super) facts: Facts,
    /// It is hidden.
    pub(super) is_hidden: bool,
    /// It was deleted.
    pub(super) is_deleted: bool,
}

/// What the lists of a folder say.
#[derive(Debug, Default)]
pub(super) struct Lists {
    rows: HashMap<String, Option<Row>>,
    /// Albums that the rows name.
    pub(super) albums: Vec<SourceAlbum>,
    /// Files that were used, by their names.
    pub(super) used: Vec<Box<[u8]>>,
    /// Files that cannot be read, and why.
    pub(super) unreadable: Vec<(Box<[u8]>, String)>,
}

impl Lists {
    /// Reads the lists among the files of a folder.
    pub(super) fn read(folder: &Path, files: &[Entry]) -> Self {
        let mut lists = Self::default();
        for file in files.iter().filter(|file| is_list(&file.name)) {
            let path = super::below(folder, &file.name);
            match text(&path) {
                Err(error) => lists.unreadable.push((file.name.clone(), error.to_string())),
                Ok(text) if is_picasa(&file.name) => {
                    picasa::read(folder, &text, &mut lists);
                    lists.used.push(file.name.clone());
                }
                Ok(text) => {
                    if icloud::read(&text, &mut lists) {
                        lists.used.push(file.name.clone());
                    }
                }
            }
        }
        if !lists.rows.is_empty() {
            icloud::albums_beside(folder, &mut lists);
        }
        lists
    }

    /// Reads the lists of a folder that was listed earlier.
    pub(super) fn of_folder(folder: &Path) -> Self {
        match dir::read(folder, true) {
            Ok(contents) => Self::read(folder, &contents.files),
            Err(_) => Self::default(),
        }
    }

    /// What is said of a file.
    pub(super) fn row(&self, name: &[u8]) -> Option<&Row> {
        if self.rows.is_empty() {
            return None;
        }
        self.rows.get(&key(&name_text(name)))?.as_ref()
    }

    fn add(&mut self, name: &str, row: Row) {
        let known = self.rows.entry(key(name));
        known.and_modify(|known| *known = known.take().filter(|known| *known == row)).or_insert(Some(row));
    }

    /// The row of a name, to add to it; a new one where there is none. `None` for one that is contradicted.
    fn row_mut(&mut self, name: &str) -> Option<&mut Row> {
        self.rows.entry(key(name)).or_insert_with(|| Some(Row::default())).as_mut()
    }
}

/// Names as they are looked up: composed, in small letters.
fn key(name: &str) -> String {
    name_text(name.trim().as_bytes()).to_lowercase()
}

/// Whether a file is a list by its name.
pub(super) fn is_list(name: &[u8]) -> bool {
    is_picasa(name) || icloud::is_details(name)
}

/// Whether a file is one of Picasa's; also where its name begins with a dot.
pub(super) fn is_picasa(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b".picasa.ini") || name.eq_ignore_ascii_case(b"picasa.ini")
}

fn text(path: &Path) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
