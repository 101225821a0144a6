//! One asset of a scenario, told in one chain.
//!
//! Times are written as text (`2024-07-01T22:30:00Z`), since that is how a test reads best. A text that is no
//! time is a mistake in the test and panics at once, with the text.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    AlbumId, Asset, AssetId, AssetKind, Camera, DuplicateId, Face, FaceBox, Library, PersonId, PictureMaker,
    Place, Scenario, SourceType, UserId, Visibility, checksum, planted::Planted, thumbnail,
};

/// An asset while its scenario is told. Every method may be left out; the defaults are a plain photo.
#[derive(Debug)]
pub struct AssetBuilder<'s> {
    scenario: &'s mut Scenario,
    id: AssetId,
}

#[expect(clippy::return_self_not_must_use, reason = "the asset is in the scenario from the first word on")]
impl<'s> AssetBuilder<'s> {
    pub(crate) fn create(scenario: &'s mut Scenario, library: &Library, relative: &str) -> Self {
        let id = AssetId::new(scenario.world.mint.uuid());
        let now = scenario.world.now();
        let original_path = format!("{}/{relative}", library.server_root);
        let mut asset = Asset::new(id, library.owner, original_path, now);
        asset.library = library.id;
        if library.id.is_some() {
            asset.checksum = checksum::of_path(&asset.original_path);
        }
        asset.disk_path = Some(library.disk_root.join(relative));
        asset.size = Some(400_000);
        asset.dimensions = Some((1600, 1200));
        scenario.world.add_asset(asset);
        Self { scenario, id }
    }

    pub(crate) const fn resume(scenario: &'s mut Scenario, id: AssetId) -> Self {
        Self { scenario, id }
    }

    /// Its id; ends the chain.
    pub const fn id(&self) -> AssetId {
        self.id
    }

    fn with(self, change: impl FnOnce(&mut Asset)) -> Self {
        if let Some(asset) = self.scenario.world.asset_mut(self.id) {
            change(asset);
        }
        self
    }

    pub(crate) fn without_file(self) -> Self {
        self.with(|asset| asset.disk_path = None)
    }

    pub(crate) fn taken_hours_after_2020(self, hours: usize) -> Self {
        // 2020-01-01T00:00:00Z
        let start = Timestamp::from_second(1_577_836_800).unwrap_or(Timestamp::UNIX_EPOCH);
        let hours = i64::try_from(hours).unwrap_or(i64::MAX / 4000);
        let at = start.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(start);
        self.with(|asset| {
            asset.file_modified_at = at;
            asset.set_taken(Some(at), None);
        })
    }

    /// The bytes of the original, without a file on disk; size, pixels and checksum follow from them.
    pub fn picture(self, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        self.with(|asset| {
            asset.size = Some(bytes.len() as u64);
            asset.dimensions = thumbnail::dimensions(&bytes).or(asset.dimensions);
            if asset.library.is_none() {
                asset.checksum = checksum::of_bytes(&bytes);
            }
            asset.looks = Some(checksum::of_bytes(&bytes));
            asset.disk_path = None;
            asset.planted = Some(Planted::Bytes(bytes.into()));
        })
    }

    /// The original is made when somebody asks for it, from this number: for libraries that no memory holds.
    /// Size, pixels and checksum stay as told. A picture with a short side of at most 250 pixels is its own
    /// thumbnail, which costs nothing.
    pub fn picture_by(self, make: &PictureMaker, number: u64) -> Self {
        self.with(|asset| {
            asset.disk_path = None;
            asset.planted = Some(Planted::Made(PictureMaker::clone(make), number));
        })
    }

    /// The small picture, served as it is, whatever the original is: for what the sandbox cannot decode.
    pub fn thumbnail(self, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        self.with(|asset| asset.planted_thumbnail = Some(Planted::Bytes(bytes.into())))
    }

    /// The same, made from this number when somebody asks for it.
    pub fn thumbnail_by(self, make: &PictureMaker, number: u64) -> Self {
        self.with(|asset| asset.planted_thumbnail = Some(Planted::Made(PictureMaker::clone(make), number)))
    }

    /// The SHA-1 that the server has.
    pub fn checksum(self, sha1: [u8; 20]) -> Self {
        self.with(|asset| asset.checksum = sha1)
    }

