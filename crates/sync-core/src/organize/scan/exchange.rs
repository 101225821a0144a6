//! Hashes in a file, so that photos of one machine can be compared with those of another.
//!
//! JSON, one object per line, compressed with gzip when the name of the file ends in `.gz`. The first line says what it
//! is; each line behind it is a photo:
//!
//! ```json
//! {"kind":"immich-sync hashes","version":1,"hash":"p256/1","made":"2026-11-21T10:00:00Z"}
//! {"place":{"file":"/photos/a.jpg"},"name":"a.jpg","bytes":3012345,"sha1":"…40 digits…","width":4000,"height":3000,
//!  "format":"jpeg","camera":"Canon EOS 6D","shot":1719835203000,"signature":"…base64…"}
//! ```
//!
//! All but `place`, `name` and `signature` may be missing. `shot` is the camera's clock in milliseconds since 1970.
//! A file from elsewhere is read like any foreign input: lines have a longest length, and every field is checked.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use photo_similarity::{Exposure, Format, Signature, is_raw};
use rustix::fs::{CWD, OFlags, renameat};
use serde::{Deserialize, Serialize};

use super::Scan;
use super::desk::Desk;
use super::detail::{Detail, Found, How, Loaded, camera_number};
use crate::error::SyncError;
use crate::organize::hexadecimal;
use crate::organize::place::Place;
use crate::organize::record::MemberRecord;
use crate::state::PictureKey;

/// What the file is called in messages.
const HASHES: &str = "the file of hashes";
const KIND: &str = "immich-sync hashes";
const VERSION: u32 = 1;

/// The longest line, in bytes: paths have 4096 at most, and each may take four characters.
const LONGEST: u64 = 64 << 10;

/// Photos that are taken over at once.
const PAGE: usize = 1000;

#[derive(Serialize, Deserialize)]
struct Header {
    kind: String,
    version: u32,
    hash: String,
    made: String,
}

#[derive(Serialize, Deserialize)]
struct Row {
    place: Place,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha1: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    camera: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shot: Option<i64>,
    signature: String,
}

/// Writes hashes into a file, which appears when it is complete.
pub(super) struct Writer {
    path: PathBuf,
    aside: Aside,
    sink: Sink,
}

/// A file that is not complete yet; it goes when it does not get its name.
struct Aside(PathBuf);

impl Drop for Aside {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

enum Sink {
    Plain(BufWriter<File>),
    Compressed(BufWriter<GzEncoder<File>>),
}

impl Sink {
    fn write(&mut self) -> &mut dyn Write {
        match self {
            Self::Plain(sink) => sink,
            Self::Compressed(sink) => sink,
        }
    }

    fn finish(self) -> io::Result<File> {
        match self {
            Self::Plain(sink) => sink.into_inner().map_err(io::IntoInnerError::into_error),
            Self::Compressed(sink) => sink.into_inner().map_err(io::IntoInnerError::into_error)?.finish(),
        }
    }
}

impl Writer {
    pub(super) fn create(path: &Path, scan: &Scan<'_>) -> Result<Self, SyncError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}-{:016x}.part", std::process::id(), fastrand::u64(..)));
        let aside = path.with_file_name(name);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside);
        let file = file.map_err(|error| unwritable(path, &error))?;
        let sink = if is_compressed(path) {
            Sink::Compressed(BufWriter::new(GzEncoder::new(file, Compression::fast())))
        } else {
            Sink::Plain(BufWriter::new(file))
        };
        let mut writer = Self { path: path.to_owned(), aside: Aside(aside), sink };
        writer.line(&Header {
            kind: KIND.to_owned(),
            version: VERSION,
            hash: scan.options.look.kind.name().to_owned(),
            made: (scan.now)().to_string(),
        })?;
        Ok(writer)
    }

