//! How a path of the server and a path here lie on each other: what they end with is the same, what is left of
//! each are two names of one folder.
//!
//! `/data/library/anna/2024/a.jpg` and `photos/anna/2024/a.jpg` end with the same three parts, so
//! `/data/library` is `photos`. All photos of one mount agree on that, which is why it can be voted on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A folder of the server and the same folder here; their names differ, or one of them is the topmost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Alignment {
    /// The segments of the server's folder.
    pub(super) server: Vec<String>,
    /// The folder here, relative to the library folder.
    pub(super) local: PathBuf,
}

/// A sample and where its file was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Vote {
    /// The segments of the server's folder that it is in.
    pub(super) folder: Vec<String>,
    /// One for each file here that is the sample's; none when it was not found.
    pub(super) hits: BTreeSet<Alignment>,
}

impl Alignment {
    /// Takes off what both paths end with. `local` is relative to the library folder.
    pub(super) fn of(server: &[&str], local: &Path) -> Self {
        let mut server = server;
        let mut local = local;
        while let (Some((last, rest)), Some(name)) = (server.split_last(), local.file_name()) {
            if name != *last {
                break;
            }
            server = rest;
            local = local.parent().unwrap_or(Path::new(""));
        }
        Self { server: server.iter().map(|&segment| segment.to_owned()).collect(), local: local.to_owned() }
    }

    /// Where a folder of the server at or below ours is here.
    pub(super) fn translate(&self, server: &[String]) -> Option<PathBuf> {
        let rest = server.strip_prefix(self.server.as_slice())?;
        Some(rest.iter().fold(self.local.clone(), |folder, segment| folder.join(segment)))
    }

    /// Whether a folder of the server is ours or lies below it.
    pub(super) fn holds(&self, server: &[String]) -> bool {
        server.starts_with(&self.server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(server: &str, local: &str) -> (String, String) {
        let segments: Vec<&str> = server.split('/').collect();
        let found = Alignment::of(&segments, Path::new(local));
        (found.server.join("/"), found.local.display().to_string())
    }

    #[test]
    fn what_both_end_with_is_taken_off() {
        assert_eq!(
            of("data/library/anna/a.jpg", "photos/anna/a.jpg"),
            ("data/library".into(), "photos".into())
        );
        assert_eq!(of("data/library/anna/a.jpg", "a.jpg"), ("data/library/anna".into(), String::new()));
        assert_eq!(of("anna/a.jpg", "x/anna/a.jpg"), (String::new(), "x".into()));
    }

    #[test]
    fn a_folder_below_is_translated_and_another_is_not() {
        let alignment = Alignment::of(&["data", "anna", "a.jpg"], Path::new("p/a.jpg"));
        let folder = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();

        assert_eq!(alignment.translate(&folder("data/anna/2024")), Some("p/2024".into()));
        assert_eq!(alignment.translate(&folder("data/annabel")), None);
    }
}
