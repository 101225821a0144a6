//! The whole client against the sandbox, which plays 2.7.5 and 3.0.3 and shares no types with it.

use std::collections::BTreeSet;
use std::time::Instant;

use immich_api::{
    AlbumScope, ApiError, ApiKey, AssetId, AssetQuery, Client, ClientOptions, Face, Login, Permission,
    WalkReport,
};
use immich_sandbox::{FaceBox, Fault, Sandbox, Scenario, SourceType, Version, Visibility, Witness};

use crate::fake::options;

pub(crate) const BOTH: [Version; 2] = [Version::V2_7_5, Version::V3_0_3];

pub(crate) fn connect_with(sandbox: &Sandbox, key: &str) -> Result<Client, ApiError> {
    Client::connect(ClientOptions { key: ApiKey::new(key).unwrap(), ..options(&sandbox.url()) })
}

pub(crate) fn connect(sandbox: &Sandbox) -> Client {
    connect_with(sandbox, &sandbox.api_key()).unwrap()
}

pub(crate) fn id(id: impl std::fmt::Display) -> AssetId {
    AssetId::parse(&id.to_string()).unwrap()
}

fn walk(client: &Client) -> (Vec<AssetId>, WalkReport) {
    let mut walk = client.reader().walk_assets(&AssetQuery::default());
    let ids = walk.by_ref().flat_map(Result::unwrap).map(|asset| asset.id).collect();
    (ids, walk.report())
}

#[test]
fn a_walk_brings_own_shown_assets_with_all_that_is_known_of_them() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt/photos", "/nowhere");
        let (alice, friend) = (scenario.person("Alice Doe"), scenario.user("Friend"));
        let area = FaceBox { x1: 400, y1: 300, x2: 600, y2: 540, image_width: 1600, image_height: 1200 };
        let full = scenario
            .asset(&library, "2024/a.jpg")
            .description("At the lake")
            .rating(4)
            .favorite(true)
            .gps(52.5, 13.4)
            .taken("2024-07-01T22:30:00Z", Some("Europe/Berlin"))
            .face(Some(alice), area, SourceType::Manual)
            .id();
        let bare = scenario.asset(&library, "b.jpg").taken(None, None).rating(None).description(None).id();
        let archived = scenario.asset(&library, "c.jpg").visibility(Visibility::Archive).id();
        scenario.asset(&library, "d.mov").visibility(Visibility::Hidden);
        scenario.asset(&library, "e.jpg").trashed();
        scenario.asset(&library, "f.jpg").owner(friend);
        scenario.partner(friend, scenario.admin());
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox);

        let mut walk = client.reader().walk_assets(&AssetQuery::default());
        let assets: Vec<_> = walk.by_ref().flat_map(Result::unwrap).collect();

        let found: BTreeSet<AssetId> = assets.iter().map(|asset| asset.id.clone()).collect();
        assert_eq!(found, BTreeSet::from([id(full), id(bare), id(archived)]), "{version:?}");
        let asset = assets.iter().find(|asset| asset.id == id(full)).unwrap();
        let exif = asset.exif.as_ref().unwrap();
        assert_eq!(exif.description.as_deref(), Some("At the lake"));
        assert_eq!((exif.rating, exif.latitude, exif.longitude), (Some(4), Some(52.5), Some(13.4)));
        assert_eq!(exif.time_zone.as_deref(), Some("Europe/Berlin"));
        assert_eq!(exif.date_time_original, "2024-07-01T22:30:00Z".parse().ok());
        assert_eq!(asset.local_date_time, "2024-07-02T00:30:00Z".parse().ok());
        assert_eq!((asset.is_favorite, asset.original_path.as_str()), (Some(true), "/mnt/photos/2024/a.jpg"));
        let people = asset.people.as_ref().unwrap();
        assert_eq!(people[0].name, "Alice Doe");
        assert_eq!(people[0].faces.len(), usize::from(version == Version::V2_7_5));
        let faces = client.reader().faces(&asset.id).unwrap();
        assert_eq!((faces[0].x1, faces[0].y2, faces[0].image_width), (400.0, 540.0, 1600.0));
        let empty = assets.iter().find(|asset| asset.id == id(bare)).unwrap().exif.as_ref().unwrap();
        assert_eq!((empty.rating, empty.latitude, empty.date_time_original), (None, None, None));
        let report = walk.report();
        assert!(report.complete && report.unreadable.is_empty(), "{report:?}");
        assert_eq!(report.dropped_foreign, 1, "{version:?}");
    }
}

