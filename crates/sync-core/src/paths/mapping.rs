//! Server path to local path, as text: what a hostile or merely foreign server says decides nothing here.
//!
//! `..`, empty and `.` segments, NUL and backslash tricks are refused before anything is joined: joining an
//! absolute path would replace the library folder, and `..` would leave it. Links are a matter of the file
//! system and are dealt with in [`super::Library`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// How a path on the server becomes one on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathMapping {
    /// The library folder; every file lies below it.
    pub root: PathBuf,
    /// The rule.
    pub rule: PathRule,
}

/// The rule of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathRule {
    /// The last so many segments of the server path, below the library folder.
    LastSegments(usize),
    /// The first prefix that fits, in the order given.
    Prefixes(Vec<PrefixMap>),
    /// Not known yet: [`crate::writeback::find_paths`] makes prefixes of it. Until then it leads nowhere.
    Search,
}

/// One folder of the server and where it is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixMap {
    /// As the server sees it, such as `/data/library`.
    pub server: String,
    /// As this machine sees it; at or below the library folder.
    pub local: PathBuf,
}

/// Why a server path leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmapped {
    /// It holds something that no path of an original holds.
    #[error("the server's path {path:?} is refused: {why}")]
    Hostile {
        /// The path as the server says it.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It has fewer segments than the rule takes.
    #[error("the server's path {path:?} has fewer than {wanted} segments; lower --path-segments")]
    TooShort {
        /// The path as the server says it.
        path: String,
        /// How many the rule takes.
        wanted: usize,
    },
    /// No prefix of the rule fits.
    #[error("the server's path {path:?} is in none of the mapped folders; add a --path-map for it")]
    NoPrefix {
        /// The path as the server says it.
        path: String,
    },
    /// The folder it leads to cannot be looked into.
    #[error("`{}` cannot be looked into: {message}", path.display())]
    Unreadable {
        /// The folder on this machine.
        path: PathBuf,
        /// What the system said.
        message: String,
    },
    /// It leads out of the library folder through a link.
    #[error("`{}` leads out of the library folder through a link", path.display())]
    Outside {
        /// The path on this machine.
        path: PathBuf,
    },
}

impl PathMapping {
    /// The path below the library folder, relative to it. Looks at no file.
    pub fn relative(&self, server_path: &str) -> Result<PathBuf, Unmapped> {
        let segments = segments(server_path)?;
        match &self.rule {
            PathRule::LastSegments(wanted) => {
                let first = segments
                    .len()
                    .checked_sub(*wanted)
                    .ok_or_else(|| Unmapped::TooShort { path: server_path.to_owned(), wanted: *wanted })?;
                Ok(segments[first..].iter().collect())
            }
            PathRule::Prefixes(maps) => maps
                .iter()
                .find_map(|map| self.by_prefix(map, &segments))
                .ok_or_else(|| Unmapped::NoPrefix { path: server_path.to_owned() }),
            PathRule::Search => Err(Unmapped::NoPrefix { path: server_path.to_owned() }),
        }
    }

    /// The folder here in which the rule puts a path; the library folder where the rule names none.
    pub(super) fn folder_of(&self, server_path: &str) -> Result<&Path, Unmapped> {
        let segments = segments(server_path)?;
        match &self.rule {
            PathRule::LastSegments(_) | PathRule::Search => Ok(&self.root),
            PathRule::Prefixes(maps) => maps
                .iter()
                .find(|map| self.by_prefix(map, &segments).is_some())
                .map(|map| map.local.as_path())
                .ok_or_else(|| Unmapped::NoPrefix { path: server_path.to_owned() }),
        }
    }

    fn by_prefix(&self, map: &PrefixMap, segments: &[&str]) -> Option<PathBuf> {
        let prefix: Vec<&str> = map.server.split('/').filter(|segment| !segment.is_empty()).collect();
        let rest = segments.strip_prefix(prefix.as_slice())?;
        let folder = map.local.strip_prefix(&self.root).ok()?;
        (!rest.is_empty()).then(|| folder.join(rest.iter().collect::<PathBuf>()))
    }
}

/// The segments of a server path, each a plain name.
pub(super) fn segments(path: &str) -> Result<Vec<&str>, Unmapped> {
    let hostile = |why| Unmapped::Hostile { path: path.to_owned(), why };
    if path.contains('\0') {
        return Err(hostile("it holds a zero byte"));
    }
    let body = path.strip_prefix('/').unwrap_or(path);
    let mut segments = Vec::new();
    for segment in body.split('/') {
        match segment {
            "" => return Err(hostile("it has an empty segment")),
            "." | ".." => return Err(hostile("it has a `.` or `..` segment")),
            name => segments.push(name),
        }
    }
    Ok(segments)
}

/// Whether `path` is `folder` or lies below it, segment by segment.
pub(crate) fn is_below(path: &Path, folder: &Path) -> bool {
    path.starts_with(folder)
}

/// A relative path whose every part is a plain name.
pub(crate) fn plain_parts(relative: &Path) -> Option<Vec<OsString>> {
    relative
        .components()
        .map(|part| match part {
            std::path::Component::Normal(name) => Some(name.to_os_string()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(wanted: usize) -> PathMapping {
        PathMapping { root: "/photos".into(), rule: PathRule::LastSegments(wanted) }
    }

    #[test]
    fn the_last_segments_are_taken() {
        let relative = last(3).relative("/usr/src/app/upload/library/admin/2024/07/a.jpg").unwrap();

        assert_eq!(relative, Path::new("2024/07/a.jpg"));
    }

    #[test]
    fn a_short_path_is_named() {
        assert!(matches!(last(3).relative("/07/a.jpg"), Err(Unmapped::TooShort { .. })));
    }

    #[test]
    fn the_first_prefix_that_fits_wins() {
        let rule = PathRule::Prefixes(vec![
            PrefixMap { server: "/data/external/anna".into(), local: "/photos/anna".into() },
            PrefixMap { server: "/data/external".into(), local: "/photos".into() },
        ]);
        let mapping = PathMapping { root: "/photos".into(), rule };

        assert_eq!(mapping.relative("/data/external/anna/x/a.jpg").unwrap(), Path::new("anna/x/a.jpg"));
        assert_eq!(mapping.relative("/data/external/annabel/a.jpg").unwrap(), Path::new("annabel/a.jpg"));
        assert!(matches!(mapping.relative("/data/upload/a.jpg"), Err(Unmapped::NoPrefix { .. })));
        assert!(matches!(mapping.relative("/data/external"), Err(Unmapped::NoPrefix { .. })));
    }

    #[test]
    fn what_could_leave_the_library_is_refused() {
        for path in
            ["/a/../b.jpg", "/a/./b.jpg", "/a//b.jpg", "/a/b\0.jpg", "..", "", "/", "a/../../etc/passwd"]
        {
            assert!(matches!(last(1).relative(path), Err(Unmapped::Hostile { .. })), "{path:?}");
        }
    }

    #[test]
    fn a_backslash_is_a_letter() {
        assert_eq!(last(1).relative("/a/..\\..\\b.jpg").unwrap(), Path::new("..\\..\\b.jpg"));
    }
}
