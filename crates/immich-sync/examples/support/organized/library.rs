//! A server with very many photos, each with a picture that is made when somebody asks for it.
//!
//! The pictures are small: 16 by 16 blocks of random brightness. Two of different seeds are as far apart as two photos
//! that have nothing in common; a copy is the same a little brighter, and is near its original.

use std::io::Cursor;
use std::sync::Arc;

use image::{GrayImage, ImageFormat, Luma};
use immich_sandbox::{AssetId, PictureMaker, Scenario, Version};

/// Pixels of a side of a picture.
const SIDE: u32 = 64;

/// Pixels of a side of a block.
const BLOCK: u32 = 4;

/// How much brighter a copy is.
const BRIGHTER: u8 = 6;

/// What a library consists of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Library {
    /// Photos that are seen at once.
    pub(crate) assets: usize,
    /// Photos that are in the trash first, and come out of it all together.
    pub(crate) later: usize,
    /// Of so many pairs of photos one is a photo and its copy; with 1 each pair is.
    pub(crate) one_copy_in: usize,
}

impl Library {
    /// Groups among the first so many photos.
    pub(crate) fn groups(&self, photos: usize) -> u64 {
        (photos / 2).div_ceil(self.one_copy_in) as u64
    }

    /// The server, and the photos that come later.
    pub(crate) fn scenario(self) -> (Scenario, Vec<AssetId>) {
        let mut scenario = Scenario::new(Version::V3_0_3);
        let storage = scenario.managed_storage("/data/upload", "/nowhere");
        let maker: PictureMaker = Arc::new(picture);
        let ids = scenario.many(&storage, self.assets + self.later, |number, asset| {
            let asset = asset.thumbnail_by(&maker, self.seed_of(number));
            if number >= self.assets {
                asset.trashed();
            }
        });
        (scenario, ids[self.assets..].to_vec())
    }

    /// Twice what its blocks come from, and one more for a copy.
    fn seed_of(self, number: usize) -> u64 {
        let is_copy = number % 2 == 1 && (number / 2).is_multiple_of(self.one_copy_in);
        if is_copy { 2 * (number as u64 - 1) + 1 } else { 2 * number as u64 }
    }
}

/// A WebP of such blocks.
fn picture(seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed / 2);
    let blocks: Vec<u8> = (0..256).map(|_| random.u8(8..240)).collect();
    let brighter = if seed.is_multiple_of(2) { 0 } else { BRIGHTER };
    let shade = |x: u32, y: u32| Luma([blocks[(y / BLOCK * 16 + x / BLOCK) as usize] + brighter]);
    let mut bytes = Vec::new();
    // Into memory this cannot fail; a server without a picture would be noticed by the counts.
    let _ = GrayImage::from_fn(SIDE, SIDE, shade).write_to(&mut Cursor::new(&mut bytes), ImageFormat::WebP);
    bytes
}
