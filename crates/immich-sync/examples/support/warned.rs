//! Thousands of files that ExifTool complains about whenever it reads or writes them.
//!
//! A program that leaves ExifTool's stderr unread hangs as soon as its pipe is full, which other tools do after
//! some 270 such files. The complaints are counted on their way, so that a newer ExifTool which has none does
//! not make this a test of nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use immich_sandbox::{Sandbox, Scenario, Version};
use sample_pictures::{Exif, Kind, Picture};

use super::program::{Program, Run, SERVER_ROOT};

/// Files of one folder.
const PER_FOLDER: usize = 500;

/// The time that a run over no files may take.
const LEAST: Duration = Duration::from_mins(2);

/// The time that each file may add, on a machine that does ten things at once.
const PER_FILE: Duration = Duration::from_millis(400);

/// What came of it.
#[derive(Debug)]
pub(crate) struct Warned {
    /// Files that were written.
    pub(crate) written: u64,
    /// Complaints of ExifTool.
    pub(crate) complaints: usize,
    /// How many bytes these were.
    pub(crate) bytes: usize,
    /// How long it took.
    pub(crate) took: Duration,
}

/// Writes into so many files that ExifTool complains about. A run that hangs is an error.
pub(crate) fn run(program: &Program, count: usize) -> anyhow::Result<Warned> {
    let folder = tempfile::tempdir()?;
    let root = folder.path().canonicalize()?.join("library");
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library(SERVER_ROOT, &root);
    let picture = picture().try_build()?;
    for number in 0..count {
        let relative = format!("{:03}/{number:05}.jpg", number / PER_FOLDER);
        let path = root.join(&relative);
        fs::create_dir_all(path.parent().unwrap_or(&root))?;
        fs::write(&path, &picture).with_context(|| path.display().to_string())?;
        let caption = format!("Caption {number}");
        scenario.asset_file(&library, &relative).description(caption.as_str()).rating(4).gps(-33.8688, 151.2);
    }
    let sandbox = Sandbox::start(scenario)?;
    let (script, log) = (folder.path().join("exiftool"), folder.path().join("complaints"));
    fs::write(&script, listening(&program.exiftool, &log))?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    let program = Program { exiftool: script, ..program.clone() };
    let limit = LEAST + PER_FILE * u32::try_from(count)?;
    // Only ExifTool complains, so it writes.
    let program = program.with(&["--engine", "exiftool"]);
    let run = Run::of(&mut program.write(&sandbox, &root, &folder.path().join("state")), limit)?;
    if run.status.is_none() {
        bail!("it hung: {} s were not enough for {count} files", limit.as_secs());
    }
    if run.code() != Some(0) {
        bail!("it {}", run.complaint());
    }
    let said = fs::read(&log).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let complaints = said.lines().filter(|line| line.starts_with("Warning")).count();
    Ok(Warned { written: run.count("done"), complaints, bytes: said.len(), took: run.took })
}

/// A maker note that is none, and a namespace that ExifTool puts right with a complaint.
fn picture() -> Picture {
    let packet = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"><MicrosoftPhoto:LastKeywordXMP><rdf:Bag><rdf:li>Lake</rdf:li></rdf:Bag></MicrosoftPhoto:LastKeywordXMP></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"#;
    let exif = Exif::new().camera("Sample", "One").taken("2024:07:01 12:00:00").maker_note(*b"no maker note");
    Picture::new(Kind::Jpeg).exif(exif).xmp(packet)
}

/// ExifTool, with somebody who writes down what it says on stderr before it goes on to the program.
fn listening(exiftool: &Path, log: &Path) -> String {
    let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
    format!(
        "#!/bin/sh\n{{ {} \"$@\" 2>&1 >&3 3>&- | tee -a {} >&2 3>&-; }} 3>&1\n",
        quoted(exiftool),
        quoted(log)
    )
}
