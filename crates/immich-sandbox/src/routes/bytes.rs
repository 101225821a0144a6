//! Pictures themselves: originals as they are on disk now, and small stand-ins for thumbnails.

use std::io::{Read, Seek, SeekFrom};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{Route, assets::readable, needs};
use crate::{
    AssetId, AssetKind,
    call::{Call, Reply},
    media_type,
    problem::{Issue, Problem},
    world::World,
};

/// A grey JPEG of 8 by 8 pixels.
const GREY: &str = "/9j/4AAQSkZJRgABAgAAAQABAAD/wAALCAAIAAgBAREA/9sAQwAIBgYHBgUIBwcHCQkICgwUDQwLCwwZEhMPFB0aHx4dGhwcICQuJyAiLCMcHCg3KSwwMTQ0NB8nOT04MjwuMzQy/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/ACv/2Q==";

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
    let path = asset.disk_path.clone().ok_or_else(missing)?;
    let mut file = std::fs::File::open(&path).map_err(|_| missing())?;
    let about = file.metadata().map_err(|_| missing())?;
    let range = call.headers.get("range").and_then(|value| value.to_str().ok());
    let (from, until) = range.and_then(|text| parse_range(text, about.len())).unwrap_or((0, about.len()));
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from)).map_err(|_| missing())?;
    file.take(until - from).read_to_end(&mut bytes).map_err(|_| missing())?;
    let mut reply = Reply::bytes(&media_type::mime_of(&asset.original_file_name), bytes);
    if range.is_some() {
        reply.status = 206;
        let last = until.saturating_sub(1);
        reply.headers.push(("content-range", format!("bytes {from}-{last}/{}", about.len())));
    }
    reply.headers.push(("accept-ranges", "bytes".to_owned()));
    reply.headers.push(("cache-control", "private, max-age=86400, no-transform".to_owned()));
    if let Some(modified) = about.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok()) {
        reply.headers.push(("last-modified", modified.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()));
    }
    Ok(reply)
}

/// `bytes=0-99`, `bytes=100-`, `bytes=-100` as from and until.
fn parse_range(text: &str, length: u64) -> Option<(u64, u64)> {
    let (from, until) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (from, until) = match (from.parse::<u64>().ok(), until.parse::<u64>().ok()) {
        (Some(from), Some(last)) => (from, last + 1),
        (Some(from), None) => (from, length),
        (None, Some(count)) => (length.saturating_sub(count), length),
        (None, None) => return None,
    };
    (from < length).then(|| (from, until.min(length))).filter(|(from, until)| from < until)
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
    // A small picture is its own preview, so that similar pictures have similar thumbnails here too.
    let own = asset.disk_path.as_ref().filter(|_| asset.kind == AssetKind::Image);
    let own = own.filter(|_| web.contains(&extension.as_str())).and_then(|path| std::fs::read(path).ok());
    let mut reply = match own {
        Some(bytes) => Reply::bytes(&media_type::mime_of(&asset.original_file_name), bytes),
        None => Reply::bytes("image/jpeg", STANDARD.decode(GREY).unwrap_or_default()),
    };
    reply.headers.push(("cache-control", "private, max-age=86400, no-transform".to_owned()));
    Ok(reply)
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
        assert_eq!(parse_range("bytes=0-9", 100), Some((0, 10)));
        assert_eq!(parse_range("bytes=90-", 100), Some((90, 100)));
        assert_eq!(parse_range("bytes=-5", 100), Some((95, 100)));
        assert_eq!(parse_range("bytes=50-500", 100), Some((50, 100)));
        assert_eq!(parse_range("bytes=100-", 100), None);
        assert_eq!(parse_range("nonsense", 100), None);
    }
}
