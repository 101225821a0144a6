//! The native code and ExifTool as one engine: native where it is trusted, ExifTool for the rest and as a judge.
//!
//! ExifTool is started when it is needed for the first time. Where there is none, what needs it is refused with the
//! reason, and everything else is done without it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use crate::draft::Draft;
use crate::engine::{Change, Engine, ExifTool};
use crate::error::MetadataError;
use crate::file_tags::FileTags;
use crate::inventory::Inventory;
use crate::native::{Native, is_native};
use crate::opinion::Opinions;
use crate::rewrite::{findings_between, sentence};
use crate::structure::Container;

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EngineChoice {
    /// The native code where it can, ExifTool for the rest.
    #[default]
    Auto,
    /// The native code only; what it does not do is refused.
    Native,
    /// ExifTool only.
    ExifTool,
}

/// Starts ExifTool.
pub type Starter<'a> = dyn Fn() -> Result<ExifTool, MetadataError> + Send + Sync + 'a;

/// Is told in words when a container is not written natively any more.
pub type Listener<'a> = dyn Fn(&str) + Send + Sync + 'a;

/// Both engines.
pub struct Engines<'a> {
    choice: EngineChoice,
    native: Native,
    start: Box<Starter<'a>>,
    /// The reason when it cannot be started.
    exiftool: OnceLock<Result<ExifTool, String>>,
    opinions: Opinions,
    told: Box<Listener<'a>>,
}

impl<'a> Engines<'a> {
    /// Chooses as told; `start` is called at most once, when ExifTool is needed.
    ///
    /// One in `second_opinion` files is judged by ExifTool too (0: none), and the first 20 of each container.
    pub fn new(
        choice: EngineChoice,
        second_opinion: u32,
        start: Box<Starter<'a>>,
        told: Box<Listener<'a>>,
    ) -> Self {
        Self {
            choice,
            native: Native,
            start,
            exiftool: OnceLock::new(),
            opinions: Opinions::new(second_opinion),
            told,
        }
    }

    /// ExifTool, or why there is none.
    pub fn exiftool(&self) -> Result<&ExifTool, &str> {
        if self.choice == EngineChoice::Native {
            return Err("it was told to do without ExifTool");
        }
        let started = self.exiftool.get_or_init(|| (self.start)().map_err(|error| error.to_string()));
        started.as_ref().map_err(String::as_str)
    }

    /// Whether the native code is asked first.
    fn is_native(&self, container: Container) -> bool {
        self.choice != EngineChoice::ExifTool && is_native(container) && self.opinions.trusts(container)
    }

    /// ExifTool for a file that the native code does not do, for the given reason.
    fn instead(&self, path: &Path, reason: &str) -> Result<&ExifTool, MetadataError> {
        self.exiftool().map_err(|_| self.beyond(path, reason))
    }

    fn beyond(&self, path: &Path, reason: &str) -> MetadataError {
        MetadataError::Beyond { path: path.to_path_buf(), reason: format!("{reason}; {}", self.remedy()) }
    }

    /// What the user can do about a file that needs ExifTool: whoever chose to do without may well have it.
    const fn remedy(&self) -> &'static str {
        match self.choice {
            EngineChoice::Native => "allow it with --engine auto",
            EngineChoice::Auto | EngineChoice::ExifTool => {
                "install ExifTool 13.30 or newer (https://exiftool.org)"
            }
        }
    }

    /// The same for writing.
    fn writer_instead(&self, path: &Path, change: &Change, reason: &str) -> Result<(), MetadataError> {
        let exiftool = self.instead(path, reason)?;
        match exiftool.blocked(change.container) {
            None => Ok(()),
            Some(blocked) => Err(self.beyond(path, &format!("{reason}, and {blocked}"))),
        }
    }
}

/// Why ExifTool is needed where the native code has nothing to say.
fn not_native(container: Container) -> String {
    format!("{} files are written by ExifTool only", container.label())
}

