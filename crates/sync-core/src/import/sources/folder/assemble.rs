//! Which files of a folder belong together: a photo, the sidecars beside it, and the video that may be its moving half.
//!
//! Pure: from the names of one folder, in the order of [`super::dir::by_letters`]. Names are compared without the case of
//! their letters, but where two differ in nothing else, the one that is equal to the letter is meant.

use super::super::kinds::extension_of;
use super::dir::Entry;
use super::filter::is_pixel_motion;
use super::relations::{shot, stem};
use crate::import::{MediaKind, SkipKind};

/// What a file is to the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// A photo or video.
    Media(MediaKind),
    /// XMP.
    Xmp,
    /// JSON.
    Json,
    /// Neither, and why.
    Left(SkipKind, Option<String>),
    /// Something that was told of already.
    Told,
}

/// Files of a folder with what they are.
pub(super) struct Names<'a> {
    pub(super) files: &'a [Entry],
    pub(super) roles: &'a [Role],
}

/// What belongs to whom, by the places in the list of files.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Belongings {
    /// A sidecar and its photo; in the order of sidecars, and XMP and JSON at most once for each photo.
    pub(super) sidecars: Vec<(usize, usize)>,
    /// Sidecars of nothing, and why.
    pub(super) orphans: Vec<(usize, &'static str)>,
    /// A video and a picture that may be one Live Photo.
    pub(super) pairs: Vec<(usize, usize)>,
}

const NO_PHOTO: &str = "there is no photo of this name beside it";
const SEVERAL: &str = "several photos beside it have this name";
const ANOTHER: &str = "another sidecar of this photo comes first";

impl Names<'_> {
    /// What belongs to whom.
    pub(super) fn belongings(&self) -> Belongings {
        let mut found = Belongings::default();
        // Photo, what kind of sidecar, how good the name fits, sidecar.
        let mut claims = Vec::new();
        for (at, role) in self.roles.iter().enumerate() {
            let name = &*self.files[at].name;
            match role {
                Role::Xmp | Role::Json => match self.owner(name, *role == Role::Json) {
                    Ok((photo, rank)) => claims.push((photo, *role == Role::Json, rank, at)),
                    Err(why) => found.orphans.push((at, why)),
                },
                Role::Media(MediaKind::Video) => {
                    found.pairs.extend(self.pictures_of(name).into_iter().map(|picture| (at, picture)));
                }
                Role::Media(_) | Role::Left(..) | Role::Told => {}
            }
        }
        claims.sort_unstable();
        let mut last = None;
        for (photo, is_json, _, at) in claims {
            if last == Some((photo, is_json)) {
                found.orphans.push((at, ANOTHER));
            } else {
                found.sidecars.push((at, photo));
            }
            last = Some((photo, is_json));
        }
        found
    }

    /// The photo of a sidecar, and how well its name fits: 0 for the whole name, 1 for the name without extension.
    fn owner(&self, sidecar: &[u8], is_json: bool) -> Result<(usize, u8), &'static str> {
        let base = stem(sidecar);
        if let Some(photo) = self.media_named(base) {
            return Ok((photo, 0));
        }
        if is_json && let Some(photo) = google_names(base).iter().find_map(|name| self.media_named(name)) {
            return Ok((photo, 0));
        }
        let all = self.with_stem(base);
        let exact: Vec<usize> =
            all.iter().copied().filter(|at| stem(&self.files[*at].name) == base).collect();
        let mine = if exact.is_empty() { all } else { exact };
        let of = |wanted: &dyn Fn(MediaKind) -> bool| {
            let kind = |at: &usize| matches!(self.roles[*at], Role::Media(kind) if wanted(kind));
            mine.iter().copied().filter(kind).collect::<Vec<_>>()
        };
        let (raw, pictures) = (of(&|kind| kind == MediaKind::Raw), of(&|kind| kind != MediaKind::Video));
        match (mine.as_slice(), pictures.as_slice(), raw.as_slice()) {
            ([], ..) => Err(NO_PHOTO),
            // The sidecar of a pair belongs to the raw file, as Lightroom has it; that of a Live Photo to its picture.
            ([one], ..) | (_, [one], _) | (_, _, [one]) => Ok((*one, 1)),
            _ => Err(SEVERAL),
        }
    }

    /// The photo or video of this name; of several that differ in the case of letters, none unless one is equal.
    fn media_named(&self, name: &[u8]) -> Option<usize> {
        let start = self.files.partition_point(|file| letters(&file.name, name).is_lt());
        let equal = (start..self.files.len()).take_while(|at| letters(&self.files[*at].name, name).is_eq());
        let media: Vec<usize> = equal.filter(|at| matches!(self.roles[*at], Role::Media(_))).collect();
        let exact = media.iter().find(|at| *self.files[**at].name == *name);
        exact.or(if media.len() == 1 { media.first() } else { None }).copied()
    }

    /// Photos and videos with this name before the extension.
    pub(super) fn with_stem(&self, name: &[u8]) -> Vec<usize> {
        let length = name.len();
        self.beginning_with(name).filter(|at| stem(&self.files[*at].name).len() == length).collect()
    }

    /// Kinds and extensions of all photos of one shot.
    pub(super) fn formats(&self, name: &[u8]) -> Vec<(MediaKind, Vec<u8>)> {
        let lower = stem(name).to_ascii_lowercase();
        let wanted = shot(&lower);
        let same = |at: &usize| shot(&stem(&self.files[*at].name).to_ascii_lowercase()) == wanted;
        let shots = self.beginning_with(wanted).filter(same);
        let format = |at: usize| match self.roles[at] {
            Role::Media(kind) => Some((kind, extension_of(&self.files[at].name)?.to_vec())),
            _ => None,
        };
        shots.filter_map(format).collect()
    }

    /// Whether there is a picture with this name before the extension.
    pub(super) fn is_picture(&self, name: &[u8]) -> bool {
        let picture = |at: &usize| !matches!(self.roles[*at], Role::Media(MediaKind::Video));
        self.with_stem(name).iter().any(picture)
    }

    /// Photos and videos whose name is this, a dot and anything.
    fn beginning_with(&self, name: &[u8]) -> impl Iterator<Item = usize> {
        let prefix = [name, b"."].concat();
        let start = self.files.partition_point(|file| letters(&file.name, &prefix).is_lt());
        let rest = (start..self.files.len()).take_while(move |at| {
            self.files[*at].name.get(..prefix.len()).is_some_and(|first| first.eq_ignore_ascii_case(&prefix))
        });
        rest.filter(|at| matches!(self.roles[*at], Role::Media(_)))
    }

    /// Pictures that this video may be the moving half of, as far as names go.
    fn pictures_of(&self, video: &[u8]) -> Vec<usize> {
        let end = extension_of(video).unwrap_or_default().to_ascii_lowercase();
        if !matches!(&*end, b"mov" | b"mp4" | b"mp" | b"mv") {
            return Vec::new();
        }
        let mut pictures = if is_pixel_motion(video) { self.with_stem(video) } else { Vec::new() };
        pictures.extend(self.with_stem(stem(video)));
        pictures.retain(|at| self.roles[*at] == Role::Media(MediaKind::Image));
        pictures
    }
}

