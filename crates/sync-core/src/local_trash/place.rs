//! Which trash a file goes to: only one on the same file system, since a file is renamed and never copied.
//!
//! By the rules of freedesktop.org that is the trash of the home folder or, on another disk, `.Trash/UID` at its top where
//! an administrator made that (sticky, and no link), else `.Trash-UID`. Links are not believed at the top of a disk that
//! several people may write to.

use std::fs::{DirBuilder, File, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

/// The mark of a folder in which only owners remove things.
const STICKY: u32 = 0o1000;

/// Where files of this machine go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrashPlace {
    /// To the trashes that file managers know, see the Trash specification of freedesktop.org.
    System {
        /// The trash of the home folder, `$XDG_DATA_HOME/Trash`; `None` where there is no home folder.
        home: Option<PathBuf>,
        /// The number of the user.
        user: u32,
    },
    /// Into this folder; absolute. It gets the same layout.
    Folder(PathBuf),
    /// Nowhere: this system has no trash that is known, and no folder was named.
    Nowhere,
}

/// A trash that may not be there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    /// With `files` and `info` in it.
    pub(crate) root: PathBuf,
    /// Notes name files from here on; `None` where they name them from the root.
    top: Option<PathBuf>,
    /// Whose it has to be, where others may make things beside it.
    owner: Option<u32>,
}

impl TrashPlace {
    /// The trash for files in this folder, which lies on the file system with this number.
    pub(crate) fn site(&self, folder: &Path, device: u64) -> Result<Site, String> {
        match self {
            Self::Nowhere => {
                Err("this system has no trash that is known here; name a folder with --local-trash DIR"
                    .to_owned())
            }
            Self::Folder(root) if device_of(root) == Some(device) => Ok(Site::plain(root)),
            Self::Folder(root) => Err(format!(
                "`{}` is on another file system, and nothing is ever copied there and deleted; name a folder on the \
                 same one with --local-trash",
                root.display()
            )),
            Self::System { home: Some(home), .. } if device_of(home) == Some(device) => Ok(Site::plain(home)),
            Self::System { user, .. } => Ok(at_the_top(top_of(folder, device), *user)),
        }
    }
}

/// The file system of a folder that may not be there yet.
fn device_of(path: &Path) -> Option<u64> {
    path.ancestors().find_map(|above| above.metadata().ok()).map(|about| about.dev())
}

/// The uppermost folder on the same file system.
fn top_of(folder: &Path, device: u64) -> &Path {
    let is_there = |above: &&Path| above.metadata().is_ok_and(|about| about.dev() == device);
    folder.ancestors().take_while(is_there).last().unwrap_or(folder)
}

fn at_the_top(top: &Path, user: u32) -> Site {
    let shared = top.join(".Trash");
    let is_usable = |about: Metadata| about.is_dir() && about.mode() & STICKY != 0;
    let root = if shared.symlink_metadata().is_ok_and(is_usable) {
        shared.join(user.to_string())
    } else {
        top.join(format!(".Trash-{user}"))
    };
    Site { root, top: Some(top.to_owned()), owner: Some(user) }
}

impl Site {
    fn plain(root: &Path) -> Self {
        Self { root: root.to_owned(), top: None, owner: None }
    }

    /// A path as the note names it.
    pub(crate) fn named<'p>(&self, path: &'p Path) -> &'p Path {
        self.top.as_deref().and_then(|top| path.strip_prefix(top).ok()).unwrap_or(path)
    }

    /// Makes what is missing of it, for nobody else to read, and looks whether it is what it should be.
    pub(crate) fn prepare(&self, device: u64) -> Result<(), String> {
        let failed = |path: &Path, error: &io::Error| {
            format!(
                "the trash `{}` cannot be used: {error}; name a folder with --local-trash DIR",
                path.display()
            )
        };
        for folder in [self.root.clone(), self.root.join("files"), self.root.join("info")] {
            make(&folder, self.owner.is_none()).map_err(|error| failed(&folder, &error))?;
            let is_root = folder == self.root && self.owner.is_none();
            let about = if is_root { folder.metadata() } else { folder.symlink_metadata() };
            let about = about.map_err(|error| failed(&folder, &error))?;
            let refused = if !about.is_dir() {
                Some("it is a link or no folder")
            } else if self.owner.is_some_and(|owner| owner != about.uid()) {
                Some("it belongs to somebody else")
            } else if about.dev() != device {
                Some("it is on another file system")
            } else {
                None
            };
            if let Some(why) = refused {
                return Err(failed(&folder, &io::Error::other(why)));
            }
        }
        Ok(())
    }
}

