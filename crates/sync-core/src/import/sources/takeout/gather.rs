//! Photos of an export become items: what belongs together in each folder, and the same photo in several folders once.

use std::collections::BTreeSet;

use super::albums::Album;
use super::catalogue::{Catalogue, MediaRow, count};
use super::matching::{Bond, Json, Matched, Photo, match_folder};
use crate::import::ItemId;

/// Stands for no row.
pub(super) const NONE: u32 = u32::MAX;
/// What this source is called in the ledger.
pub(super) const KIND: &str = "google-takeout";

/// A photo of the export with all its copies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cluster {
    pub(super) id: ItemId,
    /// The copy that is sent.
    pub(super) media: u32,
    /// What is said of it.
    pub(super) json: u32,
    /// Its moving half.
    pub(super) motion: u32,
    /// The file that it is an edited version of, or its own.
    pub(super) owner: u32,
    /// Whether it is an edited version, or the original of one.
    pub(super) edit: Edit,
    /// Its albums: so many from there on in [`Gathered::memberships`].
    pub(super) albums: (u32, u32),
    /// The other files of it: so many from there on in [`Gathered::copies`].
    pub(super) copies: (u32, u32),
}

/// What a photo has to do with editing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Edit {
    None,
    Original,
    Version,
}

/// All items of an export.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// In the order of their ids.
    pub(super) clusters: Vec<Cluster>,
    /// Numbers of albums.
    pub(super) memberships: Vec<u32>,
    /// Files that are the same photo as another.
    pub(super) copies: Vec<u32>,
    /// Of each JSON, whether it is about a photo.
    pub(super) used: Vec<bool>,
    /// Photos of other products of Google.
    pub(super) elsewhere: Vec<u32>,
}

/// A photo in one folder.
#[derive(Debug, Clone, Copy)]
struct Piece {
    id: ItemId,
    media: u32,
    json: u32,
    motion: u32,
    owner: u32,
    edit: Edit,
    group: u32,
    is_in_album: bool,
}

/// Finds out what belongs together.
pub(super) fn gather(catalogue: &Catalogue, albums: &[Album]) -> Gathered {
    let mut gathered = Gathered { used: vec![false; catalogue.jsons.len()], ..Gathered::default() };
    let mut pieces = pieces(catalogue, albums, &mut gathered);
    pieces.sort_unstable_by_key(|piece| {
        let row = &catalogue.media[piece.media as usize];
        (piece.id, piece.is_in_album, catalogue.volume_of(row.folder), row.place.at, piece.media)
    });
    let mut at = 0;
    while at < pieces.len() {
        let run = pieces[at..].iter().take_while(|piece| piece.id == pieces[at].id).count();
        cluster(catalogue, albums, &pieces[at..at + run], &mut gathered);
        at += run;
    }
    gathered.clusters.sort_unstable_by_key(|cluster| cluster.id);
    gathered.clusters.shrink_to_fit();
    gathered
}

/// The photos of all folders with their JSON.
fn pieces(catalogue: &Catalogue, albums: &[Album], gathered: &mut Gathered) -> Vec<Piece> {
    let products = products(catalogue);
    let mut media = by_group(catalogue.media.iter().map(|row| catalogue.group_of(row.folder)));
    let jsons = by_group(catalogue.jsons.iter().map(|row| catalogue.group_of(row.folder)));
    media.sort_unstable_by_key(|(group, at)| {
        (*group, catalogue.name(catalogue.media[*at as usize].name), *at)
    });
    let mut pieces = Vec::with_capacity(media.len());
    let mut from = 0;
    while from < media.len() {
        let group = media[from].0;
        let to = from + media[from..].iter().take_while(|(other, _)| *other == group).count();
        let rows: Vec<u32> = media[from..to].iter().map(|(_, at)| *at).collect();
        from = to;
        if !is_of_photos(catalogue, &products, group) {
            gathered.elsewhere.extend(rows);
            continue;
        }
        let start = jsons.partition_point(|(other, _)| *other < group);
        let about: Vec<u32> =
            jsons[start..].iter().take_while(|(other, _)| *other == group).map(|(_, at)| *at).collect();
        let is_in_album = albums.binary_search_by_key(&group, |album| album.group).is_ok();
        folder(catalogue, &rows, &about, group, is_in_album, gathered, &mut pieces);
    }
    pieces
}