/// The order of names without the case of their letters.
fn letters(one: &[u8], other: &[u8]) -> std::cmp::Ordering {
    let lower = |byte: &u8| byte.to_ascii_lowercase();
    one.iter().map(lower).cmp(other.iter().map(lower))
}

/// Names of photos that Google's name of a JSON, without `.json`, may belong to: `a.jpg.supplemental-met` and
/// `a.jpg.supplemental-metadata(1)` stand for `a.jpg` and `a(1).jpg`.
fn google_names(base: &[u8]) -> Vec<Vec<u8>> {
    const SUPPLEMENTAL: &[u8] = b"supplemental-metadata";
    let (inner, number) = match base.iter().rposition(|byte| *byte == b'(') {
        Some(open)
            if base.ends_with(b")") && base[open + 1..base.len() - 1].iter().all(u8::is_ascii_digit) =>
        {
            base.split_at(open)
        }
        _ => (base, &b""[..]),
    };
    let end = extension_of(inner).unwrap_or_default();
    let is_cut = !end.is_empty() && SUPPLEMENTAL.starts_with(&end.to_ascii_lowercase());
    let names = [Some(inner), is_cut.then(|| stem(inner))];
    let numbered = |name: &[u8]| [stem(name), number, &name[stem(name).len()..]].concat();
    names.into_iter().flatten().map(numbered).filter(|name| name != base).collect()
}

#[cfg(test)]
mod tests {
    use super::super::dir::by_letters;
    use super::*;
    use crate::import::Stamp;
    use crate::import::sources::kinds::kind_of;

    fn role(name: &[u8]) -> Role {
        match extension_of(name) {
            Some(end) if end.eq_ignore_ascii_case(b"xmp") => Role::Xmp,
            Some(end) if end.eq_ignore_ascii_case(b"json") => Role::Json,
            _ => kind_of(name).map_or(Role::Left(SkipKind::NotMedia, None), Role::Media),
        }
    }

