//! Orders to the server, and what it refuses.

use immich_api::{ApiError, AssetId, LibraryId};
use serde_json::{Value, json};

use crate::fake::{Asked, Fake, Reply};
use crate::walk::name;

fn ids(numbers: std::ops::Range<usize>) -> Vec<AssetId> {
    numbers.map(|number| AssetId::parse(&name(number)).unwrap()).collect()
}

fn in_order(asked: &Asked) -> Vec<Value> {
    asked.json()["assetIds"].as_array().unwrap().clone()
}

#[test]
fn metadata_is_refreshed_in_batches_that_hold_each_asset_once() {
    let server = Fake::immich(|_, _| Reply::Full(204, Vec::new(), Vec::new()));
    let client = server.connect().unwrap();

    let ordered = client.writer().refresh_metadata(&ids(0..2500)).unwrap();

    let orders: Vec<Asked> = server.asked().into_iter().filter(|asked| asked.method == "POST").collect();
    let sent: Vec<Value> = orders.iter().flat_map(in_order).collect();
    assert_eq!((ordered.taken, ordered.refused.len(), orders.len()), (2500, 0, 3));
    assert!(orders.iter().all(|order| order.is("POST", "/api/assets/jobs") && order.body.len() < 50_000));
    assert!(orders.iter().all(|order| order.json()["name"] == "refresh-metadata"));
    assert_eq!(sent, ids(0..2500).iter().map(|id| json!(id)).collect::<Vec<_>>());
}

#[test]
fn an_unknown_asset_does_not_keep_the_others_from_being_refreshed() {
    let unknown = [json!(name(7)), json!(name(900))];
    let server = Fake::immich(move |asked, _| {
        if in_order(asked).iter().any(|id| unknown.contains(id)) {
            Reply::Json(400, json!({"message": "Not found or no asset.update access"}))
        } else {
            Reply::Full(204, Vec::new(), Vec::new())
        }
    });

    let ordered = server.connect().unwrap().writer().refresh_metadata(&ids(0..1000)).unwrap();

    assert_eq!(ordered.taken, 998);
    assert_eq!(ordered.refused, [7, 900].map(|number| AssetId::parse(&name(number)).unwrap()));
}

#[test]
fn a_missing_permission_ends_the_order_at_once() {
    let server =
        Fake::immich(|_, _| Reply::Json(403, json!({"message": "Missing required permission: job.create"})));

    let error = server.connect().unwrap().writer().refresh_metadata(&ids(0..1000)).unwrap_err();

    assert!(
        matches!(error, ApiError::MissingPermission { ref permission, .. } if permission == "job.create")
    );
    assert_eq!(server.count("POST", "/api/assets/jobs"), 1);
}

#[test]
fn orders_of_administrators_say_so_when_refused() {
    let server = Fake::immich(|_, _| Reply::Json(403, json!({"message": "Forbidden"})));
    let client = server.connect().unwrap();
    let library = LibraryId::parse(&name(1)).unwrap();

    let errors = [
        client.writer().discover_sidecars().unwrap_err(),
        client.writer().scan_library(&library).unwrap_err(),
        client.reader().libraries().unwrap_err(),
    ];

    for error in errors {
        assert!(matches!(error, ApiError::AdminNeeded { .. }) && !error.is_transient(), "{error:?}");
    }
    assert_eq!(server.count("PUT", "/api/jobs/sidecar"), 1, "a refusal is not repeated");
}

#[test]
fn nothing_to_refresh_is_no_request() {
    let server = Fake::immich(|_, _| Reply::Full(204, Vec::new(), Vec::new()));

    let ordered = server.connect().unwrap().writer().refresh_metadata(&[]).unwrap();

    assert_eq!((ordered.taken, server.count("POST", "/api/assets/jobs")), (0, 0));
}

#[test]
fn a_sidecar_job_that_runs_already_is_no_error() {
    let server = Fake::immich(|_, number| match number {
        6 => Reply::Json(200, json!({})),
        _ => Reply::Json(400, json!({"message": "Job is already running"})),
    });
    let client = server.connect().unwrap();

    assert!(client.writer().discover_sidecars().unwrap());
    assert!(!client.writer().discover_sidecars().unwrap());
    let order = server.asked().pop().unwrap();
    assert!(order.is("PUT", "/api/jobs/sidecar"));
    assert_eq!(order.json(), json!({"command": "start", "force": false}));
}
