//! An engine whose files are in memory: empty until something is noted as written into them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use photo_metadata::regions::{Frame, Orientation};
use photo_metadata::{Change, Container, Engine, FileTags, Inventory, MetadataError, Tag, Value};
use sync_core::plan::Step;

use super::library::{HEIGHT, WIDTH};

/// Only reads.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    files: Mutex<HashMap<PathBuf, BTreeMap<Tag, Value>>>,
}

impl Memory {
    /// From now on the file says what the step would have written.
    pub(crate) fn note(&self, step: &Step) {
        let written = step.change.edits.iter().filter_map(|edit| Some((edit.tag, edit.new.clone()?)));
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.entry(step.path.clone()).or_default().extend(written);
    }

    fn never(path: &Path) -> MetadataError {
        let message = "this engine does not write".to_owned();
        MetadataError::WriteRefused { path: path.to_path_buf(), message }
    }
}

impl Engine for Memory {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn blocked(&self, _: Container) -> Option<String> {
        None
    }

    fn read(&self, path: &Path, container: Container) -> Result<FileTags, MetadataError> {
        let empty = FileTags::empty(container).with_frame(Frame::new(WIDTH, HEIGHT, Orientation::UPRIGHT));
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(tags) = files.get(path) else { return Ok(empty) };
        let unreadable = |error: serde_json::Error| MetadataError::Unreadable {
            path: path.to_path_buf(),
            message: error.to_string(),
        };
        let mut file = serde_json::to_value(&empty).map_err(unreadable)?;
        file["tags"] = serde_json::to_value(tags).map_err(unreadable)?;
        serde_json::from_value(file).map_err(unreadable)
    }

    fn inventory(&self, path: &Path, _: Container) -> Result<Inventory, MetadataError> {
        Err(Self::never(path))
    }

    fn write_copy(&self, source: &Path, _: &Path, _: &Change) -> Result<(), MetadataError> {
        Err(Self::never(source))
    }
}
