//! Sidecars as the server has them: found beside a file by one job, written by another.
//!
//! What surprises: a refresh never looks for a new sidecar, it reads the linked one. Where the server writes, it
//! takes the linked file, whatever its name, and makes `<file>.xmp` only where none is linked. It writes only the
//! fields that were edited, and a value that was cleared is a tag taken away, so that the value of the file
//! comes back with the next reading.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use crate::{
    Asset, AssetId, SandboxError,
    edited::{Field, Fields},
    exiftool::{self, Assignment},
    server::Shared,
    world::World,
    zone,
};

/// The sidecar beside a file: `a.jpg.xmp`, else `a.xmp`.
pub(crate) fn beside(file: &Path) -> Option<PathBuf> {
    [long_name(file), file.with_extension("xmp")].into_iter().find(|path| path.is_file())
}

/// `a.jpg.xmp` for `a.jpg`.
pub(crate) fn long_name(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".xmp");
    name.into()
}

/// The sidecar job. Without `force` it looks where no sidecar is linked; with it everywhere, and a sidecar that
/// is gone is unlinked. Answers the assets that were looked at; the server reads all of them again.
pub(crate) fn check(world: &mut World, force: bool) -> Vec<AssetId> {
    let mut checked = Vec::new();
    for asset in world.each_asset_mut().filter(|asset| force || asset.sidecar.is_none()) {
        let Some(file) = asset.disk_path.as_deref() else { continue };
        asset.sidecar = beside(file);
        checked.push(asset.id);
    }
    checked
}

/// Writes the locked fields of these assets into their sidecars, links those and lifts the locks. An asset
/// whose sidecar cannot be written keeps its locks. Answers the assets whose sidecar was written, and the first
/// trouble.
pub(crate) fn write(shared: &Shared, ids: &[AssetId]) -> (Vec<AssetId>, Result<(), SandboxError>) {
    let (program, jobs) = {
        let world = shared.world();
        let Some(program) = world.exiftool.clone() else {
            return (Vec::new(), Err(SandboxError::NoExifTool));
        };
        (program, ids.iter().filter_map(|id| job(&world, *id)).collect::<Vec<_>>())
    };
    let assignments: Vec<Assignment> = jobs.iter().map(|job| job.assignment.clone()).collect();
    let results = exiftool::write(&program, &assignments);
    let mut world = shared.world();
    let (mut written, mut outcome) = (Vec::new(), Ok(()));
    for (job, result) in jobs.into_iter().zip(results) {
        match (result, world.asset_mut(job.id)) {
            (Ok(()), Some(asset)) => {
                asset.sidecar = Some(job.assignment.file);
                asset.locked = asset.locked.without(job.fields);
                written.push(job.id);
            }
            (Ok(()), None) => {}
            (Err(error), _) => outcome = outcome.and(Err(error)),
        }
    }
    (written, outcome)
}

struct Job {
    id: AssetId,
    fields: Fields,
    assignment: Assignment,
}

fn job(world: &World, id: AssetId) -> Option<Job> {
    let asset = world.asset(id).filter(|asset| !asset.locked.is_empty())?;
    let file = match &asset.sidecar {
        Some(linked) => linked.clone(),
        None => long_name(asset.disk_path.as_deref()?),
    };
    let assignment = Assignment { file, tags: tags(world, asset) };
    Some(Job { id, fields: asset.locked, assignment })
}

/// The locked fields as ExifTool takes them.
fn tags(world: &World, asset: &Asset) -> Vec<String> {
    let mut tags = Vec::new();
    let mut put = |name: &str, value: Option<String>| {
        tags.push(format!("-{name}={}", value.unwrap_or_default()));
    };
    let locked = asset.locked;
    if locked.has(Field::Description) {
        put("XMP-dc:Description", asset.description.clone());
        put("XMP-tiff:ImageDescription", asset.description.clone());
    }
    if locked.has(Field::Taken) {
        put("XMP-exif:DateTimeOriginal", date(asset));
        put("XMP-photoshop:DateCreated", date(asset));
    }
    if locked.has(Field::Position) {
        put("XMP-exif:GPSLatitude#", asset.latitude.map(|degrees| degrees.to_string()));
        put("XMP-exif:GPSLongitude#", asset.longitude.map(|degrees| degrees.to_string()));
    }
    if locked.has(Field::Rating) {
        put("XMP-xmp:Rating", asset.rating.map(|stars| stars.to_string()));
    }
    if locked.has(Field::Tags) {
        let values = asset.tags.iter().filter_map(|id| world.tags().get(id)).map(|tag| tag.value.clone());
        let values: Vec<String> = values.collect();
        if values.is_empty() {
            put("XMP-digiKam:TagsList", None);
        }
        for value in values {
            put("XMP-digiKam:TagsList", Some(value));
        }
    }
    tags
}

/// Wall clock and offset; without a zone the wall clock alone, which counts as UTC.
fn date(asset: &Asset) -> Option<String> {
    let instant = asset.date_time_original?;
    let zone = asset.time_zone.as_deref().and_then(zone::parse);
    let local = instant.to_zoned(zone.clone().unwrap_or(TimeZone::UTC));
    let clock = local.strftime("%Y:%m:%d %H:%M:%S%.f").to_string();
    Some(if zone.is_some() { format!("{clock}{}", local.strftime("%:z")) } else { clock })
}
