//! What an export says of one photo: the item, and the facts about it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::albums::Album;
use super::catalogue::JsonRow;
use super::exports::part_name;
use super::gather::{Cluster, Edit, KIND, NONE, original};
use super::index::Index;
use super::names::{file_name, split};
use super::note::Flags;
use super::options::Partner;
use super::volume::Store;
use super::zone;
use crate::deeds::LocalPath;
use crate::import::sources::archive::Place;
use crate::import::sources::upload_name;
use crate::import::{
    AlbumKey, Facts, Item, ItemId, Kin, Locator, Media, Origin, Relation, SourceAlbum, Stamp, When,
};

/// The album of what a partner shared; no album of an export has such a name.
const PARTNER_ALBUM: &str = "\npartner";

impl Index {
    /// A photo as the pipeline sees it.
    pub(super) fn item(&self, cluster: &Cluster) -> Item {
        let json = self.json(cluster);
        let title = json.map_or("", |json| self.catalogue.title(json));
        let row = &self.catalogue.media[cluster.media as usize];
        let real = String::from_utf8_lossy(self.catalogue.name(row.name));
        let name = match cluster.edit {
            Edit::Version => file_name(&edited_title(title, &real), &real),
            Edit::None | Edit::Original => file_name(title, &real),
        };
        let motion = (cluster.motion != NONE).then(|| {
            let row = &self.catalogue.media[cluster.motion as usize];
            let own = String::from_utf8_lossy(self.catalogue.name(row.name));
            let (stem, extension) = (split(&name).0, split(&own).1);
            // `PXL_1.MP` belongs to `PXL_1.MP.jpg`.
            let own = if stem.ends_with(extension) { stem.to_owned() } else { format!("{stem}{extension}") };
            self.media(cluster.motion, &own)
        });
        let media = self.media(cluster.media, &name);
        let relations = match cluster.edit {
            Edit::None => Vec::new(),
            // Google shows the edited version.
            edit => {
                let key = original(&self.catalogue, cluster);
                vec![Relation { kin: Kin::Edited, key, rank: u32::from(edit == Edit::Original) }]
            }
        };
        let stamp = self.stamp(cluster, &media, motion.as_ref());
        Item { id: cluster.id, media, motion, about: Vec::new(), stamp, relations, stack: None }
    }

    /// Changes with the files, with what is said of them, and with the albums.
    fn stamp(&self, cluster: &Cluster, media: &Media, motion: Option<&Media>) -> Stamp {
        let mut parts: Vec<&[u8]> = vec![&media.stamp.0, media.name.as_bytes()];
        parts.push(motion.map_or(&[], |motion| &motion.stamp.0));
        parts.push(self.json(cluster).map_or(&[], |json| &json.digest));
        let partner = self.partner_album(cluster);
        for album in self.albums_of(cluster).map(|album| &album.source).chain(&partner) {
            parts.extend([album.key.0.as_bytes(), album.title.as_bytes(), album.description.as_bytes()]);
        }
        Stamp::of(parts)
    }

    /// A file as the pipeline sees it.
    fn media(&self, at: u32, name: &str) -> Media {
        let row = &self.catalogue.media[at as usize];
        let path = self.path(at);
        let place = &row.place;
        let (stamp, locator) = match self.store(row.folder) {
            Store::Folder => (place_stamp(place), Locator::File(path.path().to_owned())),
            Store::Zip(_) | Store::Tgz(_) => {
                let inner = self.catalogue.name(row.name);
                let numbers =
                    [place.at, place.packed, place.size, u64::from(place.sum)].map(u64::to_le_bytes);
                let stamp = Stamp::of([inner, &self.length(row.folder).to_le_bytes(), &numbers.concat()]);
                (stamp, Locator::Inside { archive: self.catalogue.volume_of(row.folder), entry: at })
            }
        };
        let modified = Timestamp::from_second(row.modified).unwrap_or(Timestamp::UNIX_EPOCH);
        Media { path, name: upload_name(name), kind: row.kind, size: place.size, modified, stamp, locator }
    }

    /// What is said of an item.
    pub(super) fn facts(&self, id: ItemId) -> Facts {
        let Ok(at) = self.gathered.clusters.binary_search_by_key(&id, |cluster| cluster.id) else {
            return Facts::default();
        };
        let cluster = &self.gathered.clusters[at];
        let mut facts = self.json(cluster).map_or_else(Facts::default, |json| self.said(json));
        let albums = self.albums_of(cluster).map(|album| album.source.key.clone());
        facts.tags_once = self.export_of(cluster).into_iter().collect();
        facts.albums = albums.chain(self.partner_album(cluster).map(|album| album.key)).collect();
        facts
    }

