//! The stored picture of a file, from a report of ExifTool.

use super::geometry::{Frame, Orientation};
use crate::report::Report;
use crate::structure::Container;

impl Frame {
    /// What ExifTool has to be asked for.
    pub(crate) const OPTIONS: [&'static str; 4] =
        ["-Composite:ImageSize", "-IFD0:Orientation", "-ImageWidth", "-MatrixStructure"];

    /// The picture of a file; `None` where it is not known, as in a sidecar.
    ///
    /// In HEIC the boxes of the container say how to turn the picture, and cameras repeat it in EXIF. Immich
    /// takes EXIF's word for regions; where both differ, the shape of its preview tells.
    pub(crate) fn of(container: Container, report: &Report) -> Option<Self> {
        if container == Container::Xmp {
            return None;
        }
        let (width, height) = size(report.first("Composite", "ImageSize")?)?;
        let orientation = if container.is_video() { of_track(report)? } else { of_exif(report) };
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