/// Makes a folder that is not there, and brings it to the disk.
fn make(folder: &Path, with_those_above: bool) -> io::Result<()> {
    if folder.symlink_metadata().is_ok() {
        return Ok(());
    }
    match DirBuilder::new().recursive(with_those_above).mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    folder.parent().map_or(Ok(()), |above| File::open(above)?.sync_all())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn device(path: &Path) -> u64 {
        path.metadata().unwrap().dev()
    }

    #[test]
    fn the_trash_of_the_home_folder_is_for_its_file_system_only() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home/Trash");
        let place = TrashPlace::System { home: Some(home.clone()), user: 7 };

        let here = place.site(folder.path(), device(folder.path())).unwrap();
        let elsewhere = place.site(folder.path(), device(folder.path()) + 1).unwrap();

        assert_eq!((here.root.as_path(), here.named(Path::new("/a/b"))), (home.as_path(), Path::new("/a/b")));
        assert_ne!(elsewhere.root, home);
    }

    #[test]
    fn at_the_top_of_a_disk_a_shared_trash_is_used_only_when_it_is_sticky_and_no_link() {
        let top = tempfile::tempdir().unwrap();
        let shared = top.path().join(".Trash");
        let own = top.path().join(".Trash-7");
        assert_eq!(at_the_top(top.path(), 7).root, own);

        fs::create_dir(&shared).unwrap();
        assert_eq!(at_the_top(top.path(), 7).root, own, "not sticky");

        fs::set_permissions(&shared, fs::Permissions::from_mode(0o1777)).unwrap();
        let site = at_the_top(top.path(), 7);
        assert_eq!(site.root, shared.join("7"));
        assert_eq!(site.named(&top.path().join("a/b.jpg")), Path::new("a/b.jpg"));

        rustix::fs::rename(&shared, top.path().join("real")).unwrap();
        symlink(top.path().join("real"), &shared).unwrap();
        assert_eq!(at_the_top(top.path(), 7).root, own, "a link");
    }

    #[test]
    fn a_trash_that_is_a_link_or_somebody_elses_is_refused() {
        let top = tempfile::tempdir().unwrap();
        let (user, device) = (top.path().metadata().unwrap().uid(), device(top.path()));
        let site = at_the_top(top.path(), user);
        fs::create_dir(top.path().join("victim")).unwrap();
        symlink(top.path().join("victim"), &site.root).unwrap();

        assert!(site.prepare(device).unwrap_err().contains("a link"));

        fs::remove_file(&site.root).unwrap();
        site.prepare(device).unwrap();
        assert_eq!(site.root.metadata().unwrap().mode() & 0o777, 0o700);
        assert!(site.root.join("files").is_dir() && site.root.join("info").is_dir());
        let others = Site { owner: Some(user + 1), ..site.clone() };
        assert!(others.prepare(device).unwrap_err().contains("somebody else"));
        assert!(site.prepare(device + 1).unwrap_err().contains("another file system"));
    }

    #[test]
    fn a_folder_on_another_file_system_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let place = TrashPlace::Folder(folder.path().join("trash"));

        assert!(place.site(folder.path(), device(folder.path())).is_ok());
        let refused = place.site(folder.path(), device(folder.path()) + 1).unwrap_err();
        assert!(refused.contains("another file system"), "{refused}");
        assert!(TrashPlace::Nowhere.site(folder.path(), 1).unwrap_err().contains("--local-trash"));
    }
}
