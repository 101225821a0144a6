//! Which files an asset has, and where: the rules by which Photos names them.
//!
//! The file system is the truth: the database's own mark of what is here lags behind. It only says what is elsewhere.

use std::path::{Path, PathBuf};

use crate::listing::{Found, Listings};
use crate::sides::{Part, ResourceRow};
use crate::stored_path::{self, PathMap};
use crate::{FileRole, Kind, Origin, Presence, RelatedFile};

/// Folders of the package that hold originals.
const ORIGINALS: &str = "originals";
const RENDERS: &str = "resources/renders";
const SYNDICATED: &str = "scopes/syndication/originals";
const MOMENTS: &str = "scopes/momentshared/originals";
/// The first since Photos 8, the second before.
const SHARED: [&str; 2] = ["scopes/cloudsharing/data", "resources/cloudsharing/data"];

/// What of an asset says where its files are.
pub(crate) struct Whereabouts<'a> {
    pub(crate) uuid: &'a str,
    pub(crate) kind: Kind,
    pub(crate) origin: Origin,
    /// ZDIRECTORY.
    pub(crate) directory: &'a str,
    /// ZFILENAME.
    pub(crate) filename: &'a str,
    /// Whether iCloud has the original, as far as the asset itself says.
    pub(crate) is_synced: bool,
    pub(crate) is_edited: bool,
}

/// Finds the files of assets.
pub(crate) struct Finder<'l> {
    pub(crate) listings: &'l Listings,
    pub(crate) map: &'l PathMap,
}

