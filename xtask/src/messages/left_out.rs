//! Texts that look as if people read them, and nobody does.
//!
//! A line names a file or a folder, the beginning of its texts (empty: all of them), and why they need no German. A line
//! that fits nothing any more is reported, so that the list does not outlive its reasons.

use std::path::{Path, PathBuf};

use super::texts::Text;
use super::{Problem, Said};

struct LeftOut {
    /// From `crates` on; a folder ends with a slash.
    place: &'static str,
    /// How the texts begin; none means all.
    beginnings: &'static [&'static str],
    /// Why.
    reason: &'static str,
}

const fn all(place: &'static str, reason: &'static str) -> LeftOut {
    LeftOut { place, beginnings: &[], reason }
}

const fn some(place: &'static str, beginnings: &'static [&'static str], reason: &'static str) -> LeftOut {
    LeftOut { place, beginnings, reason }
}

const SENT: &str = "goes to the server or comes from it";
const EXIFTOOL: &str = "is said to ExifTool or by it";
const LAYOUT: &str = "is compared, and never shown";
const KEPT: &str = "is kept by the state, where programs read it";
const UNIT: &str = "stands in a file that is made for the system";
const FUZZED: &str = "fails a fuzz test";
const EXAMPLE: &str = "is what one types";
const FOUND: &str = "is looked for in names of files and folders";
const HELP: &str = "is a page of the help, which a test of the program holds to its German";
const SAME: &str = "is the same in both languages";
const JOINED: &str = "is nothing without what it is joined with; joined.txt has the whole";
const WRITTEN: &str = "is written to the server, where it has to be found again";

const LIST: &[LeftOut] = &[
    some("crates/apple-photos/src/", &["WHERE "], "is a piece of SQL"),
    some("crates/immich-api/src/address.rs", &["http"], "is the scheme of an address"),
    some("crates/immich-api/src/item_stream.rs", &["see the trouble"], "is replaced by the trouble"),
    some("crates/immich-api/src/session.rs", &["Bearer "], SENT),
    some("crates/immich-api/src/stack_orders.rs", &["Asset not in stack"], SENT),
    all("crates/immich-api/src/upload_form.rs", SENT),
    some("crates/immich-api/src/writer.rs", &["Job is already running"], SENT),
    some("crates/photo-metadata/src/abilities.rs", &["JPEG XL"], "is a name"),
    some("crates/photo-metadata/src/engine.rs", &["1 image files", "Error "], EXIFTOOL),
    some("crates/photo-metadata/src/engines.rs", &["{} and {}"], KEPT),
    some("crates/photo-metadata/src/engines.rs", &["{reason}, and {blocked}"], JOINED),
    some("crates/photo-metadata/src/exiftool/process.rs", &["\nulimit", "-echo4"], EXIFTOOL),
    all("crates/photo-metadata/src/fuzzing/", FUZZED),
    all("crates/photo-metadata/src/native/heif/parts.rs", LAYOUT),
    all("crates/photo-metadata/src/native/jpeg/parts.rs", LAYOUT),
    some("crates/photo-metadata/src/native/png/mod.rs", &["PNG:"], LAYOUT),
    some("crates/photo-metadata/src/native/video/listing.rs", &["Movie:"], LAYOUT),
    some("crates/photo-metadata/src/native/webp/mod.rs", &["WebP:"], LAYOUT),
    some("crates/photo-metadata/src/replace/digest.rs", &["spots:"], LAYOUT),
    some("crates/photo-metadata/src/structure/", &["cut block", "behind the ", "scan and "], LAYOUT),
    all("crates/photo-similarity/src/name/marks.rs", FOUND),
    some("crates/sync-core/src/deeds/caption.rs", &["immich-sync: group "], WRITTEN),
    some("crates/sync-core/src/deeds/deed.rs", &["moving half"], JOINED),
    some("crates/sync-core/src/import/", &["its {field}", "`{name}` is {why}"], JOINED),
    some("crates/sync-core/src/import/item.rs", &["immich-sync 2026 "], KEPT),
    some("crates/sync-core/src/import/sources/apple/albums.rs", &["Untitled album"], WRITTEN),
    some(
        "crates/sync-core/src/import/sources/apple/facts.rs",
        &["Screen recording", "Live Photo", "Slow motion"],
        WRITTEN,
    ),
    some(
        "crates/sync-core/src/import/sources/folder/bans.rs",
        &["lightroom ", "network ", "recently ", "system ", "temporary "],
        FOUND,
    ),
    all("crates/sync-core/src/import/sources/takeout/albums.rs", FOUND),
    all("crates/sync-core/src/import/sources/takeout/names.rs", FOUND),
    some(
        "crates/sync-core/src/organize/actions/albums.rs",
        &["immich-sync album ", "Photos that belong together"],
        WRITTEN,
    ),
    all("crates/sync-core/src/organize/actions/describe.rs", WRITTEN),
    some("crates/sync-core/src/organize/place.rs", &["immich-sync 2026 "], KEPT),
    all("crates/sync-core/src/organize/scan/compare.rs", KEPT),
    some("crates/sync-core/src/organize/scan/desk.rs", &["{} file"], KEPT),
    some("crates/sync-core/src/organize/scan/exchange.rs", &["immich-sync hashes"], "stands in a file"),
    all("crates/sync-core/src/organize/sources/local/names.rs", FOUND),
    some("crates/sync-core/src/organize/summary.rs", &["organize-seen "], KEPT),
    all("crates/sync-core/src/paths/folders.rs", FOUND),
    some("crates/sync-core/src/queues.rs", &["queues paused"], KEPT),
    some("crates/sync-core/src/state/", &["id, run, ", "slot, ", "item, ", "WHERE "], "is a piece of SQL"),
    some("crates/sync-core/src/state/record.rs", &["user"], JOINED),
    some("crates/sync-core/src/state/trouble.rs", &["cannot {doing}"], JOINED),
    some("crates/sync-core/src/writeback/fingerprint.rs", &["{} with {}"], KEPT),
    some("crates/unattended/src/log_file.rs", &["{now} WARN"], "stands in the log"),
    all("crates/unattended/src/metrics.rs", "is read by Prometheus"),
    some("crates/unattended/src/notice/mod.rs", &["{} at {}"], JOINED),
    all("crates/unattended/src/notice/request.rs", "is for developers, or goes to a service"),
    some("crates/unattended/src/units/", &["{minutes} ", "Made by ", "CapabilityBoundingSet"], UNIT),
    some(
        "crates/immich-sync/src/",
        &[
            "immich-sync organize ",
            "import ",
            "export apple-photos",
            "organize --",
            "{} --delete-after",
            "undo {}",
            "chmod 600 ",
            " --",
            "  --",
            "Pictures/",
        ],
        EXAMPLE,
    ),
    all("crates/immich-sync/src/args/notes.rs", HELP),
    all("crates/immich-sync/src/args/setup.rs", HELP),
    all("crates/immich-sync/src/commands/daemon/answers.rs", "is read by Prometheus"),
    some("crates/immich-sync/src/commands/demo/", &["{} in "], SAME),
    some(
        "crates/immich-sync/src/commands/demo/server.rs",
        &["Anna ", "Bob ", "First ", "Grandpa", "Zwei ", "The day "],
        "is what the owner of the photos wrote",
    ),
    some("crates/immich-sync/src/commands/demo/twice.rs", &["edited/"], "is the name of a file"),
    some("crates/immich-sync/src/commands/doctor/checks/state.rs", &["{} (UTC)"], SAME),
    some("crates/immich-sync/src/commands/init/reach.rs", &["not valid "], "is looked for in what TLS says"),
    all("crates/immich-sync/src/commands/init/text.rs", "stands in the config file that is made"),
    some("crates/immich-sync/src/commands/man.rs", &[".SH "], "is a mark of a manual page"),
    some("crates/immich-sync/src/commands/organize/last_scan.rs", &["organize: "], KEPT),
    some("crates/immich-sync/src/commands/run/hooks.rs", &["{job}: hook ", "hook {}"], SAME),
    some("crates/immich-sync/src/commands/schedule/install.rs", &["{} {whose}", "was "], JOINED),
    some("crates/immich-sync/src/commands/schedule/status.rs", &["{minutes} min", "{hours} h "], SAME),
    some("crates/immich-sync/src/output/human.rs", &["kept {datum}"], "counts, and is never shown"),
    some("crates/immich-sync/src/output/human.rs", &["taken {rest}"], "is said in English only"),
    all("crates/immich-sync/src/output/log.rs", "stands in the log"),
    some("crates/immich-sync/src/output/words.rs", &["{} min ", "{} h "], SAME),
    some(
        "crates/immich-sync/src/report/",
        &["group ", "photo ", " <", "\"", "'>", "]]>", "default-src "],
        "is HTML",
    ),
    some("crates/immich-sync/src/settings/catalogue/unattended.rs", &["start, ", "failure, "], EXAMPLE),
    all("crates/immich-sync/src/settings/family.rs", "names a family of settings, and is never shown"),
    all(
        "crates/immich-sync/src/settings/reference.rs",
        "makes the English page; the German one is made of it",
    ),
    all("crates/immich-sync/src/settings/schema.rs", "is read by editors"),
];

/// Whether a text is on the list.
pub(super) fn has(path: &Path, text: &Text) -> bool {
    LIST.iter().any(|entry| entry.fits(path, text))
}

/// Lines of the list that fit no text.
pub(super) fn of_no_source(said: &[Said]) -> Vec<Problem> {
    let fits =
        |entry: &LeftOut| said.iter().any(|file| file.texts.iter().any(|text| entry.fits(&file.path, text)));
    LIST.iter()
        .filter(|entry| !fits(entry))
        .map(|entry| Problem {
            file: PathBuf::from(file!()),
            line: 1,
            text: format!("fits no text: {} {:?} ({})", entry.place, entry.beginnings, entry.reason),
        })
        .collect()
}

impl LeftOut {
    fn fits(&self, path: &Path, text: &Text) -> bool {
        let is_there = match self.place.strip_suffix('/') {
            Some(folder) => path.starts_with(folder),
            None => path == Path::new(self.place),
        };
        is_there
            && (self.beginnings.is_empty()
                || self.beginnings.iter().any(|beginning| text.value.starts_with(beginning)))
    }
}
