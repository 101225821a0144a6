//! An engine that counts, to prove what was not opened.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use photo_metadata::{Change, Container, Engine, FileTags, Inventory, MetadataError};

/// Passes everything on, and counts the files it was asked to open.
pub(super) struct Counting<'a> {
    inner: &'a dyn Engine,
    opened: AtomicU64,
}

impl<'a> Counting<'a> {
    /// Starts at zero.
    pub(super) fn new(inner: &'a dyn Engine) -> Self {
        Self { inner, opened: AtomicU64::new(0) }
    }

    /// How many times a file was opened.
    pub(super) fn opened(&self) -> u64 {
        self.opened.load(Ordering::SeqCst)
    }

    fn count(&self) -> &dyn Engine {
        self.opened.fetch_add(1, Ordering::SeqCst);
        self.inner
    }
}

impl Engine for Counting<'_> {
    fn name(&self) -> String {
        self.inner.name()
    }

    fn blocked(&self, container: Container) -> Option<String> {
        self.inner.blocked(container)
    }

    fn read(&self, path: &Path, container: Container) -> Result<FileTags, MetadataError> {
        self.count().read(path, container)
    }

    fn inventory(&self, path: &Path, container: Container) -> Result<Inventory, MetadataError> {
        self.count().inventory(path, container)
    }

    fn write_copy(&self, source: &Path, target: &Path, change: &Change) -> Result<(), MetadataError> {
        self.count().write_copy(source, target, change)
    }
}
