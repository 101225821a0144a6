//! Real files of many makers and kinds, damaged and hostile ones among them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sample_pictures::{Exif, Kind, Picture, Xmp};

use crate::support::compare::Versions;
use crate::support::corpus::{Corpus, Outcome, Verdict, run, shared};
use crate::support::program::Program;
use crate::support::reading::{EVERYTHING, Reading, read};
use crate::support::told::Told;
use crate::support::wishes::{unmet, wishes};

/// Files of the corpus that are written with everything allowed; the writer may only get better.
const FLOOR: usize = 130;

#[test]
fn each_file_of_the_corpus_is_written_rightly_or_refused_untouched() {
    let folder = shared().join("corpus");
    if !folder.is_dir() {
        let line = format!(
            "SKIPPED each_file_of_the_corpus_is_written_rightly_or_refused_untouched: no shared folder at {}\n",
            shared().display()
        );
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    }
    let program = Program::new(Path::new(env!("CARGO_BIN_EXE_immich-sync"))).unwrap();
    let corpus = Corpus::open(&folder, &program.judge).unwrap();

    let outcomes = run(&program, &corpus, &["--write-raw", "--write-signed"]).unwrap();

    let wrong: Vec<&Outcome> =
        outcomes.iter().filter(|outcome| matches!(outcome.verdict, Verdict::Wrong(_))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let written = outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Written).count();
    assert!(written >= FLOOR, "{written} of {} were written", outcomes.len());
}

/// A picture before and after a careless writer.
struct Careless {
    _folder: tempfile::TempDir,
    program: Program,
    old: PathBuf,
    new: PathBuf,
}

impl Careless {
    /// A JPEG with a title and a trailer, and what ExifTool makes of it with these arguments.
    fn writes(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old.jpg"), folder.path().join("new.jpg"));
        let exif = Exif::new().camera("Sample", "One").taken("2024:07:01 12:00:00").user_comment("mine");
        let picture = Picture::new(Kind::Jpeg).exif(exif).xmp(Xmp::new().title("Lake").subject("old"));
        fs::write(&old, picture.trailer(*b"behind the end").build()).unwrap();
        let program = Program::new(Path::new(env!("CARGO_BIN_EXE_immich-sync"))).unwrap();
        let output =
            Command::new(&program.judge).args(arguments).arg("-o").args([&new, &old]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        Self { _folder: folder, program, old, new }
    }

    fn readings(&self) -> (Reading, Reading) {
        let mut readings =
            read(&self.program.judge, &[self.old.clone(), self.new.clone()], &EVERYTHING).unwrap();
        (readings.remove(&self.old).unwrap(), readings.remove(&self.new).unwrap())
    }

    /// What the judge finds that nobody asked for.
    fn found(&self) -> Vec<String> {
        let (before, after) = self.readings();
        let (old, new) = (fs::read(&self.old).unwrap(), fs::read(&self.new).unwrap());
        let wishes = wishes(&Told::number(0).unwrap(), &before);
        let as_utf8 = Reading::default();
        Versions { before: &before, before_as_utf8: &as_utf8, after: &after, old: &old, new: &new }
            .foreign_changes(&wishes)
    }
}

#[test]
fn the_judge_sees_a_foreign_tag_that_changed_went_or_came() {
    for (argument, finding) in [
        ("-XMP-dc:Title=Sea", "XMP-dc:Title was Lake, is Sea"),
        ("-ExifIFD:UserComment=", "ExifIFD:UserComment is gone"),
        ("-XMP-dc:Rights=me", "XMP-dc:Rights was added"),
    ] {
        let careless = Careless::writes(&[argument, "-XMP-dc:Subject=old"]);

        assert!(careless.found().iter().any(|found| found == finding), "{:?}", careless.found());
    }
}

#[test]
fn the_judge_sees_a_keyword_that_is_lost() {
    let careless = Careless::writes(&["-XMP-dc:Subject=new"]);

    assert!(careless.found().iter().any(|found| found.starts_with("XMP-dc:Subject was")));
}

#[test]
fn the_judge_sees_a_lost_trailer_and_another_picture() {
    let careless = Careless::writes(&["-Trailer:all=", "-XMP-dc:Subject=old"]);
    let bytes = fs::read(&careless.new).unwrap();
    fs::write(&careless.new, bytes.strip_suffix(b"behind the end").unwrap_or(&bytes)).unwrap();
    assert!(careless.found().iter().any(|found| found.contains("first scan")), "{:?}", careless.found());

    let mut bytes = fs::read(&careless.new).unwrap();
    let middle_of_the_scan = bytes.len() - 40;
    bytes[middle_of_the_scan] ^= 0x01;
    fs::write(&careless.new, bytes).unwrap();

    assert!(careless.found().iter().any(|found| found.contains("hash of the image data")));
}

#[test]
fn the_judge_misses_what_was_wanted_and_not_written() {
    let careless = Careless::writes(&["-XMP-xmp:Rating=2"]);
    let (before, after) = careless.readings();

    let missing = unmet(&wishes(&Told::number(0).unwrap(), &before), &after);

    for tag in ["XMP-xmp:Rating", "IFD0:ImageDescription", "GPS:GPSLatitudeRef", "ExifIFD:OffsetTimeOriginal"]
    {
        assert!(missing.iter().any(|text| text.starts_with(tag)), "{tag}: {missing:?}");
    }
}
