//! Libraries of Apple Photos, as three versions of macOS write them, of any size and with any mix of photos.
//!
//! A library is a list of photos and albums in memory; writing it makes the package: a Core Data database with a log
//! beside it, and the files where Photos has them. The same list gives the same library, with the same UUIDs, so a test
//! can change a photo, write again, and see what a program makes of the difference.
//!
//! Only the tables and columns that readers of libraries look at are made. That they are enough is checked with
//! osxphotos, which reads these libraries as it reads real ones.

mod busy;
mod collections;
mod contents;
mod database;
mod files;
mod generation;
mod mix;
mod photo;
mod plist;
mod rows;
mod tables;

use std::path::Path;

pub use busy::ApplePhotosBusy;
pub use generation::AppleGeneration;
pub use mix::AppleMix;
pub use photo::{AppleAlbum, AppleBurst, AppleFace, AppleFile, ApplePerson, ApplePhoto, Whereabouts};

use crate::PictureError;

/// A library of Apple Photos.
#[derive(Debug, Clone)]
pub struct AppleLibrary {
    /// Which macOS writes it.
    pub generation: AppleGeneration,
    /// Its photos and videos, in the order in which they were added.
    pub photos: Vec<ApplePhoto>,
    /// Its albums; folders are made as they need them.
    pub albums: Vec<AppleAlbum>,
    /// The persons that faces are of.
    pub persons: Vec<ApplePerson>,
    /// How many photos at the end stand in the log only, and not in the main file of the database. At least their rows:
    /// albums and keywords always do when this is not 0.
    pub in_log: usize,
    /// Bytes of the database for each photo that no reader looks at, as real libraries have them: about 4 KB.
    pub ballast: usize,
}

impl AppleLibrary {
    /// An empty one.
    pub fn new(generation: AppleGeneration) -> Self {
        Self {
            generation,
            photos: Vec::new(),
            albums: Vec::new(),
            persons: Vec::new(),
            in_log: 0,
            ballast: 0,
        }
    }

    /// One of so many photos as a family has them, the same for the same seed.
    pub fn of_many(generation: AppleGeneration, photos: usize, seed: u64, mix: AppleMix) -> Self {
        mix::library(generation, photos, seed, mix)
    }

    /// Adds a photo; the answer is its place in [`AppleLibrary::photos`].
    pub fn add(&mut self, photo: ApplePhoto) -> usize {
        self.photos.push(photo);
        self.photos.len() - 1
    }

    /// Writes the package. In a folder where it was written before, the database is replaced, files that are missing are
    /// written, and those that the list says are elsewhere are taken away.
    pub fn write(&self, package: &Path) -> Result<(), PictureError> {
        files::write(self, package)?;
        database::write(self, package)
    }

    /// The UUID of the photo at this place.
    ///
    /// # Panics
    /// If there is none.
    pub fn uuid(&self, at: usize) -> String {
        photo::uuid("photo", &self.photos[at].key)
    }

    /// The UUID of the album at this place.
    ///
    /// # Panics
    /// If there is none.
    pub fn album_uuid(&self, at: usize) -> String {
        photo::uuid("album", &self.albums[at].key)
    }
}
