//! A photo on the server is a reason for the very same bytes only, and is asked about right before.

use immich_sandbox::{Sandbox, Scenario, Version};
use sync_core::organize::ScanSummary;

use super::lab::{Desk, reasons};
use crate::scan::lab::{client, scene};

/// A server that has the larger photo, with a folder that has `file`.
fn both(name: &str, bytes: Vec<u8>) -> (Desk, Sandbox, immich_sandbox::AssetId) {
    let mut desk = Desk::new(&[(name, bytes)]);
    desk.and_the_server();
    // Of equal photos the one on the server is kept.
    desk.lab.options.prefer_places = vec!["/data/library/admin".to_owned()];
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.managed_storage("/data/library/admin", desk.root.path().join("server"));
    let asset = scenario.asset(&library, "2024/lake.jpg").picture(scene(1, 800, 600)).id();
    (desk, Sandbox::start(scenario).unwrap(), asset)
}

fn scan(desk: &Desk, sandbox: &Sandbox) -> ScanSummary {
    let summary = desk.lab.scan(&[client(sandbox)]).0;
    assert_eq!(summary.groups_in_all(), 1);
    summary
}

#[test]
fn the_same_bytes_go_when_the_server_vouches_for_them() {
    let (desk, sandbox, _) = both("old/a.jpg", scene(1, 800, 600));
    let summary = scan(&desk, &sandbox);

    let (acted, heard) = desk.act(&summary, &[client(&sandbox)]);

    let acted = acted.unwrap();
    assert_eq!((acted.total.done, desk.in_trash().len()), (1, 1), "{heard:?}");
    assert!(sandbox.views().iter().all(|view| !view.is_trashed));
    assert_eq!(desk.undo(acted.run.unwrap()).0.done, 1, "without the server");
    assert!(desk.path("old/a.jpg").is_file());
}

#[test]
fn other_bytes_stay_however_alike_they_look() {
    let (desk, sandbox, _) = both("a.jpg", scene(1, 400, 300));
    let summary = scan(&desk, &sandbox);

    let (acted, heard) = desk.act(&summary, &[client(&sandbox)]);

    assert_eq!(acted.unwrap().total.done, 0);
    assert!(reasons(&heard)["a.jpg"].contains("only identical files go"), "{heard:?}");
}

#[test]
fn all_stays_when_the_asset_is_in_the_trash_hidden_offline_or_replaced_since_the_scan() {
    type Change = fn(&Sandbox, immich_sandbox::AssetId);
    let changes: [Change; 4] = [
        |sandbox, asset| {
            sandbox.edit(asset, |asset| asset.trashed_at = Some(jiff::Timestamp::now())).unwrap();
        },
        |sandbox, asset| sandbox.edit(asset, |asset| asset.is_offline = true).unwrap(),
        |sandbox, asset| {
            sandbox.edit(asset, |asset| asset.visibility = immich_sandbox::Visibility::Hidden).unwrap();
        },
        |sandbox, asset| sandbox.edit(asset, |asset| asset.checksum = [7; 20]).unwrap(),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let (desk, sandbox, asset) = both("old/a.jpg", scene(1, 800, 600));
        let summary = scan(&desk, &sandbox);
        change(&sandbox, asset);

        let (acted, heard) = desk.act(&summary, &[client(&sandbox)]);

        assert_eq!(acted.unwrap().total.done, 0, "change {number}: {heard:?}");
        assert!(desk.path("old/a.jpg").is_file() && desk.in_trash().is_empty(), "change {number}");
    }
}

#[test]
fn what_may_be_the_original_of_the_asset_itself_stays() {
    let (desk, sandbox, _) = both("2024/lake.jpg", scene(1, 800, 600));
    let summary = scan(&desk, &sandbox);

    let (acted, heard) = desk.act(&summary, &[client(&sandbox)]);

    assert_eq!(acted.unwrap().total.done, 0);
    assert!(reasons(&heard)["lake.jpg"].contains("may be that very file"), "{heard:?}");
}

#[test]
fn a_server_that_is_away_ends_the_run_before_anything_moves() {
    let (desk, sandbox, _) = both("old/a.jpg", scene(1, 800, 600));
    let summary = scan(&desk, &sandbox);
    let client = client(&sandbox);
    drop(sandbox);

    let (acted, _) = desk.act(&summary, &[client]);

    assert!(acted.is_err());
    assert!(desk.path("old/a.jpg").is_file() && desk.in_trash().is_empty());
}
