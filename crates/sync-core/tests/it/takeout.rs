//! Exports of Google Photos, listed: a made one whole, spoiled ones as far as they go.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sample_pictures::archives::{Sizes, TarName, Tgz, Zip};
use sample_pictures::{Takeout, TakeoutPhoto};
use sync_core::import::sources::takeout::{Partner, TakeoutOptions, TakeoutSource};
use sync_core::import::{
    Facts, Found, HiddenRule, Item, ItemId, Listing, Media, Passed, SkipKind, Source, SourceError, Trouble,
};

mod archives;
mod odd;
mod whole;

/// What a listing told.
#[derive(Debug, Default)]
struct Told {
    items: Vec<Item>,
    passed: Vec<Passed>,
    /// Left out, and not gone.
    there: Vec<ItemId>,
    troubles: Vec<Trouble>,
    listing: Listing,
}

impl Told {
    /// Files that were told, each as often as it was.
    fn files(&self) -> usize {
        let of_items: usize = self.items.iter().map(|item| 1 + usize::from(item.motion.is_some())).sum();
        of_items + self.passed.len()
    }

    /// Files that were passed over for a reason.
    fn passed(&self, kind: SkipKind) -> Vec<&Passed> {
        self.passed.iter().filter(|passed| passed.kind == kind).collect()
    }
}

fn list(source: &TakeoutSource) -> Told {
    let mut told = Told::default();
    told.listing = source
        .list(&mut |found| {
            match found {
                Found::Item(item) => told.items.push(*item),
                Found::There(item) => told.there.push(item),
                Found::Passed(passed) => told.passed.push(passed),
                Found::Trouble(trouble) => told.troubles.push(trouble),
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    told
}

fn source(paths: &[PathBuf]) -> TakeoutSource {
    TakeoutSource::new(TakeoutOptions::new(paths.to_vec()))
}

fn bytes(source: &TakeoutSource, media: &Media) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::new();
    let path = media.path.path().to_owned();
    match source.open(media)?.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(SourceError::Damaged { path, problem: error.to_string() }),
    }
}

/// A JSON about a photo of this name.
fn about(title: &str) -> String {
    format!(
        r#"{{"title":"{title}","photoTakenTime":{{"timestamp":"1561000000"}},"url":"https://photos.google.com/photo/{title}"}}"#
    )
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}
