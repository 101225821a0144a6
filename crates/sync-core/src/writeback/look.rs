//! A look into the files of one asset: what has to change in each, or why nothing may. Reads, and decides nothing
//! else.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::SystemTime;

use immich_api::ApiError;
use jiff::Timestamp;
use photo_metadata::replace::HardLinkPolicy;
use photo_metadata::{
    Base, CaptureTime, Change, Container, EditPlan, Engine, FileTags, MetadataError, PhotoFields, Refusal,
    Tag, identify, plan_edits, refuse,
};

use super::discover::Candidate;
use super::known::ends_the_run;
use super::targets::{Place, Places};
use super::{AfterWrite, IdentityCheck, WriteOptions, fingerprint};
use crate::account::Account;
use crate::error::{SyncError, chain};
use crate::paths::{Fit, Proof, fit};
use crate::plan::{Failed, Kept, Planned, SkipReason, Skipped, Step};
use crate::state::{AssetRecord, JournalState, Role, Store, Verdict};

/// What was decided, and what is to be remembered of files that are not changed.
pub(super) struct Looked {
    pub(super) planned: Planned,
    pub(super) records: Vec<AssetRecord>,
    pub(super) kept: Vec<Kept>,
}

/// What looking needs.
#[derive(Clone, Copy)]
pub(super) struct Eyes<'a> {
    pub(super) accounts: &'a [Account<'a>],
    pub(super) engine: &'a dyn Engine,
    pub(super) store: &'a dyn Store,
    pub(super) options: &'a WriteOptions,
}

/// Why a look ended early.
enum Trouble {
    /// Of one file.
    File(MetadataError),
    /// Of one asset, on the server.
    Asset(ApiError),
    /// Of the run.
    Run(SyncError),
}

impl From<MetadataError> for Trouble {
    fn from(error: MetadataError) -> Self {
        Self::File(error)
    }
}

/// What one file came to.
enum Decision {
    /// What has to change, and what is to be remembered afterwards.
    Write(Change, Base),
    /// Nothing has to; what is to be remembered.
    InStep(Base),
    Refuse(Refusal),
    /// A raw file, which gets a sidecar.
    Elsewhere,
}

/// Looks into the files of a candidate.
pub(super) fn look(candidate: Candidate, eyes: Eyes<'_>) -> Result<Looked, SyncError> {
    let mut look =
        Look { candidate, eyes, steps: Vec::new(), records: Vec::new(), kept: Vec::new(), refused: None };
    match look.through() {
        Ok(()) => Ok(look.finish()),
        Err(Trouble::Run(error)) => Err(error),
        Err(Trouble::File(error)) => Ok(look.give_up(&error)),
        Err(Trouble::Asset(error)) => Ok(look.give_up_asking(&error)),
    }
}

/// The lists that Immich makes tags of; the first carries an asset's complete set.
const TAGS: [Tag; 4] = [Tag::TagsList, Tag::HierarchicalSubject, Tag::Subject, Tag::IptcKeywords];

/// A look under way.
struct Look<'a> {
    candidate: Candidate,
    eyes: Eyes<'a>,
    steps: Vec<Step>,
    records: Vec<AssetRecord>,
    kept: Vec<Kept>,
    /// The first file that must not be written.
    refused: Option<(std::path::PathBuf, SkipReason)>,
}

