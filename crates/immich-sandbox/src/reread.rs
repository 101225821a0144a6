//! Reading files again, as the server's jobs do after an import, a scan, or on demand.
//!
//! What a file does not say is cleared. The checksum of a managed file is never computed again: that is how
//! the real server ends up with one that no longer fits. A job on a file that is gone changes nothing.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::{
    Asset, AssetId, AssetKind, Face, SandboxError, SourceType, TagId, UserId, checksum,
    edited::Field,
    exiftool::{self, Tags},
    media_type,
    precedence::{self, Reading},
    regions,
    sandbox::to_millisecond,
    server::Shared,
    sidecar,
    world::World,
};

/// A file to read, with its sidecar.
struct Job {
    id: AssetId,
    kind: AssetKind,
    file: PathBuf,
    sidecar: Option<PathBuf>,
}

/// Reads the files of these assets and believes them. The world is free while ExifTool runs.
pub(crate) fn refresh(shared: &Shared, ids: &[AssetId]) -> Result<(), SandboxError> {
    if ids.is_empty() {
        return Ok(());
    }
    let (program, jobs) = {
        let world = shared.world();
        let program = world.exiftool.clone().ok_or(SandboxError::NoExifTool)?;
        (program, ids.iter().filter_map(|id| job(&world, *id)).collect::<Vec<_>>())
    };
    let files: Vec<PathBuf> =
        jobs.iter().flat_map(|job| std::iter::once(&job.file).chain(&job.sidecar)).cloned().collect();
    if files.is_empty() {
        return Ok(());
    }
    let mut tags = exiftool::read(&program, &files)?.into_iter();
    let mut world = shared.world();
    for job in jobs {
        let file = tags.next().unwrap_or_default();
        let sidecar: Option<Tags> = job.sidecar.as_ref().map(|_| tags.next().unwrap_or_default());
        let reading = precedence::read(&file, sidecar.as_ref(), job.kind);
        apply(&mut world, &job, reading);
    }
    Ok(())
}

fn job(world: &World, id: AssetId) -> Option<Job> {
    let asset = world.asset(id)?;
    let file = asset.disk_path.clone().filter(|path| path.is_file())?;
    let sidecar = asset.sidecar.clone().filter(|path| path.is_file());
    Some(Job { id, kind: asset.kind, file, sidecar })
}

fn apply(world: &mut World, job: &Job, reading: Reading) {
    let Some(asset) = world.asset(job.id) else { return };
    let (owner, known_since) = (asset.owner, asset.file_created_at);
    let tags = world.upsert_tags(owner, &reading.tags);
    let faces = faces_of(world, owner, &reading);
    let change = |asset: &mut Asset| {
        if let Some((size, modified)) = stat(&job.file) {
            asset.size = Some(size);
            asset.file_modified_at = modified;
        }
        asset.dimensions = upright(reading.dimensions, reading.orientation).or(asset.dimensions);
        asset.duration_ms = reading.duration_ms.or(asset.duration_ms);
        believe(asset, reading, known_since, tags);
        if let Some(faces) = faces {
            asset.faces.retain(|face| face.source != SourceType::Exif);
            asset.faces.extend(faces);
        }
    };
    // The asset was found above, under the same lock.
    let _ = world.edit(job.id, change);
}

/// Takes over what the files say, except for what somebody edited and no sidecar holds yet.
fn believe(asset: &mut Asset, reading: Reading, known_since: Timestamp, tags: Vec<TagId>) {
    let locked = asset.locked;
    if !locked.has(Field::Taken) {
        match &reading.taken {
            Some((instant, zone)) => asset.set_taken(Some(*instant), zone.as_deref()),
            // Without a date the earliest time that is known stands in, and no zone.
            None => asset.set_taken(Some(known_since.min(asset.file_modified_at)), None),
        }
    }
    let position = reading.position.unzip();
    if !locked.has(Field::Position) && position != (asset.latitude, asset.longitude) {
        asset.place = None;
        (asset.latitude, asset.longitude) = position;
    }
    if !locked.has(Field::Description) {
        asset.description = Some(reading.description);
    }
    if !locked.has(Field::Rating) {
        asset.rating = reading.rating;
    }
    if !locked.has(Field::Tags) {
        asset.tags = tags;
    }
    asset.camera = Some(Box::new(reading.camera));
}

