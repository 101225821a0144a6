//! The only place that orders changes of photos of the server: announce, order, close.
//!
//! When an answer is lost, the server is looked at: what is as it should be has happened. Where even that cannot be
//! found out, the deed stays open for the next run, which begins with looking.

use std::collections::{BTreeMap, HashMap};

use immich_api::{ApiError, AssetChange, AssetId, Client, Edit, Ordered, Reader, TagId, Taken, Writer};
use jiff::Timestamp;

use super::faces;
use super::look::{Looker, Stacks, Standing};
use super::people::{self, Made};
use super::{AlbumRef, Deed, DeedId, DeedRow, NewUpload, Setting, Value, What, restack};
use crate::account::Account;
use crate::error::{SyncError, chain};
use crate::event::{Event, Reporter};
use crate::state::{DeedStore, RunId};

/// Batches in a row that may fail before the rest is pointless.
const MOST_FAILURES: usize = 3;

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is as it should be.
    Done,
    /// It was so before, by somebody else's doing: nothing of ours that could be taken back.
    Already,
    /// The server refuses it.
    Refused,
    /// It went wrong.
    Failed { message: String, transient: bool },
}

/// One account at work, or looked at by a preview.
pub(crate) struct Hand<'a> {
    account: String,
    reader: Reader<'a>,
    at_work: Option<AtWork<'a>>,
    store: &'a dyn DeedStore,
    reporter: &'a dyn Reporter,
    /// Tags by path, once they were asked for.
    tags: Option<HashMap<String, TagId>>,
    failures: usize,
}

/// What it takes to change something.
#[derive(Clone, Copy)]
struct AtWork<'a> {
    client: &'a Client,
    run: RunId,
    now: &'a (dyn Fn() -> Timestamp + Sync),
}

impl<'a> Hand<'a> {
    /// A hand that changes nothing and tells what it would do.
    pub(crate) fn idle(account: Account<'a>, store: &'a dyn DeedStore, reporter: &'a dyn Reporter) -> Self {
        Self {
            account: account.user(),
            reader: account.reader,
            at_work: None,
            store,
            reporter,
            tags: None,
            failures: 0,
        }
    }