/// Rows with their folder, in the order of the folders.
fn by_group(groups: impl Iterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut rows: Vec<(u32, u32)> = groups.zip(0..).collect();
    rows.sort_unstable();
    rows
}

/// Makes pieces of one folder.
fn folder(
    catalogue: &Catalogue,
    rows: &[u32],
    about: &[u32],
    group: u32,
    is_in_album: bool,
    gathered: &mut Gathered,
    pieces: &mut Vec<Piece>,
) {
    let matched = matched(catalogue, rows, about);
    for (json, used) in about.iter().zip(&matched.used) {
        gathered.used[*json as usize] |= used;
    }
    let json_of = |at: usize| match matched.bonds[at] {
        Bond::Own(json) => about[json],
        _ => NONE,
    };
    let mut of_owner = vec![(NONE, false); rows.len()];
    for (at, bond) in matched.bonds.iter().enumerate() {
        match *bond {
            Bond::MotionOf(owner) => of_owner[owner].0 = rows[at],
            Bond::EditedOf(owner) => of_owner[owner].1 = true,
            Bond::Own(_) | Bond::Alone => {}
        }
    }
    for (at, bond) in matched.bonds.iter().enumerate() {
        let (owner, edit) = match *bond {
            Bond::MotionOf(_) => continue,
            Bond::EditedOf(owner) => (owner, Edit::Version),
            Bond::Own(_) | Bond::Alone => (at, if of_owner[at].1 { Edit::Original } else { Edit::None }),
        };
        let json = json_of(owner);
        let original = id_of(catalogue, rows[owner], json);
        let id = match edit {
            Edit::Version => ItemId::of(KIND, &[b"edited", &original.0[..]].concat()),
            Edit::None | Edit::Original => original,
        };
        pieces.push(Piece {
            id,
            media: rows[at],
            json,
            motion: of_owner[at].0,
            owner: rows[owner],
            edit,
            group,
            is_in_album,
        });
    }
}

/// Finds out what belongs together in one folder.
fn matched(catalogue: &Catalogue, rows: &[u32], about: &[u32]) -> Matched {
    let names: Vec<_> =
        rows.iter().map(|at| String::from_utf8_lossy(catalogue.name(media(catalogue, *at).name))).collect();
    let json_names: Vec<_> = about
        .iter()
        .map(|at| String::from_utf8_lossy(catalogue.json_name(&catalogue.jsons[*at as usize])))
        .collect();
    let photo = |(at, name): (u32, _)| {
        let row = media(catalogue, at);
        Photo { name, kind: row.kind, size: row.place.size, volume: catalogue.volume_of(row.folder) }
    };
    let json = |(at, name): (usize, _)| {
        let row = &catalogue.jsons[at];
        Json { name, title: catalogue.title(row), volume: catalogue.volume_of(row.folder) }
    };
    let photos: Vec<Photo<'_>> =
        rows.iter().copied().zip(names.iter().map(|name| &**name)).map(photo).collect();
    let jsons: Vec<Json<'_>> =
        about.iter().map(|at| *at as usize).zip(json_names.iter().map(|name| &**name)).map(json).collect();
    match_folder(&photos, &jsons)
}

