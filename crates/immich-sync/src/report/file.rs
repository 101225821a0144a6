//! The file of the page: written aside and renamed, and never over something that is no page of ours.

use std::fs::File;
use std::io::{self, BufWriter, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tempfile::NamedTempFile;

use crate::exit::usage;
use crate::output::clean_path;

/// What every page of ours has near its beginning.
pub(super) const MARK: &str = "<meta name=\"generator\" content=\"immich-sync report\">";
/// How far into a file the mark is looked for.
const BEGINNING: u64 = 1024;

/// A file that will hold a page.
#[derive(Debug)]
pub(crate) struct ReportFile {
    path: PathBuf,
    may_replace: bool,
}

impl ReportFile {
    /// Looks whether a page can be written there; to be asked before the work begins. With `may_replace` any file
    /// is written over.
    pub(crate) fn at(path: &Path, may_replace: bool) -> Result<Self> {
        // A link stays a link, and what it leads to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let file = Self { path, may_replace };
        file.admit()?;
        drop(file.aside()?);
        Ok(file)
    }

    /// Lets `fill` write the page, and puts it in place when it is complete and on the disk.
    pub(crate) fn write<T>(&self, fill: impl FnOnce(&mut dyn io::Write) -> Result<T>) -> Result<T> {
        let cannot = || format!("the report `{}` cannot be written", clean_path(&self.path));
        let mut out = BufWriter::with_capacity(1 << 18, self.aside()?);
        let filled = fill(&mut out).with_context(cannot)?;
        let aside = out.into_inner().map_err(io::IntoInnerError::into_error).with_context(cannot)?;
        aside.as_file().sync_all().with_context(cannot)?;
        // Somebody may have put something there meanwhile.
        self.admit()?;
        aside.persist(&self.path).map_err(|failed| failed.error).with_context(cannot)?;
        Ok(filled)
    }

    /// A file beside the page, readable by nobody else: the pictures in it are private.
    fn aside(&self) -> Result<NamedTempFile> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let aside = tempfile::Builder::new().prefix(".immich-sync-report-").tempfile_in(folder);
        aside.map_err(|error| {
            usage(format!("no report can be written into `{}`: {error}", clean_path(folder)))
        })
    }

    fn admit(&self) -> Result<()> {
        let shown = clean_path(&self.path);
        let found = match self.path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(usage(format!("the report `{shown}` cannot be looked at: {error}"))),
            Ok(found) => found,
        };
        if !found.is_file() {
            return Err(usage(format!("`{shown}` is no file; name a file for the report")));
        }
        if self.may_replace || found.len() == 0 || is_ours(&self.path)? {
            return Ok(());
        }
        Err(usage(format!(
            "`{shown}` is no report of immich-sync; name another file, or replace it with --yes"
        )))
    }
}

fn is_ours(path: &Path) -> Result<bool> {
    let mut beginning = Vec::new();
    let read = File::open(path).and_then(|file| file.take(BEGINNING).read_to_end(&mut beginning));
    read.with_context(|| format!("the report `{}` cannot be read", clean_path(path)))?;
    Ok(String::from_utf8_lossy(&beginning).contains(MARK))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use anyhow::bail;

    use super::*;

    fn fill(text: &str) -> impl FnOnce(&mut dyn io::Write) -> Result<()> {
        move |out| Ok(out.write_all(text.as_bytes())?)
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_page_of_ours_is_replaced_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.html");

        for text in ["one", "two"] {
            let file = ReportFile::at(&path, false).unwrap();
            file.write(fill(&format!("<!doctype html>\n{MARK}{text}"))).unwrap();
        }

        assert!(fs::read_to_string(&path).unwrap().ends_with("two"));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(folder.path()), ["out.html"]);
    }

    #[test]
    fn what_is_no_page_of_ours_stays_unless_the_user_says_yes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("photo.jpg");
        fs::write(&path, "the only copy").unwrap();

        let refused = ReportFile::at(&path, false).unwrap_err().to_string();
        assert!(refused.contains("--yes"), "{refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "the only copy");

        ReportFile::at(&path, true).unwrap().write(fill("new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn what_came_there_while_the_page_was_made_stays_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.html");
        let file = ReportFile::at(&path, false).unwrap();

        let answer = file.write(|out| {
            fs::write(&path, "the only copy").unwrap();
            fill("page")(out)
        });

        assert!(answer.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "the only copy");
        assert_eq!(names(folder.path()), ["out.html"]);
    }

    #[test]
    fn a_page_that_fails_half_way_leaves_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.html");
        ReportFile::at(&path, false).unwrap().write(fill(MARK)).unwrap();

        let answer = ReportFile::at(&path, false).unwrap().write(|out| {
            fill("half")(out)?;
            bail!("the state is gone") as Result<()>
        });

        assert!(answer.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), MARK);
        assert_eq!(names(folder.path()), ["out.html"]);
    }

    #[test]
    fn folders_devices_and_missing_folders_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();

        assert!(ReportFile::at(folder.path(), true).is_err());
        assert!(ReportFile::at(Path::new("/dev/null"), true).is_err());
        assert!(ReportFile::at(&folder.path().join("no/folder/out.html"), true).is_err());
    }

    #[test]
    fn a_link_stays_and_what_it_leads_to_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (link, target) = (folder.path().join("link.html"), folder.path().join("target.html"));
        fs::write(&target, MARK).unwrap();
        symlink(&target, &link).unwrap();

        ReportFile::at(&link, false).unwrap().write(fill("new")).unwrap();

        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
    }
}