    type Pairs = Vec<(String, String)>;

    /// Sidecars with their photos, and the videos with the pictures that they may belong to.
    fn belongings(names: &[&str]) -> (Pairs, Pairs) {
        let (modified, stamp) = (jiff::Timestamp::UNIX_EPOCH, Stamp([0; 16]));
        let entry = |name: &&str| Entry { name: name.as_bytes().into(), size: 1, modified, stamp };
        let mut files: Vec<Entry> = names.iter().map(entry).collect();
        files.sort_unstable_by(|one, other| by_letters(&one.name, &other.name));
        let roles: Vec<Role> = files.iter().map(|file| role(&file.name)).collect();
        let found = Names { files: &files, roles: &roles }.belongings();
        let count = roles.iter().filter(|role| matches!(role, Role::Xmp | Role::Json)).count();
        assert_eq!(found.sidecars.len() + found.orphans.len(), count, "each sidecar once");
        let name = |at: usize| String::from_utf8(files[at].name.to_vec()).unwrap();
        let named = |list: Vec<(usize, usize)>| {
            list.into_iter().map(|(one, other)| (name(one), name(other))).collect::<Vec<_>>()
        };
        (named(found.sidecars), named(found.pairs))
    }

    fn owner(names: &[&str], sidecar: &str) -> Option<String> {
        belongings(names).0.into_iter().find(|(name, _)| name == sidecar).map(|(_, photo)| photo)
    }

    #[test]
    fn the_whole_name_comes_before_the_stem() {
        let names = ["a.jpg", "a.jpg.xmp", "a.xmp", "b.JPG", "B.jpg.XMP", "c.jpg", "c.XMP"];

        assert_eq!(owner(&names, "a.jpg.xmp").as_deref(), Some("a.jpg"));
        assert_eq!(owner(&names, "a.xmp"), None, "the other one comes first");
        assert_eq!(owner(&names, "B.jpg.XMP").as_deref(), Some("b.JPG"));
        assert_eq!(owner(&names, "c.XMP").as_deref(), Some("c.jpg"));
    }

    #[test]
    fn a_stem_that_several_share_is_the_raw_files_or_the_pictures() {
        assert_eq!(owner(&["a.CR2", "a.jpg", "a.xmp"], "a.xmp").as_deref(), Some("a.CR2"));
        assert_eq!(owner(&["a.HEIC", "a.MOV", "a.xmp"], "a.xmp").as_deref(), Some("a.HEIC"));
        assert_eq!(owner(&["a.HEIC", "a.jpg", "a.xmp"], "a.xmp"), None);
        assert_eq!(owner(&["a.jpg", "A.JPG", "A.xmp"], "A.xmp").as_deref(), Some("A.JPG"));
        assert_eq!(owner(&["a.jpg", "A.JPG", "a.JPG.xmp"], "a.JPG.xmp"), None, "neither is meant for sure");
        assert_eq!(owner(&["b.jpg", "a.xmp"], "a.xmp"), None);
    }

    #[test]
    fn json_has_many_names() {
        let names = ["a.jpg", "b.jpg", "b(1).jpg", "c.jpg", "d.jpg", "e.tar.jpg"];
        for (json, photo) in [
            ("a.jpg.json", "a.jpg"),
            ("a.JSON", "a.jpg"),
            ("a.jpg.supplemental-metadata.json", "a.jpg"),
            ("b.jpg.supplemental-metadata(1).json", "b(1).jpg"),
            ("b.jpg(1).json", "b(1).jpg"),
            ("c.jpg.supplemental-me.json", "c.jpg"),
            ("e.tar.jpg.s.json", "e.tar.jpg"),
        ] {
            let all: Vec<&str> = names.iter().copied().chain([json]).collect();
            assert_eq!(owner(&all, json).as_deref(), Some(photo), "{json}");
        }
        assert_eq!(owner(&["a.jpg", "metadata.json"], "metadata.json"), None);
    }

    #[test]
    fn halves_that_may_belong_together_have_one_name() {
        let pair = |video: &str, picture: &str| vec![(video.to_owned(), picture.to_owned())];

        assert_eq!(belongings(&["a.HEIC", "a.MOV", "b.MOV"]).1, pair("a.MOV", "a.HEIC"));
        assert_eq!(belongings(&["P.MP", "P.MP.jpg"]).1, pair("P.MP", "P.MP.jpg"));
        assert_eq!(belongings(&["a.CR2", "a.MOV", "c.avi", "c.jpg"]).1, []);
    }
}
