//! Made libraries of three generations: what was put in comes out.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

use apple_photos::{
    AlbumKind, Asset, FileRole, Flag, Library, OpenOptions, Origin, PathMap, Presence, Totals, Warning, Zone,
};
use sample_pictures::{
    AppleAlbum, AppleFace, AppleFile, AppleGeneration, AppleLibrary, AppleMix, ApplePerson, ApplePhoto,
    Whereabouts,
};

use crate::places::{Opened, open};

pub(crate) fn all(library: &Library) -> (BTreeMap<String, Asset>, Totals) {
    let mut assets = BTreeMap::new();
    let totals = library
        .assets(&mut |asset| {
            assets.insert(asset.uuid.clone(), asset);
            ControlFlow::Continue(())
        })
        .unwrap();
    (assets, totals)
}

/// Writes it, opens it, and gives what the photos became, in their order.
fn read(made: &AppleLibrary) -> (tempfile::TempDir, Opened, Vec<Asset>) {
    let folder = tempfile::tempdir().unwrap();
    made.write(folder.path()).unwrap();
    let opened = open(folder.path()).unwrap();
    let (mut assets, totals) = all(&opened.library);
    assert_eq!(totals.unreadable, []);
    let told = (0..made.photos.len()).map(|at| assets.remove(&made.uuid(at)).unwrap()).collect();
    assert!(assets.is_empty(), "nobody made these: {assets:?}");
    (folder, opened, told)
}

/// A role, and whether it is here.
fn files(asset: &Asset) -> Vec<(FileRole, Presence)> {
    asset.files.iter().map(|file| (file.role, file.presence.clone())).collect()
}

#[test]
fn a_family_library_of_any_generation_comes_out_as_it_was_put_in() {
    for generation in AppleGeneration::ALL {
        let mut made = AppleLibrary::of_many(generation, 230, 5, AppleMix::Everything);
        made.in_log = 50;

        let (_folder, opened, assets) = read(&made);

        assert_eq!(opened.library.warnings(), []);
        for (photo, asset) in made.photos.iter().zip(&assets) {
            same(photo, asset);
        }
        albums(&made, &opened.library, &assets);
    }
}

fn same(photo: &ApplePhoto, asset: &Asset) {
    let name = &photo.key;
    assert_eq!(asset.original_name, photo.name, "{name}");
    assert_eq!(asset.title, photo.title, "{name}");
    assert_eq!(asset.caption, photo.caption, "{name}");
    let mut keywords = photo.keywords.clone();
    keywords.sort_unstable();
    keywords.dedup();
    assert_eq!(asset.keywords.iter().map(|word| &**word).collect::<Vec<_>>(), keywords, "{name}");
    assert_eq!(asset.location.map(|place| (place.latitude, place.longitude)), photo.position, "{name}");
    let seconds = asset.dates.taken.unwrap().as_microsecond();
    #[expect(clippy::cast_possible_truncation, reason = "a date of a test")]
    let expected = (photo.taken * 1e6).round() as i64;
    assert_eq!(seconds, expected, "{name}");
    for (flag, is_so) in [
        (Flag::Favourite, photo.is_favourite),
        (Flag::Hidden, photo.is_hidden),
        (Flag::Trashed, photo.is_trashed),
        (Flag::Edited, photo.edited.is_some()),
        (Flag::LivePhoto, photo.live.is_some()),
        (Flag::Portrait, photo.is_portrait),
        (Flag::Selfie, photo.is_selfie),
        (Flag::HasRaw, photo.raw.is_some()),
        (Flag::RawIsOriginal, photo.is_raw_original),
        (Flag::Shared, photo.shared_in.is_some()),
    ] {
        assert_eq!(asset.flags.has(flag), is_so, "{name} {flag:?}");
    }
    assert_eq!(
        asset.burst.as_ref().map(|burst| i64::from(burst.pick)),
        photo.burst.as_ref().map(|burst| burst.pick)
    );
    assert_eq!(asset.faces.len(), photo.faces.len(), "{name}");
    for (role, file) in [
        (FileRole::Original, Some(&photo.original).filter(|_| photo.shared_in.is_none())),
        (FileRole::SharedCopy, Some(&photo.original).filter(|_| photo.shared_in.is_some())),
        (FileRole::LiveVideo, photo.live.as_ref()),
        (FileRole::Raw, photo.raw.as_ref()),
        (FileRole::Edited, photo.render.as_ref()),
        (FileRole::EditedLiveVideo, photo.live_render.as_ref()),
    ] {
        let presence = file.map(|file| match file.whereabouts {
            Whereabouts::Here => Presence::Here,
            Whereabouts::InCloud => Presence::InCloud,
            Whereabouts::Lost => Presence::Lost,
        });
        assert_eq!(asset.file(role).map(|file| file.presence.clone()), presence, "{name} {role:?}");
        assert_eq!(
            asset.file(role).is_some_and(|file| file.path.is_file()),
            presence == Some(Presence::Here)
        );
    }
}