    /// A hand that does.
    pub(crate) fn at_work(
        client: &'a Client,
        run: RunId,
        store: &'a dyn DeedStore,
        reporter: &'a dyn Reporter,
        now: &'a (dyn Fn() -> Timestamp + Sync),
    ) -> Self {
        let at_work = AtWork { client, run, now };
        Self { at_work: Some(at_work), ..Self::idle(Account::of(client), store, reporter) }
    }

    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    pub(crate) fn reader(&self) -> Reader<'a> {
        self.reader
    }

    pub(crate) fn looker(&self) -> Looker<'_> {
        Looker { reader: self.reader, account: &self.account, store: self.store, tagged: None }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.at_work.is_none()
    }

    /// Paths and ids of the tags of the user.
    pub(crate) fn tags(&mut self) -> Result<&HashMap<String, TagId>, SyncError> {
        if self.tags.is_none() {
            let tags = self.reader.tags()?.into_iter().map(|tag| (tag.value, tag.id)).collect();
            self.tags = Some(tags);
        }
        Ok(self.tags.get_or_insert_default())
    }

    /// Does it, journalled; the fate of each item. An error is the end of the run.
    pub(crate) fn perform(&mut self, what: &What, undoes: Option<DeedId>) -> Result<Vec<Fate>, SyncError> {
        self.make(what, undoes).map(|(fates, _)| fates)
    }

    /// The same, with the album or person that was made.
    pub(super) fn make(
        &mut self,
        what: &What,
        undoes: Option<DeedId>,
    ) -> Result<(Vec<Fate>, Option<Made>), SyncError> {
        let Some(work) = self.at_work else {
            self.reporter.report(&Event::WouldChange(what));
            return Ok((vec![Fate::Done; what.len()], None));
        };
        let deed = Deed {
            run: work.run,
            account: self.account.clone(),
            undoes,
            at: (work.now)(),
            what: what.clone(),
        };
        let id = self.store.announce(&deed)?;
        let (made, fates) = match self.order(work.client, what) {
            Ok(done) => {
                self.failures = 0;
                done
            }
            Err(SyncError::Api(error)) => self.settle_after(id, what, error)?,
            Err(error) => return Err(error),
        };
        self.close(id, what, made.clone(), |item| fates[item] == Fate::Done)?;
        Ok((fates, made))
    }

    fn close(
        &mut self,
        id: DeedId,
        what: &What,
        made: Option<Made>,
        happened: impl Fn(usize) -> bool,
    ) -> Result<bool, SyncError> {
        let done = what.only(happened).map(|done| people::with_made(done, made));
        self.store.close_deed(id, done.as_ref())?;
        if let Some(done) = &done {
            self.reporter.report(&Event::Changed(done));
        }
        if matches!(what, What::MakeTags { .. } | What::DropTags { .. }) {
            self.tags = None;
        }
        Ok(done.is_some())
    }

    /// The server did not say what it did, so it is looked at. What must end the run does so, after the deed is
    /// closed where that is possible.
    fn settle_after(
        &mut self,
        id: DeedId,
        what: &What,
        error: ApiError,
    ) -> Result<(Option<Made>, Vec<Fate>), SyncError> {
        let Ok((standings, made)) = self.looker().standings(what) else {
            return Err(error.into());
        };
        if standings.contains(&Standing::Between) {
            return Err(error.into());
        }
        self.failures += 1;
        if ends_the_run(&error) || self.failures >= MOST_FAILURES {
            self.close(id, what, made, |item| standings[item] == Standing::After)?;
            return Err(error.into());
        }
        let (message, transient) = (chain(&error), error.is_transient() || error.is_unanswered());
        let fate = |standing: &Standing| match standing {
            Standing::After => Fate::Done,
            _ => Fate::Failed { message: message.clone(), transient },
        };
        Ok((made, standings.iter().map(fate).collect()))
    }

    /// Closes a deed that an earlier run left open; whether something of it happened.
    pub(crate) fn settle(&mut self, row: &DeedRow) -> Result<bool, SyncError> {
        let what = &self.with_assets(&row.deed.what)?;
        let (mut standings, made) = self.looker().standings(what)?;
        if let (Some(work), What::Restack { stacks }) = (self.at_work, what) {
            for (standing, stack) in standings.iter_mut().zip(stacks) {
                if *standing != Standing::Between {
                    continue;
                }
                // Where one of its photos is gone for good nobody can complete it, not even later.
                if restack::one(self.reader, work.client.writer(), stack)? == Fate::Done {
                    *standing = Standing::After;
                } else {
                    let text = "a stack that an earlier run began to change cannot be completed: one of its photos \
                                is gone";
                    self.reporter.report(&Event::Warning(text));
                }
            }
        }
        self.close(row.id, what, made, |item| standings[item] == Standing::After)
    }

    /// Uploads with the assets that they became, as far as they are there.
    fn with_assets(&self, what: &What) -> Result<What, SyncError> {
        let What::Upload { uploads } = what else { return Ok(what.clone()) };
        let assets = self.looker().as_assets(uploads)?;
        let with = |(upload, asset): (&NewUpload, _)| NewUpload { asset, ..upload.clone() };
        Ok(What::Upload { uploads: uploads.iter().zip(assets).map(with).collect() })
    }

    /// Orders it.
    fn order(&mut self, client: &'a Client, what: &What) -> Result<(Option<Made>, Vec<Fate>), SyncError> {
        let writer = client.writer();
        let fates = match what {
            What::MakeTags { tags } => {
                writer.make_tags(&tags.iter().map(String::as_str).collect::<Vec<_>>())?;
                vec![Fate::Done; tags.len()]
            }
            What::DropTags { tags } => self.drop_tags(writer, tags)?,
            What::Tag { tag, assets } => match self.tags()?.get(tag).cloned() {
                Some(id) => by_id(client, assets, |writer| writer.tag(&id, assets))?,
                None => vec![Fate::Refused; assets.len()],
            },
            What::Untag { tag, assets } => match self.tags()?.get(tag).cloned() {
                Some(id) => by_id(client, assets, |writer| writer.untag(&id, assets))?,
                None => vec![Fate::Done; assets.len()],
            },
            What::MakeAlbum { album, description } => {
                let made = writer.make_album(&album.name, description, &[])?;
                return Ok((Some(Made::Album(made)), vec![Fate::Done]));
            }
            What::DropAlbum { album, .. } => {
                if let Some(id) = self.looker().album_id(album)? {
                    writer.delete_album(&id)?;
                }
                vec![Fate::Done]
            }
            What::AddToAlbum { album, assets } => match self.looker().album_id(album)? {
                Some(id) => by_id(client, assets, |writer| writer.add_to_album(&id, assets))?,
                None => vec![Fate::Refused; assets.len()],
            },
            What::RemoveFromAlbum { album, assets } => match self.looker().album_id(album)? {
                Some(id) => by_id(client, assets, |writer| writer.remove_from_album(&id, assets))?,
                None => vec![Fate::Done; assets.len()],
            },
            What::Restack { stacks } => restack::all(self.reader, writer, stacks)?,
            What::Trash { assets } => fates(assets, &writer.trash(assets)?, false),
            What::Restore { assets } => fates(assets, &writer.restore(assets)?, false),
            What::MakePerson { person } => {
                let made = writer.make_person(&person.name)?;
                return Ok((Some(Made::Person(made)), vec![Fate::Done]));
            }
            What::DropPerson { person } => people::drop(writer, person)?,
            What::MakeFaces { faces } => faces::make(self.reader, writer, faces)?,
            What::DropFaces { faces } => faces::drop(self.reader, writer, faces)?,
            // Files are made, moved and taken away by others, without a server.
            What::MakeFiles { .. }
            | What::DropFiles { .. }
            | What::TrashFiles { .. }
            | What::RestoreFiles { .. } => vec![Fate::Refused; what.len()],
            // New files are sent by the import; this takes a withdrawal back.
            What::Upload { uploads } => of_uploads(uploads, |assets| writer.restore(assets))?,
            What::Withdraw { uploads } => of_uploads(uploads, |assets| writer.trash(assets))?,
            What::RenameAlbum { album, name } => match self.looker().album_id(album)? {
                Some(id) => {
                    writer.change_album(&id, Some(name), None)?;
                    vec![Fate::Done]
                }
                None => vec![Fate::Refused],
            },
            What::Set { settings } => set(writer, settings)?,
        };
        Ok((None, fates))
    }

    fn drop_tags(&mut self, writer: Writer<'_>, tags: &[String]) -> Result<Vec<Fate>, SyncError> {
        let known = self.tags()?.clone();
        for tag in tags {
            if let Some(id) = known.get(tag) {
                writer.delete_tag(id)?;
            }
        }
        Ok(vec![Fate::Done; tags.len()])
    }

    /// Shows an album by this photo. An album without is shown by its newest photo, which is no trouble.
    pub(crate) fn set_cover(&self, album: &AlbumRef, photo: &AssetId) -> Result<(), SyncError> {
        let Some(work) = self.at_work else { return Ok(()) };
        let Some(id) = self.looker().album_id(album)? else { return Ok(()) };
        match work.client.writer().set_cover(&id, photo) {
            Err(error) if !ends_the_run(&error) => Ok(()),
            ended => Ok(ended?),
        }
    }

    /// The stacks of the user now.
    pub(crate) fn stacks(&self) -> Result<Stacks, SyncError> {
        Ok(Stacks::of(self.reader.stacks()?))
    }
}