impl Finder<'_> {
    /// All files of an asset, the original first.
    pub(crate) fn files<'r>(
        &self,
        asset: &Whereabouts<'_>,
        resources: impl Iterator<Item = &'r ResourceRow>,
    ) -> Vec<RelatedFile> {
        let resources: Vec<&ResourceRow> = resources.collect();
        let mut files = match asset.origin {
            Origin::Managed => self.managed(asset, &resources, ORIGINALS),
            Origin::Referenced => self.referenced(asset, &resources),
            Origin::SharedAlbum => return self.shared(asset),
            Origin::Syndicated => self.managed(asset, &resources, SYNDICATED),
            Origin::SharedMoment => self.managed(asset, &resources, MOMENTS),
        };
        self.add_renders(asset, &resources, &mut files);
        files
    }

    fn managed(&self, asset: &Whereabouts<'_>, resources: &[&ResourceRow], base: &str) -> Vec<RelatedFile> {
        let of_uuid = asset.uuid.get(..1).unwrap_or_default();
        let directory = if base == ORIGINALS { asset.directory } else { of_uuid };
        let original = resources.iter().find(|row| row.part == Part::Original && row.version == 0);
        let role = FileRole::Original;
        let name = stored_path::file_name(asset.filename);
        let (Some(directory), Some(name)) = (stored_path::inner_folder(directory), name) else {
            let path = self.package().join(base);
            return vec![RelatedFile { role, path, presence: Presence::LeadsOut, recorded_bytes: None }];
        };
        let folder = format!("{base}/{directory}");
        let is_remote = original.map_or(asset.is_synced, |row| row.is_remote);
        let mut files = vec![RelatedFile {
            recorded_bytes: original.and_then(|row| row.bytes),
            ..self.exact(role, &folder, name, is_remote)
        }];
        let stem = stored_path::stem(name);
        for row in resources {
            let (role, suffix) = match row.part {
                Part::LiveVideo => (FileRole::LiveVideo, "_3"),
                Part::Raw => (FileRole::Raw, "_4"),
                Part::CameraAdjustments => (FileRole::CameraAdjustments, "_5"),
                _ => continue,
            };
            self.push(&mut files, role, &folder, &format!("{stem}{suffix}"), row);
        }
        if resources.is_empty() {
            // Shared moments and the like have files and no rows of them.
            for (role, suffix) in [(FileRole::LiveVideo, "_3"), (FileRole::Raw, "_4")] {
                self.push_if_here(&mut files, role, &folder, &format!("{stem}{suffix}"));
            }
        }
        files
    }

    /// Files that stay where the user has them: by the path of the asset, or by the bookmark of the resource.
    fn referenced(&self, asset: &Whereabouts<'_>, resources: &[&ResourceRow]) -> Vec<RelatedFile> {
        let mut files = Vec::new();
        let original = resources.iter().find(|row| row.part == Part::Original && row.version == 0);
        let stored =
            Path::new(asset.directory).join(stored_path::file_name(asset.filename).unwrap_or_default());
        files.push(self.outside(FileRole::Original, &stored, original.copied()));
        for row in resources {
            let role = match row.part {
                Part::Raw => FileRole::Raw,
                Part::LiveVideo => FileRole::LiveVideo,
                _ => continue,
            };
            let Some(bookmark) = &row.bookmark else { continue };
            // The bookmark counts from the root of its volume, which the path of the original spells out.
            let root = stored_path::volume(&stored).map_or_else(|| PathBuf::from("/"), |(root, _)| root);
            files.push(self.outside(role, &root.join(bookmark.1.trim_start_matches('/')), Some(row)));
        }
        files
    }

    fn outside(&self, role: FileRole, stored: &Path, row: Option<&ResourceRow>) -> RelatedFile {
        let named = row.and_then(|row| row.bookmark.as_ref()?.0.clone());
        let mapped = self.map.apply(stored);
        let recorded_bytes = row.and_then(|row| row.bytes);
        if let Some(path) = stored_path::on_disk(&mapped) {
            return RelatedFile { role, path, presence: Presence::Here, recorded_bytes };
        }
        let presence = match stored_path::volume(stored) {
            Some((root, _)) if self.map.apply(&root).is_dir() => Presence::Lost,
            Some((_, volume)) => Presence::VolumeOffline { volume: named.unwrap_or(volume) },
            // On the boot volume of the Mac: on another machine it is as far away as a volume.
            None => match named.filter(|_| !mapped.parent().is_some_and(Path::is_dir)) {
                Some(volume) => Presence::VolumeOffline { volume },
                None => Presence::Lost,
            },
        };
        RelatedFile { role, path: mapped, presence, recorded_bytes }
    }

    fn shared(&self, asset: &Whereabouts<'_>) -> Vec<RelatedFile> {
        let role = FileRole::SharedCopy;
        let name = stored_path::file_name(asset.filename);
        let (Some(directory), Some(name)) = (stored_path::inner_folder(asset.directory), name) else {
            let path = self.package().join(SHARED[0]);
            return vec![RelatedFile { role, path, presence: Presence::LeadsOut, recorded_bytes: None }];
        };
        let stem = stored_path::stem(name);
        let name = match asset.kind {
            Kind::Photo => name.to_owned(),
            // The name in the database is of no file; the one with `poster` is only the picture on top.
            Kind::Video => format!("{stem}.medium.MP4"),
        };
        let folders = SHARED.map(|base| format!("{base}/{directory}"));
        let copies = folders.each_ref().map(|folder| self.exact(role, folder, &name, true));
        let [newer, older] = copies;
        let at = usize::from(older.is_here() && !newer.is_here());
        let folder = &folders[at];
        let mut files = vec![if at == 0 { newer } else { older }];
        match asset.kind {
            Kind::Photo => {
                let video = self.exact(FileRole::LiveVideo, folder, &format!("{stem}.MOV"), false);
                files.extend(video.is_here().then_some(video));
            }
            Kind::Video => {
                let poster = self.exact(FileRole::Poster, folder, &format!("{stem}.poster.JPG"), false);
                files.extend(poster.is_here().then_some(poster));
            }
        }
        files
    }

    fn add_renders(&self, asset: &Whereabouts<'_>, resources: &[&ResourceRow], files: &mut Vec<RelatedFile>) {
        let Some(initial) =
            asset.uuid.get(..1).filter(|initial| stored_path::inner_folder(initial).is_some())
        else {
            return;
        };
        if stored_path::file_name(asset.uuid).is_none() {
            return;
        }
        let folder = format!("{RENDERS}/{initial}");
        for row in resources {
            let role = match row.part {
                // The same parts in other versions are previews of what was not edited.
                Part::EditedPhoto | Part::EditedVideo if row.version == 2 => FileRole::Edited,
                Part::EditedLiveVideo if row.version == 2 => FileRole::EditedLiveVideo,
                Part::EditedBefore => FileRole::EditedBefore,
                _ => continue,
            };
            let stem = match row.part {
                Part::EditedBefore => format!("{}_p", asset.uuid),
                _ => format!("{}_{}_a", asset.uuid, recipe_numbers(row.recipe)),
            };
            self.push(files, role, &folder, &stem, row);
        }
        if asset.is_edited {
            let name = format!("{}.plist", asset.uuid);
            let file = self.exact(FileRole::Adjustments, &folder, &name, false);
            files.extend(file.is_here().then_some(file));
        }
    }

    fn package(&self) -> &Path {
        &self.listings.package().root
    }

    /// A file whose whole name is known.
    fn exact(&self, role: FileRole, folder: &str, name: &str, is_remote: bool) -> RelatedFile {
        let presence = match self.listings.folder(folder).exact(name) {
            Found::Here(_) => Presence::Here,
            Found::LeadsOut => Presence::LeadsOut,
            Found::No => absent(is_remote),
        };
        RelatedFile { role, path: self.package().join(folder).join(name), presence, recorded_bytes: None }
    }

    /// Adds a file whose extension is not known, once for each role.
    fn push(
        &self,
        files: &mut Vec<RelatedFile>,
        role: FileRole,
        folder: &str,
        stem: &str,
        row: &ResourceRow,
    ) {
        let listing = self.listings.folder(folder);
        let (name, presence) = match listing.with_stem(stem) {
            Found::Here(name) => (name, Presence::Here),
            Found::LeadsOut => (stem, Presence::LeadsOut),
            Found::No => (stem, absent(row.is_remote)),
        };
        let path = self.package().join(folder).join(name);
        let file = RelatedFile { role, path, presence, recorded_bytes: row.bytes };
        match files.iter_mut().find(|other| other.role == role) {
            Some(other) if !other.is_here() => *other = file,
            Some(_) => {}
            None => files.push(file),
        }
    }

    fn push_if_here(&self, files: &mut Vec<RelatedFile>, role: FileRole, folder: &str, stem: &str) {
        if let Found::Here(name) = self.listings.folder(folder).with_stem(stem) {
            let path = self.package().join(folder).join(name);
            files.push(RelatedFile { role, path, presence: Presence::Here, recorded_bytes: None });
        }
    }
}

fn absent(is_remote: bool) -> Presence {
    if is_remote { Presence::InCloud } else { Presence::Lost }
}

/// The two numbers in the name of a render: its recipe is a kind in the upper half, and a size and a bit in the lower.
fn recipe_numbers(recipe: u32) -> String {
    format!("{}_{}", recipe >> 16, (recipe & 0xffff) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_names_its_file() {
        assert_eq!(recipe_numbers(0x10192), "1_201");
        assert_eq!(recipe_numbers(0x20000), "2_0");
        assert_eq!(recipe_numbers(0x200C8), "2_100");
        assert_eq!(recipe_numbers(0x100D3), "1_105");
    }
}