    /// The tag that names the export of a photo, `{takeout}/takeout-20240131T120000Z`, as people know it from another
    /// uploader.
    fn export_of(&self, cluster: &Cluster) -> Option<String> {
        let row = self.catalogue.media.get(cluster.media as usize).filter(|_| self.tags)?;
        let volume = self.catalogue.volumes.get(self.catalogue.volume_of(row.folder) as usize)?;
        let name = part_name(&volume.path.file_name()?.to_string_lossy());
        (!name.export.is_empty()).then(|| format!("{{takeout}}/{}", name.export))
    }

    /// What a JSON says, which counts for an edited version, too.
    fn said(&self, json: &JsonRow) -> Facts {
        let mut texts = self.catalogue.texts(json).skip(1);
        let position = json
            .position
            .map(|(latitude, longitude)| (f64::from(latitude) / 1e7, f64::from(longitude) / 1e7));
        let taken = json.taken.and_then(|second| Timestamp::from_second(second).ok());
        Facts {
            description: texts.next().map(str::to_owned),
            is_favourite: Some(json.flags.has(Flags::FAVOURITE)),
            is_archived: Some(json.flags.has(Flags::ARCHIVED) || json.flags.has(Flags::LOCKED)),
            position,
            taken: taken.map(|instant| When {
                instant,
                offset: position.and_then(|position| zone::offset_at(instant, position)),
                origin: Origin::Index,
            }),
            people: texts.map(str::to_owned).collect::<BTreeSet<_>>(),
            ..Facts::default()
        }
    }

    /// An album by its name.
    pub(super) fn album(&self, key: &AlbumKey) -> Option<SourceAlbum> {
        if let (PARTNER_ALBUM, Partner::Album(title)) = (key.0.as_str(), &self.partner) {
            return Some(partner_album(title));
        }
        self.albums.iter().find(|album| album.source.key == *key).map(|album| album.source.clone())
    }

    fn partner_album(&self, cluster: &Cluster) -> Option<SourceAlbum> {
        let Partner::Album(title) = &self.partner else { return None };
        let is_shared = self.json(cluster).is_some_and(|json| json.flags.has(Flags::PARTNER));
        is_shared.then(|| partner_album(title))
    }

    /// The albums that a photo is in.
    pub(super) fn albums_of(&self, cluster: &Cluster) -> impl Iterator<Item = &Album> {
        let (from, count) = (cluster.albums.0 as usize, cluster.albums.1 as usize);
        self.gathered.memberships[from..from + count].iter().map(|album| &self.albums[*album as usize])
    }

    /// The other files of a photo.
    pub(super) fn copies(&self, cluster: &Cluster) -> &[u32] {
        let (from, count) = (cluster.copies.0 as usize, cluster.copies.1 as usize);
        &self.gathered.copies[from..from + count]
    }

    /// What is said of a photo.
    pub(super) fn json(&self, cluster: &Cluster) -> Option<&JsonRow> {
        self.catalogue.jsons.get(cluster.json as usize)
    }

    /// How the part with a folder is read.
    pub(super) fn store(&self, folder: u32) -> &Store {
        &self.catalogue.volumes[self.catalogue.volume_of(folder) as usize].store
    }

    fn length(&self, folder: u32) -> u64 {
        match self.store(folder) {
            Store::Zip(zip) => zip.length(),
            Store::Tgz(tgz) => tgz.length(),
            Store::Folder => 0,
        }
    }

    /// Where a file is.
    pub(super) fn path(&self, media: u32) -> LocalPath {
        let row = &self.catalogue.media[media as usize];
        self.catalogue.path(row.folder, self.catalogue.name(row.name))
    }
}

fn partner_album(title: &str) -> SourceAlbum {
    SourceAlbum {
        key: AlbumKey(PARTNER_ALBUM.to_owned()),
        title: title.to_owned(),
        description: String::new(),
    }
}

/// The stamp of a file on the disk.
pub(super) fn place_stamp(place: &Place) -> Stamp {
    Stamp::of([
        KIND.as_bytes(),
        &place.at.to_le_bytes(),
        &place.packed.to_le_bytes(),
        &place.size.to_le_bytes(),
    ])
}

/// The title of the edited version of a photo: with what its file has more than that of the photo.
fn edited_title(title: &str, real: &str) -> String {
    let real_stem = split(real).0;
    match (real_stem.rfind('-'), split(title)) {
        (Some(dash), (stem, extension)) if !stem.is_empty() => {
            format!("{stem}{}{extension}", &real_stem[dash..])
        }
        _ => real.to_owned(),
    }
}
