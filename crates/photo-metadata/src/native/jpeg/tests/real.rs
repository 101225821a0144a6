//! Real files of many makers, and ExifTool as the judge of what an edit of the container did to them.
//!
//! The blocks are changed by hand here, without the code that knows what is in them: EXIF gets a tail that says
//! nothing, XMP a packet that says what it said, or a rating where there was none.

use std::path::{Path, PathBuf};

use super::*;
use crate::edits::TagEdit;
use crate::engine::{Engine as _, ExifTool};
use crate::exiftool::{ExifToolPool, PoolOptions};
use crate::source::FileSource;
use crate::structure::{Container, Problem, examine, sniff};
use crate::tag::Tag;
use crate::value::Value;

/// A file that is whole, as far as the examination of all of it can tell.
fn jpegs(test: &str) -> Option<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let shared = std::env::var_os("IMMICH_SYNC_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let Ok(folders) = std::fs::read_dir(shared.join("corpus")) else {
        eprintln!("SKIPPED {test}: no shared folder at {}", shared.display());
        return None;
    };
    let folders = folders.map(|folder| folder.unwrap().path()).filter(|folder| folder.is_dir());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|file| sniff(&std::fs::read(file).unwrap()) == Some(Container::Jpeg));
    files.sort();
    Some(files)
}

fn is_sound(file: &Path) -> bool {
    !examine(file).unwrap().problems.iter().any(Problem::is_damage)
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap().to_string_lossy().into_owned()
}

fn exiftool() -> ExifTool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let program = std::env::var_os("IMMICH_SYNC_EXIFTOOL")
        .map_or_else(|| root.join("target/tools/exiftool/bin/exiftool"), PathBuf::from);
    assert!(program.exists(), "no ExifTool at {}: run cargo xtask test", program.display());
    ExifTool::new(ExifToolPool::start(PoolOptions::new(&program)).unwrap())
}

const RATING: &str = "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>\n<x:xmpmeta xmlns:x='adobe:ns:meta/'>\
    <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' \
    xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='4'/></rdf:RDF></x:xmpmeta>";

/// The packet without its end, if it can be told apart here.
fn body(packet: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(packet).ok()?;
    let end = text.rfind("<?xpacket end=").unwrap_or(text.len());
    Some(text[..end].trim_end_matches([' ', '\n', '\r', '\t', '\0']).to_owned())
}

/// Both blocks longer than they were, without other tags than a rating.
fn harmless(blocks: &Blocks) -> (Renewed, Vec<TagEdit>) {
    let exif = blocks.exif.as_ref().filter(|block| block.bytes.len() < 65_000).map(|block| {
        let tail = vec![0; 501];
        NewExif {
            bytes: [&block.bytes[..], &tail].concat(),
            splices: Some(vec![Splice::insert(block.bytes.len() as u64, tail)]),
        }
    });
    let (xmp, edits) = match &blocks.xmp {
        Some(block) => (body(&block.bytes), Vec::new()),
        None => {
            let edit = TagEdit { tag: Tag::Rating, old: None, new: Some(Value::text("4")) };
            (Some(RATING.to_owned()), vec![edit])
        }
    };
    (Renewed { exif, xmp: xmp.map(|body| NewXmp { body }), ..Renewed::default() }, edits)
}

#[test]
fn real_files_are_written_and_keep_everything_else() {
    let Some(files) = jpegs("real_files_are_written_and_keep_everything_else") else { return };
    let exiftool = exiftool();
    let folder = tempfile::tempdir().unwrap();
    let (mut written, mut wrong, mut beyond) = (0, Vec::new(), Vec::new());
    for file in files.iter().filter(|file| is_sound(file)) {
        let source = FileSource::new(std::fs::File::open(file).unwrap()).unwrap();
        let jpeg = Jpeg::open(&source).unwrap();
        let (renewed, edits) = harmless(jpeg.blocks());
        let splices = match jpeg.splices(&source, &renewed) {
            Ok(splices) => splices,
            Err(fault) => {
                beyond.push(format!("{}: {fault}", name_of(file)));
                continue;
            }
        };
        let draft = Draft::new(source.len(), splices).expect("splices that fit together");
        let recipe = draft.forward();
        let view = View::new(&source, &recipe);
        let bytes = read_up_to(&view, 0, usize::try_from(view.len()).unwrap()).unwrap();
        let target = folder.path().join("new.jpg");
        std::fs::write(&target, &bytes).unwrap();

        let before = exiftool.inventory(file, Container::Jpeg).unwrap();
        let after = exiftool.inventory(&target, Container::Jpeg).unwrap();
        let mut findings = after.foreign_changes(&before, &edits);
        findings.extend(after.unmet(&edits).iter().map(|edit| format!("{} is not there", edit.tag)));
        if before.image_hash != after.image_hash {
            findings.push("another picture".to_owned());
        }
        if examine(file).unwrap().payload != examine(&target).unwrap().payload {
            findings.push("other protected bytes".to_owned());
        }
        let parts = Jpeg::open(&bytes).unwrap().parts(&bytes).unwrap();
        if jpeg.parts(&source).unwrap() != parts {
            findings.push("other parts".to_owned());
        }
        written += 1;
        wrong.extend(findings.into_iter().map(|finding| format!("{}: {finding}", name_of(file))));
    }
    eprintln!("{written} written, beyond: {beyond:?}");
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(beyond, ["AFCP.jpg: its AFCP trailer says where in the file it stands"]);
    assert!(written > 60, "only {written}");
}

#[test]
fn damaged_real_files_are_left_to_others() {
    let Some(files) = jpegs("damaged_real_files_are_left_to_others") else { return };
    for file in files.iter().filter(|file| !is_sound(file)) {
        let source = FileSource::new(std::fs::File::open(file).unwrap()).unwrap();
        let written =
            Jpeg::open(&source).and_then(|jpeg| jpeg.splices(&source, &new_xmp("<x/>")).map(|_| ()));
        assert!(written.is_err(), "{}", file.display());
    }
}
