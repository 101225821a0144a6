//! The story in parts, each ending with what was checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use immich_api::{ApiKey, RateLimit};
use immich_sandbox::AssetView;
use messages_macros::{tr, word};
use photo_metadata::replace::ReplaceOptions;
use photo_metadata::{Allowances, Datum, FileTags, Rules};
use sync_core::paths::{Library, PathMapping, PathRule, PrefixMap};
use sync_core::plan::Step;
use sync_core::undo::Retention;
use sync_core::writeback::{
    AfterWrite, AlbumOptions, Brake, FaceOptions, IdentityCheck, Selection, Targets, WriteOptions,
};
use sync_core::{StopFlag, Summary};

use super::before_after::{changed_view, contents, differences, pictures, tag_lines, tags};
use super::counting::Counting;
use super::import;
use super::recorder::{Recorder, Told};
use super::server::{Stage, VERSION};
use super::teller::{MOST_LINES, Teller};
use super::twice;
use crate::engines::EngineSettings;
use crate::output::{Console, clean_path, count, file_lines, told};
use crate::room::{self, Room};
use crate::settings::ServerSettings;

/// Tells the story; whether everything that it claims held.
pub(super) fn tell(folder: &Path, assets: usize, exiftool: &Path, console: Console) -> Result<bool> {
    let recorder = Recorder::default();
    let settings = EngineSettings::automatic(exiftool.to_owned());
    let engine = settings.start(&recorder)?;
    // The sandbox reads files as Immich does, with ExifTool.
    let stage = Stage::set(folder, assets, engine.exiftool().is_ok().then_some(exiftool))?;
    let counting = Counting::new(&engine);
    let key = ApiKey::new(stage.sandbox.api_key())?;
    let settings = ServerSettings {
        url: stage.sandbox.url(),
        patience: std::time::Duration::ZERO,
        rate_limit: RateLimit::Auto,
        ca_file: None,
        insecure: false,
    };
    let stop = StopFlag::new();
    let options = options(&stage.library);
    let client = room::connect(&settings, key, &room::permissions(&options.data), &stop)?;
    let library = Library::open(options.mapping.clone())?;
    let room = Room {
        engine: &counting,
        clients: std::slice::from_ref(&client),
        library: &library,
        state: folder.join("state"),
        face_books: &[],
        clear_album_cache: false,
        retention: Retention::default(),
        reporter: &recorder,
        stop: &stop,
    };
    let mut teller = Teller::new(console);
    Story { room, options: &options, stage: &stage, engine: &counting, recorder: &recorder, folder }
        .tell(&mut teller)?;
    Ok(teller.held)
}

/// The settings of the demo: everything, in the careful default.
fn options(library: &Path) -> WriteOptions {
    let map = PrefixMap { server: "/mnt/photos".to_owned(), local: library.to_owned() };
    WriteOptions {
        data: [Datum::People, Datum::Gps, Datum::Caption, Datum::Time, Datum::Rating].into(),
        caption_limit: 2000,
        rules: Rules::default(),
        targets: Targets::default(),
        identity: IdentityCheck::TrustPaths,
        albums: AlbumOptions::default(),
        faces: FaceOptions::default(),
        brake: Brake::default(),
        after: AfterWrite::Nothing,
        allowed: Allowances::default(),
        replace: ReplaceOptions::default(),
        mapping: PathMapping { root: library.to_owned(), rule: PathRule::Prefixes(vec![map]) },
        managed: None,
        selection: Selection::default(),
        recheck: false,
        workers: 2,
    }
}

struct Story<'a> {
    room: Room<'a>,
    options: &'a WriteOptions,
    stage: &'a Stage,
    engine: &'a Counting<'a>,
    recorder: &'a Recorder,
    folder: &'a Path,
}

