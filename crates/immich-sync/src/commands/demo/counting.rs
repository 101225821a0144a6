//! An engine that counts, to prove what was not opened.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use photo_metadata::{Change, Container, Draft, Engine, FileTags, Inventory, MetadataError};

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

    fn draft(&self, source: &Path, change: &Change) -> Result<Option<Draft>, MetadataError> {
        self.count().draft(source, change)
    }

    fn foretell(&self, source: &Path, change: &Change) -> Result<Option<String>, MetadataError> {
        self.count().foretell(source, change)
    }

    fn experience(&self) -> BTreeMap<String, u64> {
        self.inner.experience()
    }

    fn recall(&self, experience: &BTreeMap<String, u64>) {
        self.inner.recall(experience);
    }

    fn wants_second_opinion(&self, container: Container) -> bool {
        self.inner.wants_second_opinion(container)
    }

    fn second_opinion(
        &self,
        source: &Path,
        target: &Path,
        change: &Change,
    ) -> Result<Vec<String>, MetadataError> {
        self.inner.second_opinion(source, target, change)
    }

    fn heed(&self, source: &Path, change: &Change, findings: &[String]) {
        self.inner.heed(source, change, findings);
    }
}
