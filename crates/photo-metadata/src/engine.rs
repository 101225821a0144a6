//! Reading and writing through one trait, so that a native writer can take over container by container.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::draft::Draft;
use crate::edits::TagEdit;
use crate::error::MetadataError;
use crate::exiftool::{Arguments, ExifToolPool, Output, write_blocked};
use crate::file_tags::{FileTags, IptcBlock};
use crate::inventory::Inventory;
use crate::iptc::IptcCharset;
use crate::regions::{Assignment, Frame, assignments};
use crate::report::Report;
use crate::structure::Container;
use crate::tag::{Tag, ValueKind};

/// Reads tags out of files, and writes changed copies of files. Never changes a file itself.
pub trait Engine: Send + Sync {
    /// Its name and version: a newer one may do what an older one refused.
    fn name(&self) -> String;

    /// Why it must not write this container, if so.
    fn blocked(&self, container: Container) -> Option<String>;

    /// Our tags of one file.
    fn read(&self, path: &Path, container: Container) -> Result<FileTags, MetadataError>;

    /// Everything in one file.
    fn inventory(&self, path: &Path, container: Container) -> Result<Inventory, MetadataError>;

    /// Writes `source` with its changes as the new file `target`, which must not exist.
    fn write_copy(&self, source: &Path, target: &Path, change: &Change) -> Result<(), MetadataError>;

    /// The new version as a draft that is proved before it is written; `None` when this engine writes whole files.
    ///
    /// Fails with [`MetadataError::Conflict`] when the file no longer holds the old values of the change.
    fn draft(&self, _source: &Path, _change: &Change) -> Result<Option<Draft>, MetadataError> {
        Ok(None)
    }

    /// Why this change of this file would be refused, as far as that can be told without writing.
    fn foretell(&self, _source: &Path, _change: &Change) -> Result<Option<String>, MetadataError> {
        Ok(None)
    }

    /// How many files it wrote of each kind, by the container's label, earlier runs included; to be given back to
    /// [`Self::recall`].
    fn experience(&self) -> BTreeMap<String, u64> {
        BTreeMap::new()
    }

    /// Tells what it wrote in earlier runs.
    fn recall(&self, _experience: &BTreeMap<String, u64>) {}

    /// Whether another judge is to look at the new version that is made next from a draft. Each call counts as a file.
    fn wants_second_opinion(&self, _container: Container) -> bool {
        false
    }

    /// What another judge finds wrong with a new version that was made from a draft and has not replaced anything.
    fn second_opinion(
        &self,
        _source: &Path,
        _target: &Path,
        _change: &Change,
    ) -> Result<Vec<String>, MetadataError> {
        Ok(Vec::new())
    }

    /// Takes to heart what the judge found wrong, of a file that nobody changed under his eyes: the engine makes no draft
    /// of such a file any more.
    fn heed(&self, _source: &Path, _change: &Change, _findings: &[String]) {}
}

/// What to change in one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What the file is.
    pub container: Container,
    /// The tags, each once.
    pub edits: Vec<TagEdit>,
    /// The file's IPTC block, if it has one.
    pub iptc: Option<IptcBlock>,
}

/// The engine that knows all containers and is the measure for any other.
pub struct ExifTool {
    pool: ExifToolPool,
}

/// Time for a command that reads a whole file: a slow disk still gives so many bytes a second.
const SLOWEST_BYTES_PER_SECOND: u64 = 4 << 20;

/// Time for the smallest file.
const LEAST_TIME: Duration = Duration::from_mins(1);

impl ExifTool {
    /// Uses these processes.
    pub fn new(pool: ExifToolPool) -> Self {
        Self { pool }
    }

    /// The processes.
    pub fn pool(&self) -> &ExifToolPool {
        &self.pool
    }

    fn report(&self, arguments: &Arguments, path: &Path) -> Result<Report, MetadataError> {
        let output = self.pool.run(arguments, Some(time_for(path)))?;
        Report::parse(&output.stdout).map_err(|_| {
            let message = first_line(&output.stderr).unwrap_or("ExifTool gave no answer").to_owned();
            MetadataError::Unreadable { path: path.to_path_buf(), message }
        })
    }
}

impl Engine for ExifTool {
    fn name(&self) -> String {
        format!("ExifTool {}", self.pool.version())
    }

    fn blocked(&self, container: Container) -> Option<String> {
        let version = self.pool.version();
        write_blocked(version, container).map(|reason| format!("{reason} (found {version})"))
    }

    fn read(&self, path: &Path, container: Container) -> Result<FileTags, MetadataError> {
        let mut arguments = reading();
        for tag in Tag::ALL {
            arguments.option(tag.option());
        }
        for option in Frame::OPTIONS {
            arguments.option(option);
        }
        for option in ["-IPTC:all", "-Photoshop:IPTCDigest", "-File:CurrentIPTCDigest"] {
            arguments.option(option);
        }
        arguments.path(path)?;
        Ok(FileTags::from_report(container, &self.report(&arguments, path)?))
    }

    fn inventory(&self, path: &Path, container: Container) -> Result<Inventory, MetadataError> {
        let mut arguments = reading();
        for option in ["-U", "-b", "-api", "RequestTags=ImageDataHash", "-all:all", "-ImageDataHash"] {
            arguments.option(option);
        }
        arguments.path(path)?;
        Ok(Inventory::from_report(container, &self.report(&arguments, path)?))
    }

