//! A row of the table of assets, with what is joined to it, becomes an asset.
//!
//! Columns are read in the order in which they are selected, so each group stands here twice: once as names, and right
//! below as cells.

use std::sync::Arc;

use crate::albums::{AlbumRow, Albums};
use crate::cells::Cells;
use crate::files::{Finder, Whereabouts};
use crate::instants::{ZoneCells, Zones, instant, offset};
use crate::persons::Persons;
use crate::row_parts::{cloud, cloud_columns, edit, edit_columns, size_columns, sizes};
use crate::schema::Schema;
use crate::select::Select;
use crate::sides::{FaceRow, Scope, Sides};
use crate::{
    AlbumId, Area, Asset, Burst, Dates, Face, FileRole, Flag, Flags, ImportedBy, Kind, Location, Origin,
    Size, StoredPlace, Subtype, Unreadable,
};

const ATTRIBUTES: &str = "ZADDITIONALASSETATTRIBUTES";
const EXTENDED: &str = "ZEXTENDEDATTRIBUTES";
/// ZSAVEDASSETTYPE of a file that stays outside of the library.
const REFERENCED: i64 = 10;

/// The statement that reads assets, all or one.
pub(crate) fn statement(schema: &Schema, table: &'static str, scope: Scope) -> String {
    let mut select = Select::new(schema);
    select
        .join([ATTRIBUTES, "d", "ZASSET"], [table, "a", "Z_PK"])
        .join(["ZASSETDESCRIPTION", "t", "Z_PK"], [ATTRIBUTES, "d", "ZASSETDESCRIPTION"])
        .join(["ZUNMANAGEDADJUSTMENT", "u", "Z_PK"], [ATTRIBUTES, "d", "ZUNMANAGEDADJUSTMENT"])
        .join([EXTENDED, "e", "ZASSET"], [table, "a", "Z_PK"])
        .join(["ZCLOUDMASTER", "m", "Z_PK"], [table, "a", "ZMASTER"]);
    identity_columns(&mut select, table);
    date_columns(&mut select, table);
    text_columns(&mut select, table);
    mark_columns(&mut select, table);
    size_columns(&mut select, table);
    edit_columns(&mut select, table);
    cloud_columns(&mut select, table);
    let condition = if matches!(scope, Scope::One { .. }) { "WHERE a.Z_PK = ?1" } else { "" };
    select.from(&format!("{table} a"), &format!("{condition} ORDER BY a.Z_PK"))
}

/// Makes assets of rows.
pub(crate) struct Reader<'l> {
    pub(crate) sides: &'l Sides,
    pub(crate) albums: &'l Albums,
    pub(crate) persons: &'l Persons,
    pub(crate) finder: Finder<'l>,
    pub(crate) zones: Zones,
}