    /// The caption, or null.
    pub fn description<'t>(self, text: impl Into<Option<&'t str>>) -> Self {
        let text = text.into().map(str::to_owned);
        self.with(|asset| asset.description = text)
    }

    /// 1 to 5, or null.
    pub fn rating(self, stars: impl Into<Option<i8>>) -> Self {
        let stars = stars.into();
        self.with(|asset| asset.rating = stars)
    }

    /// The heart.
    pub fn favorite(self, on: bool) -> Self {
        self.with(|asset| asset.is_favorite = on)
    }

    /// Degrees north and east.
    pub fn gps(self, latitude: f64, longitude: f64) -> Self {
        self.with(|asset| (asset.latitude, asset.longitude) = (Some(latitude), Some(longitude)))
    }

    /// No position.
    pub fn no_gps(self) -> Self {
        self.with(|asset| (asset.latitude, asset.longitude) = (None, None))
    }

    /// City, state and country of the position.
    pub fn place(self, city: &str, state: &str, country: &str) -> Self {
        let place = Place {
            city: Some(city.to_owned()),
            state: Some(state.to_owned()),
            country: Some(country.to_owned()),
        };
        self.with(|asset| asset.place = Some(Box::new(place)))
    }

    /// When it was taken (an instant such as `2024-07-01T22:30:00Z`, or null) and the zone
    /// (`Europe/Berlin`, `UTC+2`, or null).
    ///
    /// # Panics
    /// When the text is no instant: a mistake in the scenario.
    #[expect(
        clippy::panic,
        reason = "a scenario is part of a test or of the demo; a typo in it must be loud"
    )]
    pub fn taken<'t>(self, instant: impl Into<Option<&'t str>>, zone: impl Into<Option<&'t str>>) -> Self {
        let instant = instant.into().map(|text| match text.parse::<Timestamp>() {
            Ok(instant) => instant,
            Err(error) => panic!("`{text}` is no instant: {error}"),
        });
        let zone = zone.into();
        self.with(|asset| asset.set_taken(instant, zone))
    }

    /// A person with a box in the middle of nowhere; see [`Self::face`] for a certain place.
    pub fn person(self, person: &PersonId) -> Self {
        self.face(Some(*person), FaceBox::default(), SourceType::MachineLearning)
    }

    /// A box, with or without a person.
    pub fn face(self, person: Option<PersonId>, area: FaceBox, source: SourceType) -> Self {
        let id = self.scenario.world.new_face_id();
        self.with(|asset| asset.faces.push(Face { id, person, area, source }))
    }

    /// A tag by its path such as `Places/France`; made with its parents where it is new.
    pub fn tag(self, value: &str) -> Self {
        let owner = self.scenario.world.asset(self.id).map(|asset| asset.owner);
        let tag = owner.and_then(|owner| self.scenario.world.upsert_tag(owner, value));
        self.with(|asset| asset.tags.extend(tag))
    }

    /// Puts it into an album.
    pub fn album(self, album: &AlbumId) -> Self {
        self.scenario.world.add_to_album(*album, self.id);
        self
    }

    /// Belongs to another user than the library's owner.
    pub fn owner(self, user: UserId) -> Self {
        self.with(|asset| asset.owner = user)
    }

    /// Where it is shown.
    pub fn visibility(self, visibility: Visibility) -> Self {
        self.with(|asset| asset.visibility = visibility)
    }

    /// In the trash.
    pub fn trashed(self) -> Self {
        self.scenario.world.trash(self.id);
        self
    }

    /// The external file is gone; the server then has it in the trash too.
    pub fn offline(self) -> Self {
        self.trashed().with(|asset| asset.is_offline = true)
    }

    /// The still picture of a live photo: names the video, which becomes hidden.
    pub fn live_photo(self, video: &AssetId) -> Self {
        if let Some(video) = self.scenario.world.asset_mut(*video) {
            video.visibility = Visibility::Hidden;
        }
        self.with(|asset| asset.live_photo_video = Some(*video))
    }

    /// The group of duplicates it is in.
    pub fn duplicate_group(self, group: DuplicateId) -> Self {
        self.with(|asset| asset.duplicate = Some(group))
    }

    /// Pixels, or null while the server has not looked.
    pub fn dimensions(self, size: impl Into<Option<(u32, u32)>>) -> Self {
        let size = size.into();
        self.with(|asset| asset.dimensions = size)
    }

    /// What took it.
    pub fn camera(self, camera: Camera) -> Self {
        self.with(|asset| asset.camera = Some(Box::new(camera)))
    }

    /// Milliseconds of a video, or null.
    pub fn duration_ms(self, milliseconds: impl Into<Option<u64>>) -> Self {
        let milliseconds = milliseconds.into();
        self.with(|asset| asset.duration_ms = milliseconds)
    }

    /// Bytes, or null. An asset with a file gets the file's size at the start.
    pub fn size(self, bytes: impl Into<Option<u64>>) -> Self {
        let bytes = bytes.into();
        self.with(|asset| asset.size = bytes)
    }

    /// The name at upload, when it differs from the one in the path.
    pub fn original_file_name(self, name: &str) -> Self {
        self.with(|asset| name.clone_into(&mut asset.original_file_name))
    }

    /// Photo or video, when the extension says otherwise.
    pub fn kind(self, kind: AssetKind) -> Self {
        self.with(|asset| asset.kind = kind)
    }

    /// The names that a device gave at upload; 2.x reports them.
    pub fn device(self, asset_id: &str, device_id: &str) -> Self {
        let device = Box::new((asset_id.to_owned(), device_id.to_owned()));
        self.with(|asset| asset.device = Some(device))
    }

    /// Free JSON under a key.
    pub fn note(self, key: &str, value: Value) -> Self {
        let now = self.scenario.world.now();
        self.with(|asset| {
            asset.notes.insert(key.to_owned(), (value, now));
        })
    }

    /// What was told of it is in its sidecar when the sandbox starts, as after edits in the web page: description,
    /// rating, position, date and tags. Needs [`Scenario::exiftool`] and a file. Only for assets with something
    /// told; a date counts, as every asset of [`Scenario::many`] has one.
    pub fn told_in_sidecar(self) -> Self {
        self.scenario.to_write.push(self.id);
        self
    }

    /// Reads the metadata from the file when the sandbox starts, as the server does after an import. Needs
    /// [`Scenario::exiftool`]. People, albums, favourite and visibility stay as told here.
    pub fn read_from_file(self) -> Self {
        self.scenario.to_read.push(self.id);
        self
    }
}
