//! A server with photos, groups as a scan would have found them, and the server's own words on what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

use immich_api::{AlbumScope, AssetId, Client, Visibility};
use immich_sandbox::{Sandbox, Scenario, Version};
use jiff::Timestamp;
use photo_metadata::replace::ReplaceOptions;
use photo_similarity::{Class, Criterion, GroupId};
use sync_core::deeds::What;
use sync_core::organize::{Act, ActOptions, ActSummary, Action, GroupRecord, MemberRecord, Place};
use sync_core::state::{GroupStore, RunId, SqliteStore};
use sync_core::undo::{Undo, UndoTarget};
use sync_core::{Account, Event, Reporter, StopFlag, Summary, SyncError};

use crate::harness::{connect, try_connect};
use crate::undo::Nobody;

/// A server and what we remember of it.
pub(crate) struct Lab {
    pub(crate) sandbox: Sandbox,
    pub(crate) store: SqliteStore,
    pub(crate) ids: Vec<immich_sandbox::AssetId>,
    pub(crate) stop: StopFlag,
    pub(crate) account: String,
}

/// What a run said.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) changed: Vec<What>,
    pub(crate) would: Vec<What>,
    pub(crate) skipped: Vec<(String, String)>,
    pub(crate) failed: Vec<String>,
    pub(crate) warnings: Vec<String>,
    pub(crate) planned: Vec<(&'static str, u64, Option<u64>)>,
}

/// Notes what is told; may raise a flag after so many changes.
#[derive(Default)]
pub(crate) struct Ear {
    pub(crate) heard: Mutex<Heard>,
    pub(crate) stop: Option<(StopFlag, usize)>,
}

impl Reporter for Ear {
    fn report(&self, event: &Event<'_>) {
        let mut heard = self.heard.lock().unwrap();
        match event {
            Event::Changed(what) => heard.changed.push((*what).clone()),
            Event::WouldChange(what) => heard.would.push((*what).clone()),
            Event::Skipped(skipped) => {
                heard.skipped.push((skipped.asset.to_string(), skipped.reason.code().to_owned()));
            }
            Event::FileSkipped { path, reason } => {
                heard.skipped.push((path.display().to_string(), reason.to_string()));
            }
            Event::FileFailed { message, .. } => heard.failed.push((*message).to_owned()),
            Event::Failed(failed) => heard.failed.push(failed.message.clone()),
            Event::Warning(text) => heard.warnings.push((*text).to_owned()),
            Event::ActionPlanned { action, changes, seconds } => {
                heard.planned.push((action, *changes, *seconds));
            }
            _ => {}
        }
        if let Some((stop, after)) = &self.stop
            && heard.changed.len() >= *after
        {
            stop.raise();
        }
    }
}

impl Ear {
    pub(crate) fn take(&self) -> Heard {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

/// The group of these photos, given by their numbers, the keeper first.
pub(crate) fn group(lab: &Lab, class: Class, photos: &[usize]) -> GroupRecord {
    let members: Vec<MemberRecord> =
        photos.iter().enumerate().map(|(rank, photo)| lab.member(*photo, rank)).collect();
    of_members(class, members)
}

/// The same of members that were made by hand.
pub(crate) fn of_members(class: Class, members: Vec<MemberRecord>) -> GroupRecord {
    let id = GroupId::of(members.iter().map(|member| member.place.photo()));
    GroupRecord { id, class, members, reason: Criterion::Pixels, also: Vec::new() }
}

/// Everything asked for at once, of all classes.
pub(crate) fn all_actions() -> Vec<Action> {
    vec![
        Action::Tag { name: "review".to_owned() },
        Action::Albums { prefix: "Similar-".to_owned() },
        Action::Stack,
        Action::Review { overwrite: false },
        Action::Favourite,
        Action::Describe,
        Action::Archive,
    ]
}

/// Only the trash, whatever it comes to.
pub(crate) fn trash() -> ActOptions {
    ActOptions { confirmed: true, ..only(Action::Trash) }
}

/// A complete scan, and one action.
pub(crate) fn only(action: Action) -> ActOptions {
    ActOptions { actions: vec![action], whole: true, ..ActOptions::default() }
}

/// What the server has, in words that do not depend on ids it gives to what is made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct World {
    /// Photos by id: heart, archive, caption, review, tags.
    pub(crate) photos: BTreeMap<AssetId, Photo>,
    pub(crate) tags: BTreeSet<String>,
    /// Name, description, photos.
    pub(crate) albums: Vec<(String, String, BTreeSet<AssetId>)>,
    /// The photo on top, and all of them.
    pub(crate) stacks: BTreeSet<(AssetId, BTreeSet<AssetId>)>,
}

impl World {
    /// The same without the numbers of our albums: an album that could not be made leaves a gap.
    pub(crate) fn unnumbered(mut self) -> Self {
        for (name, description, _) in &mut self.albums {
            if name.starts_with("Similar-") {
                name.clear();
                description.clear();
            }
        }
        self.albums.sort();
        self
    }