    pub(super) fn put(
        &mut self,
        detail: &Detail,
        sha1: Option<[u8; 20]>,
        signature: &Signature,
    ) -> Result<(), SyncError> {
        let member = &detail.member;
        self.line(&Row {
            place: member.place.clone(),
            name: member.name.clone(),
            bytes: member.bytes,
            sha1: sha1.map(|sha1| hexadecimal(&sha1)),
            width: member.width,
            height: member.height,
            format: member.format,
            camera: member.camera.clone(),
            shot: detail.shot,
            signature: STANDARD.encode(signature.to_bytes()),
        })
    }

    fn line(&mut self, row: &impl Serialize) -> Result<(), SyncError> {
        let mut line = serde_json::to_vec(row).map_err(|error| unwritable(&self.path, &error.into()))?;
        line.push(b'\n');
        self.sink.write().write_all(&line).map_err(|error| unwritable(&self.path, &error))
    }

    /// Takes the place of a file with this name.
    pub(super) fn finish(self) -> Result<(), SyncError> {
        let Self { path, aside, sink } = self;
        let finished = sink
            .finish()
            .and_then(|file| file.sync_all())
            .and_then(|()| renameat(CWD, &aside.0, CWD, &path).map_err(io::Error::from));
        finished.map_err(|error| unwritable(&path, &error))
    }
}

/// Puts the photos of all files with hashes on the shelf, as partners of comparisons.
pub(super) fn load(desk: &mut Desk<'_, '_>) -> Result<(), SyncError> {
    let files = &desk.scan.options.load_hashes;
    files.iter().try_for_each(|path| load_one(desk, path))
}

fn load_one(desk: &mut Desk<'_, '_>, path: &Path) -> Result<(), SyncError> {
    let unusable = |why: String| SyncError::Named { what: HASHES, path: path.to_owned(), message: why };
    let failed = |error: io::Error| unusable(format!("the hashes cannot be read ({error})"));
    // A pipe would be waited for without end.
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
        .map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if !about.is_file() {
        return Err(unusable("it is no file with hashes".to_owned()));
    }
    let source: Box<dyn Read> =
        if is_compressed(path) { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut lines = BufReader::new(source);
    let first = line(&mut lines).map_err(failed)?.unwrap_or_default();
    let kind = desk.scan.options.look.kind.name();
    check_header(&first, kind).map_err(unusable)?;
    let mut page = Vec::with_capacity(PAGE);
    for number in 2_u64.. {
        let Some(text) = line(&mut lines).map_err(failed)? else { break };
        let found = row(&text).map_err(|why| unusable(format!("line {number}: {why}")))?;
        page.push(found);
        if page.len() == PAGE {
            desk.take_loaded(std::mem::take(&mut page))?;
        }
    }
    desk.take_loaded(page)
}

/// Whether a file says that it is what we read.
fn check_header(text: &[u8], kind: &str) -> Result<(), String> {
    let header: Header = serde_json::from_slice(text)
        .ok()
        .filter(|header: &Header| header.kind == KIND)
        .ok_or("it is no file with hashes of immich-sync")?;
    if header.version != VERSION {
        return Err(format!(
            "it is of version {}, and this program reads version {VERSION}; save it again with the same program",
            header.version
        ));
    }
    if header.hash != kind {
        return Err(format!("its hashes are {:?}, and this scan compares {kind:?}", header.hash));
    }
    Ok(())
}

/// The next line without its end; `None` at the end of the file.
fn line(lines: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    lines.take(LONGEST + 1).read_until(b'\n', &mut line)?;
    match line.pop() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(line)),
        Some(_) if line.len() as u64 >= LONGEST => {
            Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long"))
        }
        Some(_) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the last line is cut off")),
    }
}

