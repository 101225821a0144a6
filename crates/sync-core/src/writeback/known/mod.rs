//! What listings of assets do not say: albums, tags, faces. Asked once for each account, before or beside its walk.

mod albums;
mod face_book;
mod faces;
mod members;
mod tags;

use std::collections::{BTreeSet, HashMap};

use immich_api::{ApiError, Asset, AssetId, Reader, ServerInfo};
use photo_metadata::{Base, Datum, Faces};

use self::albums::Albums;
pub use self::face_book::FaceBook;
use self::faces::FaceDesk;
use self::members::Members;
use self::tags::AssetTags;
use super::{WriteBack, WriteOptions};
use crate::error::SyncError;
use crate::event::Event;

/// What is known of the assets of one account.
pub(super) struct Known<'a> {
    albums: Option<Members>,
    tags: Option<Members>,
    faces: Option<FaceDesk<'a>>,
    page: HashMap<AssetId, Faces>,
}

/// What is known of one asset beside the listing; `None` is unknown.
#[derive(Debug, Clone, Default)]
pub(super) struct Beside {
    pub(super) albums: Option<BTreeSet<String>>,
    pub(super) tags: Option<BTreeSet<String>>,
    /// Parents of the tags, which the asset may have for themselves too.
    pub(super) possible_tags: BTreeSet<String>,
    /// The tags may lack some; they have to be asked for before they are written.
    pub(super) unsure_of_tags: bool,
    pub(super) faces: Option<Faces>,
}

impl<'a> Known<'a> {
    /// Asks for what is needed. `remembers` is false in a preview, which writes nothing down.
    pub(super) fn gather(
        run: &WriteBack<'a>,
        reader: Reader<'a>,
        server: &ServerInfo,
        remembers: bool,
    ) -> Result<Self, SyncError> {
        let options = run.options;
        let asked = |datum| options.data.contains(&datum);
        let albums = if asked(Datum::Albums) {
            let (store, reporter, now) = (run.store, run.reporter, (run.now)());
            Albums { reader, store, reporter, options: options.albums, now, remembers }.members()?
        } else {
            None
        };
        let tags =
            if needs_tags(options) { tags::members(reader, run.reporter, asked(Datum::Tags))? } else { None };
        let faces = if asked(Datum::FaceCoordinates) && may_write_faces(run, server) {
            let (everything, options) = (options.recheck, options.faces);
            let book = run.face_books.iter().find(|book| *book.user() == server.user.id);
            Some(FaceDesk::open(reader, run.store, run.reporter, options, everything, remembers, book)?)
        } else {
            None
        };
        Ok(Self { albums, tags, faces, page: HashMap::new() })
    }

    /// Learns the faces of a page of the listing.
    pub(super) fn turn_to(&mut self, page: &[&Asset]) -> Result<(), SyncError> {
        if let Some(desk) = &mut self.faces {
            self.page = desk.of_page(page)?;
        }
        Ok(())
    }

    /// Ends a walk through everything.
    pub(super) fn close(&mut self) -> Result<(), SyncError> {
        self.faces.as_mut().map_or(Ok(()), FaceDesk::pass_over)
    }

    /// What is known of an asset of the present page. An album whose list came short keeps the assets that were
    /// in it.
    pub(super) fn of(&mut self, asset: &AssetId, base: &Base) -> Beside {
        let albums = self.albums.as_ref().map(|albums| {
            let kept = base.agreed.albums.iter().map(String::as_str).filter(|name| albums.is_short(name));
            albums.of(asset).chain(kept).map(str::to_owned).collect()
        });
        let tags = self.tags.as_ref().map(|tags| tags::of_asset(tags.of(asset)));
        let had = base.agreed.all_tags.as_ref().unwrap_or(&base.agreed.tags);
        let is_unsure = |tags: &AssetTags| !tags.parents.is_empty() || !had.is_subset(&tags.sure);
        Beside {
            albums,
            unsure_of_tags: tags.as_ref().is_some_and(is_unsure),
            possible_tags: tags.as_ref().map(|tags| tags.parents.clone()).unwrap_or_default(),
            tags: tags.map(|tags| tags.sure),
            faces: self.page.remove(asset),
        }
    }
}

/// Hierarchical keywords and keywords need the asset's tags in front of them, or Immich drops those.
fn needs_tags(options: &WriteOptions) -> bool {
    let (asked, choices) = (|datum| options.data.contains(&datum), options.rules.choices);
    asked(Datum::Tags)
        || asked(Datum::Albums) && choices.albums_in_hierarchy
        || asked(Datum::People) && (choices.people_as_keywords || choices.people_in_hierarchy)
}

/// A key that may not ask, a server that is gone, a stop: not the matter of one asset.
pub(super) fn ends_the_run(error: &ApiError) -> bool {
    matches!(
        error,
        ApiError::MissingPermission { .. }
            | ApiError::Stopped
            | ApiError::Unreachable { .. }
            | ApiError::Refused { .. }
    )
}

fn may_write_faces(run: &WriteBack<'_>, server: &ServerInfo) -> bool {
    if server.features.import_faces != Some(true) || run.options.faces.even_if_imported {
        return true;
    }
    run.reporter.report(&Event::Warning(
        "the server imports faces from files, so face regions would come back as second faces; they are left out \
         (turn the import off in the administration of Immich, or allow it with --faces-although-imported)",
    ));
    false
}