#[test]
fn nothing_that_a_reader_does_is_a_write() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", "/nowhere");
        let (person, album) = (scenario.person("Alice"), scenario.album("Summer"));
        let asset = scenario.asset(&library, "a.jpg").person(&person).album(&album).id();
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox);
        let reader = client.reader();

        walk(&client);
        assert_eq!(reader.asset(&id(asset)).unwrap().original_path, "/mnt/a.jpg");
        assert_eq!(reader.statistics().unwrap(), Some(1));
        assert_eq!(reader.people(true).unwrap()[0].name, "Alice");
        let albums = reader.albums(AlbumScope::Own).unwrap();
        assert_eq!(reader.album_assets(&albums[0]).unwrap(), BTreeSet::from([id(asset)]), "{version:?}");

        assert_eq!(sandbox.writes(), []);
        assert!(sandbox.requests().iter().all(|request| !request.has_key_in_query));
    }
}

#[test]
fn assets_trashed_between_two_pages_hide_none_of_the_others() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", "/nowhere");
        let all = scenario.many(&library, 3300, |_, _| {});
        let sandbox = Sandbox::start(scenario).unwrap();
        sandbox.trash_after_page(1, 8);
        let client = connect(&sandbox);

        let (found, report) = walk(&client);

        let found: BTreeSet<AssetId> = found.into_iter().collect();
        assert_eq!(found.len(), 3300, "{version:?}: {report:?}");
        assert_eq!(found, all.into_iter().map(id).collect());
        assert!(report.complete && report.repaired == 8, "{report:?}");
    }
}

#[test]
fn half_of_all_requests_failing_does_not_change_the_result() {
    let faults = [
        Fault::status(503).retry_after(1),
        Fault::html_502(),
        Fault::cut_before_answer(),
        Fault::cut_within_answer(),
        Fault::truncated_json(),
        Fault::lost_answer(),
    ];
    for (seed, fault) in (0..).zip(faults) {
        let mut scenario = Scenario::new(Version::V3_0_3);
        let library = scenario.external_library("/mnt", "/nowhere");
        scenario.many(&library, 1500, |_, _| {});
        let sandbox = Sandbox::start(scenario).unwrap();
        let mut options = options(&sandbox.url());
        options.key = ApiKey::new(sandbox.api_key()).unwrap();
        // Half of the requests fail: with 5 repeats one request in 64 would not get through.
        options.retries = 20;
        let client = Client::connect(options).unwrap();
        sandbox.inject(fault.with_probability(0.5, seed));

        let (found, report) = walk(&client);

        assert_eq!(found.len(), 1500, "fault {seed}: {report:?}");
        assert!(report.complete && client.stats().retries > 0);
    }
}

#[test]
fn no_redirect_of_the_sandbox_takes_the_key_away() {
    for status in [301, 302, 303, 307, 308] {
        let witness = Witness::start().unwrap();
        let sandbox = Sandbox::start(Scenario::new(Version::V3_0_3)).unwrap();
        let client = connect(&sandbox);
        sandbox.inject(Fault::redirect(status, format!("{}/api/albums", witness.url())));

        let error = client.reader().albums(AlbumScope::Own).unwrap_err();

        assert!(matches!(error, ApiError::ForeignRedirect { .. }), "{status}: {error:?}");
        assert_eq!(witness.requests(), []);
    }
}

#[test]
fn what_a_key_may_not_do_is_known_before_and_named_after() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let key = scenario.api_key(scenario.admin(), &["asset.read", "user.read"]);
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect_with(&sandbox, &key).unwrap();

        let lacks = client.server().missing_permissions(&[Permission::AssetRead, Permission::FaceRead]);
        let error = client.reader().albums(AlbumScope::Own).unwrap_err();

        assert_eq!(lacks, [Permission::FaceRead]);
        assert!(
            matches!(&error, ApiError::MissingPermission { permission, .. } if permission == "album.read"),
            "{version:?}: {error:?}"
        );
        assert!(walk(&client).1.complete, "counting is not needed for a walk");
        let wrong = connect_with(&sandbox, "wrong").unwrap_err();
        assert!(matches!(wrong, ApiError::Refused { .. }), "{wrong:?}");
    }
}

