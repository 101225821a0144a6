//! WebP as the server writes it.
#![expect(unsafe_code, reason = "the library is written in C")]

use std::ffi::c_int;

use anyhow::{Result, ensure};
use image::RgbImage;

/// A WebP with loss.
pub(crate) fn webp(picture: &RgbImage, quality: f32) -> Result<Vec<u8>> {
    let (width, height) = (c_int::try_from(picture.width())?, c_int::try_from(picture.height())?);
    let mut bytes = std::ptr::null_mut();
    let pixels = picture.as_raw();
    // SAFETY: the picture has three bytes a pixel without gaps; what comes back is copied before it is freed.
    unsafe {
        let length =
            libwebp_sys::WebPEncodeRGB(pixels.as_ptr(), width, height, width * 3, quality, &raw mut bytes);
        ensure!(length > 0, "libwebp refused a picture of {width} by {height}");
        let file = std::slice::from_raw_parts(bytes, length).to_vec();
        libwebp_sys::WebPFree(bytes.cast());
        Ok(file)
    }
}
