//! Photos that are not taken, and why.

use apple_photos::{Asset, Flag, Origin, Presence};

use super::options::{AppleOptions, BurstRule};
use crate::import::{HiddenRule, SkipKind};

/// Why a whole photo is left out.
pub(super) struct Left {
    pub(super) kind: SkipKind,
    pub(super) why: Option<&'static str>,
    /// Whether it is gone for its user, too.
    pub(super) is_gone: bool,
}

/// Whether a whole photo is left out.
pub(super) fn left(asset: &Asset, options: &AppleOptions) -> Option<Left> {
    let kept = |kind, why| Some(Left { kind, why, is_gone: false });
    if asset.flags.has(Flag::Trashed) {
        return Some(Left { kind: SkipKind::TrashedThere, why: None, is_gone: true });
    }
    match asset.origin {
        Origin::SharedAlbum if !options.shared_albums => {
            return kept(
                SkipKind::Excluded,
                Some("a reduced copy of a shared album (--shared-albums takes it)"),
            );
        }
        Origin::Syndicated => {
            return kept(SkipKind::Excluded, Some("from Messages, and not saved to the library"));
        }
        Origin::SharedMoment => {
            return kept(
                SkipKind::Excluded,
                Some("from a link of somebody else, and not saved to the library"),
            );
        }
        _ => {}
    }
    if asset.flags.has(Flag::Hidden) && options.hidden == HiddenRule::Skip {
        return kept(SkipKind::Hidden, None);
    }
    match &asset.burst {
        Some(burst) if !burst.is_shown() => match options.burst {
            BurstRule::All => None,
            BurstRule::Selected => {
                kept(SkipKind::Excluded, Some("of a burst, and not picked (--burst all takes it)"))
            }
        },
        _ if asset.flags.has(Flag::NotShown) && asset.origin != Origin::SharedAlbum => {
            kept(SkipKind::Excluded, Some("Photos does not show it"))
        }
        _ => None,
    }
}

/// Why a file is not here, as a reason and in words; `None` for one that is.
pub(super) fn absence(presence: &Presence) -> Option<(SkipKind, String)> {
    let (kind, words) = match presence {
        Presence::Here => return None,
        Presence::InCloud => {
            (SkipKind::InCloud, "in iCloud only; let Photos download it (Download Originals to this Mac)")
        }
        Presence::Lost => (SkipKind::Missing, "not in the library, and not in iCloud either"),
        Presence::VolumeOffline { volume } => {
            return Some((SkipKind::Missing, format!("on the volume `{volume}`, which is not connected")));
        }
        Presence::LeadsOut => (SkipKind::Missing, "behind a link that leads out of the library"),
        _ => (SkipKind::Missing, "not here"),
    };
    Some((kind, words.to_owned()))
}
