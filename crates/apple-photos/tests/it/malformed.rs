//! Damaged and hostile libraries: an error or an asset that is told as what it is, never a panic, and nothing outside of
//! the package is read.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use apple_photos::{Error, FileRole, Presence, Warning};
use rusqlite::Connection;
use sample_pictures::{AppleGeneration, AppleLibrary, AppleMix};
use tempfile::TempDir;

use crate::generated::all;
use crate::places::{self, open};

fn made(generation: AppleGeneration) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut library = AppleLibrary::of_many(generation, 60, 9, AppleMix::Everything);
    library.in_log = 20;
    library.write(folder.path()).unwrap();
    folder
}

fn database(package: &Path) -> PathBuf {
    package.join("database/Photos.sqlite")
}

fn change(package: &Path, statements: &str) {
    let connection = Connection::open(database(package)).unwrap();
    connection.execute_batch(statements).unwrap();
}

/// Moves what is in the log into the main file; the answer is that.
fn in_one_file(package: &Path) -> Vec<u8> {
    change(package, "PRAGMA wal_checkpoint(TRUNCATE)");
    fs::read(database(package)).unwrap()
}

fn move_file(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
    fs::remove_file(from).unwrap();
}

/// Reads everything; how many assets there were, or what was wrong.
fn outcome(package: &Path) -> Result<u64, Error> {
    let opened = open(package)?;
    for id in 0..opened.library.albums().len() {
        opened.library.members(apple_photos::AlbumId(u32::try_from(id).unwrap()))?;
    }
    opened.library.totals().map(|totals| totals.assets + totals.unreadable.len() as u64)
}

#[test]
fn a_database_cut_anywhere_is_an_error() {
    let package = made(AppleGeneration::MacOs14);
    let whole = in_one_file(package.path());
    let expected = outcome(package.path()).unwrap();
    for part in 0..40 {
        fs::write(database(package.path()), &whole[..whole.len() * part / 40]).unwrap();
        match outcome(package.path()) {
            Err(Error::Damaged { .. } | Error::Unknown { .. }) => {}
            // What was cut off may be a table or an index that is not looked at.
            Ok(found) => assert_eq!(found, expected, "cut at {part}/40"),
            Err(other) => panic!("cut at {part}/40: {other:?}"),
        }
    }
    fs::write(database(package.path()), b"").unwrap();
    assert!(matches!(outcome(package.path()), Err(Error::Unknown { .. })));
    fs::write(database(package.path()), b"this is no database, whatever its name may say".repeat(100))
        .unwrap();
    assert!(matches!(outcome(package.path()), Err(Error::Damaged { .. })));
}

#[test]
fn a_log_cut_at_fifty_places_gives_a_state_that_was_committed() {
    let package = made(AppleGeneration::MacOs26);
    let log = package.path().join("database/Photos.sqlite-wal");
    let whole = fs::read(&log).unwrap();
    let all_of_it = outcome(package.path()).unwrap();
    fs::write(&log, b"").unwrap();
    let without = outcome(package.path()).unwrap();
    assert!(without < all_of_it);
    for part in 0..50 {
        fs::write(&log, &whole[..whole.len() * part / 50 + part % 3]).unwrap();

        let found = outcome(package.path()).unwrap();

        assert!(found == without || found == all_of_it, "cut at {part}/50: {found}");
    }
}

#[test]
fn bytes_that_were_overwritten_are_no_panic() {
    let package = made(AppleGeneration::MacOs26);
    let whole = in_one_file(package.path());
    for round in 0..40_usize {
        let mut damaged = whole.clone();
        for at in 0..30 {
            let place = (round * 7919 + at * 104_729 + at * at * 31) % damaged.len();
            damaged[place] = u8::try_from((round * 31 + at * 17) % 256).unwrap();
        }
        fs::write(database(package.path()), damaged).unwrap();
        if let Err(error) = outcome(package.path()) {
            assert!(matches!(error, Error::Damaged { .. } | Error::Unknown { .. }), "{round}: {error:?}");
        }
    }
}

#[test]
fn a_table_that_is_missing_is_a_warning_and_without_assets_nothing_can_be_told() {
    for generation in AppleGeneration::ALL {
        let assets = if generation == AppleGeneration::MacOs10_15 { "ZGENERICASSET" } else { "ZASSET" };
        let package = made(generation);
        let whole = in_one_file(package.path());
        for table in [
            "ZADDITIONALASSETATTRIBUTES",
            "ZGENERICALBUM",
            "ZINTERNALRESOURCE",
            "ZPERSON",
            "ZDETECTEDFACE",
            "ZKEYWORD",
            "Z_1KEYWORDS",
            "Z_PRIMARYKEY",
            "Z_METADATA",
            "ZASSETDESCRIPTION",
            "ZUNMANAGEDADJUSTMENT",
            "ZEXTENDEDATTRIBUTES",
            "ZCLOUDMASTER",
            "ZFILESYSTEMBOOKMARK",
            "ZFILESYSTEMVOLUME",
            "ZSHARE",
            "ZSHAREPARTICIPANT",
        ] {
            fs::write(database(package.path()), &whole).unwrap();
            change(package.path(), &format!("DROP TABLE {table}"));
            assert_eq!(outcome(package.path()).unwrap(), 60, "{generation:?} without {table}");
        }
        fs::write(database(package.path()), &whole).unwrap();
        change(package.path(), &format!("DROP TABLE {assets}"));
        assert!(matches!(outcome(package.path()), Err(Error::Unknown { .. })));
    }
}

