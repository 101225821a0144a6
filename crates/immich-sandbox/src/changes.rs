//! What happens on a server between two runs: people are renamed and merged, faces moved, albums and tags change,
//! files move.
//!
//! None of these moves the `updatedAt` of an asset, unless said otherwise: that is how the real server is, and why
//! a tool cannot trust that time.

use std::path::{Path, PathBuf};

use crate::{
    AlbumId, AssetId, Face, FaceId, PersonId, Question, Sandbox, SandboxError, UserId,
    edited::{Field, Fields},
    jobs, routes, sidecar,
};

/// People and their faces.
impl Sandbox {
    /// Renames a person.
    pub fn rename_person(&self, id: PersonId, name: &str) {
        self.edit_person(id, |person| name.clone_into(&mut person.name));
    }

    /// Hides a person, or shows them again.
    pub fn hide_person(&self, id: PersonId, on: bool) {
        self.edit_person(id, |person| person.is_hidden = on);
    }

    /// Makes several people one; the first keeps its id, and its name unless it has none.
    pub fn merge_people(&self, into: PersonId, others: &[PersonId]) {
        let mut world = self.shared.world();
        for other in others {
            routes::absorb(&mut world, into, *other);
        }
    }

    /// Forgets a person; their faces stay, without a person.
    pub fn delete_person(&self, id: PersonId) {
        routes::forget_person(&mut self.shared.world(), id);
    }

    /// The faces in an asset, in the order of finding.
    pub fn faces(&self, id: AssetId) -> Vec<Face> {
        self.shared.world().asset(id).map(|asset| asset.faces.clone()).unwrap_or_default()
    }

    /// Changes a face: another person, another box. `false` when there is no such face.
    pub fn edit_face(&self, id: FaceId, change: impl FnOnce(&mut Face)) -> bool {
        let mut world = self.shared.world();
        let found = world.each_face_mut().find(|face| face.id == id);
        found.map(change).is_some()
    }

    /// Gives a face to another person, or to nobody. `false` when there is no such face.
    pub fn reassign_face(&self, id: FaceId, person: Option<PersonId>) -> bool {
        self.edit_face(id, |face| face.person = person)
    }

    /// Removes a face. `false` when there is no such face.
    pub fn delete_face(&self, id: FaceId) -> bool {
        let mut world = self.shared.world();
        let of = world.each_asset_mut().find(|asset| asset.faces.iter().any(|face| face.id == id));
        of.map(|asset| asset.faces.retain(|face| face.id != id)).is_some()
    }
}

/// Albums.
impl Sandbox {
    /// Renames an album.
    pub fn rename_album(&self, id: AlbumId, name: &str) {
        self.edit_album(id, |album| name.clone_into(&mut album.name));
    }

    /// Removes an album; its assets stay.
    pub fn delete_album(&self, id: AlbumId) {
        self.shared.world().albums_mut().remove(&id);
    }

    /// Puts assets into an album; the album's own `updatedAt` moves.
    pub fn add_to_album(&self, album: AlbumId, assets: &[AssetId]) {
        let mut world = self.shared.world();
        for &asset in assets {
            world.add_to_album(album, asset);
        }
    }

    /// Takes assets out of an album; the album's own `updatedAt` moves.
    pub fn remove_from_album(&self, album: AlbumId, assets: &[AssetId]) {
        let mut world = self.shared.world();
        for &asset in assets {
            world.remove_from_album(album, asset);
        }
    }

    /// Lets another user see an album as `editor` or `viewer`.
    pub fn share_album(&self, id: AlbumId, user: UserId, role: &str) {
        self.edit_album(id, |album| {
            album.shared_with.retain(|(other, _)| *other != user);
            album.shared_with.push((user, role.to_owned()));
        });
    }

    /// Takes that away again.
    pub fn unshare_album(&self, id: AlbumId, user: UserId) {
        self.edit_album(id, |album| album.shared_with.retain(|(other, _)| *other != user));
    }
}

/// Tags.
impl Sandbox {
    /// Gives an asset exactly these tags, made where they are new; moves its `updatedAt`. A direct change of the
    /// database: no sidecar is written.
    pub fn set_tags(&self, id: AssetId, values: &[&str]) -> Result<(), SandboxError> {
        let mut world = self.shared.world();
        let owner = world.asset(id).ok_or(SandboxError::NoAsset { id })?.owner;
        let tags = world.upsert_tags(owner, values);
        world.edit(id, |asset| asset.tags = tags)
    }

    /// Gives an asset exactly these tags as a user of the server would; moves its `updatedAt`. Where the server
    /// writes sidecars, so it does here.
    pub fn tag_as_user(&self, id: AssetId, values: &[&str]) -> Result<(), SandboxError> {
        self.set_tags(id, values)?;
        self.write_edits(id, Field::Tags.into())
    }

    /// Gives the tag with this path another last name; the paths of all tags below follow. `false` when there is
    /// no such tag, or already one of the new name.
    pub fn rename_tag(&self, owner: UserId, value: &str, name: &str) -> bool {
        let mut world = self.shared.world();
        let tag = world.tag_by_value(owner, value);
        tag.is_some_and(|tag| world.rename_tag(tag, name))
    }

