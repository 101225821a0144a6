//! The work that is measured: the same change of the same files, natively, by ExifTool, and not at all.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use photo_metadata::replace::{ReplaceOptions, Workspace, identity, work_dir_name};
use photo_metadata::{
    Base, Caption, CaptureTime, Change, Engine, Faces, Known, NamedFace, Native, PhotoFields, Position,
    RatingWish, Rules, Stars, Value, identify, plan_edits, write_verified,
};

/// One file and what is to change in it.
pub(crate) struct Job {
    pub(crate) path: PathBuf,
    pub(crate) length: u64,
    change: Change,
}

/// What a server may know of a photo.
fn wanted(picture: [f64; 2]) -> PhotoFields {
    let set = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<BTreeSet<_>>();
    let edges = [0.2, 0.3, 0.4, 0.6];
    let [width, height] = picture;
    let edges = [edges[0] * width, edges[1] * height, edges[2] * width, edges[3] * height];
    PhotoFields {
        people: Some(set(&["Anna Müller", "Bob Smith, Jr."])),
        albums: Some(set(&["Summer at the lake"])),
        tags: Some(set(&["Places/Lake"])),
        all_tags: Some(set(&["Places/Lake"])),
        faces: Some(Faces {
            list: vec![NamedFace { name: "Anna Müller".to_owned(), edges, picture, from_file: false }],
        }),
        position: Known::of(Position::new(47.6606, 9.1757, Some(395.0))),
        caption: Known::of(Caption::new("The day the boat would not start, später doch", 2000)),
        taken: "2024-07-01T22:30:00Z"
            .parse()
            .ok()
            .and_then(|instant| CaptureTime::from_instant(instant, Some("Europe/Berlin")).ok()),
        rating: Known::of(Stars::new(4).map(RatingWish::Stars)),
        title: Known::Unknown,
    }
}

/// The change of a file; `None` when the native engine does not write it.
pub(crate) fn plan(path: &Path) -> Option<Job> {
    let container = identify(path).ok()?.ok()?;
    let file = Native.read(path, container).ok()?;
    let picture = file.frame().map_or([640.0, 480.0], |frame| {
        let (width, height) = frame.upright_size();
        [f64::from(width), f64::from(height)]
    });
    let edits = plan_edits(&wanted(picture), &file, &Base::default(), &Rules::default()).edits;
    let change = Change { container, edits, iptc: file.iptc().cloned() };
    Native.draft(path, &change).ok()??;
    Some(Job { path: path.to_owned(), length: fs::metadata(path).ok()?.len(), change })
}

/// Leaves out what ExifTool does not write: it has to be the same work.
pub(crate) fn written_by_both(engine: &dyn Engine, mut jobs: Vec<Job>) -> Vec<Job> {
    jobs.retain(|job| write_bare(engine, std::slice::from_ref(job)).is_ok());
    jobs
}

/// Looks at the files without reading them.
pub(crate) fn look(jobs: &[Job]) -> anyhow::Result<()> {
    for job in jobs {
        File::open(&job.path)?.metadata()?;
    }
    Ok(())
}

pub(crate) fn read(engine: &dyn Engine, jobs: &[Job]) -> anyhow::Result<()> {
    for job in jobs {
        engine.read(&job.path, job.change.container)?;
    }
    Ok(())
}

/// The floor: a copy that the kernel makes, synced and put in the place of another copy.
pub(crate) fn copy(jobs: &[Job]) -> anyhow::Result<()> {
    for job in jobs {
        let (new, place) = (beside(&job.path, "floor-new"), beside(&job.path, "floor"));
        let mut from = File::open(&job.path)?;
        let mut to = File::create_new(&new)?;
        std::io::copy(&mut from, &mut to)?;
        to.sync_all()?;
        rustix::fs::rename(&new, &place)?;
        File::open(place.parent().context("a folder")?)?.sync_all()?;
    }
    for job in jobs {
        fs::remove_file(beside(&job.path, "floor"))?;
    }
    Ok(())
}

/// Another name in the same folder, which no other file of the benchmark leads to.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// ExifTool alone: a new version beside the original, and nothing more.
pub(crate) fn write_bare(engine: &dyn Engine, jobs: &[Job]) -> anyhow::Result<()> {
    for job in jobs {
        let extension = job.path.extension().and_then(std::ffi::OsStr::to_str).unwrap_or("dat");
        let target = beside(&job.path, &format!("peer.{extension}"));
        engine.write_copy(&job.path, &target, &job.change)?;
        fs::remove_file(target)?;
    }
    Ok(())
}

/// The whole of a write, as a run does it.
pub(crate) fn write(engine: &dyn Engine, jobs: &[Job]) -> anyhow::Result<()> {
    for job in jobs {
        replace(engine, &job.path, &job.change)?;
    }
    Ok(())
}

/// A second write of files that hold the first: one more star.
pub(crate) fn write_again(engine: &dyn Engine, jobs: &[Job]) -> anyhow::Result<()> {
    for job in jobs {
        let file = engine.read(&job.path, job.change.container)?;
        let fields =
            PhotoFields { rating: Known::of(Stars::new(5).map(RatingWish::Stars)), ..PhotoFields::default() };
        let edits = plan_edits(&fields, &file, &Base::default(), &Rules::default()).edits;
        let change = Change { container: job.change.container, edits, iptc: file.iptc().cloned() };
        replace(engine, &job.path, &change)?;
    }
    Ok(())
}

fn replace(engine: &dyn Engine, path: &Path, change: &Change) -> anyhow::Result<()> {
    let before = identity(path)?;
    let name = work_dir_name(fastrand::u64(..));
    let workspace = Workspace::create(path, &before, &name, ReplaceOptions::default())?;
    let written = write_verified(engine, &workspace, change, path)?;
    written.seal(workspace)?.commit()?;
    Ok(())
}

/// Whether the files say what they should, in the words of ExifTool. Only some are asked.
pub(crate) fn require_written(judge: &dyn Engine, jobs: &[Job]) -> anyhow::Result<()> {
    for job in jobs.iter().step_by(jobs.len().div_ceil(20)) {
        let file = judge.read(&job.path, job.change.container)?;
        for edit in &job.change.edits {
            let has: Option<&Value> = file.get(edit.tag);
            let is_met = match (&edit.new, has) {
                (Some(wanted), Some(has)) => has.says_the_same(wanted, edit.tag),
                (wanted, has) => wanted.is_none() && has.is_none(),
            };
            anyhow::ensure!(is_met, "{}: {} is {has:?}", job.path.display(), edit.tag);
        }
    }
    Ok(())
}