#[test]
fn any_column_may_be_missing() {
    let package = made(AppleGeneration::MacOs26);
    let connection = Connection::open(database(package.path())).unwrap();
    let mut columns = Vec::new();
    for table in [
        "ZASSET",
        "ZADDITIONALASSETATTRIBUTES",
        "ZGENERICALBUM",
        "ZINTERNALRESOURCE",
        "ZPERSON",
        "ZDETECTEDFACE",
    ] {
        let mut names = connection.prepare("SELECT name FROM pragma_table_info(?1) WHERE pk = 0").unwrap();
        let names = names.query_map([table], |row| row.get::<_, String>(0)).unwrap();
        columns.extend(names.map(|name| (table, name.unwrap())));
    }
    drop(connection);
    let whole = in_one_file(package.path());
    for (table, column) in columns {
        fs::write(database(package.path()), &whole).unwrap();
        change(package.path(), &format!("ALTER TABLE {table} RENAME COLUMN {column} TO ZWITHOUT"));
        match outcome(package.path()) {
            Ok(assets) => assert_eq!(assets, 60, "{table}.{column}"),
            Err(error) => assert_eq!((table, column.as_str()), ("ZASSET", "ZUUID"), "{error}"),
        }
    }
}

#[test]
fn values_of_any_kind_in_any_column_are_no_panic() {
    let values = [
        "-1e12",
        "1e15",
        "123456789012345",
        "-9223372036854775808",
        "9e999",
        "NULL",
        "X'00FF'",
        "'\u{fffd}'",
        "'x'",
    ];
    for value in values {
        let package = made(AppleGeneration::MacOs26);
        let dates =
            ["ZDATECREATED", "ZADDEDDATE", "ZMODIFICATIONDATE", "ZADJUSTMENTTIMESTAMP", "ZTRASHEDDATE"];
        for column in
            dates.into_iter().chain(["ZLATITUDE", "ZLONGITUDE", "ZWIDTH", "ZORIENTATION", "ZKINDSUBTYPE"])
        {
            change(package.path(), &format!("UPDATE ZASSET SET {column} = {value}"));
        }
        for column in [
            "ZTIMEZONEOFFSET",
            "ZINFERREDTIMEZONEOFFSET",
            "ZTIMEZONENAME",
            "ZEXIFTIMESTAMPSTRING",
            "ZORIGINALFILESIZE",
        ] {
            change(package.path(), &format!("UPDATE ZADDITIONALASSETATTRIBUTES SET {column} = {value}"));
        }
        change(package.path(), &format!("UPDATE ZDETECTEDFACE SET ZCENTERX = {value}, ZSIZE = {value}"));
        change(
            package.path(),
            &format!("UPDATE ZINTERNALRESOURCE SET ZRECIPEID = {value}, ZDATALENGTH = {value}"),
        );

        let opened = open(package.path()).unwrap();
        let (assets, _) = all(&opened.library);

        assert_eq!(assets.len(), 60, "{value}");
        assert!(assets.values().all(|asset| asset.dates.taken.is_none()), "{value} is no date");
    }
}

#[test]
fn text_that_is_no_utf_8_is_told_with_marks() {
    let package = made(AppleGeneration::MacOs14);
    change(
        package.path(),
        "UPDATE ZADDITIONALASSETATTRIBUTES SET ZTITLE = CAST(X'41FF42' AS TEXT), ZORIGINALFILENAME = CAST(X'FE' AS TEXT);
         UPDATE ZGENERICALBUM SET ZTITLE = CAST(X'C328' AS TEXT); UPDATE ZKEYWORD SET ZTITLE = CAST(X'C328' AS TEXT);
         UPDATE ZASSET SET ZFILENAME = CAST(X'FF2E6A7067' AS TEXT) WHERE Z_PK = 1;",
    );

    let opened = open(package.path()).unwrap();
    let (assets, _) = all(&opened.library);

    assert_eq!(assets.len(), 60);
    assert!(assets.values().all(|asset| asset.title.as_deref() == Some("A\u{fffd}B")));
}

#[test]
fn folders_that_are_in_themselves_are_at_the_top_and_told() {
    let package = made(AppleGeneration::MacOs14);
    change(package.path(), "UPDATE ZGENERICALBUM SET ZPARENTFOLDER = Z_PK WHERE ZKIND = 4000");

    let opened = open(package.path()).unwrap();

    assert!(opened.library.warnings().iter().any(|warning| matches!(warning, Warning::FolderLost { .. })));
    assert!(opened.library.albums().iter().all(|album| album.folders.is_empty()));
}