    fn write_copy(&self, source: &Path, target: &Path, change: &Change) -> Result<(), MetadataError> {
        let mut arguments = Arguments::new();
        for option in ["-n", "-api", "LargeFileSupport=1"] {
            arguments.option(option);
        }
        iptc(change, &mut arguments)
            .map_err(|reason| MetadataError::WriteRefused { path: source.to_path_buf(), message: reason })?;
        for edit in &change.edits {
            assign(edit, rewrites_iptc(change) && edit.tag.is_iptc(), &mut arguments);
        }
        arguments.write_to(source, target)?;
        let output = self.pool.run(&arguments, Some(time_for(source)))?;
        created(&output).map_err(|message| {
            let path = source.to_path_buf();
            if is_of_the_machine(&message) {
                MetadataError::WriteFailed { path, message }
            } else {
                MetadataError::WriteRefused { path, message }
            }
        })
    }
}

/// Options of every command that reads: JSON with all copies, numbers as they are stored, nothing skipped.
fn reading() -> Arguments {
    let mut arguments = Arguments::new();
    for option in
        ["-j", "-n", "-a", "-G1:4", "-struct", "-api", "LargeFileSupport=1", "-api", "StructFormat=JSONQ"]
    {
        arguments.option(option);
    }
    arguments
}

fn time_for(path: &Path) -> Duration {
    let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    LEAST_TIME + Duration::from_secs(bytes / SLOWEST_BYTES_PER_SECOND)
}

/// Whether the whole block is decoded and encoded anew, so that its text can be marked as UTF-8.
fn rewrites_iptc(change: &Change) -> bool {
    let touches = change.edits.iter().any(|edit| edit.tag.is_iptc());
    touches && change.iptc.as_ref().is_some_and(|block| block.charset == IptcCharset::Latin)
}

fn iptc(change: &Change, arguments: &mut Arguments) -> Result<(), String> {
    if !change.edits.iter().any(|edit| edit.tag.is_iptc()) {
        return Ok(());
    }
    let Some(block) = &change.iptc else { return Ok(()) };
    match &block.charset {
        IptcCharset::Utf8 => {}
        IptcCharset::Ascii => {
            arguments.option("-IPTC:CodedCharacterSet=UTF8");
        }
        IptcCharset::UnmarkedUtf8 => {
            arguments.option("-charset").option("IPTC=UTF8").option("-IPTC:CodedCharacterSet=UTF8");
        }
        IptcCharset::Latin => {
            arguments.option("-tagsFromFile").option("@").option("-IPTC:all");
            // A list that is given anew would be added to the copied one.
            if change.edits.iter().any(|edit| edit.tag == Tag::IptcKeywords) {
                arguments.option("--IPTC:Keywords");
            }
            arguments.option("-IPTC:CodedCharacterSet=UTF8");
        }
        IptcCharset::Other(name) => {
            return Err(format!("its IPTC block is written in a character set that is not known ({name:?})"));
        }
    }
    if block.renew_digest {
        renew_digest(change.container, block.has_digest, arguments);
    }
    Ok(())
}

/// A digest that fitted, or that was not there, fits afterwards: then a program that changes the block alone is
/// noticed. In a TIFF ExifTool counts padding into it when it reads and not when it writes (measured with 12.57 and
/// 13.59), and one that does not fit says that XMP is stale; there none at all is better.
fn renew_digest(container: Container, has_digest: bool, arguments: &mut Arguments) {
    if !container.is_tiff_based() {
        arguments.option("-Photoshop:IPTCDigest=new");
    } else if has_digest {
        arguments.option("-Photoshop:IPTCDigest=");
    }
}

fn assign(edit: &TagEdit, whole_list: bool, arguments: &mut Arguments) {
    let name = edit.tag.written_name();
    match (&edit.new, edit.tag.kind()) {
        (_, ValueKind::Structure) => assign_regions(edit, arguments),
        (None, _) => {
            arguments.clear(name);
        }
        // Items that are there already are not written again: they may be longer than a writer would allow.
        (Some(_), ValueKind::List) if !whole_list && !edit.takes_away() => {
            for item in edit.added_items() {
                arguments.add(name, item);
            }
        }
        (Some(value), ValueKind::List) => {
            for item in value.items() {
                arguments.set(name, item);
            }
        }
        (Some(value), _) => {
            arguments.set(name, value.as_text());
        }
    }
}

/// Only the entries that change: the others may hold what ExifTool could not write.
fn assign_regions(edit: &TagEdit, arguments: &mut Arguments) {
    for assignment in assignments(edit) {
        match &assignment {
            Assignment::Clear(name) => arguments.clear(name),
            Assignment::Set(name, value) => arguments.set(name, value),
            Assignment::Remove(name, value) => arguments.remove(name, value),
            Assignment::Add(name, value) => arguments.add(name, value),
        };
    }
}

/// Whether exactly one new file was made; the reason in ExifTool's words if not.
fn created(output: &Output) -> Result<(), String> {
    let said = String::from_utf8_lossy(&output.stdout);
    if said.lines().any(|line| line.trim() == "1 image files created") {
        return Ok(());
    }
    let error = output.stderr.lines().find(|line| line.starts_with("Error"));
    Err(error.or_else(|| first_line(&output.stderr)).unwrap_or("ExifTool wrote nothing").to_owned())
}

/// Whether ExifTool's words are about the disk or the system, and not about this file.
fn is_of_the_machine(message: &str) -> bool {
    ["Error writing", "Error reading", "Error opening", "Error creating", "Error closing", "Error seeking"]
        .iter()
        .any(|beginning| message.starts_with(beginning))
        || message.contains("Out of memory")
}

fn first_line(text: &str) -> Option<&str> {
    text.lines().map(str::trim).find(|line| !line.is_empty())
}
