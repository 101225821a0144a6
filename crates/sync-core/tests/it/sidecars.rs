//! Sidecars: made, kept in step, shared with other programs, and told to Immich.

use immich_sandbox::{AssetId, Version};
use photo_metadata::Datum;
use sample_pictures::{Kind, Picture, Xmp};
use sync_core::writeback::{AfterWrite, ManagedPolicy, SidecarForm, Target};

use crate::harness::{Home, Setting, items, snapshot, tags, text};

fn home(version: Version, target: Target) -> (Home, AssetId) {
    let mut setting = Setting::of(version);
    let alice = setting.scenario.person("Alice");
    setting.file("a.jpg", &Picture::new(Kind::Jpeg));
    let asset = setting.scenario.asset_file(&setting.library, "a.jpg").person(&alice);
    let asset = asset.description("At the lake").rating(4).gps(-33.5, 151.25).id();
    let mut home = setting.start();
    home.options.targets.target = target;
    (home, asset)
}

#[test]
fn a_sidecar_is_made_beside_an_original_that_stays_as_it_is() {
    let (mut home, _) = home(Version::V3_0_3, Target::Sidecar);
    let before = std::fs::read(home.path("a.jpg")).unwrap();

    let (summary, told) = home.write();

    assert_eq!((summary.done, summary.files), (1, 1), "{told:?}");
    assert_eq!(std::fs::read(home.path("a.jpg")).unwrap(), before);
    let sidecar = home.tags("a.jpg.xmp");
    assert_eq!(text(&sidecar, "XMP-dc:Description"), "At the lake");
    assert_eq!(items(&sidecar, "XMP-iptcExt:PersonInImage"), ["Alice"]);
    assert_eq!(text(&sidecar, "XMP-xmp:Rating"), "4");
    assert!(text(&sidecar, "XMP-exif:GPSLatitude").starts_with("-33.5"), "{sidecar:?}");
    let files = snapshot(home.photos.path());
    assert_eq!(home.write().0.files, 0);
    home.options.recheck = true;
    assert_eq!(home.write().0.files, 0, "a look into it finds nothing to do either");
    assert_eq!(snapshot(home.photos.path()), files);
}

#[test]
fn both_means_both() {
    let (home, _) = home(Version::V3_0_3, Target::Both);

    let (summary, _) = home.write();

    assert_eq!((summary.done, summary.files), (1, 2));
    for name in ["a.jpg", "a.jpg.xmp"] {
        assert_eq!(text(&home.tags(name), "XMP-dc:Description"), "At the lake", "{name}");
    }
    assert_eq!(home.write().0.files, 0);
}

#[test]
fn an_existing_sidecar_is_kept_in_step_with_all_that_others_wrote() {
    let (home, _) = home(Version::V3_0_3, Target::Original);
    let lightroom = Xmp::new()
        .rating(2)
        .description("old")
        .foreign(
            "<crs:Exposure2012 xmlns:crs='http://ns.adobe.com/camera-raw-settings/1.0/'>+0.35</crs:Exposure2012>\
             <xmpMM:DocumentID xmlns:xmpMM='http://ns.adobe.com/xap/1.0/mm/'>xmp.did:1</xmpMM:DocumentID>",
        )
        .subject("lake");
    std::fs::write(home.path("a.xmp"), lightroom.document()).unwrap();

    let (summary, told) = home.write();

    assert_eq!(summary.files, 2, "{told:?}");
    let sidecar = home.tags("a.xmp");
    assert_eq!(text(&sidecar, "XMP-xmp:Rating"), "4");
    assert_eq!(text(&sidecar, "XMP-dc:Description"), "At the lake");
    assert_eq!(text(&sidecar, "XMP-crs:Exposure2012"), "+0.35");
    assert_eq!(text(&sidecar, "XMP-xmpMM:DocumentID"), "xmp.did:1");
    assert!(items(&sidecar, "XMP-dc:Subject").contains(&"lake".to_owned()));
    assert_eq!(home.write().0.files, 0);
}

#[test]
fn a_raw_file_gets_a_sidecar_named_as_asked() {
    for (form, name) in [(SidecarForm::Immich, "a.dng.xmp"), (SidecarForm::Lightroom, "a.xmp")] {
        let mut setting = Setting::new();
        setting.file("a.nef", &Picture::new(Kind::Tiff));
        setting.scenario.asset_file(&setting.library, "a.nef").description("raw");
        let mut home = setting.start();
        home.options.targets.form = form;
        let before = std::fs::read(home.path("a.nef")).unwrap();

        let (summary, told) = home.write();

        assert_eq!((summary.done, summary.files), (1, 1), "{told:?}");
        assert_eq!(std::fs::read(home.path("a.nef")).unwrap(), before);
        let name = name.replace("dng", "nef");
        assert_eq!(text(&home.tags(&name), "XMP-dc:Description"), "raw");
        assert_eq!(home.write().0.files, 0);
    }
}