#[test]
fn paths_that_lead_out_are_not_followed() {
    let package = made(AppleGeneration::MacOs14);
    let secret = package.path().parent().unwrap().join(format!("secret-{}", std::process::id()));
    fs::create_dir_all(&secret).unwrap();
    fs::write(secret.join("x.jpeg"), "secret").unwrap();
    let name = secret.file_name().unwrap().to_str().unwrap();
    change(
        package.path(),
        &format!(
            "UPDATE ZASSET SET ZDIRECTORY = '../../{name}', ZFILENAME = 'x.jpeg' WHERE Z_PK = 1;
             UPDATE ZASSET SET ZDIRECTORY = 'A', ZFILENAME = '../../../{name}/x.jpeg' WHERE Z_PK = 2;
             UPDATE ZASSET SET ZDIRECTORY = '', ZFILENAME = '..' WHERE Z_PK = 3;
             UPDATE ZASSET SET ZUUID = '../../{name}/x' WHERE Z_PK = 5;"
        ),
    );

    let opened = open(package.path()).unwrap();
    let (assets, totals) = all(&opened.library);

    let leading_out = assets.values().filter(|asset| asset.files[0].presence == Presence::LeadsOut).count();
    assert_eq!((assets.len(), leading_out, totals.lead_out), (60, 3, 3));
    for file in assets.values().flat_map(|asset| &asset.files).filter(|file| file.is_here()) {
        assert!(
            file.path.canonicalize().unwrap().starts_with(package.path().canonicalize().unwrap()),
            "{file:?}"
        );
    }
    fs::remove_dir_all(secret).unwrap();
}

#[test]
fn links_that_lead_out_are_told_and_not_followed() {
    let (package, outside) = (made(AppleGeneration::MacOs14), tempfile::tempdir().unwrap());
    let originals = package.path().join("originals");
    let mut folders: Vec<PathBuf> =
        originals.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    // One folder becomes a link to another outside, and in the next a file does; in the third it stays inside.
    let moved = outside.path().join("moved");
    fs::create_dir(&moved).unwrap();
    for file in folders[0].read_dir().unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), moved.join(file.file_name())).unwrap();
    }
    fs::remove_dir_all(&folders[0]).unwrap();
    symlink(&moved, &folders[0]).unwrap();
    let linked = folders[1].read_dir().unwrap().next().unwrap().unwrap().path();
    fs::copy(&linked, outside.path().join("file")).unwrap();
    fs::remove_file(&linked).unwrap();
    symlink(outside.path().join("file"), &linked).unwrap();
    let inner = folders[2].read_dir().unwrap().next().unwrap().unwrap().path();
    move_file(&inner, &package.path().join("elsewhere"));
    symlink(package.path().join("elsewhere"), &inner).unwrap();

    let opened = open(package.path()).unwrap();
    let (assets, _) = all(&opened.library);

    let presence = |path: &Path| {
        let files = assets.values().flat_map(|asset| &asset.files);
        files.filter(|file| file.path == path).map(|file| file.presence.clone()).collect::<Vec<_>>()
    };
    assert_eq!(presence(&linked), [Presence::LeadsOut]);
    assert_eq!(presence(&inner), [Presence::Here]);
    let in_linked_folder =
        assets.values().flat_map(|asset| &asset.files).filter(|file| file.path.starts_with(&folders[0]));
    assert!(
        in_linked_folder
            .filter(|file| file.role == FileRole::Original)
            .all(|file| file.presence == Presence::LeadsOut)
    );
    let warnings = opened.library.warnings();
    assert!(warnings.contains(&Warning::LeadsOut(folders[0].clone())), "{warnings:?}");
    assert!(warnings.contains(&Warning::LeadsOut(linked)), "{warnings:?}");
}

#[test]
fn a_database_that_is_a_link_to_elsewhere_is_refused() {
    let (package, outside) = (made(AppleGeneration::MacOs14), tempfile::tempdir().unwrap());
    let elsewhere = outside.path().join("Photos.sqlite");
    move_file(&database(package.path()), &elsewhere);
    symlink(&elsewhere, database(package.path())).unwrap();

    assert!(matches!(outcome(package.path()), Err(Error::LeadsOut { .. })));
}

#[test]
fn what_is_no_library_of_photos_5_is_refused_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(outcome(folder.path()), Err(Error::NotALibrary { .. })));
    assert!(matches!(outcome(&folder.path().join("absent")), Err(Error::NotALibrary { .. })));
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(matches!(outcome(&file), Err(Error::NotALibrary { .. })));
    fs::write(folder.path().join("AlbumData.xml"), "<plist/>").unwrap();
    assert!(matches!(outcome(folder.path()), Err(Error::IPhoto { .. })));
    let Some(libraries) = places::shared("what_is_no_library_of_photos_5_is_refused_with_a_remedy") else {
        return;
    };
    let error = outcome(&libraries.join("macos10.14-empty-unsupported.photoslibrary")).unwrap_err();
    assert!(
        matches!(&error, Error::TooOld { made_by, .. } if made_by == "Photos 4 (macOS 10.14)"),
        "{error:?}"
    );
}
