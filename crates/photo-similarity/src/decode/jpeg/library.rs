//! JPEG by libjpeg, in the branch of it that is fast (libjpeg-turbo's, as mozjpeg carries it).
//!
//! The library reports a fatal error by a call that must not return. Here that call unwinds: the C code is compiled for it
//! and holds nothing that would have to be put away, and destroying the decoder frees all that it allocated. Its warnings
//! are where it says that data is missing and grey will be delivered instead; such a picture is refused here.
//!
//! The only module that calls the library.
#![expect(unsafe_code, reason = "the library is written in C")]

use std::any::Any;
use std::ffi::{CStr, c_int, c_ulong, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;

use mozjpeg_sys::{
    J_COLOR_SPACE, JERR_BAD_CROP_SPEC, JERR_NO_BACKING_STORE, JERR_OUT_OF_MEMORY, JWRN_HIT_MARKER,
    JWRN_HUFF_BAD_CODE, JWRN_JPEG_EOF, JWRN_MUST_RESYNC, jpeg_calc_output_dimensions, jpeg_common_struct,
    jpeg_create_decompress, jpeg_decompress_struct, jpeg_destroy_decompress, jpeg_error_mgr,
    jpeg_has_multiple_scans, jpeg_mem_src, jpeg_progress_mgr, jpeg_read_header, jpeg_read_scanlines,
    jpeg_start_decompress, jpeg_std_error,
};

use crate::decode::Limits;
use crate::decode::colours::Wanted;
use crate::decode::jpeg::Rows;
use crate::decode::jpeg::segments::Segments;
use crate::error::SimilarityError;
use crate::luma::bt601;

/// Scans of a progressive file. Encoders write about 10; hundreds of them, each over the whole picture, take minutes.
pub(super) const MAX_SCANS: usize = 100;

/// A part of the rows that may be missing at the end: one of this many.
const FORGIVEN: u32 = 50;

/// Bad data of an arithmetic coder. The crate with the declarations lists the codes of a build without such a decoder, in
/// which this one and its neighbour are not counted.
const JWRN_ARITH_BAD_CODE: c_int = JERR_BAD_CROP_SPEC + 2;

/// Why the library did not decode a file.
#[derive(Debug)]
pub(super) enum Refused {
    /// Another decoder would not do better, or must not try.
    Final(SimilarityError),
    /// The library does not understand it, for this reason.
    Unknown(String),
}

impl From<SimilarityError> for Refused {
    fn from(error: SimilarityError) -> Self {
        Self::Final(error)
    }
}

/// What unwinds out of the library.
enum Fatal {
    /// It gave up by itself.
    Code(c_int, String),
    /// Data is missing.
    Missing,
    /// Too many scans.
    Scans,
}

/// The picture, scaled to an eighth, a quarter, a half or not at all.
pub(super) fn decode(
    bytes: &[u8],
    short_side: u32,
    limits: &Limits,
    segments: Segments,
    wanted: Wanted,
) -> Result<Rows, Refused> {
    let decoder = Decoder::new();
    // What is unwound through is only used to be dropped.
    let outcome = catch_unwind(AssertUnwindSafe(|| decoder.run(bytes, short_side, limits, segments, wanted)));
    outcome.unwrap_or_else(|fatal| Err(refused(fatal, limits)))
}

fn refused(fatal: Box<dyn Any + Send>, limits: &Limits) -> Refused {
    let damaged = |words: &str| Refused::Final(SimilarityError::Damaged(words.to_owned()));
    match fatal.downcast::<Fatal>().map(|fatal| *fatal) {
        Ok(Fatal::Code(JERR_OUT_OF_MEMORY | JERR_NO_BACKING_STORE, _)) => {
            limits.too_much_memory(u64::MAX).into()
        }
        Ok(Fatal::Code(_, words)) => Refused::Unknown(words),
        Ok(Fatal::Missing) => missing().into(),
        Ok(Fatal::Scans) => damaged("it has too many scans"),
        Err(_) => damaged("its decoder stumbled over it"),
    }
}

fn missing() -> SimilarityError {
    SimilarityError::Damaged("a part of its pixels is missing".to_owned())
}

/// The library's state, at an address that does not change: it points into itself.
struct Decoder(*mut Parts);

struct Parts {
    library: jpeg_decompress_struct,
    errors: jpeg_error_mgr,
    progress: jpeg_progress_mgr,
    /// The data ended before its end was marked.
    cut: bool,
}

impl Decoder {
    fn new() -> Self {
        // SAFETY: these are structures of C for which all zeros is the state before their initialisation.
        let parts: Box<Parts> = Box::new(unsafe { std::mem::zeroed() });
        Self(Box::into_raw(parts))
    }

    /// May unwind with a `Fatal`.
    fn run(
        &self,
        bytes: &[u8],
        short_side: u32,
        limits: &Limits,
        segments: Segments,
        wanted: Wanted,
    ) -> Result<Rows, Refused> {
        let parts = self.0;
        // SAFETY: `parts` lives and stays where it is until `self` is dropped, `bytes` outlives the decoding, and what
        // follows is the order of calls that the library asks for.
        unsafe {
            self.prepare(bytes);
            let library = &mut (*parts).library;
            jpeg_read_header(library, 1);
            let whole = (library.image_width, library.image_height);
            limits.admit_pixels(whole.0, whole.1)?;
            if jpeg_has_multiple_scans(library) != 0 {
                limits.admit_memory(coefficients(library))?;
            }
            library.out_color_space = match library.jpeg_color_space {
                J_COLOR_SPACE::JCS_CMYK | J_COLOR_SPACE::JCS_YCCK => J_COLOR_SPACE::JCS_CMYK,
                _ if wanted == Wanted::Colours => J_COLOR_SPACE::JCS_RGB,
                _ => J_COLOR_SPACE::JCS_GRAYSCALE,
            };
            library.scale_num = eighths(whole, short_side);
            library.scale_denom = 8;
            jpeg_calc_output_dimensions(library);
            let pixels = u64::from(library.output_width) * u64::from(library.output_height);
            limits.admit_memory(if wanted == Wanted::Colours { pixels * 3 } else { pixels })?;
            jpeg_start_decompress(library);
            if (*parts).cut && !brightness_is_complete(&(*parts).library) {
                return Err(missing().into());
            }
            let samples = rows(&mut (*parts).library, segments.adobe, wanted)?;
            // An arithmetic decoder goes on with zeros where data is missing, without a warning.
            if (*parts).cut && segments.arithmetic {
                return Err(missing().into());
            }
            let library = &(*parts).library;
            Ok(Rows { width: library.output_width, height: library.output_height, samples, whole })
        }
    }

    /// # Safety
    /// Once, and `bytes` must outlive the decoding.
    unsafe fn prepare(&self, bytes: &[u8]) {
        let parts = self.0;
        // SAFETY: `parts` is valid, and the library is told addresses of its own parts.
        unsafe {
            jpeg_std_error(&mut (*parts).errors);
            (*parts).errors.error_exit = Some(on_error);
            (*parts).errors.emit_message = Some(on_message);
            (*parts).library.common.err = &raw mut (*parts).errors;
            jpeg_create_decompress(&raw mut (*parts).library);
            (*parts).progress.progress_monitor = Some(on_progress);
            (*parts).library.common.progress = &raw mut (*parts).progress;
            (*parts).library.common.client_data = parts.cast::<c_void>();
            let length = c_ulong::try_from(bytes.len()).unwrap_or(c_ulong::MAX);
            jpeg_mem_src(&mut (*parts).library, bytes.as_ptr(), length);
        }
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: the pointer came out of a box, and destroying is allowed in every state of the library.
        unsafe {
            jpeg_destroy_decompress(&mut (*self.0).library);
            drop(Box::from_raw(self.0));
        }
    }
}

/// The smallest scale, in eighths, with a short side that is long enough.
fn eighths(whole: (u32, u32), short_side: u32) -> u32 {
    let short = u64::from(whole.0.min(whole.1));
    let is_enough = |scale: &u32| (short * u64::from(*scale)).div_ceil(8) >= u64::from(short_side);
    [1, 2, 4].into_iter().find(is_enough).unwrap_or(8)
}

/// Bytes that the library keeps for the coefficients of all scans: two for each, of all components.
///
/// # Safety
/// After the header was read.
unsafe fn coefficients(library: &jpeg_decompress_struct) -> u64 {
    let count = usize::try_from(library.num_components).unwrap_or(0);
    if library.comp_info.is_null() {
        return 0;
    }
    // SAFETY: the library has as many components as it says once the header was read.
    let components = unsafe { std::slice::from_raw_parts(library.comp_info, count) };
    let padded = |blocks: u32, factor: c_int| {
        let factor = u64::try_from(factor).unwrap_or(1).max(1);
        u64::from(blocks).div_ceil(factor) * factor
    };
    let blocks = components.iter().map(|part| {
        padded(part.width_in_blocks, part.h_samp_factor) * padded(part.height_in_blocks, part.v_samp_factor)
    });
    blocks.sum::<u64>() * 128
}

/// Whether a file without an end still holds all of its brightness: in a progressive one all refinements, else its scans.
///
/// # Safety
/// After decompression has started.
unsafe fn brightness_is_complete(library: &jpeg_decompress_struct) -> bool {
    // SAFETY: as demanded.
    if unsafe { jpeg_has_multiple_scans(library) } == 0 {
        return true;
    }
    if library.coef_bits.is_null() {
        return library.input_scan_number >= library.num_components;
    }
    // SAFETY: per component the library keeps an accuracy for each of 64 coefficients; the first is brightness.
    let accuracy = unsafe { std::slice::from_raw_parts(library.coef_bits.cast::<c_int>(), 64) };
    accuracy.iter().all(|bits| *bits == 0)
}

/// Reads all rows.
///
/// # Safety
/// After decompression has started.
unsafe fn rows(
    library: &mut jpeg_decompress_struct,
    adobe: bool,
    wanted: Wanted,
) -> Result<Vec<u8>, SimilarityError> {
    let (width, height) = (library.output_width as usize, library.output_height);
    let inks = library.out_color_space == J_COLOR_SPACE::JCS_CMYK;
    let delivered = if wanted == Wanted::Colours { 3 } else { 1 };
    let mut row = vec![0_u8; width * if inks { 4 } else { delivered }];
    let mut samples = Vec::with_capacity(width * delivered * height as usize);
    while library.output_scanline < height {
        let mut start = row.as_mut_ptr();
        // SAFETY: `row` is as long as a row of the output.
        if unsafe { jpeg_read_scanlines(library, &raw mut start, 1) } != 1 {
            return Err(SimilarityError::Damaged("its rows end early".to_owned()));
        }
        let pixels = row.as_chunks().0.iter().map(|pixel| ink(*pixel, adobe));
        match wanted {
            _ if !inks => samples.extend_from_slice(&row),
            Wanted::Brightness => samples.extend(pixels.map(|[red, green, blue]| bt601(red, green, blue))),
            Wanted::Colours => samples.extend(pixels.flatten()),
        }
    }
    Ok(samples)
}

/// Light of cyan, magenta, yellow and black.
fn ink(inks: [u8; 4], adobe: bool) -> [u8; 3] {
    let [red, green, blue, black] = if adobe { inks } else { inks.map(|ink| 255 - ink) };
    let over = |light: u8| u8::try_from((u32::from(light) * u32::from(black) + 127) / 255).unwrap_or(u8::MAX);
    [over(red), over(green), over(blue)]
}

/// Never returns to the library.
unsafe extern "C-unwind" fn on_error(common: &mut jpeg_common_struct) {
    // SAFETY: the library calls this with its own state, whose error manager is set.
    let (code, words) = unsafe { ((*common.err).msg_code, message(common)) };
    // Not a panic: nothing is printed and no hook is run.
    resume_unwind(Box::new(Fatal::Code(code, words)));
}

/// Warnings come with a negative level.
unsafe extern "C-unwind" fn on_message(common: &mut jpeg_common_struct, level: c_int) {
    if level >= 0 {
        return;
    }
    let parts = common.client_data.cast::<Parts>();
    if parts.is_null() {
        return;
    }
    // SAFETY: the library calls this with its own state, of which `client_data` is the whole.
    unsafe {
        match (*parts).errors.msg_code {
            JWRN_JPEG_EOF => (*parts).cut = true,
            JWRN_HIT_MARKER | JWRN_HUFF_BAD_CODE | JWRN_ARITH_BAD_CODE | JWRN_MUST_RESYNC
                if !is_nearly_done(&raw const (*parts).library) =>
            {
                resume_unwind(Box::new(Fatal::Missing));
            }
            _ => {}
        }
    }
}

/// Whether so few rows are left of the current scan that what is missing cannot be seen.
///
/// # Safety
/// `library` must be valid.
unsafe fn is_nearly_done(library: *const jpeg_decompress_struct) -> bool {
    // SAFETY: as demanded.
    let (height, row, factor) =
        unsafe { ((*library).image_height, (*library).input_iMCU_row, (*library).max_v_samp_factor) };
    let done = row.saturating_mul(u32::try_from(factor).unwrap_or(1) * 8);
    height.saturating_sub(done) <= height / FORGIVEN
}

/// Called between rows and scans.
unsafe extern "C-unwind" fn on_progress(common: &mut jpeg_common_struct) {
    let parts = common.client_data.cast::<Parts>();
    // SAFETY: as above; the monitor is set after `client_data` at the latest when reading starts.
    let scan = if parts.is_null() { 0 } else { unsafe { (*parts).library.input_scan_number } };
    if usize::try_from(scan).is_ok_and(|scan| scan > MAX_SCANS) {
        resume_unwind(Box::new(Fatal::Scans));
    }
}

/// What the library says about its error.
///
/// # Safety
/// The error manager must be set.
unsafe fn message(common: &mut jpeg_common_struct) -> String {
    // SAFETY: as demanded; the function writes a text that ends with zero into a buffer of 200 bytes.
    unsafe {
        let Some(format) = (*common.err).format_message else { return String::new() };
        let mut buffer = [0_u8; 256];
        format(common, &*ptr::from_mut(&mut buffer).cast::<[u8; 80]>());
        let text = CStr::from_bytes_until_nul(&buffer).unwrap_or_default();
        text.to_string_lossy().into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_scale_that_is_large_enough_is_taken() {
        let scales =
            [(4000, 3000), (2000, 1500), (800, 600), (300, 200), (256, 2049)].map(|size| eighths(size, 256));
        assert_eq!(scales, [1, 2, 4, 8, 8]);
        assert_eq!((eighths((2041, 4000), 256), eighths((2040, 4000), 256)), (1, 2));
    }

    #[test]
    fn ink_of_adobe_is_upside_down() {
        assert_eq!((ink([0, 0, 0, 0], false), ink([255; 4], true)), ([255; 3], [255; 3]));
        assert_eq!((ink([0, 0, 0, 255], false), ink([255, 255, 255, 0], true)), ([0; 3], [0; 3]));
        assert_eq!(ink([255, 255, 0, 0], false), [0, 0, 255]);
    }
}
