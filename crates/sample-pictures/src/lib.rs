//! Pictures and videos of many containers, made on the spot for the demo and for tests.
//!
//! A test of a metadata writer needs files whose every byte is accounted for: who wrote which tag,
//! in which byte order, what stands behind the end of the image. Photos found somewhere have owners
//! and surprises; these have neither. The same builder calls give the same bytes on every machine.
//!
//! ```
//! use sample_pictures::{Exif, Gps, Kind, Picture, Xmp};
//!
//! let jpeg = Picture::new(Kind::Jpeg)
//!     .size(64, 48)
//!     .seed(7)
//!     .orientation(6)
//!     .exif(Exif::new().taken("2024:07:01 12:00:00").offset("+02:00").gps(Gps::new(52.52, 13.405)))
//!     .xmp(Xmp::new().subject("Lake").rating(4))
//!     .build();
//!
//! assert!(jpeg.starts_with(&[0xff, 0xd8]));
//! ```
//!
//! Still pictures of `Kind::decodes` hold real pixels. HEIC, AVIF, JPEG XL, DNG and MP4 have the
//! right structure around a dummy payload: metadata tools read and write them, decoders do not.

mod apple;
pub mod archives;
mod avi;
mod bmff;
mod bmp;
mod broken;
mod bytes;
mod calendar;
mod error;
mod exif;
mod gif;
mod heif;
mod iptc;
mod jpeg;
mod jumbf;
mod jxl;
mod kind;
mod library;
mod md5;
mod mpf;
mod picture;
mod place;
mod png;
mod scene;
mod takeout;
mod tiff;
mod tiff_file;
mod video;
mod webp;
mod xmp;

pub use apple::{
    AppleAlbum, AppleBurst, AppleFace, AppleFile, AppleGeneration, AppleLibrary, AppleMix, ApplePerson,
    ApplePhoto, ApplePhotosBusy, Whereabouts,
};
pub use broken::{damaged, truncated, with_zeros_at_the_end, without_end_of_image};
pub use error::PictureError;
pub use exif::Exif;
pub use heif::HeifLayout;
pub use iptc::{Charset, Digest, Iptc};
pub use kind::Kind;
pub use library::{GeneratedFile, library};
pub use picture::Picture;
pub use place::Gps;
pub use takeout::{Takeout, TakeoutPhoto};
pub use tiff::ByteOrder;
pub use video::Video;
pub use xmp::{Region, Xmp, XmpPacket, extended_xmp_guid};
