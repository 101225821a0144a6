//! What is left alone, what is asked first, and what is taken back.

use immich_sandbox::{Scenario, Version, Visibility};
use photo_metadata::replace::HardLinkPolicy;
use sample_pictures::{Charset, Exif, Iptc, Kind, Picture, Xmp};
use sync_core::SyncError;
use sync_core::state::SqliteStore;
use sync_core::writeback::ManagedPolicy;

use crate::harness::{SERVER_ROOT, Setting, snapshot, text};

fn jpeg() -> Picture {
    Picture::new(Kind::Jpeg)
}

#[test]
fn a_preview_changes_nothing_and_says_what_a_run_would_do() {
    let mut setting = Setting::new();
    for number in 0..4_u64 {
        let name = format!("{number}.jpg");
        setting.file(&name, &jpeg().seed(number));
        setting.scenario.asset_file(&setting.library, &name).description("new").rating(2);
    }
    let home = setting.start();
    let before = snapshot(home.photos.path());

    let (preview, told) = home.preview();

    assert_eq!((preview.done, told.would.len()), (4, 4));
    assert_eq!(snapshot(home.photos.path()), before);
    assert!(home.sandbox.writes().is_empty());
    let (run, _) = home.write();
    assert_eq!(run.done, preview.done);
}

#[test]
fn only_the_five_stars_that_we_gave_a_favourite_are_taken_back() {
    let mut setting = Setting::new();
    setting.file("ours.jpg", &jpeg());
    setting.file("theirs.jpg", &jpeg().seed(2).xmp(Xmp::new().rating(5)));
    let ours = setting.scenario.asset_file(&setting.library, "ours.jpg").favorite(true).id();
    let theirs = setting.scenario.asset_file(&setting.library, "theirs.jpg").favorite(false).id();
    let home = setting.start();
    home.write();
    assert_eq!(text(&home.tags("ours.jpg"), "XMP-xmp:Rating"), "5");
    for id in [ours, theirs] {
        home.sandbox.set_favorite(id, false).unwrap();
    }

    let (summary, told) = home.write();

    assert_eq!(summary.done, 1, "{told:?}");
    let tags = home.tags("ours.jpg");
    assert!(tags.keys().all(|name| !name.contains("Rating")), "{tags:?}");
    assert_eq!(text(&home.tags("theirs.jpg"), "XMP-xmp:Rating"), "5");
    assert_eq!(home.write().0.done, 0);
}

#[test]
fn two_assets_that_lead_to_one_file_are_both_left_alone() {
    let mut setting = Setting::new();
    setting.file("2024/07/a.jpg", &jpeg());
    let anna = setting.scenario.external_library("/mnt/anna", setting.photos.path());
    setting.scenario.asset_file(&setting.library, "2024/07/a.jpg").description("one");
    setting.scenario.asset_file(&anna, "2024/07/a.jpg").description("two");
    let mut home = setting.start();
    home.options.mapping.rule = sync_core::paths::PathRule::LastSegments(3);
    let before = snapshot(home.photos.path());

    let (summary, told) = home.write();

    assert_eq!((summary.done, summary.troubled), (0, 2), "{told:?}");
    assert!(told.skipped.iter().all(|(_, reason)| reason.contains("--path-map")));
    assert_eq!(snapshot(home.photos.path()), before);
}

#[test]
fn hard_links_are_refused_unless_allowed() {
    let mut setting = Setting::new();
    let path = setting.file("a.jpg", &jpeg());
    std::fs::hard_link(&path, setting.photos.path().join("other name")).unwrap();
    setting.scenario.asset_file(&setting.library, "a.jpg").description("new");
    let mut home = setting.start();

    let (refused, told) = home.write();
    home.options.replace.hard_links = HardLinkPolicy::Break;
    let (written, _) = home.write();

    assert_eq!((refused.done, refused.troubled), (0, 1));
    assert!(told.skipped[0].1.contains("--hard-links"), "{told:?}");
    assert_eq!(written.done, 1);
    assert_ne!(std::fs::read(home.path("a.jpg")).unwrap(), std::fs::read(home.path("other name")).unwrap());
}

#[test]
fn signed_files_are_refused_unless_allowed() {
    let mut setting = Setting::new();
    setting.file("a.jpg", &jpeg().content_credentials());
    setting.scenario.asset_file(&setting.library, "a.jpg").description("new");
    let mut home = setting.start();

    let (refused, told) = home.write();
    home.options.allowed.signed = true;
    let (written, _) = home.write();

    assert_eq!((refused.done, refused.troubled), (0, 1));
    assert!(told.skipped[0].1.contains("C2PA"), "{told:?}");
    assert_eq!(written.done, 1);
}