    /// Removes the tag with this path and all below it, from the assets too. `false` when there is no such tag.
    pub fn delete_tag(&self, owner: UserId, value: &str) -> bool {
        let mut world = self.shared.world();
        let tag = world.tag_by_value(owner, value);
        tag.map(|tag| world.delete_tag(tag)).is_some()
    }

    /// The paths of all tags of a user, sorted; also those that no asset carries.
    pub fn tags_of(&self, owner: UserId) -> Vec<String> {
        let world = self.shared.world();
        let own = world.tags().values().filter(|tag| tag.owner == owner);
        let mut values: Vec<String> = own.map(|tag| tag.value.clone()).collect();
        values.sort();
        values
    }
}

/// Edits with their consequences, and the trouble of servers.
impl Sandbox {
    /// Changes an asset as somebody in the web page would. Where the server writes sidecars, description, date,
    /// position and rating that differ then go into one, and the asset is read again; moves its `updatedAt`.
    pub fn edit_as_user(
        &self,
        id: AssetId,
        change: impl FnOnce(&mut crate::Asset),
    ) -> Result<(), SandboxError> {
        let edited = {
            let mut world = self.shared.world();
            let before = world.asset(id).cloned().ok_or(SandboxError::NoAsset { id })?;
            world.edit(id, change)?;
            world.asset(id).map(|after| Fields::between(&before, after)).unwrap_or_default()
        };
        self.write_edits(id, edited)
    }

    fn write_edits(&self, id: AssetId, edited: Fields) -> Result<(), SandboxError> {
        if !self.shared.world().writes_sidecars || edited.is_empty() {
            return Ok(());
        }
        self.shared.world().lock(id, edited);
        jobs::write_edits(&self.shared, &[id])
    }

    /// Answers a question with nothing from now on, or truly again.
    pub fn answer_nothing(&self, question: Question, on: bool) {
        self.shared.world().answer_nothing(question, on);
    }

    /// The sidecar that is linked to an asset, on this machine.
    pub fn sidecar(&self, id: AssetId) -> Option<PathBuf> {
        self.shared.world().asset(id).and_then(|asset| asset.sidecar.clone())
    }

    /// The sidecar job of the server: links sidecars that are new, with `force` looks at every asset and unlinks
    /// those that are gone, and reads all assets again that it looked at (without ExifTool it reads none).
    pub fn run_sidecar_job(&self, force: bool) -> Result<(), SandboxError> {
        let (checked, reads) = {
            let mut world = self.shared.world();
            (sidecar::check(&mut world, force), world.exiftool.is_some())
        };
        if reads { jobs::refresh(&self.shared, &checked) } else { Ok(()) }
    }

    /// Moves a managed file as a change of the storage template does: the file, its linked sidecar (which is
    /// then named after the file), and the path. The new path is the server's and must lie below the folder that
    /// holds the old one; moves `updatedAt`.
    pub fn move_original(&self, id: AssetId, new_path: &str) -> Result<(), SandboxError> {
        let mut world = self.shared.world();
        let asset = world.asset(id).ok_or(SandboxError::NoAsset { id })?;
        let refused = || SandboxError::CannotMove { id, path: new_path.to_owned() };
        let file = asset.disk_path.clone().filter(|_| asset.library.is_none()).ok_or_else(refused)?;
        let target = moved(&asset.original_path, &file, new_path).ok_or_else(refused)?;
        let new_sidecar = asset.sidecar.clone().map(|old| (old, sidecar::long_name(&target)));
        relocate(&file, &target)?;
        if let Some((old, new)) = &new_sidecar {
            relocate(old, new)?;
        }
        world.edit(id, |asset| {
            new_path.clone_into(&mut asset.original_path);
            asset.disk_path = Some(target);
            asset.sidecar = new_sidecar.map(|(_, new)| new);
        })
    }
}

/// Where a server path is on this machine, told by a file of which both are known.
fn moved(known_path: &str, known_file: &Path, path: &str) -> Option<PathBuf> {
    let (mut root, mut folder) = (Path::new(known_path), known_file);
    while root.file_name().is_some() && root.file_name() == folder.file_name() {
        (root, folder) = (root.parent()?, folder.parent()?);
    }
    Path::new(path).strip_prefix(root).ok().map(|rest| folder.join(rest))
}

#[expect(clippy::disallowed_methods, reason = "the server moves its own files to where nothing is, in tests")]
fn relocate(from: &Path, to: &Path) -> Result<(), SandboxError> {
    let failed = |path: &Path, source| SandboxError::File { path: path.to_owned(), source };
    if to.exists() {
        return Err(failed(to, std::io::ErrorKind::AlreadyExists.into()));
    }
    let folder = to.parent().unwrap_or(to);
    std::fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    std::fs::rename(from, to).map_err(|source| failed(from, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_path_is_found_on_disk_by_the_common_end() {
        let known = ("/data/library/admin/2024/a.jpg", Path::new("/tmp/x/2024/a.jpg"));

        let at = |path| moved(known.0, known.1, path);

        assert_eq!(at("/data/library/admin/2001/02/a.jpg"), Some("/tmp/x/2001/02/a.jpg".into()));
        assert_eq!(at("/elsewhere/a.jpg"), None);
    }
}