fn albums(made: &AppleLibrary, library: &Library, assets: &[Asset]) {
    for (at, album) in made.albums.iter().enumerate() {
        let uuid = made.album_uuid(at);
        let (id, told) = (0..).zip(library.albums()).find(|(_, told)| told.uuid == uuid).unwrap();
        let id = apple_photos::AlbumId(id);
        assert_eq!(told.title, album.title);
        assert_eq!(told.folders.iter().map(|folder| folder.title.clone()).collect::<Vec<_>>(), album.folders);
        assert_eq!(told.kind == AlbumKind::Shared, album.is_shared);
        let mut members: Vec<usize> = if album.is_shared {
            (0..made.photos.len()).filter(|photo| made.photos[*photo].shared_in == Some(at)).collect()
        } else {
            album.photos.clone()
        };
        if !album.is_manual && !album.is_shared {
            members.sort_by(|one, other| made.photos[*one].taken.total_cmp(&made.photos[*other].taken));
        }
        let uuids: Vec<String> = members.iter().map(|photo| made.uuid(*photo)).collect();
        assert_eq!(library.members(id).unwrap(), uuids, "{}", album.title);
        for (at, asset) in assets.iter().enumerate() {
            assert_eq!(
                asset.albums.contains(&id),
                members.contains(&at),
                "{} {}",
                album.title,
                asset.original_name
            );
        }
    }
}

#[test]
fn what_stands_only_in_the_log_is_read_and_without_it_is_gone() {
    let mut made = AppleLibrary::of_many(AppleGeneration::MacOs14, 60, 1, AppleMix::Plain);
    made.in_log = 20;
    let (folder, opened, _) = read(&made);
    assert!(!opened.library.albums().is_empty());

    std::fs::remove_file(folder.path().join("database/Photos.sqlite-wal")).unwrap();
    let without = open(folder.path()).unwrap();

    assert_eq!(all(&without.library).1.assets, 40);
    assert!(without.library.albums().is_empty());
}

#[test]
fn persons_that_were_merged_are_one_and_nobody_has_no_name() {
    let mut made = AppleLibrary::new(AppleGeneration::MacOs26);
    let person = |name: &str, merged_into| ApplePerson { name: name.to_owned(), merged_into };
    made.persons = vec![person("Katie", None), person("Kate", Some(0)), person("", None)];
    let face = |person| AppleFace { person, x: 0.25, y: 0.25, size: 0.1, is_manual: false, is_hidden: false };
    let mut photo = ApplePhoto::new("IMG_1.JPG");
    photo.faces = vec![face(Some(1)), face(Some(2)), face(None)];
    (photo.orientation, photo.size) = (6, (4000, 3000));
    made.add(photo);

    let (_folder, opened, assets) = read(&made);

    let names: Vec<Option<&str>> = assets[0]
        .faces
        .iter()
        .map(|face| face.person.and_then(|id| opened.library.person(id).name.as_deref()))
        .collect();
    assert_eq!(names, [Some("Katie"), None, None]);
    // Upright it is 3000 wide and 4000 high; the diameter is a part of the longer side.
    let corners = assets[0].faces[0].area.unwrap().corners(3000, 4000);
    assert_eq!(format!("{corners:.0?}"), "[550, 2800, 950, 3200]");
    let stored = assets[0].faces[0].area.unwrap().in_stored_picture(6).corners(4000, 3000);
    assert_eq!(format!("{stored:.0?}"), "[2800, 2050, 3200, 2450]");
}

#[test]
fn referenced_files_are_found_where_the_map_says_and_else_are_offline() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("Fru\u{308}h.jpg"), "original").unwrap();
    let mut made = AppleLibrary::new(AppleGeneration::MacOs14);
    for (path, whereabouts) in [
        ("/Volumes/Disk/Fr\u{fc}h.jpg", Whereabouts::Lost),
        ("/Volumes/Disk/gone.jpg", Whereabouts::Lost),
        ("/Volumes/Elsewhere/a.jpg", Whereabouts::Lost),
        ("/Users/somebody/b.jpg", Whereabouts::Lost),
    ] {
        let mut photo = ApplePhoto::new(path);
        photo.referenced = Some(PathBuf::from(path));
        photo.original = AppleFile::absent(whereabouts);
        made.add(photo);
    }
    let package = tempfile::tempdir().unwrap();
    made.write(package.path()).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let mut options = OpenOptions::new(scratch.path(), "test");
    options.map = PathMap { folders: vec![("/Volumes/Disk".into(), outside.path().into())] };

    let library = Library::open(package.path(), &options).unwrap();
    let (assets, totals) = all(&library);

    let of = |at: usize| assets[&made.uuid(at)].files[0].clone();
    assert!(assets.values().all(|asset| asset.origin == Origin::Referenced));
    assert_eq!((of(0).presence, of(0).path), (Presence::Here, outside.path().join("Fru\u{308}h.jpg")));
    assert_eq!(of(1).presence, Presence::Lost);
    assert_eq!(of(2).presence, Presence::VolumeOffline { volume: "Elsewhere".to_owned() });
    assert_eq!(of(3).presence, Presence::VolumeOffline { volume: "Macintosh HD".to_owned() });
    assert_eq!((totals.assets, totals.lost, totals.offline), (4, 1, 2));
}