impl Story<'_> {
    fn tell(&self, teller: &mut Teller) -> Result<()> {
        self.set_the_stage(teller);
        let paths: Vec<PathBuf> = self.stage.files.iter().map(|file| file.path.clone()).collect();
        let (bytes, views) = (contents(&paths)?, self.stage.views());
        let pixels = pictures(&paths);
        let planned = self.dry_run(&bytes, teller)?;
        let shown = two_of(&planned);
        let before = self.before(&shown, teller)?;
        self.excerpt(&shown, &planned, teller);
        let written = self.write(&planned, teller)?;
        self.after(&before, teller)?;
        if !pixels.is_empty() {
            let same = pixels == pictures(&paths);
            teller.claim(
                same,
                &tr!("image data of {} compared: identical", count(pixels.len() as u64, "file")),
            );
        }
        self.again(teller)?;
        self.read_by_the_server(&views, &written, teller)?;
        twice::tell(self.folder, teller)?;
        import::tell(self.folder, teller)?;
        self.end(teller);
        Ok(())
    }

    fn set_the_stage(&self, teller: &mut Teller) {
        teller.part(word!("A library and a server"));
        let stage = self.stage;
        teller.say(&format!(
            "{} in `{}`",
            count(stage.files.len() as u64, "file"),
            clean_path(&stage.library)
        ));
        teller.say(&tr!("Immich {VERSION} (a sandbox inside this program) at {}", stage.sandbox.url()));
        teller.say(word!(
            "There people were named, captions and stars given, pins set on the map, clocks corrected."
        ));
        for warning in self.recorder.take().warnings {
            teller.say(&teller.paint.yellow(&told(&warning)));
        }
    }

    /// Not told yet: it decides which photos the story shows.
    fn dry_run(&self, bytes: &BTreeMap<PathBuf, blake3::Hash>, teller: &mut Teller) -> Result<Vec<Step>> {
        let summary = self.room.preview(self.options)?;
        let heard = self.recorder.take();
        let paths: Vec<PathBuf> = bytes.keys().cloned().collect();
        teller.later = vec![
            (contents(&paths)? == *bytes, word!("no file was changed").to_owned()),
            (
                self.stage.sandbox.writes().is_empty(),
                word!("no request could have changed the server").to_owned(),
            ),
            (!self.room.state.exists(), word!("no state was made").to_owned()),
            (
                summary.done > 0 && heard.steps.len() as u64 == summary.done,
                tr!("{} would be changed", count(summary.done, "photo")),
            ),
        ];
        Ok(heard.steps)
    }

    fn before(&self, shown: &[Step], teller: &mut Teller) -> Result<Vec<(PathBuf, FileTags)>> {
        teller.part(word!("Before: what two of the files say"));
        let mut before = Vec::new();
        for step in shown {
            let Some(found) = tags(self.engine, &step.path)? else { continue };
            teller.file(&self.relative(&step.path));
            teller.lines(&tag_lines(&found), word!("nothing of people, captions, stars, places or times"));
            before.push((step.path.clone(), found));
        }
        Ok(before)
    }

    fn excerpt(&self, shown: &[Step], planned: &[Step], teller: &mut Teller) {
        teller.part(word!("Dry run: `immich-sync write --all --dry-run`"));
        for step in shown {
            let lines = file_lines(step, self.room.library.root(), teller.paint, Some(teller.width - 2));
            let (first, rest) = lines.split_at(lines.len().min(MOST_LINES + 1));
            for line in first {
                teller.say(line);
            }
            if !rest.is_empty() {
                teller.say(&teller.paint.dim(&format!("  … {}", count(rest.len() as u64, "more line"))));
            }
        }
        let others = planned.len().saturating_sub(shown.len());
        teller.say(&teller.paint.dim(&tr!("… and {}", count(others as u64, "more photo"))));
        for (held, claim) in std::mem::take(&mut teller.later) {
            teller.claim(held, &claim);
        }
    }

    fn write(&self, planned: &[Step], teller: &mut Teller) -> Result<Told> {
        teller.part(word!("The real run: `immich-sync write --all`"));
        let summary = self.room.run(self.options, "demo")?;
        let heard = self.recorder.take();
        for failed in &heard.failed {
            teller.say(&tr!("failed {}: {}", self.relative(&failed.path), told(&failed.message)));
        }
        for skipped in heard.skipped.iter().filter(|skipped| skipped.reason.is_trouble()) {
            teller.say(&tr!(
                "skipped {}: {}",
                self.relative(&skipped.path),
                told(&skipped.reason.to_string())
            ));
        }
        let was_planned =
            |done: &Step| planned.iter().any(|step| step.path == done.path && step.change == done.change);
        let as_planned = heard.steps.iter().all(was_planned) && !heard.steps.is_empty();
        let claim = if heard.steps.len() == planned.len() {
            word!("exactly the changes of the dry run were made")
        } else {
            word!("only the changes of the dry run were made")
        };
        teller.claim(as_planned, claim);
        teller.claim(summary.failed == 0, word!("no file failed"));
        teller.claim(accounts(&summary, self.stage.files.len()), &in_numbers(&summary));
        teller.claim(self.stage.sandbox.writes().is_empty(), word!("nothing was changed on the server"));
        Ok(heard)
    }

    fn after(&self, before: &[(PathBuf, FileTags)], teller: &mut Teller) -> Result<()> {
        teller.part(word!("After: old → new, read from the files again"));
        let mut all_changed = true;
        for (path, old) in before {
            let new = tags(self.engine, path)?;
            let lines = new.map(|new| differences(old, &new)).unwrap_or_default();
            all_changed &= !lines.is_empty();
            teller.file(&self.relative(path));
            teller.lines(&lines, word!("nothing"));
        }
        teller.claim(all_changed, word!("the files say what the server knows"));
        Ok(())
    }

    fn again(&self, teller: &mut Teller) -> Result<()> {
        teller.part(word!("The same again"));
        let (opened, asked) = (self.engine.opened(), self.stage.sandbox.requests().len());
        let summary = self.room.run(self.options, "demo")?;
        self.recorder.take();
        let opened = self.engine.opened() - opened;
        let asked = self.stage.sandbox.requests().len().saturating_sub(asked);
        teller.claim(summary.done == 0, &tr!("{} written", count(summary.done, "file")));
        teller.claim(opened == 0, &tr!("{} opened: server and file are as they were", count(opened, "file")));
        teller.say(&teller.paint.dim(&tr!("  it took {}", count(asked as u64, "request"))));
        Ok(())
    }

    fn read_by_the_server(&self, before: &[AssetView], written: &Told, teller: &mut Teller) -> Result<()> {
        if !self.stage.reads_files {
            teller.part(word!("Not shown: how Immich reads the files again"));
            teller.say(word!("there is no ExifTool here, which the sandbox reads them with as Immich does"));
            return Ok(());
        }
        teller.part(word!("Immich reads all files again"));
        let refused: Vec<&Path> = written.skipped.iter().map(|skipped| skipped.path.as_path()).collect();
        self.stage.sandbox.refresh(&self.stage.assets)?;
        let after = self.stage.views();
        let mut compared = 0;
        let mut other = Vec::new();
        for ((before, after), file) in before.iter().zip(&after).zip(&self.stage.files) {
            let changed = changed_view(before, after);
            let real = file.path.canonicalize().unwrap_or_else(|_| file.path.clone());
            if refused.contains(&real.as_path()) && !changed.is_empty() {
                continue;
            }
            compared += 1;
            if !changed.is_empty() {
                other.push(format!("{} ({})", self.relative(&file.path), changed.join(", ")));
            }
        }
        let claim = tr!("the server's view of {} is what it was", count(compared, "photo"));
        teller.claim(other.is_empty() && compared > 0, &claim);
        for path in &other {
            teller.say(&tr!("  differs: {path}"));
        }
        teller.say(
            &teller
                .paint
                .dim(word!("  (a favourite without stars has five now; --people-keywords makes names")),
        );
        teller.say(&teller.paint.dim(word!("  keywords as well, and Immich makes tags of those)")));
        Ok(())
    }

    fn end(&self, teller: &mut Teller) {
        teller.console.result("");
        let verdict = if teller.held {
            teller.paint.green(&tr!("All {} claims were checked and hold.", teller.claims))
        } else {
            teller.paint.red(word!("Not everything that was claimed holds."))
        };
        teller.console.result(&verdict);
        teller.console.result(&tr!("The files stay for looking at: {}", clean_path(self.folder)));
    }

    fn relative(&self, path: &Path) -> String {
        let below =
            path.strip_prefix(self.room.library.root()).or_else(|_| path.strip_prefix(&self.stage.library));
        clean_path(below.unwrap_or(path))
    }
}