#[test]
fn a_sidecar_that_is_no_xmp_is_left_alone_and_named() {
    let (home, _) = home(Version::V3_0_3, Target::Original);
    std::fs::write(home.path("a.jpg.xmp"), b"<html>not this</html>").unwrap();

    let (summary, told) = home.write();

    assert_eq!((summary.done, summary.troubled), (1, 1), "{told:?}");
    assert!(told.kept.iter().any(|(path, _)| path.ends_with("a.jpg.xmp")), "{told:?}");
    assert_eq!(std::fs::read(home.path("a.jpg.xmp")).unwrap(), b"<html>not this</html>");
}

#[test]
fn immich_is_told_of_new_sidecars_and_reads_what_it_knew() {
    let (mut home, asset) = home(Version::V3_0_3, Target::Sidecar);
    home.options.after = AfterWrite::Refresh;
    home.options.rules.choices.people_as_keywords = false;
    let before = home.sandbox.view(asset).unwrap();

    home.write();

    let after = home.sandbox.view(asset).unwrap();
    assert_eq!(after.sidecar.as_deref(), Some(home.path("a.jpg.xmp").as_path()));
    assert_eq!((after.description, after.rating), (before.description, before.rating));
    assert_eq!(
        (after.latitude, after.longitude, after.tags),
        (before.latitude, before.longitude, before.tags)
    );
    assert_eq!(home.write().0.files, 0);
}

#[test]
fn managed_files_get_sidecars_where_the_user_wants_that_and_the_answer_is_remembered() {
    let mut setting = Setting::of(Version::V3_0_3);
    setting.file("library/admin/a.jpg", &Picture::new(Kind::Jpeg));
    let managed = setting.scenario.managed_storage(crate::harness::SERVER_ROOT, setting.photos.path());
    let asset = setting.scenario.asset_file(&managed, "library/admin/a.jpg").description("one").id();
    let mut home = setting.start();
    home.options.managed = Some(ManagedPolicy::Sidecar);
    let checksum = home.sandbox.view(asset).unwrap().checksum;
    let bytes = std::fs::read(home.path("library/admin/a.jpg")).unwrap();

    assert_eq!(home.write().0.files, 1);
    home.sandbox.edit(asset, |asset| asset.description = Some("two".to_owned())).unwrap();
    home.options.managed = None;
    let (again, told) = home.write();

    assert_eq!(again.files, 1, "no second question: {told:?}");
    assert_eq!(std::fs::read(home.path("library/admin/a.jpg")).unwrap(), bytes);
    assert_eq!(home.sandbox.view(asset).unwrap().checksum, checksum);
    assert_eq!(text(&tags(&home.path("library/admin/a.jpg.xmp")), "XMP-dc:Description"), "two");
}

#[test]
fn one_library_may_get_sidecars_and_another_be_written() {
    let (mut home, asset) = home(Version::V3_0_3, Target::Original);
    let view = home.sandbox.view(asset).unwrap();
    let client = home.client();
    let library =
        client.reader().asset(&immich_api::AssetId::parse(&view.id.to_string()).unwrap()).unwrap().library_id;
    home.options.targets.by_library = [(library.unwrap(), Target::Sidecar)].into();
    home.options.data = [Datum::Caption].into();
    let before = std::fs::read(home.path("a.jpg")).unwrap();

    home.write();

    assert_eq!(std::fs::read(home.path("a.jpg")).unwrap(), before);
    assert!(home.path("a.jpg.xmp").exists());
}

#[test]
fn what_is_ours_in_an_original_is_known_while_sidecars_are_written() {
    let mut setting = Setting::of(Version::V3_0_3);
    let alice = setting.scenario.person("Alice");
    setting.file("a.jpg", &Picture::new(Kind::Jpeg));
    setting.scenario.asset_file(&setting.library, "a.jpg").person(&alice);
    let mut home = setting.start();
    home.options.data = [Datum::People].into();
    home.write();
    home.options.targets.target = Target::Sidecar;
    home.write();
    home.sandbox.rename_person(alice, "Alicia");
    home.write();
    home.options.targets.target = Target::Original;

    let (summary, told) = home.write();

    assert_eq!(summary.done, 1, "{told:?}");
    assert_eq!(items(&home.tags("a.jpg"), "XMP-iptcExt:PersonInImage"), ["Alicia"]);
    assert_eq!(items(&home.tags("a.jpg.xmp"), "XMP-iptcExt:PersonInImage"), ["Alicia"]);
}

#[test]
fn the_sidecar_of_one_photo_is_not_taken_for_that_of_another() {
    // `a.nef.xmp` could be the sidecar of `a.nef` and, without the extension, of `a.nef.jpg`.
    let mut setting = Setting::new();
    setting.file("a.nef", &Picture::new(Kind::Tiff));
    setting.file("a.nef.jpg", &Picture::new(Kind::Jpeg));
    setting.scenario.asset_file(&setting.library, "a.nef").description("raw");
    setting.scenario.asset_file(&setting.library, "a.nef.jpg").description("developed");
    let home = setting.start();
    let sidecar = Xmp::new().description("old");
    std::fs::write(home.path("a.nef.xmp"), sidecar.document()).unwrap();

    home.write();

    assert_eq!(text(&home.tags("a.nef.xmp"), "XMP-dc:Description"), "raw");
    assert_eq!(text(&home.tags("a.nef.jpg"), "XMP-dc:Description"), "developed");
    assert_eq!(home.write().0.files, 0);
}
