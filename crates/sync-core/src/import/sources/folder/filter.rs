//! Which files the user wants: patterns, extensions, kinds, days.
//!
//! Only what the user gives as a pattern is one: `[2020]` in the name of a real folder is four digits and two brackets.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::super::kinds::{extension_of, kind_of};
use super::options::FolderOptions;
use crate::import::{MediaKind, SkipKind};

/// A pattern that is none.
#[derive(Debug, thiserror::Error)]
#[error("`{pattern}` is no pattern for names of files")]
pub struct BadPattern {
    /// What was given.
    pub pattern: String,
    /// What is wrong with it.
    pub source: globset::Error,
}

/// Patterns for paths below a root.
#[derive(Debug)]
struct Patterns {
    files: GlobSet,
    folders: GlobSet,
    is_empty: bool,
}

impl Patterns {
    fn new(patterns: &[String]) -> Result<Self, BadPattern> {
        let (mut files, mut folders) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for pattern in patterns {
            let bad = |source| BadPattern { pattern: pattern.clone(), source };
            let glob =
                |text: &str| GlobBuilder::new(text).literal_separator(true).case_insensitive(true).build();
            let whole = pattern.trim_end_matches('/');
            // Without a slash inside it is a name, at any depth.
            let anchored = match whole.strip_prefix('/') {
                Some(rest) => rest.to_owned(),
                None if whole.contains('/') => whole.to_owned(),
                None => format!("**/{whole}"),
            };
            folders.add(glob(&anchored).map_err(bad)?);
            if !pattern.ends_with('/') {
                files.add(glob(&anchored).map_err(bad)?);
            }
            files.add(glob(&format!("{anchored}/**")).map_err(bad)?);
        }
        let built = |set: GlobSetBuilder| {
            set.build().map_err(|source| BadPattern { pattern: patterns.join(" "), source })
        };
        Ok(Self { files: built(files)?, folders: built(folders)?, is_empty: patterns.is_empty() })
    }
}

/// Which files the user wants.
#[derive(Debug)]
pub(super) struct Filter {
    include: Patterns,
    exclude: Patterns,
}

impl Filter {
    pub(super) fn new(options: &FolderOptions) -> Result<Self, BadPattern> {
        Ok(Self { include: Patterns::new(&options.include)?, exclude: Patterns::new(&options.exclude)? })
    }

    /// Whether a folder with this path below its root is left out with everything in it.
    pub(super) fn leaves_out_folder(&self, relative: &[u8]) -> bool {
        !self.exclude.is_empty && self.exclude.folders.is_match(path(relative))
    }

    /// Why a photo or video with this path below its root is left out, if so.
    pub(super) fn leaves_out(
        &self,
        options: &FolderOptions,
        relative: &[u8],
        kind: MediaKind,
    ) -> Option<(SkipKind, String)> {
        let extension = extension_of(relative).unwrap_or_default();
        let extension = String::from_utf8_lossy(extension).to_ascii_lowercase();
        let excluded = |why: &str| Some((SkipKind::Excluded, why.to_owned()));
        if !self.exclude.is_empty && self.exclude.files.is_match(path(relative)) {
            return excluded("left out by a pattern");
        }
        if !self.include.is_empty && !self.include.files.is_match(path(relative)) {
            return excluded("no pattern takes it in");
        }
        let wanted = &options.include_extensions;
        if options.exclude_extensions.contains(&extension)
            || !(wanted.is_empty() || wanted.contains(&extension))
        {
            return excluded("left out by its extension");
        }
        let kind = if kind == MediaKind::Raw { MediaKind::Image } else { kind };
        if !options.include_kinds.is_empty() && !options.include_kinds.contains(&kind) {
            return excluded("of a kind that is not wanted");
        }
        None
    }
}

fn path(relative: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(relative))
}

