//! The rows of a database.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::types::Value;

use super::files::stored_path;
use super::generation::Names;
use super::photo::uuid;
use super::plist::model_version;
use super::{AppleFile, AppleLibrary, ApplePhoto, Whereabouts};
use crate::calendar::Moment;

/// From the beginning of 1970 to that of 2001.
const EPOCH: f64 = 978_307_200.0;
/// What no place is written as.
const NOWHERE: f64 = -180.0;
/// The row before that of the first import; those of albums come before.
pub(super) const FIRST_IMPORT: i64 = 1_000_000;
const RAW: &str = "com.canon.cr2-raw-image";
/// Previews have recipes that nobody needs to know.
const PREVIEWS: [(i64, i64); 4] = [(0x100D3, 3), (0x10049, 3), (0xFDE8, 4), (0x200D1, 3)];

/// Writes rows of a library.
pub(super) struct Writer<'l> {
    pub(super) library: &'l AppleLibrary,
    pub(super) connection: &'l Connection,
    pub(super) names: Names,
    resources: i64,
    faces: i64,
    /// Rows of keywords, by their titles.
    pub(super) keywords: BTreeMap<&'l str, i64>,
    volumes: BTreeMap<String, i64>,
    bookmarks: i64,
}

pub(super) type Cell = (&'static str, Value);

pub(super) fn integer(value: impl Into<i64>) -> Value {
    Value::Integer(value.into())
}

pub(super) fn truth(value: bool) -> Value {
    integer(i64::from(value))
}

pub(super) fn text(value: Option<&str>) -> Value {
    value.map_or(Value::Null, |text| Value::Text(text.to_owned()))
}

/// A date as Photos stores it: whole seconds as integers.
pub(super) fn date(unix: f64) -> Value {
    let seconds = unix - EPOCH;
    #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
    if seconds.fract() == 0.0 && seconds.abs() < 9e15 {
        Value::Integer(seconds as i64)
    } else {
        Value::Real(seconds)
    }
}

pub(super) fn row(at: usize) -> i64 {
    i64::try_from(at + 1).unwrap_or(i64::MAX)
}

impl<'l> Writer<'l> {
    pub(super) fn new(library: &'l AppleLibrary, connection: &'l Connection) -> Self {
        let names = library.generation.names();
        let (keywords, volumes) = (BTreeMap::new(), BTreeMap::new());
        Self { library, connection, names, resources: 0, faces: 0, keywords, volumes, bookmarks: 0 }
    }

    pub(super) fn insert(&self, table: &str, cells: Vec<Cell>) -> rusqlite::Result<()> {
        let (columns, values): (Vec<&str>, Vec<Value>) = cells.into_iter().unzip();
        let marks = vec!["?"; columns.len()].join(", ");
        let statement = format!("INSERT INTO {table} ({}) VALUES ({marks})", columns.join(", "));
        self.connection.prepare_cached(&statement)?.execute(rusqlite::params_from_iter(values))?;
        Ok(())
    }

    /// What the database says of itself.
    pub(super) fn entities(&self) -> rusqlite::Result<()> {
        let names = &self.names;
        let asset = if names.asset_table == "ZASSET" { "Asset" } else { "GenericAsset" };
        let mut entities = vec![
            (1, "AdditionalAssetAttributes"),
            (names.asset, asset),
            (names.album, "Album"),
            (names.shared_album, "CloudSharedAlbum"),
            (names.folder, "Folder"),
            (names.import, "ImportSession"),
            (names.keyword, "Keyword"),
        ];
        if asset == "GenericAsset" {
            entities.push((names.asset + 1, "Asset"));
        }
        entities.extend(names.collection_share.map(|entity| (entity, "CollectionShare")));
        for (entity, name) in entities {
            let cells =
                vec![("Z_ENT", integer(entity)), ("Z_NAME", text(Some(name))), ("Z_SUPER", integer(0))];
            self.insert("Z_PRIMARYKEY", cells)?;
        }
        for (number, name) in (1..).zip(["public.jpeg", RAW]) {
            self.insert(
                "ZUNIFORMTYPEIDENTIFIER",
                vec![("Z_PK", integer(number)), ("ZIDENTIFIER", text(Some(name)))],
            )?;
        }
        let cells = vec![
            ("Z_VERSION", integer(1)),
            ("Z_UUID", text(Some(&uuid("library", "generated")))),
            ("Z_PLIST", Value::Blob(model_version(names.model))),
        ];
        self.insert("Z_METADATA", cells)
    }

    /// A photo with everything that stands about it in other tables, but for albums and keywords.
    pub(super) fn photo(&mut self, at: usize) -> rusqlite::Result<()> {
        let library = self.library;
        let photo = &library.photos[at];
        let pk = row(at);
        self.insert(self.names.asset_table, self.asset(photo, pk))?;
        self.insert("ZADDITIONALASSETATTRIBUTES", self.attributes(photo, pk))?;
        self.insert("ZCOMPUTEDASSETATTRIBUTES", vec![("Z_PK", integer(pk)), ("ZASSET", integer(pk))])?;
        if let Some(caption) = &photo.caption {
            let cells = vec![
                ("Z_PK", integer(pk)),
                ("ZASSETATTRIBUTES", integer(pk)),
                ("ZLONGDESCRIPTION", text(Some(caption))),
            ];
            self.insert("ZASSETDESCRIPTION", cells)?;
        }
        if let Some(edited) = photo.edited {
            let cells = vec![
                ("Z_PK", integer(pk)),
                ("ZASSETATTRIBUTES", integer(pk)),
                ("ZADJUSTMENTTIMESTAMP", date(edited)),
                ("ZADJUSTMENTFORMATIDENTIFIER", text(Some("com.apple.photo"))),
            ];
            self.insert("ZUNMANAGEDADJUSTMENT", cells)?;
        }
        let mut exif = vec![("Z_PK", integer(pk)), ("ZASSET", integer(pk)), ("ZISO", integer(100))];
        if library.generation.keeps_exif_dates() {
            exif.push(("ZDATECREATED", date(photo.taken_in_file.unwrap_or(photo.taken))));
            exif.push(("ZTIMEZONEOFFSET", photo.zone.as_ref().map_or(Value::Null, |zone| integer(zone.1))));
        }
        self.insert("ZEXTENDEDATTRIBUTES", exif)?;
        if library.ballast > 0 {
            let bytes = crate::bytes::noise(library.ballast, at as u64);
            let cells =
                vec![("Z_PK", integer(pk)), ("ZASSET", integer(pk)), ("ZBALLAST", Value::Blob(bytes))];
            self.insert("ZMEDIAANALYSISASSETATTRIBUTES", cells)?;
        }
        self.resources_of(photo, pk)?;
        self.faces_of(photo, pk)
    }

    fn asset(&self, photo: &ApplePhoto, pk: i64) -> Vec<Cell> {
        let names = &self.names;
        let (directory, filename) = stored_path(self.library, photo);
        let (width, height) = photo.upright();
        let is_hidden_in_burst =
            photo.burst.as_ref().is_some_and(|burst| burst.pick & 0x18 == 0 && burst.pick != 0);
        let saved_as = match photo {
            ApplePhoto { referenced: Some(_), .. } => 10,
            ApplePhoto { shared_in: Some(_), .. } => 4,
            _ => 3,
        };
        let subtype = if photo.live.is_some() { 2 } else { photo.subtype };
        let (latitude, longitude) = photo.position.unwrap_or((NOWHERE, NOWHERE));
        let mut cells = vec![
            ("Z_PK", integer(pk)),
            ("Z_ENT", integer(names.asset)),
            ("ZUUID", text(Some(&uuid("photo", &photo.key)))),
            ("ZDIRECTORY", text(Some(&directory))),
            ("ZFILENAME", text(Some(&filename))),
            ("ZKIND", truth(photo.is_video())),
            ("ZKINDSUBTYPE", integer(subtype)),
            ("ZSAVEDASSETTYPE", integer(saved_as)),
            ("ZFAVORITE", truth(photo.is_favourite)),
            ("ZHIDDEN", truth(photo.is_hidden)),
            ("ZTRASHEDSTATE", truth(photo.is_trashed)),
            (
                "ZVISIBILITYSTATE",
                integer(if is_hidden_in_burst || photo.shared_in.is_some() { 2 } else { 0 }),
            ),
            ("ZWIDTH", integer(width)),
            ("ZHEIGHT", integer(height)),
            ("ZORIENTATION", integer(if photo.render.is_some() { 1 } else { photo.orientation })),
            ("ZLATITUDE", Value::Real(latitude)),
            ("ZLONGITUDE", Value::Real(longitude)),
            ("ZDATECREATED", date(photo.taken)),
            ("ZADDEDDATE", date(photo.taken + 86_400.5)),
            ("ZMODIFICATIONDATE", date(photo.edited.unwrap_or(photo.taken + 86_401.5))),
            ("ZADJUSTMENTTIMESTAMP", photo.edited.map_or(Value::Null, date)),
            ("ZTRASHEDDATE", if photo.is_trashed { date(photo.taken + 172_800.0) } else { Value::Null }),
            ("ZADDITIONALATTRIBUTES", integer(pk)),
            ("ZEXTENDEDATTRIBUTES", integer(pk)),
            ("ZIMPORTSESSION", integer(FIRST_IMPORT + row(photo.import))),
            ("ZUNIFORMTYPEIDENTIFIER", text(Some(uniform_type(&photo.extension())))),
            ("ZAVALANCHEPICKTYPE", integer(photo.burst.as_ref().map_or(0, |burst| burst.pick))),
            ("ZAVALANCHEUUID", text(photo.burst.as_ref().map(|burst| uuid("burst", &burst.key)).as_deref())),
            ("ZMEDIAGROUPUUID", text(photo.live.as_ref().map(|_| uuid("live", &photo.key)).as_deref())),
            (names.edited, truth(photo.edited.is_some())),
            (names.depth, truth(photo.is_portrait)),
            (names.hdr, integer(0)),
            ("ZCLOUDBATCHPUBLISHDATE", photo.shared_in.map_or(Value::Null, |_| date(photo.taken + 90_000.0))),
        ];
        if names.collection_share.is_some() {
            cells
                .push(("ZCOLLECTIONSHARE", photo.shared_in.map_or(Value::Null, |album| integer(row(album)))));
        }
        cells
    }

    fn attributes(&self, photo: &ApplePhoto, pk: i64) -> Vec<Cell> {
        let offset = photo.zone.as_ref().map(|zone| zone.1);
        let file_offset = offset.or(photo.inferred_offset).unwrap_or(0);
        let in_file = photo.taken_in_file.unwrap_or(photo.taken) + f64::from(file_offset);
        #[expect(clippy::cast_possible_truncation, reason = "dates of the tests are in these centuries")]
        let exif = Moment::from_seconds(in_file as i64).exif();
        let bytes = photo.original.bytes.as_ref().map_or(2_500_000, Vec::len);
        let mut cells = vec![
            ("Z_PK", integer(pk)),
            ("Z_ENT", integer(1)),
            ("ZASSET", integer(pk)),
            ("ZORIGINALFILENAME", text(Some(&photo.name))),
            ("ZTITLE", text(photo.title.as_deref())),
            ("ZASSETDESCRIPTION", photo.caption.as_ref().map_or(Value::Null, |_| integer(pk))),
            ("ZUNMANAGEDADJUSTMENT", photo.edited.map_or(Value::Null, |_| integer(pk))),
            ("ZTIMEZONENAME", text(photo.zone.as_ref().map(|zone| zone.0.as_str()))),
            ("ZTIMEZONEOFFSET", offset.map_or(Value::Null, integer)),
            ("ZINFERREDTIMEZONEOFFSET", photo.inferred_offset.map_or(Value::Null, integer)),
            ("ZEXIFTIMESTAMPSTRING", text(Some(&exif))),
            ("ZCAMERACAPTUREDEVICE", truth(photo.is_selfie)),
            ("ZORIGINALRESOURCECHOICE", truth(photo.is_raw_original)),
            ("ZORIGINALWIDTH", integer(photo.size.0)),
            ("ZORIGINALHEIGHT", integer(photo.size.1)),
            ("ZORIGINALORIENTATION", integer(photo.orientation)),
            ("ZORIGINALFILESIZE", integer(i64::try_from(bytes).unwrap_or(0))),
            (self.names.fingerprint, text(Some(&uuid("fingerprint", &photo.key)))),
        ];
        if self.library.generation.keeps_exif_dates() {
            cells.push(("ZIMPORTEDBYDISPLAYNAME", text(Some("Photos"))));
            cells.push(("ZSYNDICATIONIDENTIFIER", text(photo.is_syndicated.then_some("message"))));
            cells.push(("ZSYNDICATIONHISTORY", integer(0)));
        }
        cells
    }

    /// One row for each file of a photo, and some for previews.
    fn resources_of(&mut self, photo: &ApplePhoto, pk: i64) -> rusqlite::Result<()> {
        if photo.shared_in.is_some() {
            return Ok(());
        }
        let whole = i64::from(photo.is_video());
        let (recipe, subtype) = if photo.is_video() { (0x20000, 16) } else { (0x10192, 2) };
        let parts: [(Option<&AppleFile>, [i64; 4]); 5] = [
            (Some(&photo.original), [whole, 1, 0, 0]),
            (photo.live.as_ref(), [3, 18, 0, 0]),
            (photo.raw.as_ref(), [4, 17, 0, 0]),
            (photo.render.as_ref(), [whole, subtype, 2, recipe]),
            (photo.live_render.as_ref(), [3, 19, 2, 0x200C8]),
        ];
        for (file, [kind, subtype, version, recipe]) in parts {
            let Some(file) = file else { continue };
            self.resources += 1;
            let is_remote = file.whereabouts == Whereabouts::InCloud;
            let mut cells = vec![
                (
                    "ZDATALENGTH",
                    integer(file.bytes.as_ref().map_or(0, |bytes| i64::try_from(bytes.len()).unwrap_or(0))),
                ),
                ("ZLOCALAVAILABILITY", integer(if is_remote { -1 } else { 1 })),
                ("ZREMOTEAVAILABILITY", truth(is_remote)),
            ];
            cells.extend(self.bookmark(photo, subtype)?);
            self.resource(pk, [kind, subtype, version, recipe], cells)?;
        }
        for (recipe, subtype) in PREVIEWS {
            self.resources += 1;
            let cells = vec![("ZLOCALAVAILABILITY", integer(1)), ("ZREMOTEAVAILABILITY", integer(0))];
            self.resource(pk, [0, subtype, 3, recipe], cells)?;
        }
        Ok(())
    }

    fn resource(&self, pk: i64, numbers: [i64; 4], more: Vec<Cell>) -> rusqlite::Result<()> {
        let [kind, subtype, version, recipe] = numbers;
        let mut cells = vec![
            ("Z_PK", integer(self.resources)),
            ("ZASSET", integer(pk)),
            ("ZRESOURCETYPE", integer(kind)),
            ("ZDATASTORESUBTYPE", integer(subtype)),
            ("ZDATASTORECLASSID", integer(0)),
            ("ZVERSION", integer(version)),
            ("ZRECIPEID", integer(recipe)),
            ("ZTRASHEDSTATE", integer(0)),
            // Rows of the table of types: the second is the raw one. Newer databases leave it empty.
            ("ZUNIFORMTYPEIDENTIFIER", integer(1 + i64::from(subtype == 17))),
        ];
        cells.extend(more);
        self.insert("ZINTERNALRESOURCE", cells)
    }

    /// The volume and path of a referenced original.
    fn bookmark(&mut self, photo: &ApplePhoto, subtype: i64) -> rusqlite::Result<Vec<Cell>> {
        let Some(path) = photo.referenced.as_ref().filter(|_| subtype == 1) else { return Ok(Vec::new()) };
        let path = path.to_string_lossy();
        let (volume, inner) = match path.strip_prefix("/Volumes/").and_then(|rest| rest.split_once('/')) {
            Some((volume, inner)) => (volume, inner),
            None => ("Macintosh HD", path.trim_start_matches('/')),
        };
        let next = row(self.volumes.len());
        let number = *self.volumes.entry(volume.to_owned()).or_insert(next);
        if number == next {
            self.insert("ZFILESYSTEMVOLUME", vec![("Z_PK", integer(number)), ("ZNAME", text(Some(volume)))])?;
        }
        self.bookmarks += 1;
        let cells = vec![
            ("Z_PK", integer(self.bookmarks)),
            ("ZRESOURCE", integer(self.resources)),
            ("ZPATHRELATIVETOVOLUME", text(Some(inner))),
        ];
        self.insert("ZFILESYSTEMBOOKMARK", cells)?;
        Ok(vec![("ZFILESYSTEMVOLUME", integer(number)), ("ZFILESYSTEMBOOKMARK", integer(self.bookmarks))])
    }

    fn faces_of(&mut self, photo: &ApplePhoto, pk: i64) -> rusqlite::Result<()> {
        for face in &photo.faces {
            self.faces += 1;
            let (width, height) = photo.upright();
            let cells = vec![
                ("Z_PK", integer(self.faces)),
                ("ZUUID", text(Some(&uuid("face", &format!("{} {}", photo.key, self.faces))))),
                (self.names.face_asset, integer(pk)),
                (self.names.face_person, face.person.map_or(Value::Null, |person| integer(row(person)))),
                ("ZCENTERX", Value::Real(face.x)),
                ("ZCENTERY", Value::Real(face.y)),
                ("ZSIZE", Value::Real(face.size)),
                ("ZSOURCEWIDTH", integer(width)),
                ("ZSOURCEHEIGHT", integer(height)),
                ("ZMANUAL", truth(face.is_manual)),
                ("ZHIDDEN", truth(face.is_hidden)),
                ("ZISINTRASH", integer(0)),
            ];
            self.insert("ZDETECTEDFACE", cells)?;
        }
        Ok(())
    }
}

fn uniform_type(extension: &str) -> &'static str {
    match extension {
        "heic" => "public.heic",
        "png" => "public.png",
        "mov" => "com.apple.quicktime-movie",
        "mp4" | "m4v" => "public.mpeg-4",
        "dng" => "com.adobe.raw-image",
        "tif" | "tiff" => "public.tiff",
        _ => "public.jpeg",
    }
}