impl Reader<'_> {
    /// The asset in a row.
    pub(crate) fn asset(&mut self, cells: &mut Cells<'_, '_>) -> Result<Asset, Unreadable> {
        let identity = identity(cells)?;
        let dates = dates(cells, &mut self.zones);
        let texts = texts(cells);
        let marks = marks(cells);
        let sizes = sizes(cells);
        let edit = edit(cells);
        let cloud = cloud(cells);
        let origin = origin(&identity, &marks);
        let whereabouts = Whereabouts {
            uuid: &identity.uuid,
            kind: identity.kind,
            origin,
            directory: &identity.directory,
            filename: &identity.filename,
            is_synced: cloud.names.is_synced,
            is_edited: edit.is_edited,
        };
        let files = self.finder.files(&whereabouts, self.sides.resources.of(identity.row));
        let mut flags = marks.flags;
        flags.set(Flag::Edited, edit.is_edited);
        flags.set(Flag::HasRaw, files.iter().any(|file| file.role == FileRole::Raw) || texts.is_raw);
        flags.set(Flag::Shared, dates.shared.is_some() || origin == Origin::SharedAlbum);
        let faces = self.sides.faces.of(identity.row).map(|face| self.face(face, sizes.current));
        // A row of nobody and nowhere says that Photos looked and found no face.
        let faces = faces.filter(|face| face.person.is_some() || face.area.is_some()).collect();
        Ok(Asset {
            kind: identity.kind,
            subtype: identity.subtype,
            origin,
            flags,
            original_name: texts.original_name.or(cloud.original_name).unwrap_or(identity.filename),
            uuid: identity.uuid,
            dates,
            location: texts.location,
            place: texts.place,
            title: texts.title,
            caption: texts.caption,
            keywords: self.keywords(identity.attributes),
            albums: self.albums(identity.row, marks.share),
            faces,
            size: sizes.current,
            original_size: sizes.original,
            original_bytes: sizes.bytes,
            duration: sizes.duration,
            burst: marks.burst,
            media_group: marks.media_group,
            edit: edit.is_edited.then_some(edit.edit),
            fingerprint: texts.fingerprint,
            files,
            import_session: marks.import.and_then(|row| self.albums.import(row)),
            imported_by: texts.imported_by,
            cloud: cloud.names,
        })
    }

    fn keywords(&self, attributes: i64) -> Vec<Arc<str>> {
        let mut keywords: Vec<_> = self.sides.keywords.of(attributes).cloned().collect();
        keywords.sort_unstable();
        keywords.dedup();
        keywords
    }

    fn albums(&self, row: i64, share: Option<i64>) -> Vec<AlbumId> {
        let mut albums: Vec<_> = self.sides.albums.of(row).copied().collect();
        albums.extend(share.and_then(|share| self.albums.present(AlbumRow::Share(share))));
        albums.sort_unstable();
        albums.dedup();
        albums
    }

    fn face(&self, row: &FaceRow, upright: Size) -> Face {
        Face {
            uuid: row.uuid.clone(),
            person: row.person.and_then(|person| self.persons.of_row(person)),
            area: Area::of_photos(row.x, row.y, row.size, upright),
            is_manual: row.is_manual,
            is_hidden: row.is_hidden,
        }
    }
}

struct Identity {
    row: i64,
    attributes: i64,
    uuid: String,
    directory: String,
    filename: String,
    kind: Kind,
    subtype: Subtype,
}

fn identity_columns(select: &mut Select<'_>, table: &str) {
    select.all("a", table, &["Z_PK", "ZUUID", "ZDIRECTORY", "ZFILENAME", "ZKIND", "ZKINDSUBTYPE"]).all(
        "d",
        ATTRIBUTES,
        &["Z_PK"],
    );
}

fn identity(cells: &mut Cells<'_, '_>) -> Result<Identity, Unreadable> {
    let row = cells.integer().unwrap_or_default();
    let uuid = cells.text();
    let (directory, filename) = (cells.text(), cells.text());
    let (kind, subtype) = (cells.integer(), cells.integer().unwrap_or_default());
    let attributes = cells.integer().unwrap_or(-1);
    let unreadable = |uuid: Option<&String>, reason: String| Unreadable { row, uuid: uuid.cloned(), reason };
    let kind = match kind {
        Some(0) => Kind::Photo,
        Some(1) => Kind::Video,
        other => return Err(unreadable(uuid.as_ref(), format!("it is neither photo nor video ({other:?})"))),
    };
    let Some(uuid) = uuid else { return Err(unreadable(None, "it has no UUID".to_owned())) };
    Ok(Identity {
        row,
        attributes,
        uuid,
        directory: directory.unwrap_or_default(),
        filename: filename.unwrap_or_default(),
        kind,
        subtype: subtype_of(subtype),
    })
}

fn subtype_of(number: i64) -> Subtype {
    match number {
        0 => Subtype::Plain,
        1 => Subtype::Panorama,
        2 => Subtype::LivePhoto,
        10 => Subtype::Screenshot,
        100 => Subtype::SharedVideo,
        101 => Subtype::SlowMotion,
        102 => Subtype::TimeLapse,
        103 => Subtype::ScreenRecording,
        other => Subtype::Other(other),
    }
}