/// What a file is by its name, as this server takes it: `Err` for a photo or video that it does not take.
pub(super) fn kind(options: &FolderOptions, name: &[u8]) -> Result<Option<MediaKind>, ()> {
    let known = kind_of(name);
    let Some(accepted) = &options.accepted else { return Ok(known) };
    let extension = extension_of(name).map(|bytes| String::from_utf8_lossy(bytes).to_ascii_lowercase());
    match (known, extension.is_some_and(|extension| accepted.contains(&extension))) {
        (known, true) => Ok(Some(known.unwrap_or(MediaKind::Image))),
        // The moving half of a Pixel photo is sent under another name.
        (Some(MediaKind::Video), false) if is_pixel_motion(name) => Ok(Some(MediaKind::Video)),
        (Some(_), false) => Err(()),
        (None, false) => Ok(None),
    }
}

/// Whether it is the moving half of a Pixel photo, an MP4 with an extension that exists for nothing else.
pub(super) fn is_pixel_motion(name: &[u8]) -> bool {
    extension_of(name).is_some_and(|end| end.eq_ignore_ascii_case(b"mp") || end.eq_ignore_ascii_case(b"mv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(include: &[&str], exclude: &[&str]) -> (Filter, FolderOptions) {
        let mut options = FolderOptions::new(Vec::new());
        options.include = include.iter().map(|&pattern| pattern.to_owned()).collect();
        options.exclude = exclude.iter().map(|&pattern| pattern.to_owned()).collect();
        (Filter::new(&options).unwrap(), options)
    }

    fn takes((filter, options): &(Filter, FolderOptions), path: &[u8]) -> bool {
        filter.leaves_out(options, path, MediaKind::Image).is_none()
    }

    #[test]
    fn a_pattern_without_a_slash_is_a_name_anywhere() {
        let filter = filter(&["*.jpg"], &["private"]);

        assert!(takes(&filter, b"a.jpg") && takes(&filter, b"x/y/A.JPG") && takes(&filter, b"x/\xff.jpg"));
        assert!(!takes(&filter, b"a.png") && !takes(&filter, b"x/private/a.jpg"));
        assert!(filter.0.leaves_out_folder(b"x/private") && !filter.0.leaves_out_folder(b"x/privates"));
    }

    #[test]
    fn a_pattern_with_a_slash_begins_at_the_root() {
        let filter = filter(&[], &["2020/*.png", "/top.jpg", "raw/"]);

        assert!(
            !takes(&filter, b"2020/a.png")
                && takes(&filter, b"x/2020/a.png")
                && takes(&filter, b"2020/x/a.png")
        );
        assert!(!takes(&filter, b"top.jpg") && takes(&filter, b"x/top.jpg"));
        assert!(!takes(&filter, b"x/raw/a.jpg") && takes(&filter, b"x/raw"));
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        let mut options = FolderOptions::new(Vec::new());
        options.exclude = vec!["a[".to_owned()];

        assert!(Filter::new(&options).unwrap_err().to_string().contains("a["));
    }

    #[test]
    fn extensions_and_kinds_are_chosen() {
        let (filter, mut options) = filter(&[], &[]);
        options.exclude_extensions.insert("png".to_owned());
        options.include_kinds.insert(MediaKind::Image);

        assert!(filter.leaves_out(&options, b"a.PNG", MediaKind::Image).is_some());
        assert!(filter.leaves_out(&options, b"a.nef", MediaKind::Raw).is_none());
        assert!(filter.leaves_out(&options, b"a.mov", MediaKind::Video).is_some());
    }

    #[test]
    fn the_server_says_what_it_takes() {
        let mut options = FolderOptions::new(Vec::new());
        options.accepted = Some(["jpg".to_owned(), "new".to_owned()].into());

        assert_eq!(kind(&options, b"a.JPG"), Ok(Some(MediaKind::Image)));
        assert_eq!(kind(&options, b"a.new"), Ok(Some(MediaKind::Image)));
        assert_eq!(kind(&options, b"a.png"), Err(()));
        assert_eq!(kind(&options, b"a.MP"), Ok(Some(MediaKind::Video)));
        assert_eq!(kind(&options, b"a.txt"), Ok(None));
    }
}