#[test]
fn unknown_assets_are_told_apart_in_both_halves() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", "/nowhere");
        let known = id(scenario.asset(&library, "a.jpg").id());
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox);
        let unknown = AssetId::parse("00000000-0000-4000-8000-000000000000").unwrap();

        let error = client.reader().asset(&unknown).unwrap_err();
        let ordered = client.writer().refresh_metadata(&[known, unknown.clone()]).unwrap();

        assert!(matches!(error, ApiError::NoSuchAsset { .. }), "{version:?}: {error:?}");
        assert_eq!((ordered.taken, ordered.refused), (1, vec![unknown]), "{version:?}");
    }
}

#[test]
fn only_the_own_assets_are_refreshed_and_only_administrators_scan() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", "/nowhere");
        let friend = scenario.user("Friend");
        scenario.partner(scenario.admin(), friend);
        let foreign = id(scenario.asset(&library, "a.jpg").id());
        let own = id(scenario.asset(&library, "b.jpg").owner(friend).id());
        let key = scenario.api_key(friend, &["all"]);
        let limited = scenario.api_key(friend, &["asset.read", "user.read"]);
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect_with(&sandbox, &key).unwrap();
        let libraries = connect(&sandbox).reader().libraries().unwrap();

        let ordered = client.writer().refresh_metadata(&[foreign.clone(), own.clone()]).unwrap();
        let sidecars = client.writer().discover_sidecars().unwrap_err();
        let scan = client.writer().scan_library(&libraries[0].id).unwrap_err();
        let limited =
            connect_with(&sandbox, &limited).unwrap().writer().refresh_metadata(&[own]).unwrap_err();

        assert_eq!((ordered.taken, ordered.refused), (1, vec![foreign]), "{version:?}");
        assert!(matches!(sidecars, ApiError::AdminNeeded { .. }), "{version:?}: {sidecars:?}");
        assert!(matches!(scan, ApiError::AdminNeeded { .. }), "{version:?}: {scan:?}");
        assert!(
            matches!(&limited, ApiError::MissingPermission { permission, .. } if permission == "job.create"),
            "{version:?}: {limited:?}"
        );
        assert!(!client.server().can(Permission::LibraryUpdate) && client.server().can(Permission::TagRead));
        assert_eq!(libraries[0].import_paths, ["/mnt"]);
    }
}

#[test]
fn tags_are_found_with_all_below_them_and_an_asset_says_its_own() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", "/nowhere");
        let paris = id(scenario.asset(&library, "a.jpg").tag("Places/France/Paris").id());
        let archived = scenario.asset(&library, "b.jpg").tag("Places").visibility(Visibility::Archive).id();
        let archived = id(archived);
        scenario.asset(&library, "c.jpg").tag("Other");
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox);
        let reader = client.reader();

        let tags = reader.tags().unwrap();

        let tag = |value: &str| tags.iter().find(|tag| tag.value == value).unwrap();
        let having = |value: &str| reader.tagged_assets(&tag(value).id).unwrap().unwrap();
        assert_eq!(having("Places"), BTreeSet::from([paris.clone(), archived]), "{version:?}");
        assert_eq!(having("Places/France/Paris"), BTreeSet::from([paris.clone()]), "{version:?}");
        assert_eq!(tag("Places/France").parent.as_ref(), Some(&tag("Places").id));
        let detail = reader.asset(&paris).unwrap().tags.unwrap();
        assert_eq!(detail.iter().map(|tag| tag.value.as_str()).collect::<Vec<_>>(), ["Places/France/Paris"]);
        assert_eq!(sandbox.writes(), []);
    }
}

