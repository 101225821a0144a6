//! Where a trial takes place: a server, a library of photos in a folder each, a state and a log.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use immich_sandbox::{Sandbox, Scenario, Version};
use sample_pictures::{Exif, Kind, Picture, Video};
use tempfile::TempDir;

use super::super::files;
use super::super::kills::sweep::has_tracer;
use super::super::program::{Program, SERVER_ROOT};
use super::disk::{Disk, run};

/// An unprivileged user.
const NOBODY: &str = "65534";

/// KiB of the file systems; the photos take less than half of the library's.
const SIZE: u64 = 16 << 10;

/// 40 ms before each `fsync`.
const DELAY: &str = "inject=fsync:delay_enter=40000";

/// One of the three folders that the program uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The originals.
    Library,
    /// The state, the cache of albums in it.
    State,
    /// The log file.
    Log,
}

/// Everything in a folder, byte for byte.
pub(super) type Snapshot = BTreeMap<PathBuf, Vec<u8>>;

/// A server, a library, a state and a log.
pub(super) struct Ground {
    /// The small file system, if one of the places has one.
    pub(super) disk: Option<Disk>,
    /// Whether the program runs as an unprivileged user.
    pub(super) is_nobody: bool,
    sandbox: Sandbox,
    folder: TempDir,
}

impl Ground {
    /// A library of new photos. With a place, that one gets a file system of so many inodes.
    pub(super) fn new(on_disk: Option<(Place, u32)>) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let mount = |(place, inodes): (Place, u32)| Disk::mount(&above(folder.path(), place), SIZE, inodes);
        let disk = on_disk.map(mount).transpose()?;
        for place in [Place::Library, Place::State, Place::Log] {
            fs::create_dir_all(above(folder.path(), place).join("in"))?;
        }
        let root = above(folder.path(), Place::Library).join("in");
        let mut scenario = Scenario::new(Version::V3_0_3);
        let library = scenario.external_library(SERVER_ROOT, &root);
        for (number, (name, picture)) in photos().into_iter().enumerate() {
            let relative = format!("{number:02}/{name}");
            let path = root.join(&relative);
            fs::create_dir(path.parent().context("a folder of its own")?)?;
            picture.write_to(&path)?;
            set_time(&path)?;
            let caption = format!("Caption {number}");
            scenario.asset_file(&library, &relative).description(caption.as_str()).rating(4);
        }
        let sandbox = Sandbox::start(scenario)?;
        Ok(Self { disk, is_nobody: false, sandbox, folder })
    }

    /// The folder of a place; the mount, if it has one, is above it.
    pub(super) fn path(&self, place: Place) -> PathBuf {
        above(self.folder.path(), place).join("in")
    }

    /// A folder for other things, on the file system of the temporary files.
    pub(super) fn aside(&self) -> &Path {
        self.folder.path()
    }

    /// All files of the library.
    pub(super) fn snapshot(&self) -> anyhow::Result<Snapshot> {
        files::contents(&self.path(Place::Library))
    }

    /// Puts an original back as it was at first.
    pub(super) fn restore(&self, relative: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.path(Place::Library).join(relative);
        fs::write(&path, bytes).with_context(|| path.display().to_string())?;
        set_time(&path)
    }

    /// The program, writing with its log.
    pub(super) fn command(&self, program: &Program) -> Command {
        let (library, state) = (self.path(Place::Library), self.path(Place::State));
        let mut command = if self.is_nobody {
            let ids = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")];
            let options = [ids[0].as_str(), &ids[1], "--clear-groups", "--"];
            program.write_under("setpriv", &options, &self.sandbox, &library, &state)
        } else {
            program.write(&self.sandbox, &library, &state)
        };
        command.env("IMMICH_SYNC_LOG_FILE", self.log());
        command
    }

    /// The same, a moment slower at each sync: a native write is over before anybody could meddle with it. Without a
    /// tracer, ExifTool writes, which is slow enough.
    pub(super) fn slow_command(&self, program: &Program) -> Command {
        if !has_tracer() {
            return self.command(&program.with(&["--engine", "exiftool"]));
        }
        let (library, state) = (self.path(Place::Library), self.path(Place::State));
        let options = ["-f", "-b", "execve", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", DELAY];
        let mut command = program.write_under("strace", &options, &self.sandbox, &library, &state);
        command.env("IMMICH_SYNC_LOG_FILE", self.log());
        command
    }

    /// The log file.
    pub(super) fn log(&self) -> PathBuf {
        self.path(Place::Log).join("immich-sync.log")
    }

    /// From now on everything belongs to an unprivileged user, who runs the program.
    pub(super) fn hand_over(&mut self) -> anyhow::Result<()> {
        self.is_nobody = true;
        for place in [Place::Library, Place::State, Place::Log] {
            run(Command::new("chown").arg("-R").arg(format!("{NOBODY}:{NOBODY}")).arg(self.path(place)))?;
        }
        Ok(())
    }
}

/// The folder that a file system may be mounted on.
fn above(folder: &Path, place: Place) -> PathBuf {
    folder.join(match place {
        Place::Library => "library",
        Place::State => "state",
        Place::Log => "log",
    })
}

/// One time for all photos, long ago.
fn set_time(path: &Path) -> anyhow::Result<()> {
    let file = fs::File::options().write(true).open(path)?;
    let time = SystemTime::UNIX_EPOCH + Duration::from_hours(475_000);
    file.set_modified(time).with_context(|| path.display().to_string())
}

/// Small and large ones of several containers, the large ones in the middle.
fn photos() -> Vec<(&'static str, Picture)> {
    let exif = || Exif::new().camera("Sample", "One").taken("2024:07:01 12:00:00").offset("+02:00");
    let jpeg = |seed| Picture::new(Kind::Jpeg).size(320, 240).seed(seed).exif(exif());
    let film = Video { created: Some(1_720_000_000), frames: 60, ..Video::default() };
    vec![
        ("a.jpg", jpeg(1)),
        ("b.png", Picture::new(Kind::Png).size(320, 240)),
        ("c.heic", Picture::new(Kind::Heic).size(320, 240).exif(exif())),
        ("d.tif", Picture::new(Kind::Tiff).size(800, 600).exif(exif())),
        ("e.mp4", Picture::new(Kind::Mp4).size(320, 240).video(film)),
        ("f.jpg", jpeg(2).trailer(vec![0x5a; 2_000_000])),
        ("g.jpg", jpeg(3)),
        ("h.webp", Picture::new(Kind::WebpExtended).size(320, 240)),
    ]
}
