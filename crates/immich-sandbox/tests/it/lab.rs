//! One scenario with something of everything, for the tests that look at shapes.

use immich_sandbox::{
    AlbumId, AssetId, Camera, DuplicateId, FaceBox, LibraryId, PersonId, Sandbox, Scenario, SourceType,
    StackId, UserId, Version, Visibility,
};
use serde_json::json;

/// A running server and what is on it.
pub(crate) struct Lab {
    pub(crate) sandbox: Sandbox,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) version: Version,
    pub(crate) bob: UserId,
    pub(crate) bob_key: String,
    pub(crate) library: LibraryId,
    /// External, with a file, a place, a camera, tags, two faces, in an album and a stack.
    pub(crate) rich: AssetId,
    /// Managed, plain.
    pub(crate) plain: AssetId,
    pub(crate) video: AssetId,
    pub(crate) trashed: AssetId,
    pub(crate) archived: AssetId,
    pub(crate) partner: AssetId,
    pub(crate) alice: PersonId,
    pub(crate) carol: PersonId,
    pub(crate) summer: AlbumId,
    pub(crate) shared_album: AlbumId,
    pub(crate) stack: StackId,
    pub(crate) group: DuplicateId,
}

impl Lab {
    pub(crate) fn start(version: Version) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rich.jpg"), b"the bytes of a picture").unwrap();
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt/photos", folder.path());
        let storage = scenario.managed_storage("/data/library/admin", folder.path());
        let admin = scenario.admin();
        let bob = scenario.user("Bob User");
        let bob_key = scenario.api_key(bob, &["all"]);
        scenario.partner(bob, admin);
        scenario.partner(admin, bob);
        let (alice, carol) = (scenario.person("Alice Doe"), scenario.hidden_person("Carol"));
        scenario.person_details(alice, |person| {
            person.birth_date = Some("1990-01-02".to_owned());
            person.is_favorite = true;
            person.color = Some("#aabbcc".to_owned());
        });
        let (summer, shared_album) = (scenario.album("Summer Trip"), scenario.album("Shared"));
        scenario.share_album(shared_album, bob);

        let group = scenario.duplicates(&[]);
        let rich = rich(&mut scenario, &library, (alice, carol), group);
        let plain = scenario
            .asset(&storage, "2024/plain.jpg")
            .taken("2024-02-01T23:01:10Z", "UTC+2")
            .duplicate_group(group)
            .device("d1", "lab")
            .person(&alice)
            .id();
        let video = scenario.asset(&storage, "2024/VID_00.mp4").taken("2024-05-01T10:00:00Z", "UTC");
        let video = video.duration_ms(2000).dimensions((640, 360)).id();
        let trashed = scenario.asset(&storage, "2024/trashed.jpg").trashed().id();
        let archived = scenario.asset(&storage, "2024/archived.jpg").visibility(Visibility::Archive).id();
        let partner = scenario.asset(&storage, "bob/theirs.jpg").owner(bob).id();
        scenario.add_to_album(summer, &[rich, plain]);
        scenario.add_to_album(shared_album, &[plain]);
        let stack = scenario.stack(&[rich, video]).unwrap();
        let library = library.id().unwrap();
        let sandbox = Sandbox::start(scenario).unwrap();
        Self {
            sandbox,
            folder,
            version,
            bob,
            bob_key,
            library,
            rich,
            plain,
            video,
            trashed,
            archived,
            partner,
            alice,
            carol,
            summer,
            shared_album,
            stack,
            group,
        }
    }
}

fn rich(
    scenario: &mut Scenario,
    library: &immich_sandbox::Library,
    (alice, carol): (PersonId, PersonId),
    group: DuplicateId,
) -> AssetId {
    let camera = Camera {
        make: Some("LabCam".to_owned()),
        model: Some("LC-1".to_owned()),
        lens_model: Some("LabLens 35mm".to_owned()),
        orientation: Some("1".to_owned()),
        f_number: Some(2.8),
        focal_length: Some(35.0),
        iso: Some(200),
        exposure_time: Some("1/125".to_owned()),
        projection_type: None,
    };
    scenario
        .asset_file(library, "rich.jpg")
        .description("Caption äöü 写真")
        .rating(4)
        .favorite(true)
        .gps(48.8566, 2.3522)
        .place("Paris", "Ile-de-France", "France")
        .taken("2023-12-31T23:00:10Z", "Europe/Paris")
        .camera(camera)
        .person(&alice)
        .face(Some(carol), FaceBox::default(), SourceType::Exif)
        .face(None, FaceBox::default(), SourceType::MachineLearning)
        .tag("Places/France/Paris")
        .tag("solo")
        .duplicate_group(group)
        .note("immich-sync", json!({ "rev": 1 }))
        .id()
}