fn upright(stored: Option<(u32, u32)>, orientation: u8) -> Option<(u32, u32)> {
    stored.map(|(width, height)| if orientation >= 5 { (height, width) } else { (width, height) })
}

/// The faces of the file, which take the place of those read earlier; `None` leaves everything as it is, as for
/// a file without regions. Names are matched whatever their case; a new name makes a new person.
fn faces_of(world: &mut World, owner: UserId, reading: &Reading) -> Option<Vec<Face>> {
    let regions = reading.region_info.as_ref().filter(|_| world.import_faces)?;
    let mut faces = Vec::new();
    for (name, area) in regions::boxes(regions, reading.orientation)? {
        let wanted = name.to_lowercase();
        let known = world.people.values().find(|one| one.owner == owner && one.name.to_lowercase() == wanted);
        let person = match known.map(|one| one.id) {
            Some(id) => id,
            None => world.add_person(owner, &name),
        };
        let id = world.new_face_id();
        faces.push(Face { id, person: Some(person), area, source: SourceType::Exif });
    }
    Some(faces)
}

fn stat(path: &Path) -> Option<(u64, Timestamp)> {
    let about = std::fs::metadata(path).ok()?;
    let modified = Timestamp::try_from(about.modified().ok()?).ok()?;
    Some((about.len(), to_millisecond(modified)))
}

/// Compares an external library with its folder. Answers the assets to read: new files and changed times.
pub(crate) fn scan(world: &mut World, library: usize) -> Vec<AssetId> {
    let Some(library) = world.libraries.get(library).cloned() else { return Vec::new() };
    let mut to_read = Vec::new();
    let known: Vec<(AssetId, PathBuf)> = world
        .assets()
        .iter()
        .filter(|asset| asset.library == Some(library.id))
        .filter_map(|asset| asset.disk_path.clone().map(|path| (asset.id, path)))
        .collect();
    for (id, path) in &known {
        if compare(world, *id, path) {
            to_read.push(*id);
        }
    }
    let mut files = Vec::new();
    walk(&library.disk_root, &mut files);
    files.sort();
    for path in files.into_iter().filter(|path| !known.iter().any(|(_, other)| other == path)) {
        let Ok(relative) = path.strip_prefix(&library.disk_root) else { continue };
        let original_path = format!("{}/{}", library.server_root, relative.to_string_lossy());
        let (id, now) = (AssetId::new(world.mint.uuid()), world.now());
        let mut asset = Asset::new(id, library.owner, original_path, now);
        asset.library = Some(library.id);
        asset.checksum = checksum::of_path(&asset.original_path);
        if let Some((size, modified)) = stat(&path) {
            (asset.size, asset.file_modified_at) = (Some(size), modified);
        }
        asset.set_taken(None, None);
        asset.sidecar = sidecar::beside(&path);
        asset.disk_path = Some(path);
        world.add_asset(asset);
        to_read.push(id);
    }
    to_read
}

/// Follows a file that went, came back, or changed; `true` when it is to be read.
fn compare(world: &mut World, id: AssetId, path: &Path) -> bool {
    let found = stat(path);
    let Some(asset) = world.asset_mut(id) else { return false };
    match found {
        None => {
            asset.is_offline = true;
            world.trash(id);
            false
        }
        Some(_) if asset.is_offline => {
            asset.is_offline = false;
            world.restore(id);
            true
        }
        Some((_, modified)) if modified != asset.file_modified_at => {
            asset.sidecar = sidecar::beside(path);
            true
        }
        Some(_) => false,
    }
}

/// Every file below that an upload would take. Folders that cannot be read are left out.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            walk(&path, files);
        } else if path.file_name().is_some_and(|name| media_type::is_accepted(&name.to_string_lossy())) {
            files.push(path);
        }
    }
}
