//! Pictures themselves: originals as they are on disk now, and the small ones made of them.

use std::io::{Read, Seek, SeekFrom};

use serde_json::json;

use super::{Route, assets::readable, needs};
use crate::{
    Asset, AssetId,
    call::{Call, Later, Reply},
    media_type,
    problem::{Issue, Problem},
    thumbnail::{Size, Source, Thumbnails},
    world::World,
};

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("GET" | "HEAD", ["assets", id, "original"]) => {
            needs("asset.download", move |world, call| original(world, call, id))
        }
        ("GET" | "HEAD", ["assets", id, "thumbnail"]) => {
            needs("asset.view", move |world, call| thumbnail(world, call, id))
        }
        ("POST", ["download", "info"]) => needs("asset.download", info),
        _ => return None,
    })
}

fn original(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = readable(world, call, id, "asset.download")?;
    let Some(asset) = world.asset(id) else { return Err(Problem::no_access("asset.download")) };
    let missing = || Problem::text(404, "Not Found");
    let content = Content::open(asset).ok_or_else(missing)?;
    let range = call.headers.get("range").and_then(|value| value.to_str().ok());
    let length = content.length();
    let part = range.and_then(|text| parse_range(text, length));
    if part == Some(Part::Nothing) {
        let headers = vec![("content-range", format!("bytes */{length}"))];
        return Ok(Reply { headers, ..Reply::empty(416) });
    }
    let (from, until) = if let Some(Part::Bytes(from, until)) = part { (from, until) } else { (0, length) };
    let modified = content.modified().unwrap_or(asset.file_modified_at);
    let bytes = content.part(from, until).ok_or_else(missing)?;
    let mut reply = Reply::bytes(&media_type::mime_of(&asset.original_file_name), bytes);
    if part.is_some() {
        reply.status = 206;
        reply.headers.push(("content-range", format!("bytes {from}-{}/{length}", until - 1)));
    }
    reply.headers.push(("accept-ranges", "bytes".to_owned()));
    reply.headers.push(("cache-control", "private, max-age=86400, no-transform".to_owned()));
    let modified = modified.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    reply.headers.push(("last-modified", modified));
    Ok(reply)
}

/// An original, in a file or planted.
enum Content {
    File(std::fs::File, u64),
    Bytes(Vec<u8>),
}

impl Content {
    fn open(asset: &Asset) -> Option<Self> {
        if let Some(planted) = &asset.planted {
            return Some(Self::Bytes(planted.bytes()));
        }
        let file = std::fs::File::open(asset.disk_path.as_ref()?).ok()?;
        let length = file.metadata().ok()?.len();
        Some(Self::File(file, length))
    }

    fn length(&self) -> u64 {
        match self {
            Self::File(_, length) => *length,
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }

    /// When the file was last written.
    fn modified(&self) -> Option<jiff::Timestamp> {
        let Self::File(file, _) = self else { return None };
        jiff::Timestamp::try_from(file.metadata().ok()?.modified().ok()?).ok()
    }

    fn part(self, from: u64, until: u64) -> Option<Vec<u8>> {
        match self {
            Self::File(mut file, _) => {
                let mut bytes = Vec::new();
                file.seek(SeekFrom::Start(from)).ok()?;
                file.take(until - from).read_to_end(&mut bytes).ok()?;
                Some(bytes)
            }
            Self::Bytes(bytes) => {
                bytes.get(usize::try_from(from).ok()?..usize::try_from(until).ok()?).map(<[u8]>::to_vec)
            }
        }
    }
}

/// What a `Range` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// From here until before there.
    Bytes(u64, u64),
    /// What the original does not have.
    Nothing,
}

/// `bytes=0-99`, `bytes=100-`, `bytes=-100`; anything else is no range and is ignored.
fn parse_range(text: &str, length: u64) -> Option<Part> {
    let (from, until) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (from, until) = match (from.parse::<u64>().ok(), until.parse::<u64>().ok()) {
        (Some(from), Some(last)) => (from, last.saturating_add(1)),
        (Some(from), None) => (from, length),
        (None, Some(count)) => (length.saturating_sub(count), length),
        (None, None) => return None,
    };
    let until = until.min(length);
    Some(if from < until { Part::Bytes(from, until) } else { Part::Nothing })
}

fn thumbnail(world: &mut World, call: &Call, id: &str) -> Result<Reply, Problem> {
    let id = readable(world, call, id, "asset.view")?;
    let Some(asset) = world.asset(id) else { return Err(Problem::no_access("asset.view")) };
    let size = call.param("size").unwrap_or("thumbnail");
    if !["fullsize", "preview", "thumbnail"].contains(&size) {
        return Err(Issue::unknown_word("size", &["fullsize", "preview", "thumbnail"]).into());
    }
    let web = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"];
    let extension = media_type::extension(&asset.original_file_name);
    if size == "fullsize" && web.contains(&extension.as_str()) {
        let headers = vec![("location", format!("/api/assets/{}/original", asset.id))];
        return Ok(Reply { headers, ..Reply::empty(302) });
    }
    let none = || Problem::text(404, "Asset media not found");
    let source = Source::of(asset).ok_or_else(none)?;
    let size = if size == "thumbnail" { Size::Thumbnail } else { Size::Preview };
    let make = move |made: &Thumbnails| made.get(id, size, &source).ok_or_else(none);
    let headers = vec![("cache-control", "private, max-age=86400, no-transform".to_owned())];
    Ok(Reply { headers, later: Some(Later(Box::new(make))), ..Reply::empty(200) })
}

fn info(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let ids = call.optional_ids("assetIds", AssetId::parse)?;
    super::assets::all_own(world, call, &ids, "asset.download")?;
    let size: u64 = ids.iter().filter_map(|id| world.asset(*id)?.size).sum();
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let archives = if names.is_empty() { json!([]) } else { json!([{ "size": size, "assetIds": names }]) };
    Ok(Reply::created(&json!({ "totalSize": size, "archives": archives })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_file() {
        let part = |from, until| Some(Part::Bytes(from, until));

        assert_eq!(parse_range("bytes=0-9", 100), part(0, 10));
        assert_eq!(parse_range("bytes=90-", 100), part(90, 100));
        assert_eq!(parse_range("bytes=-5", 100), part(95, 100));
        assert_eq!(parse_range("bytes=50-500", 100), part(50, 100));
        assert_eq!(parse_range("bytes=100-", 100), Some(Part::Nothing));
        assert_eq!(parse_range("bytes=9-3", 100), Some(Part::Nothing));
        assert_eq!(parse_range("nonsense", 100), None);
    }
}