/// A photo out of its line.
fn row(text: &[u8]) -> Result<Found, String> {
    let row: Row = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let bytes = STANDARD.decode(&row.signature).ok();
    let signature =
        bytes.and_then(|bytes| Signature::from_bytes(&bytes)).ok_or("its signature cannot be read")?;
    let content = match row.sha1.as_deref() {
        None => None,
        Some(text) => Some(sha1(text).ok_or("its SHA-1 is none")?),
    };
    if row.place.file().is_some_and(|path| !path.is_absolute()) {
        return Err("its path is not absolute".to_owned());
    }
    if row.name.contains('/') || row.width == Some(0) || row.height == Some(0) {
        return Err("its name or size is none".to_owned());
    }
    let size = row.width.zip(row.height);
    let exposure = row
        .camera
        .as_deref()
        .zip(row.shot)
        .map(|(camera, taken)| Exposure { camera: camera_number(camera), taken });
    let id = row.place.photo();
    let path = row.place.file().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let member = MemberRecord {
        place: row.place,
        is_own: false,
        account: String::new(),
        library: None,
        distance: None,
        set: 0,
        name: row.name,
        path,
        bytes: row.bytes,
        width: row.width,
        height: row.height,
        format: row.format,
        taken: row.shot.and_then(|shot| jiff::Timestamp::from_millisecond(shot).ok()),
        camera: row.camera,
        is_favourite: false,
        rating: None,
        description: None,
        position: None,
        people: Vec::new(),
        sha1: row.sha1,
        updated: None,
        stamp: None,
        stack: None,
        is_archived: false,
        live_video: None,
    };
    let is_raw = is_raw(&member.name);
    let detail = Detail { member, in_album: false, is_raw, tags: 0, shot: row.shot, stamp: None };
    let how = How::Loaded(Box::new(Loaded { signature, size }));
    let (key, stamp) = (PictureKey(id.0), [0; 16]);
    Ok(Found { id, detail, content, exposure, stack: None, family: 0, key, stamp, passes: false, how })
}

fn sha1(text: &str) -> Option<[u8; 20]> {
    let digits = text.as_bytes();
    if digits.len() != 40 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut sha1 = [0; 20];
    for (byte, pair) in sha1.iter_mut().zip(digits.as_chunks::<2>().0) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(sha1)
}

fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

fn unwritable(path: &Path, error: &io::Error) -> SyncError {
    SyncError::Named {
        what: HASHES,
        path: path.to_owned(),
        message: format!("the hashes cannot be written ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_version_and_the_same_hash_are_read() {
        let header = |kind: &str, version: u32, hash: &str| {
            let (kind, hash, made) = (kind.to_owned(), hash.to_owned(), String::new());
            serde_json::to_vec(&Header { kind, version, hash, made }).unwrap()
        };

        assert_eq!(check_header(&header(KIND, 1, "p256/1"), "p256/1"), Ok(()));
        assert!(check_header(&header(KIND, 2, "p256/1"), "p256/1").unwrap_err().contains("version 2"));
        assert!(check_header(&header(KIND, 1, "dhash/1"), "p256/1").unwrap_err().contains("dhash/1"));
        assert!(check_header(&header("other", 1, "p256/1"), "p256/1").is_err());
        assert!(check_header(b"\xff\xd8", "p256/1").is_err());
    }

    #[test]
    fn a_line_without_end_or_beyond_all_bounds_is_an_error() {
        assert_eq!(line(&mut &b"abc\ndef"[..]).unwrap().unwrap(), b"abc");
        assert_eq!(line(&mut &b""[..]).unwrap(), None);
        assert!(line(&mut &b"cut off"[..]).is_err());
        let mut endless = BufReader::new(io::repeat(b'x'));
        assert!(line(&mut endless).unwrap_err().to_string().contains("too long"));
    }

    #[test]
    fn each_field_of_a_row_is_checked() {
        let good = serde_json::json!({
            "place": { "file": "/a/b.jpg" }, "name": "b.jpg", "sha1": "00".repeat(20), "signature": "!",
        });
        let told = |change: (&str, serde_json::Value)| {
            let mut row_json = good.clone();
            row_json[change.0] = change.1;
            row(&serde_json::to_vec(&row_json).unwrap()).err().unwrap()
        };

        assert!(told(("signature", "AAAA".into())).contains("signature"));
        assert!(told(("place", serde_json::json!({ "asset": "../x" }))).contains("not an id"));
        assert!(row(b"[]").is_err() && row(b"{}").is_err());
        assert_eq!(sha1(&"é".repeat(20)), None);
        assert_eq!(sha1(&"fF".repeat(20)), Some([255; 20]));
    }
}
