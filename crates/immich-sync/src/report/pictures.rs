//! The pictures on the page: each is a small JPEG made here.
//!
//! What a server or a disk delivers is never put on the page as it is. A file of a few bytes can claim to be a picture
//! of a billion pixels, which our own limits refuse and a browser would try; and a photo's place and owner stand in its
//! metadata, which must not travel with a page that is sent to somebody.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use photo_similarity::{Limits, Preview, PreviewSize, preview};
use sync_core::organize::{GroupRecord, MemberRecord};

/// What a picture on the page may take.
const SIZE: PreviewSize = PreviewSize { long_side: 240, bytes: 12_000 };

/// The most photos of one group that are shown; a burst of thousands would be a page of its own.
pub(super) const MEMBERS: usize = 48;

/// Where pictures come from, and what decoding one may cost.
pub(crate) struct Pictures<'a> {
    /// The bytes of a photo or of any copy of it, in any format; `None` where there are none.
    pub(crate) bytes: &'a (dyn Fn(&MemberRecord) -> Option<Vec<u8>> + Sync),
    /// What one may cost.
    pub(crate) limits: Limits,
    /// How many are decoded at the same time.
    pub(crate) workers: usize,
}

impl Pictures<'_> {
    /// The pictures of all photos that these groups show, group by group.
    pub(super) fn of(&self, groups: &[(u64, GroupRecord)]) -> Vec<Vec<Option<Preview>>> {
        let members: Vec<&MemberRecord> =
            groups.iter().flat_map(|(_, group)| group.members.iter().take(MEMBERS)).collect();
        let done: Vec<Mutex<Option<Preview>>> = members.iter().map(|_| Mutex::default()).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some((member, place)) = {
                let index = next.fetch_add(1, Ordering::Relaxed);
                members.get(index).zip(done.get(index))
            } {
                *place.lock().unwrap_or_else(PoisonError::into_inner) = self.of_member(member);
            }
        };
        thread::scope(|scope| {
            for _ in 1..self.workers.min(members.len()) {
                scope.spawn(work);
            }
            work();
        });
        let mut done =
            done.into_iter().map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner));
        groups
            .iter()
            .map(|(_, group)| done.by_ref().take(group.members.len().min(MEMBERS)).collect())
            .collect()
    }

    fn of_member(&self, member: &MemberRecord) -> Option<Preview> {
        let bytes = (self.bytes)(member)?;
        preview(&bytes, SIZE, &self.limits)
            .inspect_err(|error| tracing::debug!("`{}`: {error}", member.name))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use photo_similarity::Class;
    use sample_pictures::{Kind, Picture};

    use super::*;
    use crate::report::testing::{asset, group};

    fn width_of(number: u8) -> u32 {
        10 + u32::from(number)
    }

    #[test]
    fn each_photo_gets_its_own_picture_however_many_work() {
        let number = |member: &MemberRecord| member.name.parse::<u8>().ok();
        let bytes = |member: &MemberRecord| {
            let width = width_of(number(member)?);
            Some(Picture::new(Kind::Png).size(width, 8).build())
        };
        let groups: Vec<(u64, GroupRecord)> = [vec!["1", "none", "2"], vec!["3"], vec!["4", "5"]]
            .into_iter()
            .map(|names| names.into_iter().map(|name| asset(1, name)).collect())
            .map(|members| (1, group(1, Class::Exact, members)))
            .collect();

        for workers in [0, 1, 4] {
            let pictures = Pictures { bytes: &bytes, limits: Limits::default(), workers }.of(&groups);

            let widths = |group: &Vec<Option<Preview>>| -> Vec<Option<u32>> {
                group.iter().map(|picture| picture.as_ref().map(|picture| picture.width)).collect()
            };
            let widths: Vec<_> = pictures.iter().map(widths).collect();
            assert_eq!(widths, [vec![Some(11), None, Some(12)], vec![Some(13)], vec![Some(14), Some(15)]]);
        }
    }

    #[test]
    fn what_is_no_picture_or_too_large_a_one_is_left_out() {
        let members = vec![asset(1, "svg"), asset(2, "large")];
        let bytes = |member: &MemberRecord| match member.name.as_str() {
            "svg" => Some(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec()),
            _ => Some(Picture::new(Kind::Png).size(200, 200).build()),
        };
        let limits = Limits { pixels: 10_000, ..Limits::default() };

        let pictures =
            Pictures { bytes: &bytes, limits, workers: 2 }.of(&[(1, group(1, Class::Exact, members))]);

        assert_eq!(pictures, [vec![None, None]]);
    }

    #[cfg(feature = "heif")]
    #[test]
    fn a_heic_of_this_machine_is_shown_as_a_jpeg() {
        let shared = std::env::var_os("IMMICH_SYNC_SHARED").unwrap_or_default();
        let Ok(heic) = std::fs::read(std::path::Path::new(&shared).join("corpus/heif/iphone_15_pro.heic"))
        else {
            eprintln!("SKIPPED a_heic_of_this_machine_is_shown_as_a_jpeg: no shared folder");
            return;
        };
        let bytes = |_: &MemberRecord| Some(heic.clone());
        let pictures = Pictures { bytes: &bytes, limits: Limits::default(), workers: 1 };

        let shown = pictures.of(&[(1, group(1, Class::Exact, vec![asset(1, "a.heic")]))]);

        let preview = shown[0][0].as_ref().unwrap();
        assert!(
            preview.jpeg.starts_with(&[0xff, 0xd8]) && preview.jpeg.len() <= SIZE.bytes,
            "{}",
            preview.jpeg.len()
        );
    }

    #[test]
    fn of_a_group_without_end_the_first_photos_are_shown() {
        let members = (0..200).map(|_| asset(1, "a")).collect();
        let pictures = Pictures { bytes: &|_| None, limits: Limits::default(), workers: 1 };

        assert_eq!(pictures.of(&[(1, group(1, Class::Burst, members))])[0].len(), MEMBERS);
    }
}