#[test]
fn shared_copies_and_files_from_messages_are_told_as_such() {
    for generation in [AppleGeneration::MacOs14, AppleGeneration::MacOs26] {
        let mut made = AppleLibrary::new(generation);
        made.albums.push(AppleAlbum {
            title: "Friends".to_owned(),
            is_shared: true,
            ..AppleAlbum::default()
        });
        let mut shared = ApplePhoto::new("VIDEO.MP4");
        shared.shared_in = Some(0);
        made.add(shared);
        let mut message = ApplePhoto::new("IMG_1.HEIC");
        (message.is_syndicated, message.live) = (true, Some(AppleFile::default()));
        made.add(message);

        let (_folder, opened, assets) = read(&made);

        assert_eq!(assets[0].origin, Origin::SharedAlbum);
        assert_eq!(files(&assets[0]), [(FileRole::SharedCopy, Presence::Here)]);
        assert!(assets[0].files[0].path.ends_with(format!("{}.medium.MP4", made.uuid(0))));
        assert_eq!(assets[1].origin, Origin::Syndicated);
        assert_eq!(
            files(&assets[1]),
            [(FileRole::Original, Presence::Here), (FileRole::LiveVideo, Presence::Here)]
        );
        assert!(assets[1].flags.has(Flag::Syndicated) && !assets[1].flags.has(Flag::SavedToLibrary));
        assert_eq!(opened.library.totals().unwrap().shown, 0);
    }
}

#[test]
fn a_zone_that_was_only_inferred_is_used() {
    let mut made = AppleLibrary::new(AppleGeneration::MacOs14);
    let mut photo = ApplePhoto::new("IMG_1.HEIC");
    (photo.zone, photo.inferred_offset) = (None, Some(-14_400));
    made.add(photo);

    let (_folder, _opened, assets) = read(&made);

    assert_eq!(assets[0].dates.zone, Zone::Inferred(jiff::tz::offset(-4)));
}

#[test]
fn a_new_version_is_read_with_a_warning() {
    let (folder, _, _) = read(&AppleLibrary::of_many(AppleGeneration::MacOs26, 5, 1, AppleMix::Plain));
    let database = rusqlite::Connection::open(folder.path().join("database/Photos.sqlite")).unwrap();
    // 0x4b78 is 19320.
    let newer = "UPDATE Z_METADATA SET Z_PLIST = CAST(replace(hex(Z_PLIST), '4B78', '6978') AS BLOB)";
    database.execute(newer, []).unwrap();
    let hex: Vec<u8> = database.query_row("SELECT Z_PLIST FROM Z_METADATA", [], |row| row.get(0)).unwrap();
    let pairs = hex.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
    database.execute("UPDATE Z_METADATA SET Z_PLIST = ?1", [pairs.collect::<Vec<u8>>()]).unwrap();
    drop(database);

    let opened = open(folder.path()).unwrap();

    assert_eq!(opened.library.version().model, 27_000);
    assert!(matches!(opened.library.warnings().as_slice(), [Warning::UnknownVersion(_)]));
    assert_eq!(opened.library.totals().unwrap().assets, 5);
}

#[test]
fn a_photo_of_ones_own_that_was_shared_too_is_no_copy() {
    let (folder, _, _) = read(&AppleLibrary::of_many(AppleGeneration::MacOs26, 3, 1, AppleMix::Plain));
    let database = rusqlite::Connection::open(folder.path().join("database/Photos.sqlite")).unwrap();
    database.execute("UPDATE ZASSET SET ZCLOUDBATCHPUBLISHDATE = 700000000", []).unwrap();
    drop(database);

    let opened = open(folder.path()).unwrap();
    let (assets, totals) = all(&opened.library);

    assert!(assets.values().all(|asset| asset.flags.has(Flag::Shared) && asset.origin == Origin::Managed));
    assert_eq!((totals.shown, totals.lost), (3, 0));
}

#[test]
fn an_open_library_serves_several_threads() {
    let mut made = AppleLibrary::of_many(AppleGeneration::MacOs26, 80, 1, AppleMix::Everything);
    made.in_log = 10;
    let (_folder, opened, assets) = read(&made);

    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert_eq!(opened.library.totals().unwrap().assets, assets.len() as u64));
            scope.spawn(|| {
                for asset in &assets {
                    assert_eq!(opened.library.asset(&asset.uuid).unwrap().as_ref(), Some(asset));
                }
            });
        }
    });
}