#[test]
fn a_read_only_folder_is_a_named_refusal_and_tried_again_later() {
    if rustix::process::geteuid().is_root() {
        // Root ignores modes; an immutable file stands for a place that cannot be written.
        return immutable_file_is_refused();
    }
    let mut setting = Setting::new();
    setting.file("closed/a.jpg", &jpeg());
    setting.scenario.asset_file(&setting.library, "closed/a.jpg").description("new");
    let home = setting.start();
    let folder = home.path("closed");
    let mode = |bits| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(bits)).unwrap();
    };
    mode(0o555);

    let (refused, told) = home.write();
    mode(0o755);
    let (written, _) = home.write();

    assert_eq!((refused.done, refused.troubled), (0, 1), "{told:?}");
    assert_eq!(written.done, 1);
}

#[expect(clippy::print_stderr, reason = "a test that did not run says so")]
fn immutable_file_is_refused() {
    let mut setting = Setting::new();
    let path = setting.file("a.jpg", &jpeg());
    setting.scenario.asset_file(&setting.library, "a.jpg").description("new");
    let chattr = |flag: &str| std::process::Command::new("chattr").arg(flag).arg(&path).status();
    if !chattr("+i").is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED a_read_only_folder_is_a_named_refusal: root, and chattr +i does not work here");
        return;
    }
    let home = setting.start();

    let (refused, told) = home.write();
    assert!(chattr("-i").unwrap().success());
    let (written, _) = home.write();

    assert_eq!((refused.done, refused.troubled), (0, 1), "{told:?}");
    assert_eq!(written.done, 1);
}

#[test]
fn managed_files_on_a_server_that_checks_them_need_an_answer_before_the_first_write() {
    for (version, asks) in [(Version::V3_0_3, true), (Version::V2_7_5, false)] {
        let mut setting = Setting::of(version);
        let managed = setting.scenario.managed_storage(SERVER_ROOT, setting.photos.path());
        setting.file("upload/a.jpg", &jpeg());
        setting.scenario.asset_file(&managed, "upload/a.jpg").description("new");
        let mut home = setting.start();
        let before = snapshot(home.photos.path());

        let (result, _) = home.try_write();

        if asks {
            let error = result.unwrap_err();
            assert!(matches!(error, SyncError::NeedsAnswer(_)), "{error:?}");
            assert!(error.to_string().contains("--managed"), "{error}");
            assert_eq!(snapshot(home.photos.path()), before);
            home.options.managed = Some(ManagedPolicy::Skip);
            assert_eq!(home.write().0.skipped.get("managed"), Some(&1));
            home.options.managed = Some(ManagedPolicy::Original);
            assert_eq!(home.write().0.done, 1);
        } else {
            assert_eq!(result.unwrap().done, 1);
        }
    }
}

#[test]
fn a_state_of_another_user_is_not_used() {
    let mut setting = Setting::new();
    setting.file("a.jpg", &jpeg());
    setting.scenario.asset_file(&setting.library, "a.jpg").description("new");
    let home = setting.start();
    home.write();
    let mut other = Scenario::seeded(Version::V3_0_3, 99);
    let library = other.external_library(SERVER_ROOT, home.photos.path());
    other.asset_file(&library, "a.jpg").description("of somebody else");
    let sandbox = immich_sandbox::Sandbox::start(other).unwrap();
    let home = crate::harness::Home { sandbox, ..home };

    let (result, _) = home.try_write();

    assert!(matches!(result, Err(SyncError::OtherServer { .. })), "{result:?}");
    assert_eq!(text(&home.tags("a.jpg"), "XMP-dc:Description"), "new");
}

