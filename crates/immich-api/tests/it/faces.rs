//! Faces of many assets, by many threads at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use immich_api::{AssetId, BEST_IN_FLIGHT, Client, ClientOptions, FaceSource, RateLimit, SystemClock};
use serde_json::json;

use crate::fake::{Fake, ok};
use crate::walk::name;

const FACE: &str = "0020606a-b9ab-497c-931d-11465f6f24b0";

/// One face whose left edge is the number of the asset that was asked for.
fn serving() -> Fake {
    Fake::immich(|asked, _| {
        let number = u64::from_str_radix(&asked.target[asked.target.len() - 12..], 16).unwrap();
        ok(json!([{
            "id": FACE, "boundingBoxX1": number, "boundingBoxY1": 2, "boundingBoxX2": 300, "boundingBoxY2": 4,
            "imageWidth": 4000, "imageHeight": "3000", "sourceType": "machine-learning",
            "person": {"id": FACE, "name": "Alice", "isHidden": true},
        }]))
    })
}

#[test]
fn several_threads_get_the_faces_that_they_asked_for() {
    let server = serving();
    let client = server.connect().unwrap();
    let next = AtomicUsize::new(1);

    std::thread::scope(|scope| {
        for _ in 0..BEST_IN_FLIGHT {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number > 100 {
                        return;
                    }
                    let faces = client.reader().faces(&AssetId::parse(&name(number)).unwrap()).unwrap();
                    assert_eq!(format!("{}", faces[0].x1), number.to_string());
                    assert_eq!((faces[0].image_width, faces[0].image_height), (4000.0, 3000.0));
                    assert_eq!(faces[0].source, FaceSource::MachineLearning);
                    let person = faces[0].person.as_ref().unwrap();
                    assert_eq!((person.name.as_str(), person.is_hidden), ("Alice", true));
                }
            });
        }
    });

    assert_eq!(server.count("GET", "/api/faces"), 100);
}

#[test]
fn threads_share_one_rate() {
    let server = serving();
    let clock = Arc::new(SystemClock::new());
    let options = ClientOptions { clock, rate_limit: RateLimit::PerSecond(50.0), ..server.options() };
    let client = Client::connect(options).unwrap();
    let (together, start) = (Barrier::new(BEST_IN_FLIGHT), std::time::Instant::now());

    std::thread::scope(|scope| {
        for _ in 0..BEST_IN_FLIGHT {
            scope.spawn(|| {
                together.wait();
                for number in 0..10 {
                    client.reader().faces(&AssetId::parse(&name(number)).unwrap()).unwrap();
                }
            });
        }
    });

    // Half a second's worth of the eighty may leave at once; the other 55 take 20 ms each.
    assert!(start.elapsed().as_millis() >= 1000, "{:?}", start.elapsed());
}