#[test]
fn a_sample_shows_every_library_and_what_immich_manages() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let (old, new) = (
            scenario.external_library("/mnt/old", "/nowhere"),
            scenario.external_library("/mnt/new", "/nowhere"),
        );
        for number in 0..30 {
            scenario.asset(&old, &format!("{number}.jpg")).taken("2001-01-01T00:00:00Z", None);
        }
        scenario.asset(&new, "a.jpg").taken("2010-01-01T00:00:00Z", None);
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox);
        let libraries = client.reader().libraries().unwrap();
        let ids: Vec<_> = libraries.iter().map(|library| library.id.clone()).collect();

        let sample = client.reader().sample_assets(3, &ids).unwrap();

        let paths: BTreeSet<_> =
            sample.iter().map(|asset| asset.original_path.rsplit_once('/').unwrap().0).collect();
        assert_eq!(paths, BTreeSet::from(["/mnt/new", "/mnt/old"]), "{version:?}");
        assert!(sample.len() <= 9 && sample.iter().all(|asset| asset.exif.is_some()));
    }
}

#[test]
fn a_session_streams_the_same_faces_as_each_asset_tells() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", "/nowhere");
        let (alice, hidden) = (scenario.person("Alice"), scenario.hidden_person("Bob"));
        let area = |x1: i64| FaceBox { x1, y1: 300, x2: 600, y2: 540, image_width: 1600, image_height: 1200 };
        let assets: Vec<AssetId> = (0..5)
            .map(|number| {
                let asset = scenario.asset(&library, &format!("{number}.jpg"));
                let asset = asset.face(Some(alice), area(100 + number), SourceType::Manual);
                let asset = asset.face(Some(hidden), area(200 + number), SourceType::Exif);
                id(asset.face(None, area(300 + number), SourceType::MachineLearning).id())
            })
            .collect();
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox);
        let (email, password) = sandbox.login_of(sandbox.admin()).unwrap();
        let wrong = client.login(&Login::new(email.clone(), "wrong").unwrap()).unwrap_err();
        let session = client.login(&Login::new(email, password).unwrap()).unwrap();
        let mut streamed = Vec::new();

        for _ in 0..2 {
            streamed.clear();
            let told = session.faces(|face| streamed.push((face.asset, face.face))).unwrap();

            assert_eq!((told.faces, told.unresolved.len()), (15, 0), "{version:?}");
        }
        session.logout().unwrap();

        let mut single: Vec<_> = assets
            .iter()
            .flat_map(|id| client.reader().faces(id).unwrap().into_iter().map(|face| (id.clone(), face)))
            .collect();
        let by_id = |(_, a): &(AssetId, Face), (_, b): &(AssetId, Face)| a.id.cmp(&b.id);
        streamed.sort_by(by_id);
        single.sort_by(by_id);
        assert_eq!(streamed, single, "{version:?}");
        assert!(matches!(wrong, ApiError::LoginRefused { .. }), "{wrong:?}");
    }
}

#[test]
fn twenty_thousand_assets_are_walked_in_one_round() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library("/mnt", "/nowhere");
    scenario.many(&library, 20_000, |_, _| {});
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox);
    let start = Instant::now();

    let mut walk = client.reader().walk_assets(&AssetQuery::default());
    let found: usize = walk.by_ref().map(|page| page.unwrap().len()).sum();

    let stats = client.stats();
    say(&format!(
        "20,000 assets: {:?}, {} requests, {} bytes",
        start.elapsed(),
        stats.requests,
        stats.bytes_received
    ));
    assert_eq!(found, 20_000);
    assert_eq!(walk.report().pages, 20);
    assert!(walk.report().complete);
    assert!(stats.requests <= 30);
}

#[expect(clippy::print_stderr, reason = "a measurement is for reading")]
fn say(line: &str) {
    eprintln!("{line}");
}

#[test]
fn a_server_that_was_away_for_a_minute_is_waited_for() {
    let server = Sandbox::start(Scenario::new(Version::V3_0_3)).unwrap();
    let clock = std::sync::Arc::new(crate::turned_clock::TurnedClock::default());
    let mut options = ClientOptions::new(server.url(), ApiKey::new(server.api_key()).unwrap());
    options.clock = clock.clone();
    options.patience = std::time::Duration::from_mins(2);
    let client = Client::connect(options).unwrap();
    // Five repeats take a quarter of a minute at most; these many take a minute and more.
    server.inject(Fault::cut_before_answer().on("GET", "/api/albums").times(12));

    let albums = client.reader().albums(AlbumScope::Own);

    assert!(albums.is_ok(), "{albums:?}");
    assert!(client.stats().retries >= 12);
}