#[test]
fn hidden_and_unnamed_people_hidden_assets_and_foreign_ones_are_left_out() {
    let mut setting = Setting::new();
    let partner = setting.scenario.user("Partner");
    setting.scenario.partner(partner, setting.scenario.admin());
    for (number, name) in ["a.jpg", "theirs.jpg", "hidden.jpg"].iter().enumerate() {
        setting.file(name, &jpeg().seed(number as u64));
    }
    let (shown, hidden, unnamed) = (
        setting.scenario.person("Alice"),
        setting.scenario.hidden_person("Mallory"),
        setting.scenario.unnamed_person(),
    );
    setting.scenario.asset_file(&setting.library, "a.jpg").person(&shown).person(&hidden).person(&unnamed);
    setting.scenario.asset_file(&setting.library, "theirs.jpg").owner(partner).description("new");
    setting
        .scenario
        .asset_file(&setting.library, "hidden.jpg")
        .visibility(Visibility::Hidden)
        .description("new");
    let home = setting.start();

    let (summary, _) = home.write();

    assert_eq!((summary.seen, summary.done), (1, 1));
    assert_eq!(text(&home.tags("a.jpg"), "XMP-iptcExt:PersonInImage"), "");
    assert_eq!(crate::harness::items(&home.tags("a.jpg"), "XMP-iptcExt:PersonInImage"), ["Alice"]);
}

#[test]
fn a_latin_iptc_block_is_converted_as_a_whole_and_marked() {
    let mut setting = Setting::new();
    let iptc = Iptc::new().keyword("Müller").keyword("beach").caption("alt").copyright("© Jürgen");
    setting.file("latin.jpg", &jpeg().iptc(iptc.clone().charset(Charset::Unmarked)));
    setting.file("utf8.jpg", &jpeg().seed(2).iptc(iptc.clone().charset(Charset::Utf8Unmarked)));
    setting.file("marked.jpg", &jpeg().seed(3).iptc(iptc.charset(Charset::Utf8Marked)));
    let person = setting.scenario.person("写真");
    for name in ["latin.jpg", "utf8.jpg", "marked.jpg"] {
        setting.scenario.asset_file(&setting.library, name).person(&person).description("neu: 写真");
    }
    let home = setting.start();

    let (summary, told) = home.write();

    assert_eq!(summary.done, 3, "{told:?}");
    for name in ["latin.jpg", "utf8.jpg", "marked.jpg"] {
        let tags = home.tags(name);
        assert_eq!(crate::harness::items(&tags, "IPTC:Keywords"), ["Müller", "beach", "写真"], "{name}");
        assert_eq!(text(&tags, "IPTC:Caption-Abstract"), "neu: 写真", "{name}");
        assert_eq!(text(&tags, "IPTC:CopyrightNotice"), "© Jürgen", "{name}");
        assert_eq!(text(&tags, "Photoshop:IPTCDigest"), text(&tags, "File:CurrentIPTCDigest"), "{name}");
    }
    assert_eq!(home.write().0.done, 0);
}

#[test]
fn an_iptc_block_is_not_made_where_there_is_none() {
    let mut setting = Setting::new();
    setting.file("a.jpg", &jpeg().exif(Exif::new().image_description("old")));
    let person = setting.scenario.person("Alice");
    setting.scenario.asset_file(&setting.library, "a.jpg").person(&person).description("new");
    let home = setting.start();

    home.write();

    assert!(home.tags("a.jpg").keys().all(|name| !name.starts_with("IPTC:")));
}

#[test]
fn a_date_that_the_server_only_guessed_is_not_written() {
    let mut setting = Setting::new();
    let path = setting.file("a.jpg", &jpeg());
    let id = setting.scenario.asset_file(&setting.library, "a.jpg").description("new").id();
    let home = setting.start();
    home.refresh(id);
    let view = home.sandbox.view(id).unwrap();
    assert!(view.instant.is_some(), "the server guesses");
    home.sandbox.edit(id, |asset| asset.rating = Some(3)).unwrap();

    home.write();

    assert!(crate::harness::tags(&path).keys().all(|name| !name.contains("DateTimeOriginal")));
    assert_eq!(text(&home.tags("a.jpg"), "XMP-xmp:Rating"), "3");
}

#[test]
fn a_lost_state_costs_looking_but_no_writing() {
    let mut setting = Setting::new();
    for number in 0..5_u64 {
        let name = format!("{number}.jpg");
        setting.file(&name, &jpeg().seed(number));
        setting.scenario.asset_file(&setting.library, &name).description("new").gps(1.5, 2.5);
    }
    let mut home = setting.start();
    home.write();
    let before = snapshot(home.photos.path());
    home.store = SqliteStore::in_memory().unwrap();

    let (summary, _) = home.write();

    assert_eq!(summary.skipped.get("up-to-date"), Some(&5));
    assert_eq!(snapshot(home.photos.path()), before);
}
