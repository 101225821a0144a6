//! The stored picture of a file, from a report of ExifTool.

use super::geometry::Frame;
use super::orientation::Orientation;
use crate::report::Report;
use crate::structure::Container;

impl Frame {
    /// What ExifTool has to be asked for.
    pub(crate) const OPTIONS: [&'static str; 5] = [
        "-Composite:ImageSize",
        "-IFD0:Orientation",
        "-ImageWidth",
        "-MatrixStructure",
        "-QuickTime:Rotation",
    ];

    /// The picture of a file; `None` where it is not known, as in a sidecar.
    ///
    /// In HEIC and AVIF the boxes of the container say how to turn the picture, and cameras repeat it in EXIF.
    /// Immich shows what the boxes say and reads regions as EXIF says. Where the two differ, no place is right
    /// for both.
    pub(crate) fn of(container: Container, report: &Report) -> Option<Self> {
        if container == Container::Xmp {
            return None;
        }
        let (width, height) = size(report.first("Composite", "ImageSize")?)?;
        let orientation = match container {
            _ if container.is_video() => of_track(report)?,
            Container::Heic | Container::Avif => agreed_by_boxes(of_exif(report), report)?,
            _ => of_exif(report),
        };
        Self::new(width, height, orientation)
    }
}

/// `840 700`.
fn size(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once([' ', 'x'])?;
    Some((width.trim().parse().ok()?, height.trim().parse().ok()?))
}

/// Readers take what is missing or out of range for upright.
fn of_exif(report: &Report) -> Orientation {
    let number = report.first("IFD0", "Orientation").and_then(|number| number.trim().parse().ok());
    number.and_then(Orientation::new).unwrap_or(Orientation::UPRIGHT)
}

/// What EXIF says, unless the boxes say something else. They count turns to the left, for each item: quarters in
/// ExifTool 13, degrees in 12. Mirrors are a property that ExifTool does not show.
fn agreed_by_boxes(orientation: Orientation, report: &Report) -> Option<Orientation> {
    let turns = report.entries.iter().filter(|entry| entry.group == "QuickTime" && entry.name == "Rotation");
    let mut turns: Vec<&str> = turns.filter_map(|entry| entry.items.first()).map(String::as_str).collect();
    turns.dedup();
    let says = |turn: &str| match turn {
        "0" => Some(1),
        "1" | "90" => Some(8),
        "2" | "180" => Some(3),
        "3" | "270" => Some(6),
        _ => None,
    };
    let agrees = match turns[..] {
        [turn] if matches!(orientation.number(), 1 | 3 | 6 | 8) => says(turn) == Some(orientation.number()),
        _ => true,
    };
    agrees.then_some(orientation)
}

/// The matrix of the first track with a picture.
fn of_track(report: &Report) -> Option<Orientation> {
    let is_picture = |value: &str| value.parse::<f64>().is_ok_and(|width| width > 0.0);
    let track = report.entries.iter().find(|entry| {
        entry.group.starts_with("Track")
            && entry.name == "ImageWidth"
            && entry.items.first().is_some_and(|width| is_picture(width))
    })?;
    let matrix: Vec<f64> = report
        .first(&track.group, "MatrixStructure")?
        .split(' ')
        .map_while(|part| part.parse().ok())
        .collect();
    let [a, b, _, c, d, ..] = matrix[..] else { return None };
    Orientation::from_matrix([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(container: Container, json: &str) -> Option<Frame> {
        Frame::of(container, &Report::parse(json.as_bytes()).unwrap())
    }

    #[test]
    fn a_picture_is_as_large_as_stored_and_turned_as_exif_says() {
        let frame = frame(
            Container::Heic,
            r#"[{"IFD0:Orientation": 6, "QuickTime:Rotation": 3, "Composite:ImageSize": "4032 3024"}]"#,
        );

        assert_eq!(frame, Frame::new(4032, 3024, Orientation::new(6).unwrap()));
        assert_eq!(frame.unwrap().upright_size(), (3024, 4032));
    }

    #[test]
    fn boxes_and_exif_that_contradict_each_other_leave_no_place_for_a_face() {
        let heic = |exif: &str, boxes: &str| {
            let json = format!(r#"[{{{exif} {boxes} "Composite:ImageSize": "40 30"}}]"#);
            frame(Container::Heic, &json).map(|frame| frame.orientation.number())
        };
        let (six, one) = (r#""IFD0:Orientation": 6,"#, r#""IFD0:Orientation": 1,"#);
        let (turned, upright) = (r#""QuickTime:Rotation": 3,"#, r#""QuickTime:Rotation": 0,"#);

        assert_eq!((heic(six, turned), heic(one, upright), heic(six, "")), (Some(6), Some(1), Some(6)));
        assert_eq!((heic(one, turned), heic("", turned), heic(six, upright)), (None, None, None));
        assert_eq!(heic(six, r#""QuickTime:Rotation": 270,"#), Some(6));
        let items = r#""QuickTime:Rotation": 3, "QuickTime:Copy1:Rotation": 3,"#;
        assert_eq!(heic(six, items), Some(6));
        let unlike = r#""QuickTime:Rotation": 0, "QuickTime:Copy1:Rotation": 3,"#;
        assert_eq!(heic(six, unlike), Some(6));
    }

    #[test]
    fn a_video_is_turned_as_the_track_with_pictures_is() {
        let json = r#"[{"Track2:ImageWidth": 568, "QuickTime:Copy1:MatrixStructure": "1 0 0 0 1 0 0 0 1",
            "Track1:Copy2:MatrixStructure": "1 0 0 0 1 0 0 0 1",
            "Track2:Copy3:MatrixStructure": "0 1 0 -1 0 0 320 0 1", "Composite:ImageSize": "568 320"}]"#;

        assert_eq!(frame(Container::Mov, json), Frame::new(568, 320, Orientation::new(6).unwrap()));
    }

    #[test]
    fn what_is_not_known_is_none() {
        assert_eq!(frame(Container::Jpeg, r#"[{"IFD0:Orientation": 6}]"#), None);
        assert_eq!(frame(Container::Xmp, r#"[{"Composite:ImageSize": "568 320"}]"#), None);
        assert_eq!(frame(Container::Avi, r#"[{"Composite:ImageSize": "568 320"}]"#), None);
        let odd = frame(Container::Jpeg, r#"[{"IFD0:Orientation": 0, "Composite:ImageSize": "5 6"}]"#);
        assert_eq!(odd, Frame::new(5, 6, Orientation::UPRIGHT));
    }
}
