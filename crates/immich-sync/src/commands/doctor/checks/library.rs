//! The originals and their disk.

use messages_macros::{tr, word};

use super::super::facts::{Abilities, Facts, Sample};
use super::super::verdict::{Verdict, failure, note, ok, skipped, warning};
use crate::language::said;
use crate::output::{clean, clean_path, count, size};

/// A video and its new version fit into that.
const COMFORTABLE: u64 = 5_000_000_000;

/// No photo fits into less.
const TIGHT: u64 = 200_000_000;

/// Names for a few work folders.
const FEW_NAMES: u64 = 1000;

/// Modification times of one file may lie as far apart.
const COARSE: u64 = 2_000_000_000;

pub(super) fn folder(facts: &Facts) -> Verdict {
    let library = &facts.library;
    match (&library.folder, &library.error) {
        (None, _) => failure(
            word!("it is not known"),
            word!("set library to the folder of the originals on this machine"),
        ),
        (Some(folder), Some(error)) => failure(
            format!("{}: {}", clean_path(folder), said(error)),
            word!("check the path and the mount; in a container, mount the originals as Immich does"),
        ),
        (Some(folder), None) => ok(clean_path(folder)),
    }
}

/// The sample, where there is one.
fn sample(facts: &Facts) -> Result<&Sample, Verdict> {
    match &facts.library.sample {
        Some(Ok(sample)) if sample.photos > 0 => Ok(sample),
        Some(Ok(_)) => Err(skipped(word!("the server has no photos of this user"))),
        Some(Err(error)) => Err(failure(
            said(error),
            word!(
                "name the folder that holds the originals (library), or where a folder of the server is (path_map)"
            ),
        )),
        None => Err(skipped(word!("server or library were not reached, or it took too long"))),
    }
}

pub(super) fn paths(facts: &Facts) -> Verdict {
    let sample = match sample(facts) {
        Ok(sample) => sample,
        Err(verdict) => return verdict,
    };
    let Sample { photos, same, unlike, .. } = *sample;
    let found = tr!("{same} of {} are here and the same", count(photos, "photo"));
    let example = sample.missing.as_deref().map_or_else(String::new, |path| tr!("; not `{}`", clean(path)));
    if same == 0 && unlike == 0 {
        return failure(
            format!("{found}{example}"),
            word!(
                "set library to the folder of the originals, and path_map where the server has them elsewhere"
            ),
        );
    }
    if unlike > 0 {
        return warning(
            tr!("{found}; {unlike} differ in size, time or content{example}"),
            word!(
                "if they were written just now, Immich has not read them since; else let it scan its library: until it knows \
             files as they are, those that it has wrong are left alone"
            ),
        );
    }
    if same < photos {
        return note(
            format!("{found}{example}"),
            word!("a folder of the server that is not mounted here is left out"),
        );
    }
    ok(found)
}

pub(super) fn mount(facts: &Facts) -> Verdict {
    match facts.library.read_only {
        Some(true) => failure(
            word!("it is mounted read-only"),
            word!("mount it for writing (in a compose file, without `:ro`)"),
        ),
        Some(false) => ok(word!("yes")),
        None => skipped(word!("there is no library folder")),
    }
}

pub(super) fn owner(facts: &Facts) -> Verdict {
    let Ok(sample) = sample(facts) else { return skipped(word!("no photo was found here")) };
    let (user, group) = facts.library.me;
    match &sample.unwritable {
        (0, _) => ok(tr!("user {user}, group {group} may replace them")),
        (files, Some((path, owner, owning_group))) => failure(
            tr!(
                "{} cannot be replaced by user {user}, group {group}, such as `{}` in a folder of {owner}:{owning_group}",
                count(*files, "file"),
                clean_path(path)
            ),
            tr!(
                "run as that user (in a container PUID={owner} PGID={owning_group}), or give the group the right to write"
            ),
        ),
        (files, None) => {
            failure(tr!("{} cannot be replaced", count(*files, "file")), word!("check owner and mode"))
        }
    }
}

pub(super) fn disk(facts: &Facts) -> Verdict {
    let abilities = match &facts.library.abilities {
        Some(Ok(abilities)) => abilities,
        Some(Err(error)) => return failure(said(error), word!("check owner and mode of the library folder")),
        None => return skipped(word!("not tried")),
    };
    let Abilities { rename, sync, modes, locks, xattr, hard_link, reflink, case_sensitive, mtime_step } =
        *abilities;
    if !rename {
        return failure(
            word!("a file cannot take the place of another"),
            word!("use another file system for the originals"),
        );
    }
    let lacks: Vec<&str> = [
        (!sync, word!("nothing can be brought to the disk (fsync), so a power cut can lose a write that was told as done")),
        (mtime_step > COARSE, word!("modification times are coarser than 2 s, so unchanged files may be looked at again")),
        (!modes, word!("owner and mode of files are not kept")),
    ]
    .into_iter()
    .filter_map(|(lacks, what)| lacks.then_some(what))
    .collect();
    let has = [
        (reflink, word!("shared blocks")),
        (hard_link, word!("hard links")),
        (xattr, word!("attributes")),
        (locks, word!("locks of folders")),
    ];
    let has: Vec<&str> = has.into_iter().filter_map(|(has, what)| has.then_some(what)).collect();
    let case = if case_sensitive { "" } else { word!(", `a` is `A`") };
    let found = tr!(
        "renames, {}{case}",
        if has.is_empty() { word!("nothing else").to_owned() } else { has.join(", ") }
    );
    if !lacks.is_empty() {
        return warning(
            format!("{found}; {}", lacks.join("; ")),
            word!("keep originals on a disk of Linux or macOS, or know this"),
        );
    }
    if !locks {
        return note(
            found,
            word!("two runs on two machines are not noticed here: let only one of them write"),
        );
    }
    ok(found)
}

