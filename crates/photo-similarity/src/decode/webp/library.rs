//! The only module that calls libwebp.
#![expect(unsafe_code, reason = "the library is written in C")]

use std::ffi::c_int;

use libwebp_sys::{
    VP8StatusCode, WEBP_CSP_MODE, WebPBitstreamFeatures, WebPDecode, WebPDecoderConfig, WebPGetFeatures,
    WebPRGBABuffer, WebPYUVABuffer,
};

use crate::decode::colours::Wanted;
use crate::error::SimilarityError;

/// What the head of a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Features {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) alpha: bool,
    pub(super) moves: bool,
    pub(super) lossless: bool,
}

impl Features {
    /// Reads the head.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, SimilarityError> {
        let mut found = WebPBitstreamFeatures {
            width: 0,
            height: 0,
            has_alpha: 0,
            has_animation: 0,
            format: 0,
            pad: [0; 5],
        };
        // SAFETY: the library reads `bytes.len()` bytes at most and fills the structure.
        checked(unsafe { WebPGetFeatures(bytes.as_ptr(), bytes.len(), &raw mut found) })?;
        let size = |side: c_int| u32::try_from(side).unwrap_or(0);
        Ok(Self {
            width: size(found.width),
            height: size(found.height),
            alpha: found.has_alpha != 0,
            moves: found.has_animation != 0,
            lossless: found.format == 2,
        })
    }
}

/// Decoded pixels, rows without gaps.
pub(super) enum Pixels {
    /// Brightness from 16 to 235.
    Brightness(Vec<u8>),
    /// The same, and how opaque each pixel is.
    BrightnessOn(Vec<u8>, Vec<u8>),
    /// Red, green, blue, alpha.
    Colours(Vec<u8>),
}

/// Decodes the picture at `size`, which is at most its own.
pub(super) fn decode(
    bytes: &[u8],
    features: &Features,
    size: (u32, u32),
    wanted: Wanted,
) -> Result<Pixels, SimilarityError> {
    let mut config = WebPDecoderConfig::new()
        .map_err(|()| SimilarityError::Unsupported("WebP in this build".to_owned()))?;
    let (Ok(width), Ok(height)) = (c_int::try_from(size.0), c_int::try_from(size.1)) else {
        return Err(SimilarityError::Damaged("its size is no size".to_owned()));
    };
    if size != (features.width, features.height) {
        config.options.use_scaling = 1;
        config.options.scaled_width = width;
        config.options.scaled_height = height;
    }
    config.output.width = width;
    config.output.height = height;
    config.output.is_external_memory = 1;
    let pixels = size.0 as usize * size.1 as usize;
    if features.lossless || wanted == Wanted::Colours {
        let mut colours = vec![0; pixels * 4];
        config.output.colorspace = WEBP_CSP_MODE::MODE_RGBA;
        config.output.u.RGBA =
            WebPRGBABuffer { rgba: colours.as_mut_ptr(), stride: width * 4, size: colours.len() };
        // SAFETY: the buffer is as large as it is said to be and lives until the call returns.
        checked(unsafe { WebPDecode(bytes.as_ptr(), bytes.len(), &raw mut config) })?;
        return Ok(Pixels::Colours(colours));
    }
    let half = size.0.div_ceil(2) as usize * size.1.div_ceil(2) as usize;
    let mut brightness = vec![0; pixels];
    let mut colours = (vec![0_u8; half], vec![0_u8; half]);
    let mut alpha = vec![0_u8; if features.alpha { pixels } else { 0 }];
    config.output.colorspace =
        if features.alpha { WEBP_CSP_MODE::MODE_YUVA } else { WEBP_CSP_MODE::MODE_YUV };
    config.output.u.YUVA = WebPYUVABuffer {
        y: brightness.as_mut_ptr(),
        u: colours.0.as_mut_ptr(),
        v: colours.1.as_mut_ptr(),
        a: if features.alpha { alpha.as_mut_ptr() } else { std::ptr::null_mut() },
        y_stride: width,
        u_stride: width.midpoint(1),
        v_stride: width.midpoint(1),
        a_stride: width,
        y_size: pixels,
        u_size: half,
        v_size: half,
        a_size: alpha.len(),
    };
    // SAFETY: the buffers are as large as they are said to be and live until the call returns.
    checked(unsafe { WebPDecode(bytes.as_ptr(), bytes.len(), &raw mut config) })?;
    Ok(if features.alpha { Pixels::BrightnessOn(brightness, alpha) } else { Pixels::Brightness(brightness) })
}

fn checked(status: VP8StatusCode) -> Result<(), SimilarityError> {
    let words = match status {
        VP8StatusCode::VP8_STATUS_OK => return Ok(()),
        VP8StatusCode::VP8_STATUS_OUT_OF_MEMORY => "the system gave no memory for it",
        VP8StatusCode::VP8_STATUS_SUSPENDED | VP8StatusCode::VP8_STATUS_NOT_ENOUGH_DATA => {
            "a part of its pixels is missing"
        }
        _ => "its data is no WebP",
    };
    Err(SimilarityError::Damaged(words.to_owned()))
}