fn date_columns(select: &mut Select<'_>, table: &str) {
    let columns =
        ["ZDATECREATED", "ZADDEDDATE", "ZMODIFICATIONDATE", "ZTRASHEDDATE", "ZCLOUDBATCHPUBLISHDATE"];
    let zone = ["ZTIMEZONENAME", "ZTIMEZONEOFFSET", "ZINFERREDTIMEZONEOFFSET", "ZEXIFTIMESTAMPSTRING"];
    select
        .all("a", table, &columns)
        .all("e", EXTENDED, &["ZDATECREATED", "ZTIMEZONEOFFSET"])
        .all("d", ATTRIBUTES, &zone);
}

fn dates(cells: &mut Cells<'_, '_>, zones: &mut Zones) -> Dates {
    let mut date = || instant(cells.real());
    let (taken, added, modified, trashed, shared, original_taken) =
        (date(), date(), date(), date(), date(), date());
    let original_offset = cells.integer().and_then(offset);
    let zone = ZoneCells {
        name: cells.text(),
        offset: cells.integer(),
        inferred: cells.integer(),
        exif: cells.text(),
    };
    Dates {
        taken,
        zone: zones.zone(taken, original_taken, &zone),
        original_taken,
        original_offset,
        exif: zone.exif,
        added,
        modified,
        trashed,
        shared,
    }
}

struct Texts {
    original_name: Option<String>,
    title: Option<String>,
    caption: Option<String>,
    location: Option<Location>,
    place: Option<StoredPlace>,
    fingerprint: Option<String>,
    imported_by: Option<ImportedBy>,
    is_raw: bool,
}

fn text_columns(select: &mut Select<'_>, table: &str) {
    select
        .all("d", ATTRIBUTES, &["ZORIGINALFILENAME", "ZTITLE"])
        .all("t", "ZASSETDESCRIPTION", &["ZLONGDESCRIPTION"])
        .all("a", table, &["ZLATITUDE", "ZLONGITUDE"])
        .all("d", ATTRIBUTES, &["ZREVERSELOCATIONDATA"])
        .first("d", ATTRIBUTES, &["ZORIGINALSTABLEHASH", "ZMASTERFINGERPRINT"])
        .all("d", ATTRIBUTES, &["ZIMPORTEDBYDISPLAYNAME", "ZIMPORTEDBYBUNDLEIDENTIFIER"])
        .all("a", table, &["ZUNIFORMTYPEIDENTIFIER"]);
}

fn texts(cells: &mut Cells<'_, '_>) -> Texts {
    let (original_name, title, caption) = (cells.text(), cells.text(), cells.text());
    let (latitude, longitude) = (cells.real(), cells.real());
    let place = cells.blob().map(|bytes| StoredPlace(bytes.to_vec()));
    let fingerprint = cells.text();
    let (name, bundle) = (cells.text(), cells.text());
    Texts {
        original_name,
        title,
        caption,
        location: location(latitude, longitude),
        place,
        fingerprint,
        imported_by: (name.is_some() || bundle.is_some()).then_some(ImportedBy { name, bundle }),
        is_raw: cells.text().is_some_and(|kind| kind.ends_with("-raw-image")),
    }
}

/// No place is written as -180, -180; a latitude can be nothing of the kind.
fn location(latitude: Option<f64>, longitude: Option<f64>) -> Option<Location> {
    let (latitude, longitude) = (latitude?, longitude?);
    let is_on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    is_on_earth.then_some(Location { latitude, longitude })
}

struct Marks {
    flags: Flags,
    saved_as: i64,
    has_moment_share: bool,
    is_syndicated: bool,
    was_published: bool,
    burst: Option<Burst>,
    media_group: Option<String>,
    import: Option<i64>,
    share: Option<i64>,
}

