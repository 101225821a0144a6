//! The body of an upload on its way in: to the disk as it comes, never whole in memory.
//!
//! A file is stored under a name of its own first and moved when an asset is made of it; one of which nothing comes
//! (a form that was cut, a duplicate, a refusal) is removed again.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    pin::Pin,
};

use axum::body::{Body, Bytes};
use futures_core::Stream;
use sha1::{Digest, Sha1};

use crate::form::{FormReader, PartSink};

/// Bytes of an upload that the record keeps: its fields, if they come first.
pub(crate) const KEPT: usize = 4 * 1024;

/// A part of an upload form.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    /// Of the asset itself nothing; see `file`.
    pub(crate) bytes: Vec<u8>,
    pub(crate) file: Option<Arrived>,
}

/// A file that arrived.
#[derive(Debug)]
pub(crate) struct Arrived {
    /// Where it is; `None` when nothing is kept.
    pub(crate) path: Option<PathBuf>,
    pub(crate) size: u64,
    pub(crate) checksum: [u8; 20],
}

impl Drop for Arrived {
    fn drop(&mut self) {
        // Gone already, if an asset was made of it.
        let _ = self.path.as_ref().map(std::fs::remove_file);
    }
}

/// How a body is to be received.
#[derive(Debug)]
pub(crate) struct Wishes {
    pub(crate) boundary: String,
    /// Where to store files; `None` forgets them.
    pub(crate) folder: Option<PathBuf>,
    /// Believed instead of counted, where nothing is kept.
    pub(crate) announced: Option<[u8; 20]>,
    /// Leave after so many bytes.
    pub(crate) cut_after: Option<u64>,
}

/// What came.
#[derive(Debug)]
pub(crate) struct Received {
    /// The parts, or what is wrong with the form.
    pub(crate) parts: Result<Vec<Part>, String>,
    /// Its first bytes.
    pub(crate) start: Vec<u8>,
    pub(crate) length: u64,
    /// Whether the body came to its end.
    pub(crate) is_whole: bool,
}

/// Reads a body to its end, or as far as it comes.
pub(crate) async fn receive(body: Body, wishes: &Wishes) -> Received {
    let mut stream = body.into_data_stream();
    let (mut parts, mut reader) = (Parts::new(wishes), FormReader::new(&wishes.boundary));
    let mut received = Received { parts: Ok(Vec::new()), start: Vec::new(), length: 0, is_whole: true };
    let mut fault = None;
    while let Some(piece) = next(&mut stream).await {
        let Ok(piece) = piece else {
            received.is_whole = false;
            break;
        };
        let room = KEPT.saturating_sub(received.start.len()).min(piece.len());
        received.start.extend_from_slice(&piece[..room]);
        received.length += piece.len() as u64;
        if wishes.cut_after.is_some_and(|most| received.length >= most) {
            received.is_whole = false;
            break;
        }
        if fault.is_none() {
            fault = reader.feed(&piece, &mut parts).err();
        }
    }
    let whole = fault.map_or_else(|| reader.finish(), Err);
    received.parts = match (whole, parts.failed) {
        (Err(fault), _) => Err(fault.text().to_owned()),
        (Ok(()), true) => Err("the sandbox cannot store the file".to_owned()),
        (Ok(()), false) => Ok(parts.done),
    };
    received
}

async fn next(
    stream: &mut (impl Stream<Item = Result<Bytes, axum::Error>> + Unpin),
) -> Option<Result<Bytes, axum::Error>> {
    std::future::poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
}

/// Collects parts; the asset goes to the disk.
struct Parts<'w> {
    wishes: &'w Wishes,
    done: Vec<Part>,
    /// The part under way.
    part: Option<Part>,
    file: Option<Writing>,
    failed: bool,
}

/// A file under way.
struct Writing {
    arrived: Arrived,
    disk: Option<File>,
    /// `None` when the checksum is known.
    sum: Option<Sha1>,
}

impl<'w> Parts<'w> {
    const fn new(wishes: &'w Wishes) -> Self {
        Self { wishes, done: Vec::new(), part: None, file: None, failed: false }
    }

    fn open(&mut self) -> Writing {
        let path = self.wishes.folder.as_deref().map(place);
        let disk = path.as_ref().and_then(|path| File::create(path).ok());
        self.failed |= path.is_some() && disk.is_none();
        let announced = self.wishes.announced.filter(|_| path.is_none());
        let sum = announced.is_none().then(Sha1::new);
        Writing { arrived: Arrived { path, size: 0, checksum: announced.unwrap_or_default() }, disk, sum }
    }
}

fn place(folder: &Path) -> PathBuf {
    let _ = std::fs::create_dir_all(folder);
    folder.join(uuid::Uuid::new_v4().simple().to_string())
}

impl PartSink for Parts<'_> {
    fn begin(&mut self, name: String, file_name: Option<String>) {
        self.file = (name == "assetData" && file_name.is_some()).then(|| self.open());
        self.part = Some(Part { name, file_name, bytes: Vec::new(), file: None });
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let Some(file) = &mut self.file else {
            if let Some(part) = &mut self.part {
                part.bytes.extend_from_slice(bytes);
            }
            return;
        };
        file.arrived.size += bytes.len() as u64;
        if let Some(sum) = &mut file.sum {
            sum.update(bytes);
        }
        if let Some(disk) = &mut file.disk {
            self.failed |= disk.write_all(bytes).is_err();
        }
    }

    fn end(&mut self) {
        let Some(mut part) = self.part.take() else { return };
        part.file = self.file.take().map(|mut writing| {
            if let Some(sum) = writing.sum.take() {
                writing.arrived.checksum = sum.finalize().into();
            }
            writing.arrived
        });
        self.done.push(part);
    }
}
