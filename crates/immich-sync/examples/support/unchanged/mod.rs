//! What a run over an unchanged library costs, at any size.
//!
//! Everything is real but one thing. The library consists of files, the server answers over HTTP, a first part of
//! the photos is written by the program with ExifTool, and what is measured is the program, started as a schedule
//! starts it. ExifTool would need hours for the other photos of a large library; for these the program's own
//! planner works with an engine that knows empty files, and the state is given the very records that the planner
//! says will stand in it ([`prime`]). The first part is planned like that as well, and its records have to be equal
//! to those that the real run left.

pub(crate) mod figures;
pub(crate) mod library;
pub(crate) mod prime;
pub(crate) mod process;
pub(crate) mod stub;
pub(crate) mod watch;

use std::path::PathBuf;

use anyhow::Context as _;
use immich_sandbox::{AssetId, Sandbox, Version};
use tempfile::TempDir;

use self::figures::Figures;
use self::prime::Primed;
use self::watch::Watch;
use super::program::Program;

/// What is measured.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// Assets in the library.
    pub(crate) assets: usize,
    /// Photos of these that the program itself writes first.
    pub(crate) real: usize,
    /// The release of the server.
    pub(crate) version: Version,
    /// Face regions are written too.
    pub(crate) faces: bool,
    /// Immich has read the written files again, and made tags of the albums in them.
    pub(crate) reread: bool,
}

/// A library, its server and a state.
pub(crate) struct Scene {
    /// What was asked for.
    pub(crate) case: Case,
    /// The server.
    pub(crate) sandbox: Sandbox,
    /// Its assets with the album that each is in.
    pub(crate) assets: Vec<(AssetId, usize)>,
    /// Assets with people.
    pub(crate) with_people: u64,
    folder: TempDir,
}

impl Scene {
    /// Makes the files and starts the server.
    pub(crate) fn set(case: Case) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("make a folder for the library")?;
        let root = folder.path().join("library");
        library::make_files(&root, case.assets)?;
        let (scenario, assets) = library::describe(&root, &case);
        let with_people = (0..case.assets).filter(|number| library::has_people(*number)).count() as u64;
        let sandbox = Sandbox::start(scenario).context("start the server")?;
        Ok(Self { case, sandbox, assets, with_people, folder })
    }

    /// The originals.
    pub(crate) fn library(&self) -> PathBuf {
        self.folder.path().join("library")
    }

    /// The folder of the state.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// First runs, so that nothing is left to be written.
    pub(crate) fn prime(&self, program: &Program) -> anyhow::Result<Primed> {
        prime::prime(self, program)
    }

    /// The run that is measured.
    pub(crate) fn measure(&self, program: &Program) -> anyhow::Result<Figures> {
        self.sandbox.clear_requests();
        let before = prime::size_of_state(&self.state())?;
        let mut watch = Watch::over(&self.library())?;
        let cost = crate::support::measured::measure(&mut process::unchanged(program, self))?;
        let touched = watch.take()?;
        watch.prove(&self.library())?;
        let summary = prime::last_summary(&self.state())?;
        let after = prime::size_of_state(&self.state())?;
        Ok(Figures::new(self, cost, touched, &summary, [before, after]))
    }
}
