//! The walk: folder by folder in the order of names, each file told once. One folder is in memory at a time.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::super::kinds::extension_of;
use super::super::text::name_text;
use super::assemble::{Names, Role};
use super::dir::{self, Contents, Entry};
use super::lists::{self, Lists, is_picasa};
use super::titles::Titles;
use super::{FolderSource, bans, below, filter};
use crate::import::{Found, HiddenRule, ItemId, Listing, Passed, SkipKind, Trouble};

/// A listing while it is made.
pub(super) struct Walk<'a> {
    pub(super) source: &'a FolderSource,
    pub(super) known: &'a dyn Fn(ItemId) -> bool,
    pub(super) tell: &'a mut dyn FnMut(Found) -> ControlFlow<()>,
    pub(super) titles: &'a Titles,
    pub(super) is_complete: bool,
    /// Photos that were told.
    pub(super) photos: u64,
    /// Folders in which nothing is, and roots without a photo.
    pub(super) empty: Vec<PathBuf>,
}

/// A folder that waits: its path, and the part of it below the root.
struct Waiting {
    path: PathBuf,
    relative: Vec<u8>,
}

impl Walk<'_> {
    /// Walks through everything; `Err` inside means that whoever is told wants no more.
    pub(super) fn all(mut self, missing: &[(PathBuf, std::io::Error)]) -> Listing {
        let walked = missing
            .iter()
            .try_for_each(|(path, error)| self.trouble(path, &format!("it cannot be read: {error}"), true))
            .is_continue()
            && self.roots().is_continue();
        let FolderSource { roots, named, .. } = self.source;
        let folders = roots.iter().filter(|root| !named.contains_key(*root)).cloned();
        let files = named.iter().flat_map(|(folder, names)| names.iter().map(|name| below(folder, name)));
        let roots = folders.chain(files).collect();
        Listing { is_complete: walked && self.is_complete, roots, empty: self.empty }
    }

    fn roots(&mut self) -> ControlFlow<()> {
        let mut entered = HashSet::new();
        for root in &self.source.roots {
            let before = self.photos;
            let mut waiting = vec![Waiting { path: root.clone(), relative: Vec::new() }];
            while let Some(folder) = waiting.pop() {
                let mut contents = match dir::read(&folder.path, self.source.options.ignore_inode) {
                    Ok(contents) => contents,
                    Err(error) => {
                        self.trouble(&folder.path, &format!("the folder cannot be read: {error}"), true)?;
                        continue;
                    }
                };
                if let Some(named) = self.source.named.get(&folder.path).filter(|_| folder.path == *root) {
                    self.only(named, &folder.path, &mut contents);
                }
                // It may be mounted in two places, or lie below another root.
                if !entered.insert(contents.number) {
                    continue;
                }
                if contents.is_empty() {
                    self.empty.push(folder.path.clone());
                }
                let may_be_empty = self.source.options.may_be_empty;
                if folder.relative.is_empty() && contents.is_empty() && !may_be_empty {
                    self.trouble(root, "it is empty; if something is mounted there, mount it first", true)?;
                }
                self.folder(root, &folder, contents, &mut waiting)?;
            }
            if self.photos == before {
                self.empty.push(root.clone());
            }
        }
        ControlFlow::Continue(())
    }

    fn folder(
        &mut self,
        root: &Path,
        folder: &Waiting,
        contents: Contents,
        waiting: &mut Vec<Waiting>,
    ) -> ControlFlow<()> {
        if let Some(error) = contents.broken {
            self.trouble(&folder.path, &format!("the folder cannot be read to its end: {error}"), true)?;
        }
        for (name, error) in &contents.unreadable {
            self.trouble(&below(&folder.path, name), &format!("it cannot be looked at: {error}"), true)?;
        }
        for name in &contents.others {
            let why = "a link, or no file; links are not followed";
            self.passed(below(&folder.path, name), SkipKind::NotMedia, Some(why.to_owned()))?;
        }
        let lists = if self.source.options.sidecars {
            Lists::read(&folder.path, &contents.files)
        } else {
            Lists::default()
        };
        for (name, why) in &lists.unreadable {
            self.trouble(&below(&folder.path, name), &format!("the list cannot be read: {why}"), false)?;
        }
        let (roles, out) = self.roles(folder, &contents.files, &lists);
        let names = Names { files: &contents.files, roles: &roles };
        self.items(root, &folder.path, names, out, &lists)?;
        self.folders(folder, contents.folders, waiting)
    }

    /// Lets the folders in a folder wait, the first of them to be walked first.
    fn folders(
        &mut self,
        folder: &Waiting,
        names: Vec<Box<[u8]>>,
        waiting: &mut Vec<Waiting>,
    ) -> ControlFlow<()> {
        let start = waiting.len();
        for name in names {
            let (path, relative) = (below(&folder.path, &name), joined(&folder.relative, &name));
            if let Some(why) = bans::folder(&name) {
                self.passed(
                    path,
                    SkipKind::Banned,
                    Some(format!("a folder that is not looked into: {why}")),
                )?;
            } else if self.source.filter.leaves_out_folder(&relative) {
                self.passed(path, SkipKind::Excluded, Some("a folder left out by a pattern".to_owned()))?;
            } else if self.source.options.recursive {
                waiting.push(Waiting { path, relative });
            } else {
                self.passed(path, SkipKind::Excluded, Some("folders below are left out".to_owned()))?;
            }
        }
        waiting[start..].reverse();
        ControlFlow::Continue(())
    }

    /// What each file is, and which photos are left out.
    fn roles(
        &mut self,
        folder: &Waiting,
        files: &[Entry],
        lists: &Lists,
    ) -> (Vec<Role>, Vec<Option<(SkipKind, String)>>) {
        let mut out = vec![None; files.len()];
        let mut roles = Vec::with_capacity(files.len());
        for (file, out) in files.iter().zip(&mut out) {
            let role = self.role(&file.name, lists);
            if let Role::Media(kind) = role {
                let options = &self.source.options;
                let relative = joined(&folder.relative, &file.name);
                *out = self.source.filter.leaves_out(options, &relative, kind);
                *out = out.take().or_else(|| self.out_by_list(&file.name, lists));
                *out = out.take().or_else(|| self.source.out_by_date(&folder.path, file));
            }
            roles.push(role);
        }
        (roles, out)
    }

    fn role(&self, name: &[u8], lists: &Lists) -> Role {
        let left = |kind, why: &str| Role::Left(kind, Some(why.to_owned()));
        let options = &self.source.options;
        if options.sidecars && lists::is_list(name) {
            if lists.used.iter().any(|used| **used == *name) {
                return Role::Left(SkipKind::Used, None);
            }
            // Trouble was told of it.
            return if lists.unreadable.iter().any(|(known, _)| **known == *name) {
                Role::Told
            } else {
                left(SkipKind::Orphan, "a list without a column of names")
            };
        }
        if let Some(why) = bans::file(name).filter(|_| !is_picasa(name)) {
            return left(SkipKind::Banned, why);
        }
        match filter::kind(options, name) {
            Ok(Some(kind)) => return Role::Media(kind),
            Err(()) => return left(SkipKind::Refused, "the server takes no such files"),
            Ok(None) => {}
        }
        let end = extension_of(name).unwrap_or_default().to_ascii_lowercase();
        match &*end {
            b"xmp" | b"json" if !options.sidecars => left(SkipKind::Excluded, "sidecars are left out"),
            b"xmp" => Role::Xmp,
            b"json" => Role::Json,
            b"aae" => left(SkipKind::NotMedia, "edits that only Apple Photos can apply"),
            _ => Role::Left(SkipKind::NotMedia, None),
        }
    }

    fn out_by_list(&self, name: &[u8], lists: &Lists) -> Option<(SkipKind, String)> {
        let row = lists.row(name)?;
        let options = &self.source.options;
        if row.is_deleted && !options.trashed {
            return Some((
                SkipKind::TrashedThere,
                format!("deleted, says the list beside `{}`", name_text(name)),
            ));
        }
        (row.is_hidden && options.hidden == HiddenRule::Skip)
            .then(|| (SkipKind::Hidden, "hidden, says the list beside it".to_owned()))
    }

    pub(super) fn passed(&mut self, path: PathBuf, kind: SkipKind, why: Option<String>) -> ControlFlow<()> {
        (self.tell)(Found::Passed(Passed { path: path.into(), kind, why }))
    }

    pub(super) fn trouble(&mut self, path: &Path, message: &str, hides_photos: bool) -> ControlFlow<()> {
        self.is_complete &= !hides_photos;
        let (path, message) = (path.to_owned().into(), message.to_owned());
        (self.tell)(Found::Trouble(Trouble { path, message, hides_photos }))
    }
}

impl Contents {
    fn is_empty(&self) -> bool {
        self.files.is_empty()
            && self.folders.is_empty()
            && self.others.is_empty()
            && self.unreadable.is_empty()
    }
}

/// A path below a root with one part more.
fn joined(relative: &[u8], name: &[u8]) -> Vec<u8> {
    if relative.is_empty() { name.to_vec() } else { [relative, b"/", name].concat() }
}
