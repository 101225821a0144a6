//! How far a run is, for somebody who waits.

use messages_macros::word;
use sync_core::export::ExportProgress;
use sync_core::import::Progress as Imported;

/// Shows how far a run is.
pub(super) trait Progress: Send + Sync {
    /// The server is about to be asked.
    fn begin(&self) {}

    /// So many photos of the server's list have arrived.
    fn listed(&self, photos: u64);

    /// The server is asked or told something else; so much of it is done.
    fn asked(&self, what: &'static str, done: u64, total: u64);

    /// The list is complete; so many files will be opened.
    fn planned(&self, files: u64);

    /// One more photo is dealt with.
    fn step(&self);

    /// An import is so far.
    fn imported(&self, import: &Imported);

    /// An export is so far.
    fn exported(&self, export: &ExportProgress) {
        self.asked(word!("Exporting"), export.ended, export.total.max(export.ended));
    }

    /// Prints something without mixing it with what is shown.
    fn aside(&self, print: &mut dyn FnMut());

    /// Shows nothing any more.
    fn end(&self);
}

/// Shows nothing.
pub(super) struct Silent;

impl Progress for Silent {
    fn listed(&self, _photos: u64) {}

    fn asked(&self, _what: &'static str, _done: u64, _total: u64) {}

    fn planned(&self, _files: u64) {}

    fn step(&self) {}

    fn imported(&self, _import: &Imported) {}

    fn aside(&self, print: &mut dyn FnMut()) {
        print();
    }

    fn end(&self) {}
}
