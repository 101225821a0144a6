//! A library of mixed containers, small files and some of megabytes, and a server that keeps changing its mind.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use fastrand::Rng;
use immich_sandbox::{AssetId, FaceBox, PersonId, Sandbox, Scenario, SourceType, Version};
use photo_metadata::structure::{PayloadDigest, examine};
use sample_pictures::{Exif, Kind, Picture, Video};
use tempfile::TempDir;

use super::super::files;
use super::super::program::SERVER_ROOT;
use super::super::reading::{NAMED, read};
use super::super::told::{Told, introduce};

/// Small files of the library.
const SMALL: usize = 36;

/// Small files that get new data in a round; every other time a big one does too.
const CHOSEN: usize = 5;

/// As darktable would leave it.
const SIDECAR: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:darktable="http://darktable.sf.net/" darktable:auto_presets_applied="1">
   <darktable:history><rdf:Seq><rdf:li darktable:num="0" darktable:params="c0ffee"/></rdf:Seq></darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"#;

/// One original.
pub(crate) struct Photo {
    /// From the folder of the library on.
    pub(crate) file: PathBuf,
    /// What the server says of it now.
    pub(crate) told: Option<Told>,
    /// What must never change in it, as we count it.
    pub(crate) payload: PayloadDigest,
    /// The same as ExifTool counts it; empty where it cannot.
    pub(crate) hash: String,
    asset: AssetId,
    first: Vec<u8>,
}

/// The library, its server, and the state of the program.
pub(crate) struct Stage {
    /// The originals.
    pub(crate) photos: Vec<Photo>,
    /// The server.
    pub(crate) sandbox: Sandbox,
    /// Whether the originals are written in place, so that a kill may leave one half written until the next run.
    pub(crate) in_place: bool,
    folder: TempDir,
    people: Vec<PersonId>,
    numbers: std::ops::RangeFrom<u64>,
    states: u32,
}

impl Stage {
    /// 36 small files of many containers and 4 of 2 to 4 MB, in which a kill finds a copy half written.
    pub(crate) fn library(judge: &Path, seed: u64) -> anyhow::Result<Self> {
        Self::set(judge, |root| {
            let small = sample_pictures::library(root, SMALL, seed)?;
            let mut all: Vec<PathBuf> = small.into_iter().map(|file| file.relative_path).collect();
            for (name, picture) in big() {
                let relative = Path::new("big").join(name);
                picture.write_to(root.join(&relative))?;
                all.push(relative);
            }
            Ok(all)
        })
    }

    /// One file of this kind.
    pub(crate) fn one(judge: &Path, kind: Kind) -> anyhow::Result<Self> {
        Self::set(judge, |root| {
            let relative = PathBuf::from(format!("photo.{}", kind.extension()));
            let picture = Picture::new(kind).size(320, 240).seed(5);
            let picture = if kind.holds_exif() { picture.exif(exif()) } else { picture };
            picture.write_to(root.join(&relative))?;
            Ok(vec![relative])
        })
    }

    /// The same, whose files will be written in place.
    pub(crate) fn in_place(self) -> Self {
        Self { in_place: true, ..self }
    }

    /// A sidecar of another program beside its photo; the sidecar is what is written.
    pub(crate) fn sidecar(judge: &Path) -> anyhow::Result<Self> {
        let mut stage = Self::one(judge, Kind::Jpeg)?;
        let (root, photo) = (stage.root(), &mut stage.photos[0]);
        photo.file.as_mut_os_string().push(".xmp");
        let path = root.join(&photo.file);
        fs::write(&path, SIDECAR)?;
        (photo.first, photo.payload) = (SIDECAR.as_bytes().to_vec(), examine(&path)?.payload);
        photo.hash = String::new();
        Ok(stage)
    }