    /// What differs from another world, in few words.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let mut told = Vec::new();
        let mut tell = |what: &str, is_same: bool, words: String| {
            if !is_same {
                told.push(format!("{what}: {words}"));
            }
        };
        tell("tags", self.tags == other.tags, format!("{:?} {:?}", self.tags, other.tags));
        tell("albums", self.albums == other.albums, format!("{:?} {:?}", self.albums, other.albums));
        tell("stacks", self.stacks == other.stacks, format!("{:?} {:?}", self.stacks, other.stacks));
        for (id, photo) in &self.photos {
            let found = other.photos.get(id);
            tell("photo", found == Some(photo), format!("{id}: {photo:?} {found:?}"));
        }
        tell("photos", self.photos.len() == other.photos.len(), "their number".to_owned());
        told
    }
}

/// Panics with what differs.
#[track_caller]
pub(crate) fn assert_same(one: &World, other: &World, when: &str) {
    assert_eq!(one.differences(other), Vec::<String>::new(), "{when}");
}

/// What of a photo can change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Photo {
    pub(crate) is_favourite: bool,
    pub(crate) is_archived: bool,
    pub(crate) is_trashed: bool,
    pub(crate) rating: Option<i32>,
    pub(crate) description: String,
    pub(crate) review: Option<String>,
    pub(crate) tags: BTreeSet<String>,
}

impl Lab {
    /// So many photos of one user.
    pub(crate) fn new(photos: usize) -> Self {
        Self::of(Version::V3_0_3, photos, |_, _| ())
    }

    /// The same with more in it.
    pub(crate) fn of(
        version: Version,
        photos: usize,
        more: impl FnOnce(&mut Scenario, &[immich_sandbox::AssetId]),
    ) -> Self {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt/photos", Path::new("/nowhere"));
        let ids = scenario.many(&library, photos, |_, _| ());
        more(&mut scenario, &ids);
        let sandbox = Sandbox::start(scenario).unwrap();
        let store = SqliteStore::in_memory().unwrap();
        let account = sandbox.admin().to_string();
        Self { sandbox, store, ids, stop: StopFlag::new(), account }
    }

    pub(crate) fn client(&self) -> Client {
        connect(&self.sandbox, self.sandbox.api_key())
    }

    /// The id of a photo, as the client spells it.
    pub(crate) fn id(&self, photo: usize) -> AssetId {
        AssetId::parse(&self.ids[photo].to_string()).unwrap()
    }

    /// A photo as a scan would describe it.
    pub(crate) fn member(&self, photo: usize, rank: usize) -> MemberRecord {
        let view = self.sandbox.view(self.ids[photo]).unwrap();
        MemberRecord {
            place: Place::Asset(self.id(photo)),
            is_own: true,
            account: self.account.clone(),
            library: None,
            distance: (rank > 0).then_some(12),
            set: 0,
            name: format!("{photo}.jpg"),
            path: view.original_path,
            bytes: view.size,
            width: None,
            height: None,
            format: None,
            taken: None,
            camera: None,
            is_favourite: view.is_favorite,
            rating: None,
            description: view.description,
            position: None,
            people: Vec::new(),
            sha1: None,
            updated: None,
            stamp: None,
            stack: None,
            is_archived: false,
            live_video: None,
        }
    }

    /// A scan found these groups.
    pub(crate) fn groups(&self, groups: Vec<GroupRecord>) {
        self.store.replace_groups(&mut groups.into_iter().map(Ok)).unwrap();
    }

    /// A scan found these groups of duplicates.
    pub(crate) fn duplicates(&self, groups: &[&[usize]]) {
        self.groups(groups.iter().map(|photos| group(self, Class::Duplicate, photos)).collect());
    }

    /// A run that has to come to its end.
    pub(crate) fn act(&self, options: &ActOptions) -> (ActSummary, Heard) {
        let (summary, heard) = self.try_act(options);
        (summary.unwrap(), heard)
    }

