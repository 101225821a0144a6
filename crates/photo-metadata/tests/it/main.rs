//! Tests of the whole crate, in one binary so that it links once.

#[cfg(test)]
mod exiftool;
#[cfg(test)]
mod frames;
#[cfg(test)]
mod immich_tags;
#[cfg(test)]
mod judged;
#[cfg(test)]
mod library;
#[cfg(test)]
mod native;
#[cfg(test)]
mod native_disk;
#[cfg(test)]
mod native_heif;
#[cfg(test)]
mod native_jpeg;
#[cfg(test)]
mod native_sharing;
#[cfg(test)]
mod native_video;
#[cfg(test)]
mod native_xmp;
#[cfg(test)]
mod places;
#[cfg(test)]
mod regions;
#[cfg(test)]
mod replace;
#[cfg(test)]
mod replace_faults;
#[cfg(test)]
mod second_opinion;
#[cfg(test)]
mod sidecars;
#[cfg(test)]
mod structure;
#[cfg(test)]
mod undo;
