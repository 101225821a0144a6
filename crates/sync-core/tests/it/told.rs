//! What the server is told after files were written.

use immich_sandbox::{AssetId, Fault, Version};
use photo_metadata::Datum;
use sample_pictures::{Kind, Picture};
use sync_core::state::Store;
use sync_core::writeback::AfterWrite;

use crate::harness::{Home, Setting};

fn home(photos: u64) -> (Home, Vec<AssetId>) {
    let mut setting = Setting::of(Version::V3_0_3);
    let mut assets = Vec::new();
    for number in 0..photos {
        let name = format!("{number}.jpg");
        setting.file(&name, &Picture::new(Kind::Jpeg).seed(number));
        assets.push(setting.scenario.asset_file(&setting.library, &name).description("new").id());
    }
    let mut home = setting.start();
    home.options.data = [Datum::Caption].into();
    home.options.after = AfterWrite::Refresh;
    (home, assets)
}

#[test]
fn the_touched_assets_are_read_again_in_one_order_and_only_those() {
    let (home, assets) = home(5);

    home.write();
    let orders: Vec<String> = home
        .sandbox
        .writes()
        .iter()
        .filter(|request| request.path == "/api/assets/jobs")
        .map(|request| request.body_text().into_owned())
        .collect();
    home.sandbox.clear_requests();
    home.write();

    assert_eq!(orders.len(), 1);
    assert!(assets.iter().all(|asset| orders[0].contains(&asset.to_string())), "{orders:?}");
    assert!(home.sandbox.writes().is_empty(), "an unchanged library orders nothing");
    let size = home.sandbox.view(assets[0]).unwrap().size;
    assert_eq!(
        size,
        Some(std::fs::metadata(home.path("0.jpg")).unwrap().len()),
        "the server knows the new file"
    );
}

#[test]
fn an_order_that_failed_is_owed_and_made_up_for() {
    let (home, assets) = home(3);
    home.sandbox.inject(Fault::status(403).on("POST", "/api/assets/jobs"));

    let (summary, told) = home.write();
    assert_eq!(summary.done, 3);
    assert!(told.warnings.iter().any(|text| text.contains("could not be asked")), "{told:?}");
    let account = home.client().server().user.id.to_string();
    assert_eq!(home.store.owed(&account).unwrap().len(), 3);

    home.sandbox.clear_faults();
    home.write();
    assert!(home.store.owed(&account).unwrap().is_empty());
    let size = home.sandbox.view(assets[0]).unwrap().size;
    assert_eq!(size, Some(std::fs::metadata(home.path("0.jpg")).unwrap().len()));
}

#[test]
fn nothing_is_told_when_nothing_shall_be() {
    let (mut home, _) = home(1);
    home.options.after = AfterWrite::Nothing;

    home.write();

    assert!(home.sandbox.writes().is_empty());
}

#[test]
fn sidecars_that_were_made_are_looked_for_in_the_end_whatever_failed_before() {
    let (mut home, assets) = home(1);
    home.options.targets.target = sync_core::writeback::Target::Sidecar;
    home.sandbox.inject(Fault::status(403).on("PUT", "/api/jobs"));
    home.sandbox.inject(Fault::status(403).on("POST", "/api/jobs"));
    let (_, told) = home.write();
    assert!(told.warnings.iter().any(|text| text.contains("look for the sidecars")), "{told:?}");
    assert_eq!(home.sandbox.view(assets[0]).unwrap().sidecar, None);

    home.sandbox.clear_faults();
    home.write();

    assert_eq!(home.sandbox.view(assets[0]).unwrap().sidecar, Some(home.path("0.jpg.xmp")));
    home.sandbox.clear_requests();
    home.write();
    assert!(home.sandbox.writes().is_empty(), "once is enough");
}
