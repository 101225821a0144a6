//! The only module that calls libheif. Its declarations are written out: what is called here has been the same since 1.13,
//! so that the releases of every current system do, and none of the larger bindings fits them all.
#![expect(unsafe_code, reason = "the library is written in C++")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use crate::error::SimilarityError;

/// Files list one small copy; more than this is a jest.
const MAX_COPIES: c_int = 16;

#[repr(C)]
struct RawContext(c_void);
#[repr(C)]
struct RawHandle(c_void);
#[repr(C)]
struct RawImage(c_void);

#[repr(C)]
#[derive(Clone, Copy)]
struct Status {
    code: c_int,
    detail: c_int,
    message: *const c_char,
}

/// The head of the library's structure; only read through its pointer.
#[repr(C)]
struct RawProfile {
    version: u8,
    primaries: c_int,
    transfer: c_int,
    matrix: c_int,
    full_range: u8,
}

unsafe extern "C" {
    fn heif_context_alloc() -> *mut RawContext;
    fn heif_context_free(context: *mut RawContext);
    fn heif_context_set_max_decoding_threads(context: *mut RawContext, threads: c_int);
    fn heif_context_read_from_memory_without_copy(
        context: *mut RawContext,
        bytes: *const c_void,
        size: usize,
        options: *const c_void,
    ) -> Status;
    fn heif_context_get_primary_image_handle(context: *mut RawContext, handle: *mut *mut RawHandle)
    -> Status;
    fn heif_image_handle_release(handle: *const RawHandle);
    fn heif_image_handle_get_width(handle: *const RawHandle) -> c_int;
    fn heif_image_handle_get_height(handle: *const RawHandle) -> c_int;
    fn heif_image_handle_get_luma_bits_per_pixel(handle: *const RawHandle) -> c_int;
    fn heif_image_handle_get_number_of_thumbnails(handle: *const RawHandle) -> c_int;
    fn heif_image_handle_get_list_of_thumbnail_IDs(
        handle: *const RawHandle,
        ids: *mut u32,
        count: c_int,
    ) -> c_int;
    fn heif_image_handle_get_thumbnail(
        handle: *const RawHandle,
        id: u32,
        copy: *mut *mut RawHandle,
    ) -> Status;
    fn heif_decode_image(
        handle: *const RawHandle,
        image: *mut *mut RawImage,
        colours: c_int,
        layout: c_int,
        options: *const c_void,
    ) -> Status;
    fn heif_image_release(image: *const RawImage);
    fn heif_image_get_colorspace(image: *const RawImage) -> c_int;
    fn heif_image_get_width(image: *const RawImage, channel: c_int) -> c_int;
    fn heif_image_get_height(image: *const RawImage, channel: c_int) -> c_int;
    fn heif_image_get_bits_per_pixel_range(image: *const RawImage, channel: c_int) -> c_int;
    fn heif_image_get_plane_readonly(image: *const RawImage, channel: c_int, stride: *mut c_int)
    -> *const u8;
    fn heif_image_get_nclx_color_profile(image: *const RawImage, profile: *mut *mut RawProfile) -> Status;
    fn heif_nclx_color_profile_free(profile: *mut RawProfile);
}

/// A file that was read; it borrows the bytes.
pub(super) struct Context<'a> {
    raw: NonNull<RawContext>,
    bytes: PhantomData<&'a [u8]>,
}

impl<'a> Context<'a> {
    /// Reads the structure of a file, no pixels.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, SimilarityError> {
        // SAFETY: no arguments; null is looked for.
        let raw = NonNull::new(unsafe { heif_context_alloc() }).ok_or_else(no_memory)?;
        let context = Self { raw, bytes: PhantomData };
        // SAFETY: the context is valid, and the bytes outlive it by its lifetime.
        unsafe {
            // Photos are decoded side by side already.
            heif_context_set_max_decoding_threads(raw.as_ptr(), 0);
            let bytes = (bytes.as_ptr().cast(), bytes.len());
            checked(heif_context_read_from_memory_without_copy(raw.as_ptr(), bytes.0, bytes.1, ptr::null()))?;
        }
        Ok(context)
    }

    /// The picture that the file is about.
    pub(super) fn primary(&self) -> Result<Handle<'_>, SimilarityError> {
        let mut raw = ptr::null_mut();
        // SAFETY: the context is valid.
        checked(unsafe { heif_context_get_primary_image_handle(self.raw.as_ptr(), &raw mut raw) })?;
        Handle::new(raw)
    }
}

