//! The order of a group, from the best photo to the least.
//!
//! For each criterion the photos fall into tiers, and the tiers are compared one criterion after the other. Tiers are made
//! from the top down (all within one per cent of the best, then all within one per cent of the best that is left, …):
//! "within one per cent" of two neighbours would run in circles and depend on the order.

use std::cmp::{Ordering, Reverse};

use super::clutter::clutter;
use super::{Criterion, Look, Preference, Traits};
use crate::decode::Format;

/// What is equal: one per cent.
const TOLERANCE: f64 = 0.99;

/// Looks are equal within this: a fifteenth of the sharpness.
const LOOK_TOLERANCE: f64 = 0.1;

/// Positions from the best to the least.
pub(super) fn of(photos: &[Traits<'_>], prefer: &[Preference]) -> Vec<usize> {
    let tiers: Vec<Vec<u32>> = criteria(prefer).map(|criterion| tiers(photos, criterion)).collect();
    let mut order: Vec<usize> = (0..photos.len()).collect();
    order.sort_by(|&one, &other| {
        let by_tier = tiers.iter().map(|tier| tier[one].cmp(&tier[other]));
        by_tier.fold(Ordering::Equal, Ordering::then).then_with(|| photos[one].id.cmp(&photos[other].id))
    });
    order
}

/// The first criterion in which two photos differ.
pub(super) fn difference(
    photos: &[Traits<'_>],
    prefer: &[Preference],
    one: usize,
    other: usize,
) -> Option<Criterion> {
    criteria(prefer).find(|criterion| {
        let tiers = tiers(photos, *criterion);
        tiers[one] != tiers[other]
    })
}

fn criteria(prefer: &[Preference]) -> impl Iterator<Item = Criterion> {
    let usual = [
        Criterion::Favourite,
        Criterion::Album,
        Criterion::Place,
        Criterion::Pixels,
        Criterion::Look,
        Criterion::Camera,
        Criterion::Format,
        Criterion::Bytes,
        Criterion::Metadata,
        Criterion::People,
        Criterion::Earlier,
        Criterion::Name,
    ];
    let preferred = prefer.iter().map(|preference| match preference {
        Preference::Larger => Criterion::Pixels,
        Preference::Heavier => Criterion::Bytes,
        Preference::Lighter => Criterion::FewerBytes,
        Preference::Older => Criterion::Earlier,
        Preference::Newer => Criterion::Later,
        Preference::Format => Criterion::Format,
        Preference::Camera => Criterion::Camera,
        Preference::Album => Criterion::Album,
        Preference::Metadata => Criterion::Metadata,
        Preference::People => Criterion::People,
        Preference::Place => Criterion::Place,
    });
    std::iter::once(Criterion::Pinned).chain(preferred).chain(usual)
}

/// For each photo its tier, the best being 0.
fn tiers(photos: &[Traits<'_>], criterion: Criterion) -> Vec<u32> {
    match criterion {
        Criterion::Pinned => by_key(photos, |photo| !photo.is_pinned),
        Criterion::Favourite => by_key(photos, |photo| !photo.is_favourite),
        Criterion::Album => by_key(photos, |photo| !photo.is_in_album),
        Criterion::Place => by_key(photos, |photo| photo.place.unwrap_or(u32::MAX)),
        Criterion::Pixels => by_size(photos, pixels, shrunk),
        Criterion::Look if photos.iter().all(|photo| photo.look.is_some()) => by_size(photos, score, dimmed),
        Criterion::Format if photos.iter().all(|photo| photo.set == photos[0].set) => {
            by_key(photos, kind_of_file)
        }
        Criterion::Look | Criterion::Format | Criterion::Id => vec![0; photos.len()],
        Criterion::Camera => by_key(photos, |photo| !photo.has_camera),
        Criterion::Bytes => by_size(photos, bytes, shrunk),
        Criterion::FewerBytes => by_key(photos, |photo| photo.bytes.unwrap_or(u64::MAX)),
        Criterion::Metadata => by_key(photos, |photo| Reverse(photo.fields)),
        Criterion::People => by_key(photos, |photo| Reverse(photo.people)),
        Criterion::Earlier => by_key(photos, |photo| photo.taken.unwrap_or(i64::MAX)),
        Criterion::Later => by_key(photos, |photo| Reverse(photo.taken.unwrap_or(i64::MIN))),
        Criterion::Name => by_key(photos, |photo| (clutter(photo.name), photo.name.chars().count())),
    }
}

/// Smaller keys are better.
fn by_key<K: Ord>(photos: &[Traits<'_>], key: impl Fn(&Traits<'_>) -> K) -> Vec<u32> {
    let keys: Vec<K> = photos.iter().map(key).collect();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|&one, &other| keys[one].cmp(&keys[other]));
    let same = |one: usize, other: usize| keys[one] == keys[other];
    number(&order, same)
}

/// Larger values are better; a tier reaches from its best down to what `lowest` makes of that.
fn by_size(photos: &[Traits<'_>], value: fn(&Traits<'_>) -> f64, lowest: fn(f64) -> f64) -> Vec<u32> {
    let values: Vec<f64> = photos.iter().map(value).collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&one, &other| values[other].total_cmp(&values[one]));
    number(&order, |top, next| values[next] >= lowest(values[top]))
}

/// Numbers tiers in the given order; `belongs` says whether a photo belongs to the tier whose first is given.
fn number(order: &[usize], belongs: impl Fn(usize, usize) -> bool) -> Vec<u32> {
    let mut tiers = vec![0; order.len()];
    let (mut tier, mut top) = (0, order.first().copied().unwrap_or(0));
    for &photo in order {
        if !belongs(top, photo) {
            tier += 1;
            top = photo;
        }
        tiers[photo] = tier;
    }
    tiers
}

fn shrunk(top: f64) -> f64 {
    top * TOLERANCE
}

fn dimmed(top: f64) -> f64 {
    top - LOOK_TOLERANCE
}

#[expect(clippy::cast_precision_loss, reason = "numbers of pixels and bytes are far below 2^53")]
fn pixels(photo: &Traits<'_>) -> f64 {
    match photo.pixels {
        Some(pixels) => pixels as f64,
        // Raw files have at least the pixels of what is made from them; servers often do not know how many.
        None if photo.is_raw => f64::INFINITY,
        None => 0.0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of pixels and bytes are far below 2^53")]
fn bytes(photo: &Traits<'_>) -> f64 {
    photo.bytes.map_or(0.0, |bytes| bytes as f64)
}

/// How well a photo came out. Doubled sharpness weighs as much as a tenth of all pixels clipped.
fn score(photo: &Traits<'_>) -> f64 {
    let Some(Look { sharpness, clipped, mean }) = photo.look else { return 0.0 };
    let sharp = (1.0 + f64::from(sharpness).max(0.0)).log2();
    let too_far = (f64::from(mean) - 127.5).abs() - 80.0;
    let score = sharp - 10.0 * f64::from(clipped).clamp(0.0, 1.0) - too_far.max(0.0) / 16.0;
    if score.is_finite() { score } else { f64::MIN }
}

/// What keeps the most of one exposure, from the best on.
fn kind_of_file(photo: &Traits<'_>) -> u32 {
    match photo.format {
        _ if photo.is_raw => 0,
        Some(Format::Tiff | Format::Png) => 1,
        Some(Format::Heic | Format::Avif) => 2,
        Some(Format::Jpeg) => 3,
        Some(Format::WebP) => 4,
        Some(Format::Gif) => 5,
        None => 6,
    }
}