pub(super) fn space(facts: &Facts) -> Verdict {
    let Some(room) = facts.library.room else { return skipped(word!("there is no library folder")) };
    let found = tr!("{} are left", size(room.bytes));
    let remedy =
        word!("make room: a new version of a photo is written beside the old one before it takes its place");
    if room.bytes < TIGHT {
        return failure(found, remedy);
    }
    if room.names.is_some_and(|names| names < FEW_NAMES) {
        return failure(tr!("{found}, but hardly any names (inodes)"), remedy);
    }
    if room.bytes < COMFORTABLE {
        return warning(found, remedy);
    }
    ok(found)
}

pub(super) fn sidecars(facts: &Facts) -> Verdict {
    let Ok(sample) = sample(facts) else { return skipped(word!("no photo was found here")) };
    if let Some(path) = &sample.twice {
        return warning(
            tr!("`{}` has two sidecars, with and without the extension of the photo", clean_path(path)),
            word!("Immich reads one of them; join them into the one with the whole name (a.jpg.xmp)"),
        );
    }
    match sample.sidecars {
        0 => ok(word!("none beside the photos that were looked at")),
        found => note(
            tr!("beside {found} of {}", count(sample.photos, "photo")),
            word!("what they say wins in Immich, so they are kept in step with the originals"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::facts::Room;
    use crate::commands::doctor::verdict::Level;

    fn with(sample: Sample) -> Facts {
        let mut facts = Facts::default();
        facts.library.sample = Some(Ok(sample));
        facts
    }

    fn able() -> Abilities {
        Abilities {
            rename: true,
            hard_link: true,
            reflink: false,
            xattr: true,
            sync: true,
            case_sensitive: true,
            modes: true,
            locks: true,
            mtime_step: 1,
        }
    }

    #[test]
    fn the_paths_are_right_where_all_photos_are_the_same() {
        let level =
            |photos, same, unlike| paths(&with(Sample { photos, same, unlike, ..Sample::default() })).level;

        assert_eq!(level(50, 50, 0), Level::Ok);
        assert_eq!(level(50, 40, 0), Level::Note);
        assert_eq!(level(50, 40, 10), Level::Warning);
        assert_eq!(level(50, 0, 0), Level::Failure);
        assert_eq!(level(50, 0, 50), Level::Warning, "written, and not read by the server yet");
        assert_eq!(level(0, 0, 0), Level::Skipped);
    }

    #[test]
    fn files_of_another_user_name_that_user() {
        let unwritable = (3, Some(("/p/a.jpg".into(), 1026, 100)));
        let verdict = owner(&with(Sample { photos: 3, same: 3, unwritable, ..Sample::default() }));

        assert_eq!(verdict.level, Level::Failure);
        assert!(verdict.remedy.unwrap().contains("PUID=1026 PGID=100"));
    }

    #[test]
    fn what_a_disk_cannot_do_is_told() {
        let level = |abilities| {
            let mut facts = Facts::default();
            facts.library.abilities = Some(Ok(abilities));
            disk(&facts).level
        };

        assert_eq!(level(able()), Level::Ok);
        assert_eq!(level(Abilities { locks: false, ..able() }), Level::Note);
        assert_eq!(level(Abilities { sync: false, ..able() }), Level::Warning);
        assert_eq!(level(Abilities { mtime_step: 3_000_000_000, ..able() }), Level::Warning);
        assert_eq!(level(Abilities { rename: false, ..able() }), Level::Failure);
    }

    #[test]
    fn room_is_a_matter_of_gigabytes_and_of_names() {
        let level = |bytes, names| {
            let mut facts = Facts::default();
            facts.library.room = Some(Room { bytes, names });
            space(&facts).level
        };

        assert_eq!(level(900_000_000_000, None), Level::Ok);
        assert_eq!(level(1_000_000_000, None), Level::Warning);
        assert_eq!(level(1_000_000, None), Level::Failure);
        assert_eq!(level(900_000_000_000, Some(3)), Level::Failure);
    }

    #[test]
    fn sidecars_are_worth_a_note_and_two_of_one_photo_a_warning() {
        let level = |sidecars, twice: Option<&str>| {
            let twice = twice.map(Into::into);
            super::sidecars(&with(Sample { photos: 9, same: 9, sidecars, twice, ..Sample::default() })).level
        };

        assert_eq!(
            (level(0, None), level(2, None), level(2, Some("/a.xmp"))),
            (Level::Ok, Level::Note, Level::Warning)
        );
    }

    #[test]
    fn a_read_only_mount_is_a_failure() {
        let mut facts = Facts::default();
        facts.library.read_only = Some(true);

        assert_eq!(mount(&facts).level, Level::Failure);
    }
}
