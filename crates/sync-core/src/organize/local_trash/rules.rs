//! Which files may go at all, by what the scan knows and a `stat` tells: nothing is opened here.

use std::path::Path;

use photo_metadata::replace::{FileIdentity, identity};

use super::beside::Beside;
use super::proof::{NO_KEEPER, at, is_exact};
use crate::local_trash::is_in_a_trash;
use crate::organize::actions::objection_of_scan;
use crate::organize::{GroupRecord, MemberRecord, Place};
use crate::plan::SkipReason;

/// Why a file of a group stays; `None` when it may go as far as that can be told without opening it.
pub(super) fn objection(
    group: &GroupRecord,
    best: &MemberRecord,
    copy: &MemberRecord,
    kept: &[Place],
    beside: &mut Beside,
) -> Option<SkipReason> {
    let stays = |why: &str| Some(SkipReason::NotForTheTrash(why.to_owned()));
    if let Some(why) = objection_of_scan(best, copy, kept) {
        return stays(why);
    }
    let Some(path) = copy.place.file() else { return stays("it is no file of this machine") };
    let (Some(stamp), Some(folder)) = (copy.stamp, path.parent()) else {
        return stays(
            "it was compared by an earlier version of this program; the next scan looks at it again",
        );
    };
    let Ok(now) = identity(path) else { return Some(SkipReason::Vanished) };
    if at(path) != Some(stamp) {
        return Some(SkipReason::ChangedSince);
    }
    if now.links > 1 {
        return stays("it has several names (hard links), and one of them less wins nothing");
    }
    if let Some(why) = objection_to_keeper(best, copy, &now) {
        return stays(why);
    }
    if group.members.iter().any(|member| member.place.asset().is_some() && is_named_alike(member, path)) {
        return stays(
            "it has the folder and the name of the original of an asset, and may be that very file; remove it in \
             Immich",
        );
    }
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    if beside.is_in_a_storage(&real) {
        return stays("it lies in the storage of an Immich server; use --source immich");
    }
    if is_in_a_trash(&real.join("x")) {
        return stays("it is in a trash already");
    }
    None
}

/// Why what would be kept is no reason to let a copy go.
fn objection_to_keeper(best: &MemberRecord, copy: &MemberRecord, now: &FileIdentity) -> Option<&'static str> {
    match &best.place {
        Place::Asset(_) if best.library.is_some() => {
            Some("what is kept lies in an external library of the server, and this may be its very file")
        }
        Place::Asset(_) if !is_exact(best, copy) => {
            Some("what is kept is on the server and has other bytes; only identical files go")
        }
        Place::Asset(_) => None,
        Place::File(kept) => {
            let Ok(kept_now) = identity(kept.path()) else { return Some(NO_KEEPER) };
            if best.stamp.is_none() || at(kept.path()) != best.stamp {
                Some(NO_KEEPER)
            } else if (kept_now.device, kept_now.inode) == (now.device, now.inode) {
                Some("it is the kept file itself, under another name")
            } else if kept.path().canonicalize().is_ok_and(|real| is_in_a_trash(&real)) {
                Some("what would be kept is in a trash itself")
            } else {
                None
            }
        }
    }
}

/// Whether an asset's original may be this file: it has the same name, in a folder of the same name.
fn is_named_alike(asset: &MemberRecord, path: &Path) -> bool {
    let names = |path: &Path| {
        let folder = path.parent().and_then(Path::file_name).map(std::ffi::OsStr::to_owned);
        path.file_name().map(std::ffi::OsStr::to_owned).zip(folder)
    };
    let theirs = names(Path::new(&asset.path));
    theirs.is_some() && theirs == names(path)
}
