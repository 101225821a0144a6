//! Bytes from anybody against all native parsers: no panic, no hang, no hoard, and no contradiction.
//!
//! A test binary of its own, because the allocator that counts memory counts that of all threads. It is short by
//! default and the same on every machine. `cargo xtask fuzz --seconds N` runs it for as long as one likes, and with
//! another seed each time.

#[cfg(test)]
mod bombs;
#[cfg(test)]
mod mutate;
#[cfg(test)]
mod run;
#[cfg(test)]
mod seeds;

#[cfg(test)]
mod tests {
    use photo_metadata::Container;
    use photo_metadata::fuzzing::Codec;

    use crate::run::{Target, run, run_bombs};

    #[global_allocator]
    static ALLOCATOR: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

    #[test]
    fn no_jpeg_breaks_its_parser() {
        run("jpeg", ALLOCATOR, Target::Files(&[Container::Jpeg]));
    }

    #[test]
    fn no_heif_breaks_its_parser() {
        run("heif", ALLOCATOR, Target::Files(&[Container::Heic, Container::Avif]));
    }

    #[test]
    fn no_video_breaks_its_parser() {
        run("video", ALLOCATOR, Target::Files(&[Container::Mp4, Container::Mov]));
    }

    #[test]
    fn no_png_breaks_its_parser() {
        run("png", ALLOCATOR, Target::Files(&[Container::Png]));
    }

    #[test]
    fn no_webp_breaks_its_parser() {
        run("webp", ALLOCATOR, Target::Files(&[Container::WebP]));
    }

    #[test]
    fn no_sidecar_breaks_its_parser() {
        run("sidecar", ALLOCATOR, Target::Files(&[Container::Xmp]));
    }

    #[test]
    fn no_xmp_packet_breaks_its_parser() {
        run("xmp", ALLOCATOR, Target::Blocks(Codec::Xmp));
    }

    #[test]
    fn no_exif_block_breaks_its_parser() {
        run("exif", ALLOCATOR, Target::Blocks(Codec::Exif));
    }

    #[test]
    fn no_photoshop_resources_break_their_parser() {
        run("photoshop", ALLOCATOR, Target::Blocks(Codec::Photoshop));
    }

    #[test]
    fn no_file_gets_more_time_or_memory_than_it_may() {
        run_bombs(ALLOCATOR);
    }
}