/// Gives an order that is answered photo by photo. What was so before counts as somebody else's, unless a part of the
/// order was sent twice: then it may be the first time that did it.
fn by_id<'a>(
    client: &'a Client,
    assets: &[AssetId],
    order: impl FnOnce(Writer<'a>) -> Result<Ordered, ApiError>,
) -> Result<Vec<Fate>, SyncError> {
    let repeats = client.stats().retries;
    let ordered = order(client.writer())?;
    Ok(fates(assets, &ordered, client.stats().retries == repeats))
}

fn fates(assets: &[AssetId], ordered: &Ordered, sent_once: bool) -> Vec<Fate> {
    let fate = |asset| {
        if ordered.refused.contains(asset) {
            Fate::Refused
        } else if sent_once && ordered.already.contains(asset) {
            Fate::Already
        } else {
            Fate::Done
        }
    };
    assets.iter().map(fate).collect()
}

fn of_uploads(
    uploads: &[NewUpload],
    order: impl FnOnce(&[AssetId]) -> Result<Ordered, ApiError>,
) -> Result<Vec<Fate>, SyncError> {
    let assets: Vec<AssetId> = uploads.iter().filter_map(|upload| upload.asset.clone()).collect();
    let ordered = order(&assets)?;
    let fate = |upload: &NewUpload| match &upload.asset {
        Some(asset) if !ordered.refused.contains(asset) => Fate::Done,
        _ => Fate::Refused,
    };
    Ok(uploads.iter().map(fate).collect())
}