/// The copies of one photo, or of several that have one address and other bytes.
fn cluster(catalogue: &Catalogue, albums: &[Album], run: &[Piece], gathered: &mut Gathered) {
    let mut taken = vec![false; run.len()];
    for first in 0..run.len() {
        if taken[first] {
            continue;
        }
        let mut piece = run[first];
        let mut of_albums = BTreeSet::new();
        let copies_from = count(gathered.copies.len());
        for (at, other) in run.iter().enumerate().skip(first) {
            if taken[at] || !are_same(media(catalogue, piece.media), media(catalogue, other.media)) {
                continue;
            }
            taken[at] = true;
            if let Ok(album) = albums.binary_search_by_key(&other.group, |album| album.group) {
                of_albums.insert(count(album));
            }
            if at != first {
                gathered.copies.push(other.media);
            }
            if piece.motion == NONE {
                piece.motion = other.motion;
            } else if at != first && other.motion != NONE {
                gathered.copies.push(other.motion);
            }
            piece.edit = piece.edit.max(other.edit);
        }
        if first > 0 {
            let place = media(catalogue, piece.media).place;
            let bytes = [&piece.id.0[..], &place.size.to_le_bytes(), &place.sum.to_le_bytes()].concat();
            piece.id = ItemId::of(KIND, &bytes);
        }
        let albums_from = count(gathered.memberships.len());
        gathered.memberships.extend(&of_albums);
        gathered.clusters.push(Cluster {
            id: piece.id,
            media: piece.media,
            json: piece.json,
            motion: piece.motion,
            owner: piece.owner,
            edit: piece.edit,
            albums: (albums_from, count(of_albums.len())),
            copies: (copies_from, count(gathered.copies.len()) - copies_from),
        });
    }
}

/// Whether two files that Google knows under one address are equal, as far as can be told without reading them.
fn are_same(one: &MediaRow, other: &MediaRow) -> bool {
    let (one, other) = (&one.place, &other.place);
    // A file on the disk has no sum.
    one.size == other.size && (one.sum == other.sum || one.sum == 0 || other.sum == 0)
}

/// What a photo and its edited versions have in common.
pub(super) fn original(catalogue: &Catalogue, cluster: &Cluster) -> ItemId {
    id_of(catalogue, cluster.owner, cluster.json)
}

/// Who a photo is: its address at Google, or else its path with its sum, so that other bytes are another photo.
fn id_of(catalogue: &Catalogue, at: u32, json: u32) -> ItemId {
    let url = catalogue.jsons.get(json as usize).map_or([0; 16], |row| row.url);
    if url != [0; 16] {
        return ItemId::of(KIND, &[b"url", &url[..]].concat());
    }
    let row = media(catalogue, at);
    let group = &catalogue.groups[catalogue.group_of(row.folder) as usize].key;
    let (size, sum) = (row.place.size.to_le_bytes(), row.place.sum.to_le_bytes());
    ItemId::of(KIND, &[b"path", &group[..], b"/", catalogue.name(row.name), b"\0", &size, &sum].concat())
}

fn media(catalogue: &Catalogue, at: u32) -> &MediaRow {
    &catalogue.media[at as usize]
}

/// What the folders with photos of Google Photos lie in: it has another name in each language, and none in a part of an
/// export that was unpacked from there on.
fn products(catalogue: &Catalogue) -> BTreeSet<(u32, &[u8])> {
    catalogue
        .jsons
        .iter()
        .map(|json| {
            let group = &catalogue.groups[catalogue.group_of(json.folder) as usize];
            (group.export, names(&group.key).0)
        })
        .collect()
}

/// Whether a folder is of Google Photos. Without any JSON that cannot be told, and everything is.
fn is_of_photos(catalogue: &Catalogue, products: &BTreeSet<(u32, &[u8])>, group: u32) -> bool {
    let group = &catalogue.groups[group as usize];
    let (above, own) = names(&group.key);
    let mut of_export = products.iter().filter(|(export, _)| *export == group.export).peekable();
    of_export.peek().is_none() || of_export.any(|(_, product)| *product == above || *product == own)
}

/// The names of the folder above and of the folder.
fn names(key: &[u8]) -> (&[u8], &[u8]) {
    match key.iter().position(|byte| *byte == b'/') {
        Some(slash) => (&key[..slash], &key[slash + 1..]),
        None => (&[], key),
    }
}