impl Look<'_> {
    fn through(&mut self) -> Result<(), Trouble> {
        self.forget_guess();
        if self.leaves_undone()? {
            return Ok(());
        }
        let mut places = std::mem::take(&mut self.candidate.places);
        let has_original = places.iter().any(|(place, _)| place.role == Role::Original);
        let mut rerouted = false;
        let mut next = 0;
        while let Some((place, base)) = places.get(next).cloned() {
            next += 1;
            let decision = self.decide(&place, &base)?;
            let reroutes = match &decision {
                Decision::Elsewhere => true,
                Decision::Refuse(_) => {
                    place.role == Role::Original && self.eyes.options.targets.sidecar_when_refused
                }
                Decision::Write(..) | Decision::InStep(_) => false,
            };
            if reroutes && !rerouted {
                rerouted = true;
                for sidecar in self.sidecars()? {
                    if !places.iter().any(|(other, _)| other.role == sidecar.role) {
                        places.push((sidecar, Base::default()));
                    }
                }
            }
            self.take(place, base, decision);
        }
        if !has_original {
            self.note_original(Verdict::Elsewhere);
        }
        self.require_the_same()
    }

    /// Whether something was taken back of the asset, and the server since did nothing but read its files again.
    fn leaves_undone(&mut self) -> Result<bool, Trouble> {
        let Some(undone) = self.candidate.undone.take() else { return Ok(false) };
        let sidecars = self.candidate.places.iter().filter(|(place, _)| place.role != Role::Original);
        let sidecars = sidecars.filter(|(place, _)| place.file.is_some()).map(|(place, _)| &place.path);
        let mut files = Vec::new();
        for path in std::iter::once(&self.candidate.original).chain(sidecars) {
            if let Ok(container) = identify(path)? {
                files.push(self.eyes.engine.read(path, container)?);
            }
        }
        let leaves = undone.is_only_read_again(&self.candidate.fields, &files, &self.eyes.options.rules);
        if leaves {
            self.refused = Some((self.candidate.original.clone(), SkipReason::Undone));
            self.records = undone.left_alone(self.candidate.fingerprint);
        }
        Ok(leaves)
    }

    /// The sidecars of an original that is not written itself.
    fn sidecars(&self) -> Result<Vec<Place>, MetadataError> {
        let wish = self.candidate.wish.without_original();
        Places::default().of(&self.candidate.original, self.candidate.file, wish)
    }

    fn decide(&mut self, place: &Place, base: &Base) -> Result<Decision, Trouble> {
        if place.file.is_none() {
            let file = FileTags::empty(Container::Xmp);
            return self.plan(place, base, &file, Container::Xmp);
        }
        let container = match identify(&place.path)? {
            Ok(container) => container,
            Err(refusal) => return Ok(Decision::Refuse(refusal)),
        };
        if let Some(refusal) = wrong_kind(place.role, container) {
            return Ok(Decision::Refuse(refusal));
        }
        let leave_raw = container.is_raw() && container != Container::Dng && !self.eyes.options.allowed.raw;
        if place.role == Role::Original && leave_raw {
            return Ok(Decision::Elsewhere);
        }
        match self.eyes.engine.read(&place.path, container) {
            Ok(file) => self.plan(place, base, &file, container),
            // Remembered, so that the file is not opened again until there is another writer.
            Err(MetadataError::Beyond { reason, .. }) => Ok(Decision::Refuse(Refusal::NeedsExifTool(reason))),
            Err(error) => Err(error.into()),
        }
    }

    fn plan(
        &mut self,
        place: &Place,
        base: &Base,
        file: &FileTags,
        container: Container,
    ) -> Result<Decision, Trouble> {
        let framed;
        let file = if place.role == Role::Original || !self.wants_faces(base) {
            file
        } else {
            framed = file.clone().with_frame(self.frame_of_original()?);
            &framed
        };
        let rules = &self.eyes.options.rules;
        let mut plan = plan_edits(&self.candidate.fields, file, base, rules);
        if self.has_to_learn_tags(&plan, base) && self.learn_tags()? {
            plan = plan_edits(&self.candidate.fields, file, base, rules);
        }
        let (asset, path) = (&self.candidate.asset, &place.path);
        self.kept.extend(plan.kept.into_iter().map(|kept| Kept {
            asset: asset.clone(),
            path: path.clone(),
            datum: Some(kept.datum),
            why: kept.why,
            is_trouble: false,
        }));
        if plan.edits.is_empty() {
            return Ok(Decision::InStep(plan.base));
        }
        if let Some(refusal) = self.refusal(place, container)? {
            return Ok(Decision::Refuse(refusal));
        }
        let change = Change { container, edits: plan.edits, iptc: file.iptc().cloned() };
        if place.file.is_some()
            && let Some(reason) = self.eyes.engine.foretell(&place.path, &change)?
        {
            return Ok(Decision::Refuse(Refusal::NeedsExifTool(reason)));
        }
        Ok(Decision::Write(change, plan.base))
    }

    /// What stands against writing a file.
    fn refusal(&self, place: &Place, container: Container) -> Result<Option<Refusal>, MetadataError> {
        let options = self.eyes.options;
        if place.file.is_some() {
            let structure = photo_metadata::structure::examine_header(&place.path)?;
            let refusal = match place.role {
                Role::Original => refuse(&place.path, &structure, options.allowed),
                Role::Sidecar | Role::StemSidecar => photo_metadata::refuse_sidecar(&structure),
            };
            if refusal.is_some() {
                return Ok(refusal);
            }
        }
        if let Some(reason) = self.eyes.engine.blocked(container) {
            return Ok(Some(Refusal::Blocked(reason)));
        }
        Ok(refuse_place(place, options))
    }

    fn wants_faces(&self, base: &Base) -> bool {
        self.candidate.fields.faces.as_ref().is_some_and(|faces| !faces.list.is_empty())
            || base.agreed.faces > 0
    }

    /// The size and orientation of the picture that a sidecar speaks of.
    fn frame_of_original(&self) -> Result<Option<photo_metadata::regions::Frame>, MetadataError> {
        match identify(&self.candidate.original)? {
            Ok(container) => Ok(self.eyes.engine.read(&self.candidate.original, container)?.frame()),
            Err(_) => Ok(None),
        }
    }

    /// Whether searches leave the tags open that this plan writes; or nobody asked for tags, and the server is going to
    /// take all of them from a list that we wrote when it had others.
    fn has_to_learn_tags(&self, plan: &EditPlan, base: &Base) -> bool {
        let Candidate { unsure_of_tags, fields, .. } = &self.candidate;
        let writes_tags = plan.edits.iter().any(|edit| TAGS.contains(&edit.tag));
        let will_be_read = !plan.edits.is_empty() && self.eyes.options.after != AfterWrite::Nothing;
        (*unsure_of_tags && writes_tags)
            || (fields.all_tags.is_none() && will_be_read && !base.items(Tag::TagsList).is_empty())
    }

    /// Asks for the tags of this asset; tells whether they are others. Tags that make no sense are unknown ones.
    fn learn_tags(&mut self) -> Result<bool, Trouble> {
        let reader = self.eyes.accounts[self.candidate.account].reader;
        let asset = reader.asset(&self.candidate.asset).map_err(|error| match error {
            error if ends_the_run(&error) => Trouble::Run(error.into()),
            error => Trouble::Asset(error),
        })?;
        let tags = asset.tags.map(|tags| tags.into_iter().map(|tag| tag.value).collect::<BTreeSet<String>>());
        self.candidate.unsure_of_tags = false;
        let fields = &mut self.candidate.fields;
        let is_other = fields.all_tags != tags;
        if fields.tags.is_some() {
            fields.tags.clone_from(&tags);
        }
        fields.all_tags = tags;
        Ok(is_other)
    }

    /// Forgets a capture time that is only that of the file itself.
    ///
    /// For a file without any date Immich takes the earliest of the times of the file and of its upload. Those of
    /// the file are known here; writing one of them down would turn a guess into a fact.
    fn forget_guess(&mut self) {
        let fields: &mut PhotoFields = &mut self.candidate.fields;
        let Some(taken) = fields.taken.filter(|taken| taken.offset().is_none()) else { return };
        let times = std::fs::metadata(&self.candidate.original)
            .map(|file| [file.modified().ok(), file.created().ok()]);
        let is_taken = |time: SystemTime| {
            Timestamp::try_from(time).is_ok_and(|time| {
                CaptureTime::from_instant(time, None).is_ok_and(|time| time.second() == taken.second())
            })
        };
        if times.into_iter().flatten().flatten().any(is_taken) {
            fields.taken = None;
        }
    }

    /// Takes note of what one file came to.
    fn take(&mut self, place: Place, base: Base, decision: Decision) {
        let Candidate { account, asset, fingerprint, original, evidence, .. } = &self.candidate;
        match decision {
            Decision::Write(change, base) => {
                let uploaded = evidence.sha1.filter(|_| place.role == Role::Original);
                self.steps.push(Step {
                    account: self.eyes.accounts[*account].user(),
                    asset: asset.clone(),
                    role: place.role,
                    path: place.path,
                    original: original.clone(),
                    expects: place.file,
                    change,
                    fingerprint: *fingerprint,
                    base,
                    uploaded,
                });
            }
            Decision::InStep(base) => self.note(place, Verdict::InStep, base),
            Decision::Elsewhere => self.note(place, Verdict::Elsewhere, base),
            Decision::Refuse(refusal) => {
                let reason = SkipReason::Refused(refusal.clone());
                self.refused.get_or_insert((place.path.clone(), reason));
                if is_lasting(&refusal) {
                    let by = fingerprint::judge(self.eyes.engine);
                    self.note(place, Verdict::Refused { refusal, by }, base);
                }
            }
        }
    }

    fn note(&mut self, place: Place, verdict: Verdict, base: Base) {
        let Candidate { asset, fingerprint, sha1, .. } = &self.candidate;
        self.records.push(AssetRecord {
            asset: asset.clone(),
            role: place.role,
            path: place.path,
            fingerprint: *fingerprint,
            file: place.file,
            verdict,
            base,
            sha1: sha1.filter(|_| place.role == Role::Original),
        });
    }

    /// Remembers the original of which nothing is written, so that it is known the next time.
    fn note_original(&mut self, verdict: Verdict) {
        let (path, file) = (self.candidate.original.clone(), Some(self.candidate.file));
        let base = std::mem::take(&mut self.candidate.base_of_original);
        self.note(Place { role: Role::Original, path, file }, verdict, base);
    }

    /// Nothing is written when the file is not the one that the server read. One that says all that is wanted
    /// needs no proof.
    fn require_the_same(&mut self) -> Result<(), Trouble> {
        let Candidate { is_known, is_contested, .. } = self.candidate;
        if self.steps.is_empty() || (is_known && !is_contested && self.was_written()?) {
            return Ok(());
        }
        let trusted = self.eyes.options.identity == IdentityCheck::TrustPaths;
        if trusted && !is_contested {
            return Ok(());
        }
        let found =
            fit(&self.candidate.original, &self.candidate.file, &self.candidate.evidence, Proof::Sha1)?;
        let why = match found {
            Fit::Sha1 => return Ok(()),
            Fit::Stat if !is_contested => return Ok(()),
            Fit::Stat => super::claims::Claims::reason(),
            Fit::Unlike(why) => SkipReason::NotTheSame(why),
            Fit::Unknown => SkipReason::NotTheSame(
                "the server says too little of its file to know it again; allow it with --trust-paths"
                    .to_owned(),
            ),
        };
        self.steps.clear();
        self.records.clear();
        self.refused = Some((self.candidate.original.clone(), why));
        Ok(())
    }

    /// Whether the asset was ever written: then its file was proved to be the one. That it was looked at and needed
    /// nothing proves nothing.
    fn was_written(&self) -> Result<bool, Trouble> {
        let marks = self.eyes.store.marks_of_asset(&self.candidate.asset).map_err(Trouble::Run)?;
        Ok(marks.iter().any(|mark| mark.state == JournalState::Done))
    }

    fn finish(self) -> Looked {
        let Self { candidate, steps, records, mut kept, refused, .. } = self;
        let (asset, path) = (candidate.asset, candidate.original);
        let planned = match (steps.is_empty(), refused) {
            (false, refused) => {
                kept.extend(refused.map(|(path, reason)| Kept {
                    asset: asset.clone(),
                    path,
                    datum: None,
                    why: reason.to_string(),
                    is_trouble: reason.is_trouble(),
                }));
                Planned::Do(steps)
            }
            (true, Some((path, reason))) => Planned::Skip(Skipped { asset, path, reason }),
            (true, None) => Planned::Skip(Skipped { asset, path, reason: SkipReason::UpToDate }),
        };
        Looked { planned, records, kept }
    }

    fn give_up_asking(self, error: &ApiError) -> Looked {
        let (asset, path) = (self.candidate.asset, self.candidate.original);
        let planned = match error {
            ApiError::NoSuchAsset { .. } => {
                Planned::Skip(Skipped { asset, path, reason: SkipReason::NoSuchAsset })
            }
            error => {
                let message = format!("its tags cannot be had ({})", chain(error));
                Planned::Fail(Failed { asset, path, message, transient: error.is_transient() })
            }
        };
        Looked { planned, records: Vec::new(), kept: Vec::new() }
    }

    fn give_up(self, error: &MetadataError) -> Looked {
        let (asset, path) = (self.candidate.asset, self.candidate.original);
        let planned = match error {
            MetadataError::Missing { .. } => {
                Planned::Skip(Skipped { asset, path, reason: SkipReason::Missing })
            }
            MetadataError::Beyond { reason, .. } => {
                let refusal = Refusal::NeedsExifTool(reason.clone());
                Planned::Skip(Skipped { asset, path, reason: SkipReason::Refused(refusal) })
            }
            MetadataError::UnsupportedName { reason, .. } => {
                let refusal = Refusal::Place(format!("its path cannot be given to ExifTool: {reason}"));
                Planned::Skip(Skipped { asset, path, reason: SkipReason::Refused(refusal) })
            }
            error => {
                let (message, transient) = (chain(error), error.is_transient());
                Planned::Fail(Failed { asset, path, message, transient })
            }
        };
        Looked { planned, records: Vec::new(), kept: Vec::new() }
    }
}

