//! The way from the root to an album: folders are albums of another kind, each with the row of its parent.
//!
//! A database can be damaged so that a folder is in itself. The way is then cut, and the owner is told.

use std::collections::{HashMap, HashSet};

use crate::FolderName;

/// The kind of the one folder that holds all others and is no part of a path.
const ROOT: i64 = 3999;
/// The kind of folders that users make.
pub(crate) const FOLDER: i64 = 4000;

/// A row of the table of albums, as far as folders matter.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) name: FolderName,
    pub(crate) kind: i64,
    pub(crate) parent: Option<i64>,
    pub(crate) is_trashed: bool,
}

/// The way to an album.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Way {
    /// The outermost first.
    pub(crate) folders: Vec<FolderName>,
    /// Whether one of the folders is in the trash.
    pub(crate) is_trashed: bool,
    /// Whether the way ends in a folder that is not there, or goes in a circle.
    pub(crate) is_lost: bool,
}

/// The folders from the root down to the parent of what is in this row.
pub(crate) fn way(nodes: &HashMap<i64, Node>, parent: Option<i64>) -> Way {
    let mut way = Way::default();
    let mut seen = HashSet::new();
    let mut next = parent;
    while let Some(row) = next {
        let Some(node) = nodes.get(&row).filter(|_| seen.insert(row)) else {
            return Way { is_lost: true, ..Way::default() };
        };
        match node.kind {
            ROOT => break,
            FOLDER => way.folders.push(node.name.clone()),
            // Folders that Photos keeps for itself, such as the one of projects.
            _ => {}
        }
        way.is_trashed |= node.is_trashed;
        next = node.parent;
    }
    way.folders.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(rows: &[(i64, &str, i64, Option<i64>)]) -> HashMap<i64, Node> {
        let node = |title: &str, kind, parent| {
            let name = FolderName { uuid: title.to_uppercase(), title: title.to_owned() };
            Node { name, kind, parent, is_trashed: title == "bin" }
        };
        rows.iter().map(|(row, title, kind, parent)| (*row, node(title, *kind, *parent))).collect()
    }

    fn titles(way: &Way) -> Vec<&str> {
        way.folders.iter().map(|folder| folder.title.as_str()).collect()
    }

    #[test]
    fn a_path_goes_from_the_root_down_without_it() {
        let nodes = nodes(&[(1, "root", ROOT, None), (2, "a", FOLDER, Some(1)), (3, "bin", FOLDER, Some(2))]);

        let found = way(&nodes, Some(3));

        assert_eq!(titles(&found), ["a", "bin"]);
        assert!(found.is_trashed && !found.is_lost);
        assert_eq!(way(&nodes, Some(1)), Way::default());
        assert_eq!(way(&nodes, None), Way::default());
    }

    #[test]
    fn a_circle_of_folders_ends() {
        let nodes = nodes(&[(1, "a", FOLDER, Some(2)), (2, "b", FOLDER, Some(1)), (3, "c", FOLDER, Some(3))]);

        for start in [1, 2, 3, 9] {
            let found = way(&nodes, Some(start));
            assert!(found.is_lost && found.folders.is_empty(), "{start}");
        }
    }
}
