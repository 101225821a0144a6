//! What is a copy of what.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};

/// A file of the set.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// Its path within the set, such as `planted/000__crop2.jpg`.
    pub(crate) file: String,
    /// Files of one exposure have the same.
    pub(crate) group: String,
    /// `base`, `planted`, `natural`, `hard` or `full`.
    pub(crate) kind: String,
    /// What was done to it; empty but for planted files.
    pub(crate) transform: String,
    /// `must`, `should`, `stretch` or `none`; empty but for planted files.
    pub(crate) tier: String,
}

/// All files, and pairs of different exposures about which more is known.
#[derive(Debug)]
pub(crate) struct Truth {
    pub(crate) files: Vec<Known>,
    /// Pairs that are neither hit nor false: taken of one object, or found to be copies.
    neutral: BTreeSet<(String, String)>,
    /// Those of one object.
    similar: Vec<(String, String)>,
    base_of: BTreeMap<String, String>,
}

impl Truth {
    pub(crate) fn read(photos: &Path) -> Result<Self> {
        let files: Vec<Known> = rows(&photos.join("truth.tsv"))?
            .into_iter()
            .map(|row| {
                let [file, group, kind, transform, tier] = first(row)?;
                Ok(Known { file, group, kind, transform, tier })
            })
            .collect::<Result<_>>()?;
        let (mut neutral, mut similar) = (BTreeSet::new(), Vec::new());
        for row in rows(&photos.join("pairs.tsv"))? {
            let [one, other, relation] = first(row)?;
            if relation == "similar" {
                similar.push((one.clone(), other.clone()));
            }
            if relation != "not_duplicate" {
                neutral.insert((one.clone(), other.clone()));
                neutral.insert((other, one));
            }
        }
        let bases = files.iter().filter(|known| known.kind == "base");
        let base_of = bases.map(|known| (known.group.clone(), known.file.clone())).collect();
        Ok(Self { files, neutral, similar, base_of })
    }

    /// The file that a planted, natural or full one should be found with.
    pub(crate) fn partners<'a>(&'a self, known: &'a Known) -> Vec<&'a str> {
        match self.base_of.get(&known.group) {
            Some(base) if *base != known.file => vec![base],
            _ => self
                .files
                .iter()
                .filter(|other| other.group == known.group && other.file != known.file)
                .map(|other| other.file.as_str())
                .collect(),
        }
    }

    /// Pairs taken of one object, one after the other.
    pub(crate) fn similar(&self) -> impl Iterator<Item = &(String, String)> {
        self.similar.iter()
    }

    /// Whether two files of different exposures may lie in one group all the same.
    pub(crate) fn is_neutral(&self, one: &str, other: &str) -> bool {
        self.neutral.contains(&(one.to_owned(), other.to_owned()))
    }
}

fn rows(path: &Path) -> Result<Vec<Vec<String>>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

fn first<const COLUMNS: usize>(row: Vec<String>) -> Result<[String; COLUMNS]> {
    let mut cells = row.into_iter();
    let cells: Vec<String> = cells.by_ref().take(COLUMNS).collect();
    cells.try_into().map_err(|cells| anyhow::anyhow!("a row of too few columns: {cells:?}"))
}