    fn set(judge: &Path, make: impl FnOnce(&Path) -> anyhow::Result<Vec<PathBuf>>) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let root = folder.path().canonicalize()?.join("library");
        fs::create_dir(&root)?;
        let mut made = make(&root)?;
        made.sort();
        let mut scenario = Scenario::new(Version::V3_0_3);
        let people = introduce(&mut scenario);
        let library = scenario.external_library(SERVER_ROOT, &root);
        let paths: Vec<PathBuf> = made.iter().map(|file| root.join(file)).collect();
        let readings = read(judge, &paths, &NAMED)?;
        let mut photos = Vec::new();
        for (file, path) in made.into_iter().zip(paths) {
            let asset = scenario.asset_file(&library, &file.to_string_lossy());
            let face = FaceBox::default();
            let asset = asset.face(None, face, SourceType::MachineLearning);
            let asset = asset.face(None, face, SourceType::MachineLearning).id();
            let (first, payload) = (fs::read(&path)?, examine(&path)?.payload);
            let hash = readings[&path].text("File:ImageDataHash");
            photos.push(Photo { file, told: None, payload, hash, asset, first });
        }
        let sandbox = Sandbox::start(scenario)?;
        Ok(Self { photos, sandbox, in_place: false, folder, people, numbers: 1.., states: 0 })
    }

    /// Where the originals are.
    pub(crate) fn root(&self) -> PathBuf {
        let folder = self.folder.path();
        folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join("library")
    }

    /// The folder of the program's state.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join(format!("state-{}", self.states))
    }

    /// A place for other things.
    pub(crate) fn aside(&self) -> &Path {
        self.folder.path()
    }

    /// From now on the program knows nothing of earlier runs.
    pub(crate) fn forget(&mut self) {
        self.states += 1;
    }

    /// Gives some photos new data on the server, and half of them their first version back; which ones.
    pub(crate) fn vary(&mut self, random: &mut Rng) -> anyhow::Result<Vec<usize>> {
        let big = |photo: &Photo| photo.file.starts_with("big");
        let mut small: Vec<usize> =
            (0..self.photos.len()).filter(|index| !big(&self.photos[*index])).collect();
        let large: Vec<usize> = (0..self.photos.len()).filter(|index| big(&self.photos[*index])).collect();
        random.shuffle(&mut small);
        small.truncate(CHOSEN);
        if random.bool() {
            small.extend(random.choice(large));
        }
        small.sort_unstable();
        for index in &small {
            self.change(*index, random.bool())?;
        }
        Ok(small)
    }

    /// Gives one photo new data on the server, and its first version back if asked for.
    pub(crate) fn change(&mut self, index: usize, restore: bool) -> anyhow::Result<()> {
        let (root, number) = (self.root(), self.numbers.next().unwrap_or_default());
        let photo = &mut self.photos[index];
        if restore {
            let path = root.join(&photo.file);
            fs::write(&path, &photo.first).with_context(|| path.display().to_string())?;
        }
        let told = Told::number(number)?;
        self.sandbox.edit(photo.asset, |asset| told.put(asset, &self.people))?;
        photo.told = Some(told);
        Ok(())
    }

    /// Everything in the library, byte for byte.
    pub(crate) fn snapshot(&self) -> anyhow::Result<BTreeMap<PathBuf, Vec<u8>>> {
        files::contents(&self.root())
    }
}

fn exif() -> Exif {
    Exif::new().camera("Sample", "One").taken("2024:07:01 12:00:00").offset("+02:00")
}

/// Files whose copies take a while to be written.
fn big() -> [(&'static str, Picture); 4] {
    let frames = |frames| Video { created: Some(1_720_000_000), frames, ..Video::default() };
    let film = Picture::new(Kind::Mp4).size(320, 240).video(frames(300)).build();
    let padding = vec![0x5a; 2_000_000];
    [
        (
            "motion.jpg",
            Picture::new(Kind::Jpeg).size(640, 480).exif(exif()).motion_photo([film, padding].concat()),
        ),
        ("scan.tif", Picture::new(Kind::Tiff).size(1200, 1000).exif(exif())),
        ("shot.png", Picture::new(Kind::Png).size(1400, 900)),
        ("clip.mov", Picture::new(Kind::Mov).size(320, 240).video(frames(200))),
    ]
}