/// A sidecar that is no XMP, or an original that cannot be one.
fn wrong_kind(role: Role, container: Container) -> Option<Refusal> {
    match (role, container) {
        (Role::Original, container) => {
            container.refusal().map(|reason| Refusal::CannotHold(reason.to_owned()))
        }
        (Role::Sidecar | Role::StemSidecar, Container::Xmp) => None,
        (Role::Sidecar | Role::StemSidecar, other) => {
            let text = format!("it should be an XMP sidecar and is a {} file", other.label());
            Some(Refusal::CannotHold(text))
        }
    }
}

/// What the place of a file says against writing it; a dry run should foretell it.
fn refuse_place(place: &Place, options: &WriteOptions) -> Option<Refusal> {
    if let Some(file) = &place.file {
        if file.links > 1 && options.replace.hard_links == HardLinkPolicy::Refuse {
            return Some(Refusal::HardLinked(file.links));
        }
        let owner = std::fs::metadata(&place.path).ok()?.uid();
        let own = rustix::process::geteuid();
        if !own.is_root() && own.as_raw() != owner {
            let text = "it belongs to another user, and only root could give a new version to them";
            return Some(Refusal::Place(text.to_owned()));
        }
    }
    let folder: &Path = place.path.parent()?;
    let error = rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).err()?;
    Some(Refusal::Place(format!("its folder cannot be written ({})", std::io::Error::from(error))))
}

/// Whether a refusal will stand until the file, the data or the settings change. A place may be opened up
/// without any of them changing.
pub(super) fn is_lasting(refusal: &Refusal) -> bool {
    !matches!(refusal, Refusal::Place(_) | Refusal::HardLinked(_) | Refusal::Unproven(_))
}
