//! Files for decoders, written by the libraries that write such files elsewhere.
#![expect(unsafe_code, reason = "the libraries are written in C")]

use std::ffi::{c_int, c_ulong};
use std::ptr;

use mozjpeg_sys::{
    J_COLOR_SPACE, J_INT_PARAM, JCP_FASTEST, jpeg_c_set_int_param, jpeg_compress_struct,
    jpeg_create_compress, jpeg_destroy_compress, jpeg_error_mgr, jpeg_finish_compress, jpeg_mem_dest,
    jpeg_set_defaults, jpeg_set_quality, jpeg_simple_progression, jpeg_start_compress, jpeg_std_error,
    jpeg_write_scanlines,
};

/// How a JPEG is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Jpeg {
    pub(crate) channels: Channels,
    pub(crate) progressive: bool,
    /// Rows of blocks between two marks at which a decoder can start anew; 0 for none.
    pub(crate) restart_rows: c_int,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Channels {
    Grey = 1,
    Rgb = 3,
    Cmyk = 4,
}

impl Jpeg {
    pub(crate) const PLAIN: Self = Self { channels: Channels::Rgb, progressive: false, restart_rows: 0 };

    /// Writes rows of pixels with as many channels.
    pub(crate) fn write(self, width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
        let channels = self.channels as usize;
        assert_eq!(pixels.len(), width as usize * height as usize * channels);
        // SAFETY: the order of calls is that of the library's manual, and its structures outlive them.
        unsafe {
            let mut errors: jpeg_error_mgr = std::mem::zeroed();
            let mut library: jpeg_compress_struct = std::mem::zeroed();
            library.common.err = jpeg_std_error(&mut errors);
            jpeg_create_compress(&raw mut library);
            let (mut bytes, mut length): (*mut u8, c_ulong) = (ptr::null_mut(), 0);
            jpeg_mem_dest(&mut library, &raw mut bytes, &raw mut length);
            (library.image_width, library.image_height) = (width, height);
            library.input_components = self.channels as c_int;
            library.in_color_space = match self.channels {
                Channels::Grey => J_COLOR_SPACE::JCS_GRAYSCALE,
                Channels::Rgb => J_COLOR_SPACE::JCS_RGB,
                Channels::Cmyk => J_COLOR_SPACE::JCS_CMYK,
            };
            jpeg_c_set_int_param(&mut library, J_INT_PARAM::JINT_COMPRESS_PROFILE, JCP_FASTEST as c_int);
            jpeg_set_defaults(&mut library);
            jpeg_set_quality(&mut library, 92, 1);
            library.restart_in_rows = self.restart_rows;
            if self.progressive {
                jpeg_simple_progression(&mut library);
            }
            jpeg_start_compress(&mut library, 1);
            for row in pixels.chunks(width as usize * channels) {
                let start = row.as_ptr();
                jpeg_write_scanlines(&mut library, &raw const start, 1);
            }
            jpeg_finish_compress(&mut library);
            let file = std::slice::from_raw_parts(bytes, usize::try_from(length).unwrap()).to_vec();
            // What the library allocated for the file stays with the test's process, which is over soon.
            jpeg_destroy_compress(&mut library);
            file
        }
    }
}

/// WebP with loss, of pixels with red, green, blue and alpha.
pub(crate) fn webp(width: u32, height: u32, pixels: &[u8], quality: f32) -> Vec<u8> {
    assert_eq!(pixels.len(), width as usize * height as usize * 4);
    let [width, height] = [width, height].map(|side| c_int::try_from(side).unwrap());
    let mut bytes = ptr::null_mut();
    // SAFETY: the buffer is as large as said, and what comes back is copied before it is freed.
    unsafe {
        let length =
            libwebp_sys::WebPEncodeRGBA(pixels.as_ptr(), width, height, width * 4, quality, &raw mut bytes);
        assert_ne!(length, 0, "the library refused the picture");
        let file = std::slice::from_raw_parts(bytes, length).to_vec();
        libwebp_sys::WebPFree(bytes.cast());
        file
    }
}