fn mark_columns(select: &mut Select<'_>, table: &str) {
    select
        .all("a", table, &["ZFAVORITE", "ZHIDDEN", "ZTRASHEDSTATE", "ZVISIBILITYSTATE", "ZKINDSUBTYPE"])
        .first("a", table, &["ZHDRTYPE", "ZCUSTOMRENDEREDVALUE"])
        .first("a", table, &["ZDEPTHTYPE", "ZDEPTHSTATES"])
        .all("a", table, &["ZSPATIALTYPE", "ZACTIVELIBRARYSCOPEPARTICIPATIONSTATE"])
        .all("d", ATTRIBUTES, &["ZCAMERACAPTUREDEVICE", "ZORIGINALRESOURCECHOICE"])
        .all("d", ATTRIBUTES, &["ZSYNDICATIONIDENTIFIER", "ZSYNDICATIONHISTORY"])
        .all("a", table, &["ZSAVEDASSETTYPE", "ZMOMENTSHARE", "ZCLOUDBATCHPUBLISHDATE"])
        .all("a", table, &["ZAVALANCHEUUID", "ZAVALANCHEPICKTYPE", "ZMEDIAGROUPUUID"])
        .all("a", table, &["ZIMPORTSESSION", "ZCOLLECTIONSHARE"]);
}

fn marks(cells: &mut Cells<'_, '_>) -> Marks {
    let mut flags = Flags::default();
    flags.set(Flag::Favourite, cells.is_set());
    flags.set(Flag::Hidden, cells.is_set());
    flags.set(Flag::Trashed, cells.is_set());
    flags.set(Flag::NotShown, cells.is_set());
    let (subtype, rendered) = (subtype_of(cells.integer().unwrap_or_default()), cells.integer());
    flags.set(Flag::LivePhoto, subtype == Subtype::LivePhoto);
    flags.set(Flag::Screenshot, subtype == Subtype::Screenshot);
    flags.set(Flag::SlowMotion, subtype == Subtype::SlowMotion);
    flags.set(Flag::TimeLapse, subtype == Subtype::TimeLapse);
    flags.set(Flag::ScreenRecording, subtype == Subtype::ScreenRecording);
    flags.set(Flag::Panorama, subtype == Subtype::Panorama || rendered == Some(6));
    flags.set(Flag::Hdr, rendered == Some(3));
    flags.set(Flag::Portrait, cells.is_set());
    flags.set(Flag::Spatial, cells.is_set());
    flags.set(Flag::InSharedLibrary, cells.is_set());
    flags.set(Flag::Selfie, cells.integer() == Some(1));
    flags.set(Flag::RawIsOriginal, cells.integer() == Some(1));
    let is_syndicated = cells.is_some();
    let was_saved = cells.is_set();
    flags.set(Flag::Syndicated, is_syndicated);
    flags.set(Flag::SavedToLibrary, is_syndicated && was_saved);
    let saved_as = cells.integer().unwrap_or_default();
    let (has_moment_share, was_published) = (cells.is_set(), cells.is_some());
    let (burst, pick) = (cells.text(), cells.natural().unwrap_or(0));
    Marks {
        flags,
        saved_as,
        has_moment_share,
        is_syndicated: is_syndicated && !was_saved,
        was_published,
        burst: burst.map(|uuid| Burst { uuid, pick }),
        media_group: cells.text(),
        import: cells.integer(),
        share: cells.integer(),
    }
}

/// Where an asset belongs. Copies of shared albums stand in a folder of their album; a photo of the user's own that was
/// published as well stands among the originals, in a folder of one digit, and is no copy.
fn origin(identity: &Identity, marks: &Marks) -> Origin {
    if identity.directory.starts_with('/') || marks.saved_as == REFERENCED {
        Origin::Referenced
    } else if marks.was_published && identity.directory.len() > 1 {
        Origin::SharedAlbum
    } else if marks.has_moment_share {
        Origin::SharedMoment
    } else if marks.is_syndicated {
        Origin::Syndicated
    } else {
        Origin::Managed
    }
}