impl Drop for Context<'_> {
    fn drop(&mut self) {
        // SAFETY: valid, and handles cannot outlive it.
        unsafe { heif_context_free(self.raw.as_ptr()) };
    }
}

/// A picture in a file, not decoded.
pub(super) struct Handle<'c> {
    raw: NonNull<RawHandle>,
    context: PhantomData<&'c ()>,
}

impl<'c> Handle<'c> {
    fn new(raw: *mut RawHandle) -> Result<Self, SimilarityError> {
        Ok(Self { raw: NonNull::new(raw).ok_or_else(no_memory)?, context: PhantomData })
    }

    /// Width and height, upright.
    pub(super) fn size(&self) -> (u32, u32) {
        // SAFETY: the handle is valid.
        let (width, height) = unsafe {
            (heif_image_handle_get_width(self.raw.as_ptr()), heif_image_handle_get_height(self.raw.as_ptr()))
        };
        (u32::try_from(width).unwrap_or(0), u32::try_from(height).unwrap_or(0))
    }

    /// Bits of a sample of brightness; 0 where the library does not know before decoding.
    pub(super) fn bits(&self) -> u32 {
        // SAFETY: the handle is valid.
        u32::try_from(unsafe { heif_image_handle_get_luma_bits_per_pixel(self.raw.as_ptr()) }).unwrap_or(0)
    }

    /// Small copies of it.
    pub(super) fn thumbnails(&self) -> Vec<Handle<'c>> {
        // SAFETY: the handle is valid, and no more numbers are asked for than there is room for.
        let numbers = unsafe {
            let count = heif_image_handle_get_number_of_thumbnails(self.raw.as_ptr()).clamp(0, MAX_COPIES);
            let mut numbers = vec![0_u32; usize::try_from(count).unwrap_or(0)];
            let given =
                heif_image_handle_get_list_of_thumbnail_IDs(self.raw.as_ptr(), numbers.as_mut_ptr(), count);
            numbers.truncate(usize::try_from(given).unwrap_or(0));
            numbers
        };
        let copy = |number: u32| {
            let mut raw = ptr::null_mut();
            // SAFETY: the handle is valid.
            checked(unsafe { heif_image_handle_get_thumbnail(self.raw.as_ptr(), number, &raw mut raw) })
                .ok()?;
            Handle::new(raw).ok()
        };
        numbers.into_iter().filter_map(copy).collect()
    }

    /// Decodes it as it is stored: brightness and colours apart, in nearly all files.
    pub(super) fn decode(&self) -> Result<Image, SimilarityError> {
        const UNDEFINED: c_int = 99;
        self.decode_as(UNDEFINED, UNDEFINED)
    }

    /// Decodes it to red, green, blue and alpha of 8 bits.
    pub(super) fn decode_colours(&self) -> Result<Image, SimilarityError> {
        const RGB: c_int = 1;
        const INTERLEAVED_RGBA: c_int = 11;
        self.decode_as(RGB, INTERLEAVED_RGBA)
    }

    fn decode_as(&self, colours: c_int, layout: c_int) -> Result<Image, SimilarityError> {
        let mut raw = ptr::null_mut();
        // SAFETY: the handle is valid.
        checked(unsafe { heif_decode_image(self.raw.as_ptr(), &raw mut raw, colours, layout, ptr::null()) })?;
        Ok(Image { raw: NonNull::new(raw).ok_or_else(no_memory)? })
    }
}

impl Drop for Handle<'_> {
    fn drop(&mut self) {
        // SAFETY: valid, and released once.
        unsafe { heif_image_handle_release(self.raw.as_ptr()) };
    }
}

