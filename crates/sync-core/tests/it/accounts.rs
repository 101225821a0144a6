//! Several accounts in one run, and what belongs to others.

use immich_sandbox::Version;
use photo_metadata::Datum;
use sample_pictures::{Kind, Picture};
use sync_core::SyncError;

use crate::harness::{SERVER_ROOT, Setting, text};

#[test]
fn two_accounts_on_one_disk_are_written_in_one_run_and_partners_only_once() {
    for version in [Version::V2_7_5, Version::V3_0_3] {
        let mut setting = Setting::of(version);
        let anna = setting.scenario.user("anna");
        let key = setting.scenario.api_key(anna, &["all"]);
        let hers =
            setting.scenario.external_library_of(anna, "/mnt/anna", setting.photos.path().join("anna"));
        setting.file("mine.jpg", &Picture::new(Kind::Jpeg));
        setting.file("anna/hers.jpg", &Picture::new(Kind::Jpeg).seed(2));
        setting.scenario.asset_file(&setting.library, "mine.jpg").description("mine");
        setting.scenario.asset_file(&hers, "hers.jpg").owner(anna).description("hers");
        let admin = setting.scenario.admin();
        setting.scenario.partner(anna, admin);
        let mut home = setting.start();
        home.options.data = [Datum::Caption].into();
        home.options.mapping.rule = sync_core::paths::PathRule::Prefixes(vec![
            sync_core::paths::PrefixMap {
                server: SERVER_ROOT.to_owned(),
                local: home.photos.path().to_owned(),
            },
            sync_core::paths::PrefixMap {
                server: "/mnt/anna".to_owned(),
                local: home.photos.path().join("anna"),
            },
        ]);

        let (alone, _) = home.write();
        assert_eq!((alone.seen, alone.done), (1, 1), "a partner's photo is not ours");
        assert_eq!(text(&home.tags("anna/hers.jpg"), "XMP-dc:Description"), "");

        let (both, told) = home.write_as(&[home.client(), home.client_with(key.clone())]);
        assert_eq!((both.seen, both.done), (2, 1), "{told:?}");
        assert_eq!(text(&home.tags("anna/hers.jpg"), "XMP-dc:Description"), "hers");

        let (again, _) = home.write_as(&[home.client(), home.client_with(key)]);
        assert_eq!((again.seen, again.files), (2, 0));
    }
}

#[test]
fn a_state_serves_the_users_it_knows_and_nobody_else() {
    let mut setting = Setting::new();
    let anna = setting.scenario.user("anna");
    let key = setting.scenario.api_key(anna, &["all"]);
    let home = setting.start();
    home.write();

    let (hers, _) = home.try_write_as(&[home.client_with(key.clone())]);
    assert!(matches!(hers, Err(SyncError::OtherServer { .. })), "{hers:?}");
    home.write_as(&[home.client(), home.client_with(key.clone())]);

    let (hers, _) = home.try_write_as(&[home.client_with(key)]);
    assert!(hers.is_ok(), "the state knows her now: {hers:?}");
}
