//! What ExifTool says of files, as a process of our own reads them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, anyhow, bail};
use serde_json::Value;

/// All tags, unknown ones and binary ones too, and the hash of the image data.
pub(crate) const EVERYTHING: [&str; 6] =
    ["-U", "-b", "-api", "RequestTags=ImageDataHash", "-all:all", "-ImageDataHash"];

/// All tags that have a name, and the hash of the image data.
pub(crate) const NAMED: [&str; 4] = ["-api", "RequestTags=ImageDataHash", "-all:all", "-ImageDataHash"];

/// The IPTC block, its texts taken for UTF-8 whether it says so or not.
pub(crate) const IPTC_AS_UTF8: [&str; 3] = ["-charset", "IPTC=UTF8", "-IPTC:all"];

/// Files per process: a start costs as much as reading several files, and binary values need memory.
const BATCH: usize = 24;

/// Processes at the same time.
const READERS: usize = 2;

/// The tags of one file: `Group1:Name`, with the values of all copies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reading(BTreeMap<String, Vec<Value>>);

impl Reading {
    /// The copies of a tag.
    pub(crate) fn all(&self, tag: &str) -> &[Value] {
        self.0.get(tag).map_or(&[], Vec::as_slice)
    }

    /// Whether there is such a tag.
    pub(crate) fn has(&self, tag: &str) -> bool {
        self.0.contains_key(tag)
    }

    /// Whether any tag is in this group.
    pub(crate) fn has_group(&self, group: &str) -> bool {
        self.0.keys().any(|tag| tag.split(':').next() == Some(group))
    }

    /// The first copy as text; empty when there is none.
    pub(crate) fn text(&self, tag: &str) -> String {
        self.all(tag).first().map(text).unwrap_or_default()
    }

    /// The items of a list; a single value is a list of one.
    pub(crate) fn items(&self, tag: &str) -> Vec<String> {
        match self.all(tag).first() {
            Some(Value::Array(items)) => items.iter().map(text).collect(),
            Some(item) => vec![text(item)],
            None => Vec::new(),
        }
    }

    /// All tags with the values of their copies.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[Value])> {
        self.0.iter().map(|(tag, values)| (tag.as_str(), values.as_slice()))
    }

    fn of(object: Value) -> Self {
        let mut tags: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let Value::Object(object) = object else { return Self::default() };
        for (key, value) in object.into_iter().filter(|(key, _)| key != "SourceFile") {
            let parts: Vec<&str> = key.split(':').filter(|part| !is_copy(part)).collect();
            tags.entry(parts.join(":")).or_default().push(value);
        }
        Self(tags)
    }
}

/// A scalar as ExifTool printed it.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is_copy(part: &str) -> bool {
    part.strip_prefix("Copy")
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Reads files with these arguments; a file of which ExifTool says nothing has no tags.
pub(crate) fn read(
    exiftool: &Path,
    files: &[PathBuf],
    arguments: &[&str],
) -> anyhow::Result<BTreeMap<PathBuf, Reading>> {
    let batches = Mutex::new(files.chunks(BATCH));
    let next = || batches.lock().unwrap_or_else(PoisonError::into_inner).next();
    let read_batches = || {
        let mut objects_of_all = Vec::new();
        while let Some(batch) = next() {
            objects_of_all.extend(objects(exiftool, batch, arguments)?);
        }
        anyhow::Ok(objects_of_all)
    };
    let results: Vec<_> = thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(read_batches)).collect();
        readers.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let mut readings: BTreeMap<_, _> = files.iter().map(|file| (file.clone(), Reading::default())).collect();
    for result in results {
        for object in result.map_err(|_| anyhow!("a reader failed"))?? {
            let Some(path) = object["SourceFile"].as_str().map(PathBuf::from) else {
                bail!("ExifTool does not say which file it read");
            };
            readings.insert(path, Reading::of(object));
        }
    }
    Ok(readings)
}

fn objects(exiftool: &Path, files: &[PathBuf], arguments: &[&str]) -> anyhow::Result<Vec<Value>> {
    let mut command = Command::new(exiftool);
    command.args(["-config", "", "-j", "-n", "-a", "-G1:4", "-struct", "-api", "LargeFileSupport=1"]);
    command.args(["-api", "StructFormat=JSONQ"]).args(arguments).args(files).stdin(Stdio::null());
    command.env("TZ", "UTC").env("LC_ALL", "C");
    let output = command.output().with_context(|| format!("start `{}`", exiftool.display()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let Some(start) = said.find('[') else { return Ok(Vec::new()) };
    serde_json::from_str(&said[start..]).context("what ExifTool says is no JSON")
}