/// Equal values go in one order.
fn set(writer: Writer<'_>, settings: &[Setting]) -> Result<Vec<Fate>, SyncError> {
    let mut refused: Vec<AssetId> = Vec::new();
    let mut alike: BTreeMap<String, (&Value, Vec<AssetId>)> = BTreeMap::new();
    for setting in settings {
        let key = format!("{:?}", setting.after);
        alike.entry(key).or_insert_with(|| (&setting.after, Vec::new())).1.push(setting.asset.clone());
    }
    for (value, assets) in alike.into_values() {
        if *value == Value::Position(None) {
            refused.extend(assets);
            continue;
        }
        refused.extend(writer.change_assets(&assets, &change(value))?.refused);
    }
    let fate = |setting: &Setting| {
        if refused.contains(&setting.asset) { Fate::Refused } else { Fate::Done }
    };
    Ok(settings.iter().map(fate).collect())
}

fn change(value: &Value) -> AssetChange {
    let nothing = AssetChange::default();
    match value {
        Value::Favourite(on) => AssetChange { is_favorite: Some(*on), ..nothing },
        Value::Archived(on) => AssetChange { is_archived: Some(*on), ..nothing },
        Value::Description(text) => AssetChange { description: Some(text.clone()), ..nothing },
        Value::Review(group) => {
            let edit = group.clone().map_or(Edit::Clear, Edit::Set);
            AssetChange { duplicate_id: Some(edit), ..nothing }
        }
        Value::Motion(video) => {
            let edit = video.clone().map_or(Edit::Clear, Edit::Set);
            AssetChange { live_photo_video: Some(edit), ..nothing }
        }
        Value::Rating(stars) => AssetChange { rating: Some(stars.map_or(Edit::Clear, Edit::Set)), ..nothing },
        Value::Position(place) => AssetChange { position: *place, ..nothing },
        Value::Taken { instant, zone } => {
            AssetChange { taken: Some(Taken { instant: *instant, zone: zone.clone() }), ..nothing }
        }
    }
}

/// What no other batch would get past.
pub(crate) fn ends_the_run(error: &ApiError) -> bool {
    match error {
        ApiError::Unanswered { source, .. } => ends_the_run(source),
        ApiError::Refused { .. }
        | ApiError::MissingPermission { .. }
        | ApiError::AdminNeeded { .. }
        | ApiError::Unreachable { .. }
        | ApiError::Tls { .. }
        | ApiError::ForeignRedirect { .. }
        | ApiError::NotSupported { .. }
        | ApiError::Status { status: 401 | 403, .. }
        | ApiError::TrashOff
        | ApiError::Stopped => true,
        _ => false,
    }
}
