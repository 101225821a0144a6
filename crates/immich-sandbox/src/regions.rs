//! Regions in a file become faces, when the server imports them.
//!
//! Only MWG regions with `AppliedToDimensions` and a name count. A file stores the centre of an area relative
//! to the stored picture; the server keeps corners in pixels of the upright one.

use serde_json::Value;

use crate::FaceBox;

/// The named areas of a `RegionInfo`, upright. `None` where it has no size or no region at all, which the server
/// takes for "says nothing"; regions without names are an empty list, which is an answer.
pub(crate) fn boxes(info: &Value, orientation: u8) -> Option<Vec<(String, FaceBox)>> {
    let side = |name: &str| info["AppliedToDimensions"][name].as_f64().filter(|side| *side > 0.0);
    let (width, height) = (side("W")?, side("H")?);
    let (width, height) = if orientation >= 5 { (height, width) } else { (width, height) };
    let list = info["RegionList"].as_array().filter(|list| !list.is_empty())?;
    let named = list.iter().filter_map(|region| {
        let name = region["Name"].as_str().filter(|name| !name.is_empty())?;
        Some((name.to_owned(), upright(&region["Area"], orientation, width, height)?))
    });
    Some(named.collect())
}

fn upright(area: &Value, orientation: u8, width: f64, height: f64) -> Option<FaceBox> {
    let part = |name: &str| area[name].as_f64();
    let (x, y, w, h) = (part("X")?, part("Y")?, part("W")?, part("H")?);
    let (x, y) = match orientation {
        2 => (1.0 - x, y),
        3 => (1.0 - x, 1.0 - y),
        4 => (x, 1.0 - y),
        5 => (y, x),
        6 => (1.0 - y, x),
        7 => (1.0 - y, 1.0 - x),
        8 => (y, 1.0 - x),
        _ => (x, y),
    };
    let (w, h) = if orientation >= 5 { (h, w) } else { (w, h) };
    Some(FaceBox {
        x1: pixel((x - w / 2.0) * width),
        y1: pixel((y - h / 2.0) * height),
        x2: pixel((x + w / 2.0) * width),
        y2: pixel((y + h / 2.0) * height),
        image_width: pixel(width),
        image_height: pixel(height),
    })
}

#[expect(clippy::cast_possible_truncation, reason = "pixels of a picture are far below the bounds")]
fn pixel(value: f64) -> i64 {
    value.clamp(-1e9, 1e9).floor() as i64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn region(name: &str) -> Value {
        json!({
            "AppliedToDimensions": { "W": 1600, "H": 1200, "Unit": "pixel" },
            "RegionList": [{
                "Area": { "X": 0.3, "Y": 0.4, "W": 0.1, "H": 0.1, "Unit": "normalized" }, "Name": name,
                "Type": "Face",
            }],
        })
    }

    #[test]
    fn the_recorded_region_gives_the_recorded_box() {
        // shared fixture v2.7.5/asset-get-exif-faces: Alice Exif.
        let boxes = boxes(&region("Alice Exif"), 1).unwrap();

        let FaceBox { x1, y1, x2, y2, .. } = boxes[0].1;
        assert_eq!((x1, y1, x2, y2), (400, 420, 560, 540));
    }

    #[test]
    fn a_turned_picture_turns_its_boxes() {
        let mut info = region("Alice");
        info["RegionList"][0]["Area"] = json!({ "X": 0.25, "Y": 0.5, "W": 0.125, "H": 0.25 });

        let boxes = boxes(&info, 6).unwrap();

        let FaceBox { x1, y1, x2, y2, image_width, image_height } = boxes[0].1;
        assert_eq!((image_width, image_height), (1200, 1600));
        assert_eq!((x1, y1, x2, y2), (450, 300, 750, 500));
    }

    #[test]
    fn every_orientation_turns_the_same_box_its_own_way() {
        // Displayed X .2 Y .3 W .2 H .4 in an upright picture of 800 x 600, stored for each orientation.
        for (orientation, (x, y, w, h), size) in [
            (1, (0.2, 0.3, 0.2, 0.4), (800, 600)),
            (2, (0.8, 0.3, 0.2, 0.4), (800, 600)),
            (3, (0.8, 0.7, 0.2, 0.4), (800, 600)),
            (4, (0.2, 0.7, 0.2, 0.4), (800, 600)),
            (5, (0.3, 0.2, 0.4, 0.2), (600, 800)),
            (6, (0.3, 0.8, 0.4, 0.2), (600, 800)),
            (7, (0.7, 0.8, 0.4, 0.2), (600, 800)),
            (8, (0.7, 0.2, 0.4, 0.2), (600, 800)),
        ] {
            let info = json!({
                "AppliedToDimensions": { "W": size.0, "H": size.1, "Unit": "pixel" },
                "RegionList": [{ "Area": { "X": x, "Y": y, "W": w, "H": h }, "Name": "A" }],
            });

            let area = boxes(&info, orientation).unwrap()[0].1;

            assert_eq!((area.image_width, area.image_height), (800, 600), "{orientation}");
            let near = |edge: i64, wanted: i64| (edge - wanted).abs() <= 1;
            assert!(near(area.x1, 80) && near(area.x2, 240), "{orientation}: {area:?}");
            assert!(near(area.y1, 60) && near(area.y2, 300), "{orientation}: {area:?}");
        }
    }

    #[test]
    fn a_region_without_a_name_is_skipped_and_one_without_a_size_says_nothing() {
        assert_eq!(boxes(&region(""), 1), Some(Vec::new()));
        assert_eq!(boxes(&json!({ "RegionList": region("A")["RegionList"] }), 1), None);
        assert_eq!(boxes(&json!({ "AppliedToDimensions": { "W": 1, "H": 1 }, "RegionList": [] }), 1), None);
    }
}
