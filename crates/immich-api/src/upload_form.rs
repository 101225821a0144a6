//! The form of an upload, byte for byte, and with its length known before the first byte leaves.
//!
//! The server reads the name of a file with busboy: `\"` and `\\` stand for a quote and a backslash, bytes beyond
//! ASCII are taken as they are (Immich decodes them as UTF-8), and one control character makes the whole part
//! unreadable. The spelling of RFC 5987 (`filename*=`) is understood too early there and comes out damaged, and
//! that of browsers (`%22`) is not undone; so neither is used. What stands before a slash or a backslash in a name
//! is dropped by the server.
//!
//! The boundary is chosen by chance for each form: a file that could guess it could end its part and add fields of
//! its own.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::asset::Visibility;
use crate::new_asset::NewAsset;
use crate::version::{ServerVersion, Trait};

/// What surrounds the file in the body of a request.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) content_type: String,
    /// Everything before the bytes of the file.
    pub(crate) head: Vec<u8>,
    /// Everything after them.
    pub(crate) tail: Vec<u8>,
}

impl Form {
    /// The form for this version; `chance` makes the boundary.
    pub(crate) fn new(asset: &NewAsset<'_>, version: ServerVersion, chance: u128) -> Self {
        let boundary = format!("immich-sync-{chance:032x}");
        let mut head = Vec::with_capacity(2048 + asset.sidecar.map_or(0, <[u8]>::len));
        for (name, value) in fields(asset, version) {
            begin(&mut head, &boundary, &format!("name=\"{name}\""), None);
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        if let Some(sidecar) = asset.sidecar {
            let names = "name=\"sidecarData\"; filename=\"sidecar.xmp\"";
            begin(&mut head, &boundary, names, Some("application/rdf+xml"));
            head.extend_from_slice(sidecar);
            head.extend_from_slice(b"\r\n");
        }
        let names = format!("name=\"assetData\"; filename=\"{}\"", quoted(asset.file_name));
        begin(&mut head, &boundary, &names, Some("application/octet-stream"));
        Self {
            content_type: format!("multipart/form-data; boundary={boundary}"),
            head,
            tail: format!("\r\n--{boundary}--\r\n").into_bytes(),
        }
    }
}

fn begin(into: &mut Vec<u8>, boundary: &str, names: &str, media_type: Option<&str>) {
    let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; {names}\r\n");
    if let Some(media_type) = media_type {
        head.push_str("Content-Type: ");
        head.push_str(media_type);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    into.extend_from_slice(head.as_bytes());
}

/// The fields that this version takes, without the files.
///
/// Never sent: `duration`, whose type differs between versions and which the server measures itself, and
/// `filename`, against which a server checks the sidecar's part too.
fn fields(asset: &NewAsset<'_>, version: ServerVersion) -> Vec<(&'static str, String)> {
    let (device_asset, device) = asset.device;
    let mut fields = vec![
        ("deviceAssetId", or_unknown(device_asset)),
        ("deviceId", or_unknown(device)),
        ("fileCreatedAt", spelled(asset.created)),
        ("fileModifiedAt", spelled(asset.modified)),
        ("isFavorite", asset.is_favourite.to_string()),
    ];
    fields.extend(asset.visibility.and_then(|visibility| shown(visibility, version)));
    fields.extend(asset.live_photo_video.map(|video| ("livePhotoVideoId", video.to_string())));
    if version.has(Trait::Notes) {
        fields.extend((!asset.notes.is_empty()).then(|| ("metadata", notes(asset))));
    } else if version.has(Trait::NotesDemanded) {
        fields.push(("metadata", "[]".to_owned()));
    }
    fields
}

/// Up to 2.x an empty device is refused.
fn or_unknown(text: &str) -> String {
    if text.is_empty() { "unknown".to_owned() } else { text.to_owned() }
}

/// Up to 1.132 a switch each for the archive and for what is hidden.
fn shown(visibility: Visibility, version: ServerVersion) -> Option<(&'static str, String)> {
    let word = match visibility {
        Visibility::Timeline => "timeline",
        Visibility::Archive => "archive",
        Visibility::Hidden => "hidden",
        Visibility::Locked => "locked",
        Visibility::Unknown => return None,
    };
    if version.has(Trait::Visibility) {
        return Some(("visibility", word.to_owned()));
    }
    match visibility {
        Visibility::Archive => Some(("isArchived", "true".to_owned())),
        Visibility::Hidden | Visibility::Locked => Some(("isVisible", "false".to_owned())),
        Visibility::Timeline | Visibility::Unknown => None,
    }
}

fn notes(asset: &NewAsset<'_>) -> String {
    let notes = asset.notes.iter().map(|note| json!({ "key": note.key, "value": note.value }));
    Value::Array(notes.collect()).to_string()
}

/// To the millisecond, as the server keeps it. It takes no years before the first one.
fn spelled(instant: Timestamp) -> String {
    const FIRST: Timestamp = Timestamp::constant(-62_135_596_800, 0);
    instant.max(FIRST).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// A name between quotes, on one line whatever is in it.
fn quoted(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len() + 8);
    for character in name.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if character.is_control() => quoted.push('_'),
            _ => quoted.push(character),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AssetId;
    use crate::new_asset::Note;

    const V118: ServerVersion = ServerVersion::new(1, 118, 2);
    const V144: ServerVersion = ServerVersion::new(1, 144, 1);
    const V2: ServerVersion = ServerVersion::new(2, 7, 5);
    const V3: ServerVersion = ServerVersion::new(3, 0, 3);

    fn asset(file_name: &str) -> NewAsset<'_> {
        let moment: Timestamp = "2024-05-01T10:00:00.1234Z".parse().unwrap();
        NewAsset { device: ("d1", "disk"), ..NewAsset::new(file_name, 3, moment, moment) }
    }

    fn names(asset: &NewAsset<'_>, version: ServerVersion) -> Vec<&'static str> {
        fields(asset, version).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn each_version_gets_the_fields_it_knows() {
        let video = AssetId::from_u128(7);
        let notes = [Note { key: "immich-sync".to_owned(), value: json!({ "v": 1 }) }];
        let mut asset = asset("a.jpg");
        asset.live_photo_video = Some(&video);
        asset.notes = &notes;
        let always = ["deviceAssetId", "deviceId", "fileCreatedAt", "fileModifiedAt", "isFavorite"];
        let and = |more: &[&'static str]| [&always, more].concat();

        for (visibility, old) in [
            (Visibility::Archive, &["isArchived"][..]),
            (Visibility::Hidden, &["isVisible"]),
            (Visibility::Locked, &["isVisible"]),
            (Visibility::Timeline, &[]),
        ] {
            asset.visibility = Some(visibility);
            assert_eq!(names(&asset, V118), and(&[old, &["livePhotoVideoId"]].concat()), "{visibility:?}");
        }
        for version in [V2, V3] {
            assert_eq!(names(&asset, version), and(&["visibility", "livePhotoVideoId", "metadata"]));
        }
        let sent = fields(&asset, V144);
        assert!(
            sent.contains(&("metadata", "[]".to_owned())),
            "before 2.5 a foreign key is refused: {sent:?}"
        );
        assert!(
            fields(&asset, V3)
                .contains(&("metadata", r#"[{"key":"immich-sync","value":{"v":1}}]"#.to_owned()))
        );
    }

    #[test]
    fn the_device_is_never_empty_and_times_are_to_the_millisecond() {
        let mut asset = asset("a.jpg");
        asset.device = ("", "");
        asset.created = Timestamp::MIN;
        asset.modified = Timestamp::MAX;

        let sent = fields(&asset, V2);

        assert_eq!(sent[0].1, "unknown");
        assert_eq!(sent[1].1, "unknown");
        assert_eq!(sent[2].1, "0001-01-01T00:00:00.000Z");
        assert_eq!(sent[3].1, "9999-12-30T22:00:00.999Z");
        assert_eq!(spelled("2024-05-01T10:00:00.1239Z".parse().unwrap()), "2024-05-01T10:00:00.123Z");
    }

    #[test]
    fn no_name_leaves_its_header() {
        assert_eq!(quoted("a \"b\" \\c.jpg"), "a \\\"b\\\" \\\\c.jpg");
        assert_eq!(quoted("a\r\nX-Evil: 1\0\u{7f}\u{85}.jpg"), "a__X-Evil: 1___.jpg");
        assert_eq!(quoted("Фото 😀 e\u{301} \u{202e}gpj.jpg"), "Фото 😀 e\u{301} \u{202e}gpj.jpg");
    }

    #[test]
    fn head_and_tail_make_one_form_around_the_file() {
        let mut asset = asset("a.jpg");
        asset.sidecar = Some(b"<x/>");

        let form = Form::new(&asset, V3, 5);

        let boundary = "immich-sync-00000000000000000000000000000005";
        assert_eq!(form.content_type, format!("multipart/form-data; boundary={boundary}"));
        let head = String::from_utf8(form.head).unwrap();
        assert_eq!(head.matches(&format!("--{boundary}\r\n")).count(), 7);
        assert!(head.contains(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"sidecarData\"; filename=\"sidecar.xmp\"\r\n\
             Content-Type: application/rdf+xml\r\n\r\n<x/>\r\n"
        )));
        assert!(head.ends_with(
            "Content-Disposition: form-data; name=\"assetData\"; filename=\"a.jpg\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        ));
        assert_eq!(form.tail, format!("\r\n--{boundary}--\r\n").into_bytes());
        assert_ne!(Form::new(&asset, V3, 6).content_type, form.content_type);
    }
}