/// What the samples of an image mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    /// Brightness and two differences of colour.
    Apart,
    /// Brightness alone.
    None,
    /// Something else.
    Other,
}

/// A plane of samples.
#[derive(Debug, Clone, Copy)]
pub(super) enum Channel {
    Brightness = 0,
    Blue = 1,
    Red = 2,
    Alpha = 6,
    Interleaved = 10,
}

/// How colours were taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Profile {
    /// The number of the matrix in ITU-T H.273.
    pub(super) matrix: c_int,
    /// 0 to 255, not 16 to 235.
    pub(super) full_range: bool,
}

/// Samples in rows that lie `stride` bytes apart; two bytes each where they have more than 8 bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane<'a> {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) stride: usize,
    pub(super) bits: u32,
    pub(super) bytes: &'a [u8],
}

/// A decoded picture.
pub(super) struct Image {
    raw: NonNull<RawImage>,
}

impl Image {
    /// What its samples mean.
    pub(super) fn colours(&self) -> Colours {
        // SAFETY: the image is valid.
        match unsafe { heif_image_get_colorspace(self.raw.as_ptr()) } {
            0 => Colours::Apart,
            2 => Colours::None,
            _ => Colours::Other,
        }
    }

    /// How colours were taken apart, where it is said.
    pub(super) fn profile(&self) -> Option<Profile> {
        let mut raw = ptr::null_mut();
        // SAFETY: the image is valid; the profile is read before it is freed, and freed once.
        unsafe {
            checked(heif_image_get_nclx_color_profile(self.raw.as_ptr(), &raw mut raw)).ok()?;
            let profile =
                raw.as_ref().map(|raw| Profile { matrix: raw.matrix, full_range: raw.full_range != 0 });
            heif_nclx_color_profile_free(raw);
            profile
        }
    }

    /// One of its planes; `None` where it has no such.
    pub(super) fn plane(&self, channel: Channel) -> Option<Plane<'_>> {
        let number = channel as c_int;
        let samples: usize = if matches!(channel, Channel::Interleaved) { 4 } else { 1 };
        let mut stride: c_int = 0;
        // SAFETY: the image is valid, and for a plane that it does not have it answers with null or numbers below 1.
        unsafe {
            let width = u32::try_from(heif_image_get_width(self.raw.as_ptr(), number)).ok()?;
            let height = u32::try_from(heif_image_get_height(self.raw.as_ptr(), number)).ok()?;
            let bits = u32::try_from(heif_image_get_bits_per_pixel_range(self.raw.as_ptr(), number)).ok()?;
            let start = heif_image_get_plane_readonly(self.raw.as_ptr(), number, &raw mut stride);
            let stride = usize::try_from(stride).ok()?;
            let row = width as usize * samples * if bits > 8 { 2 } else { 1 };
            if start.is_null() || width == 0 || height == 0 || !(1..=16).contains(&bits) || stride < row {
                return None;
            }
            let length = stride * (height as usize - 1) + row;
            Some(Plane { width, height, stride, bits, bytes: std::slice::from_raw_parts(start, length) })
        }
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // SAFETY: valid, and released once.
        unsafe { heif_image_release(self.raw.as_ptr()) };
    }
}

fn no_memory() -> SimilarityError {
    SimilarityError::Damaged("the system gave no memory for it".to_owned())
}

fn checked(status: Status) -> Result<(), SimilarityError> {
    const OK: c_int = 0;
    const UNSUPPORTED_FILE: c_int = 3;
    const UNSUPPORTED_FEATURE: c_int = 4;
    if status.code == OK {
        return Ok(());
    }
    let words = if status.message.is_null() {
        String::new()
    } else {
        // SAFETY: the library promises a text with an end that lives as long as the context.
        unsafe { CStr::from_ptr(status.message) }.to_string_lossy().trim().to_owned()
    };
    Err(match status.code {
        UNSUPPORTED_FILE | UNSUPPORTED_FEATURE => {
            SimilarityError::Unsupported(format!("What libheif cannot read here (\"{words}\")"))
        }
        _ => SimilarityError::Damaged(words),
    })
}