impl Engine for Engines<'_> {
    fn name(&self) -> String {
        match (self.choice, self.exiftool()) {
            (EngineChoice::ExifTool, Ok(exiftool)) => exiftool.name(),
            (_, Ok(exiftool)) => format!("{} and {}", self.native.name(), exiftool.name()),
            (_, Err(_)) => self.native.name(),
        }
    }

    fn blocked(&self, container: Container) -> Option<String> {
        if self.is_native(container) {
            return None;
        }
        match self.exiftool() {
            Ok(exiftool) => exiftool.blocked(container),
            Err(_) => Some(format!("{}; {}", not_native(container), self.remedy())),
        }
    }

    fn read(&self, path: &Path, container: Container) -> Result<FileTags, MetadataError> {
        let reason = if self.is_native(container) {
            match self.native.read(path, container) {
                Err(MetadataError::Beyond { reason, .. }) => reason,
                read => return read,
            }
        } else {
            not_native(container)
        };
        self.instead(path, &reason)?.read(path, container)
    }

    fn inventory(&self, path: &Path, container: Container) -> Result<Inventory, MetadataError> {
        self.instead(path, &not_native(container))?.inventory(path, container)
    }

    fn write_copy(&self, source: &Path, target: &Path, change: &Change) -> Result<(), MetadataError> {
        self.instead(source, &not_native(change.container))?.write_copy(source, target, change)
    }

    fn draft(&self, source: &Path, change: &Change) -> Result<Option<Draft>, MetadataError> {
        let reason = if self.is_native(change.container) {
            match self.native.draft(source, change) {
                Err(MetadataError::Beyond { reason, .. }) => reason,
                Err(MetadataError::NotVerified { finding, .. }) => {
                    tracing::warn!(?source, finding, "a native draft was not right");
                    format!("the native version would not be right ({finding})")
                }
                draft => return draft,
            }
        } else {
            not_native(change.container)
        };
        self.writer_instead(source, change, &reason).map(|()| None)
    }

    fn foretell(&self, source: &Path, change: &Change) -> Result<Option<String>, MetadataError> {
        match self.draft(source, change) {
            Ok(_) => Ok(None),
            Err(MetadataError::Beyond { reason, .. }) => Ok(Some(reason)),
            Err(error) => Err(error),
        }
    }

    fn experience(&self) -> BTreeMap<String, u64> {
        self.opinions.written()
    }

    fn recall(&self, experience: &BTreeMap<String, u64>) {
        self.opinions.recall(experience);
    }

    fn wants_second_opinion(&self, container: Container) -> bool {
        self.opinions.is_wanted(container, || self.exiftool().is_ok())
    }

    fn second_opinion(
        &self,
        source: &Path,
        target: &Path,
        change: &Change,
    ) -> Result<Vec<String>, MetadataError> {
        let Ok(judge) = self.exiftool() else { return Ok(Vec::new()) };
        let before = judge.inventory(source, change.container)?;
        let after = judge.inventory(target, change.container)?;
        let mut findings = findings_between(&before, &after, &change.edits);
        if before.image_hash != after.image_hash {
            findings.push("the image data would change".to_owned());
        }
        Ok(findings)
    }

    fn heed(&self, source: &Path, change: &Change, findings: &[String]) {
        self.opinions.distrust(change.container);
        (self.told)(&format!(
            "ExifTool and the native code disagree on `{}` ({}); {} files are left to ExifTool for the rest of this \
             run; please report this",
            source.display(),
            sentence(findings),
            change.container.label()
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without_exiftool(choice: EngineChoice) -> Engines<'static> {
        let missing = || {
            let source = std::io::ErrorKind::NotFound.into();
            Err(MetadataError::ExifToolMissing { program: "exiftool".into(), source })
        };
        Engines::new(choice, 1000, Box::new(missing), Box::new(|_| {}))
    }

    #[test]
    fn without_exiftool_only_what_needs_it_is_blocked() {
        let engines = without_exiftool(EngineChoice::Auto);

        assert_eq!(engines.blocked(Container::Jpeg), None);
        let reason = engines.blocked(Container::Tiff).unwrap();
        assert!(reason.contains("TIFF") && reason.contains("exiftool.org"), "{reason}");
        assert_eq!(engines.name(), "native");
    }

    #[test]
    fn who_chose_to_do_without_exiftool_is_not_told_to_install_it() {
        let engines = without_exiftool(EngineChoice::Native);
        let file = tempfile::NamedTempFile::with_suffix(".tif").unwrap();

        let error = engines.read(file.path(), Container::Tiff).unwrap_err().to_string();

        for reason in [error, engines.blocked(Container::Tiff).unwrap()] {
            assert!(reason.ends_with("; allow it with --engine auto"), "{reason}");
        }
    }

    #[test]
    fn no_second_opinion_is_wanted_where_nobody_can_give_one() {
        let engines = without_exiftool(EngineChoice::Auto);

        assert!(!engines.wants_second_opinion(Container::Mov), "a long video would be copied for nothing");
    }

    #[test]
    fn a_choice_of_exiftool_leaves_nothing_to_the_native_code() {
        let engines = without_exiftool(EngineChoice::ExifTool);

        assert!(engines.blocked(Container::Jpeg).is_some());
    }
}