/// Whether the summary speaks of every photo.
fn accounts(summary: &Summary, photos: usize) -> bool {
    summary.adds_up() && summary.seen == photos as u64 && summary.listing_complete
}

fn in_numbers(summary: &Summary) -> String {
    let skipped: Vec<String> =
        summary.skipped.iter().map(|(code, number)| format!("{number} {code}")).collect();
    let skipped = if skipped.is_empty() { word!("0 skipped").to_owned() } else { skipped.join(", ") };
    tr!("{} = {} changed + {skipped} + {} failed", count(summary.seen, "photo"), summary.done, summary.failed)
}

/// A JPEG of which something is replaced and much is new, and a file of another format.
fn two_of(steps: &[Step]) -> Vec<Step> {
    use photo_metadata::Container;
    let edits = |step: &Step| step.change.edits.len();
    let replaces = |step: &Step| step.change.edits.iter().any(|edit| edit.old.is_some());
    let jpegs = steps.iter().filter(|step| step.change.container == Container::Jpeg);
    let jpeg = jpegs.max_by_key(|step| (replaces(step), edits(step)));
    let others = steps.iter().filter(|step| step.change.container != Container::Jpeg);
    let other = others.max_by_key(|step| (step.change.container == Container::Heic, edits(step)));
    jpeg.into_iter().chain(other).cloned().collect()
}