    pub(crate) fn try_act(&self, options: &ActOptions) -> (Result<ActSummary, SyncError>, Heard) {
        self.act_with(options, &Ear::default())
    }

    pub(crate) fn act_with(&self, options: &ActOptions, ear: &Ear) -> (Result<ActSummary, SyncError>, Heard) {
        let result = match try_connect(&self.sandbox, self.sandbox.api_key()) {
            Ok(client) => self.act_as(&[client], options, ear),
            Err(error) => Err(error.into()),
        };
        (result, ear.take())
    }

    pub(crate) fn act_as(
        &self,
        clients: &[Client],
        options: &ActOptions,
        ear: &Ear,
    ) -> Result<ActSummary, SyncError> {
        let act = Act { store: &self.store, options, reporter: ear, stop: &self.stop, now: &Timestamp::now };
        act.run(clients, "organize")
    }

    pub(crate) fn preview(&self, options: &ActOptions) -> (ActSummary, Heard) {
        let (ear, client) = (Ear::default(), self.client());
        let act = Act { store: &self.store, options, reporter: &ear, stop: &self.stop, now: &Timestamp::now };
        let summary = act.preview(&[Account::of(&client)]).unwrap();
        (summary, ear.take())
    }

    /// Takes a run back; it has to come to its end.
    pub(crate) fn undo(&self, run: RunId) -> (Summary, Heard) {
        let (summary, heard) = self.try_undo(run);
        (summary.unwrap(), heard)
    }

    pub(crate) fn try_undo(&self, run: RunId) -> (Result<Summary, SyncError>, Heard) {
        let ear = Ear::default();
        let result = match try_connect(&self.sandbox, self.sandbox.api_key()) {
            Ok(client) => self.undo_as(&[client], run, &ear),
            Err(error) => Err(error.into()),
        };
        (result, ear.take())
    }

    /// What an undo would do.
    pub(crate) fn preview_undo(&self, run: RunId) -> (Summary, Heard) {
        let ear = Ear::default();
        let clients = [self.client()];
        let summary = self.undo_by(&clients, &ear).preview(&UndoTarget::Run(run)).unwrap();
        (summary, ear.take())
    }

    pub(crate) fn undo_as(&self, clients: &[Client], run: RunId, ear: &Ear) -> Result<Summary, SyncError> {
        self.undo_by(clients, ear).run(&UndoTarget::Run(run), &format!("undo run {}", run.0))
    }

    fn undo_by<'a>(&'a self, clients: &'a [Client], ear: &'a Ear) -> Undo<'a> {
        Undo {
            store: &self.store,
            engine: &Nobody,
            replace: ReplaceOptions::default(),
            owes: false,
            clients,
            workers: 1,
            reporter: ear,
            stop: &self.stop,
            now: &Timestamp::now,
        }
    }

    /// What the server says now.
    pub(crate) fn world(&self) -> World {
        world(&self.client(), &self.ids)
    }
}

/// What a server says to one user of these photos, whatever is hidden.
pub(crate) fn world(client: &Client, ids: &[immich_sandbox::AssetId]) -> World {
    let reader = client.reader();
    let photos = ids.iter().filter_map(|id| {
        let asset = reader.asset(&AssetId::parse(&id.to_string()).unwrap()).ok()?;
        let exif = asset.exif.unwrap();
        let photo = Photo {
            is_trashed: asset.is_trashed,
            rating: exif.rating,
            is_favourite: asset.is_favorite.unwrap(),
            is_archived: asset.visibility == Visibility::Archive,
            description: exif.description.unwrap_or_default(),
            review: asset.duplicate_id.map(|id| id.to_string()),
            tags: asset.tags.unwrap().into_iter().map(|tag| tag.value).collect(),
        };
        Some((asset.id, photo))
    });
    let mut albums: Vec<_> = reader
        .albums(AlbumScope::Own)
        .unwrap()
        .into_iter()
        .map(|album| (album.name.clone(), album.description.clone(), reader.album_assets(&album).unwrap()))
        .collect();
    albums.sort();
    World {
        photos: photos.collect(),
        tags: reader.tags().unwrap().into_iter().map(|tag| tag.value).collect(),
        albums,
        stacks: reader
            .stacks()
            .unwrap()
            .into_iter()
            .map(|stack| (stack.primary, stack.assets.into_iter().collect()))
            .collect(),
    }
}
