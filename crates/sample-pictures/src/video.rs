//! MP4 and `QuickTime`: one video track, with the dates and places that phones write.
//!
//! Dates in `mvhd`, `tkhd` and `mdhd` are UTC and count from 1904; Apple's phones add their own
//! date with an offset under `com.apple.quicktime.creationdate`, which readers prefer. The place is
//! an Apple key in MOV and `©xyz` in MP4, as Android writes it.
//!
//! XMP stands in a `uuid` box of an MP4 and in the user data of a MOV. Where a MOV has it in a
//! `uuid` box, ExifTool reads it, but adds a second packet to the user data when it writes.

use crate::bmff::{boxed, full_box, numbers, xmp_uuid};
use crate::bytes::{int16, int32, len32, noise};
use crate::{Gps, Kind, Picture, PictureError, scene};

/// Seconds from 1904 to 1970.
const EPOCH: i64 = 2_082_844_800;
/// Units of a second in all durations.
const TIME_SCALE: u32 = 600;
/// How long a frame is shown, in these units.
const FRAME_TIME: u32 = 60;

/// Dates, place and layout of an MP4 or MOV.
#[derive(Debug, Clone, PartialEq)]
pub struct Video {
    /// Creation time in all headers, seconds since 1970 UTC; `None` is stored as 0, as many encoders do.
    pub created: Option<i64>,
    /// Apple's creation date, such as `2024-07-01T12:00:00+0200`.
    pub apple_creation_date: Option<String>,
    /// Apple's name of a Live Photo's pair.
    pub content_identifier: Option<String>,
    /// Where it was taken.
    pub place: Option<Gps>,
    /// How many frames of a tenth of a second.
    pub frames: u32,
    /// Whether `moov` stands before the frames, so that playing can start during a download.
    pub moov_first: bool,
    /// Whether a MOV has its XMP in a `uuid` box instead of in its user data.
    pub xmp_in_uuid: bool,
}

impl Default for Video {
    fn default() -> Self {
        Self {
            created: None,
            apple_creation_date: None,
            content_identifier: None,
            place: None,
            frames: 6,
            moov_first: false,
            xmp_in_uuid: false,
        }
    }
}

/// Makes the file.
pub(crate) fn build(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let track = Track { picture, frames: frames(picture)?, matrix: matrix(picture)? };
    let mut out = match picture.kind {
        Kind::Mov => boxed(*b"ftyp", &[b"qt  \0\0\0\0qt  "]),
        _ => boxed(*b"ftyp", &[b"mp42\0\0\0\0isommp42"]),
    };
    let data = boxed(*b"mdat", &track.frames.iter().map(Vec::as_slice).collect::<Vec<_>>());
    if picture.video.moov_first {
        let first_frame = out.len() + track.movie(0).len() + 8;
        out.extend(track.movie(first_frame));
        out.extend(data);
    } else {
        let first_frame = out.len() + 8;
        out.extend(data);
        out.extend(track.movie(first_frame));
    }
    if let Some(packet) = picture.xmp_packet().filter(|_| !xmp_in_user_data(picture)) {
        out.extend(xmp_uuid(&packet));
    }
    out.extend_from_slice(&picture.trailer);
    Ok(out)
}

fn xmp_in_user_data(picture: &Picture) -> bool {
    picture.kind == Kind::Mov && !picture.video.xmp_in_uuid
}

/// MOV gets real JPEG frames, MP4 noise in the frame of an H.264 access unit.
fn frames(picture: &Picture) -> Result<Vec<Vec<u8>>, PictureError> {
    (0..picture.video.frames.max(1))
        .map(|number| match picture.kind {
            Kind::Mov => frame(picture, number),
            _ => {
                let unit = [&[0x65], noise(180, picture.seed ^ u64::from(number)).as_slice()].concat();
                Ok([len32(&unit).to_be_bytes().as_slice(), &unit].concat())
            }
        })
        .collect()
}

/// A JPEG of the scene with the sun moved on.
pub(crate) fn frame(picture: &Picture, number: u32) -> Result<Vec<u8>, PictureError> {
    let moment = f32::from(int16(usize::try_from(number).unwrap_or(0))) / 20.0;
    scene::jpeg_of(&scene::paint(picture.width, picture.height, picture.seed, moment))
}

/// The matrix that turns the track: rows a b u, c d v, x y w.
fn matrix(picture: &Picture) -> Result<[u32; 9], PictureError> {
    const ONE: u32 = 0x1_0000;
    const MINUS_ONE: u32 = 0xffff_0000;
    const W: u32 = 0x4000_0000;
    let (across, down) = (picture.width << 16, picture.height << 16);
    match picture.orientation {
        None | Some(1) => Ok([ONE, 0, 0, 0, ONE, 0, 0, 0, W]),
        Some(3) => Ok([MINUS_ONE, 0, 0, 0, MINUS_ONE, 0, across, down, W]),
        Some(6) => Ok([0, ONE, 0, MINUS_ONE, 0, 0, down, 0, W]),
        Some(8) => Ok([0, MINUS_ONE, 0, ONE, 0, 0, 0, across, W]),
        Some(_) => Err(PictureError::CannotHold { kind: picture.kind, what: "a mirrored orientation" }),
    }
}

struct Track<'a> {
    picture: &'a Picture,
    frames: Vec<Vec<u8>>,
    matrix: [u32; 9],
}

impl Track<'_> {
    /// The `moov` box for frames that start at this offset of the file.
    fn movie(&self, first_frame: usize) -> Vec<u8> {
        let header = self.movie_header();
        let track = boxed(*b"trak", &[&self.track_header(), &self.media(first_frame)]);
        boxed(*b"moov", &[&header, &track, &self.user_data(), &self.apple_keys()])
    }

    /// Creation and modification time.
    fn dates(&self) -> Vec<u8> {
        let seconds = self.picture.video.created.map_or(0, |seconds| seconds + EPOCH);
        numbers(&[u32::try_from(seconds).unwrap_or(0); 2])
    }

    fn duration(&self) -> u32 {
        int32(self.frames.len()) * FRAME_TIME
    }

    fn movie_header(&self) -> Vec<u8> {
        let speed = numbers(&[TIME_SCALE, self.duration(), 0x1_0000, 0x0100_0000, 0, 0]);
        let upright = numbers(&[0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]);
        full_box(*b"mvhd", 0, 0, &[&self.dates(), &speed, &upright, &[0; 24], &numbers(&[2])])
    }

    fn track_header(&self) -> Vec<u8> {
        let size = numbers(&[self.picture.width << 16, self.picture.height << 16]);
        let place = numbers(&[1, 0, self.duration(), 0, 0, 0, 0]);
        full_box(*b"tkhd", 0, 3, &[&self.dates(), &place, &numbers(&self.matrix), &size])
    }

    fn media(&self, first_frame: usize) -> Vec<u8> {
        let header =
            full_box(*b"mdhd", 0, 0, &[&self.dates(), &numbers(&[TIME_SCALE, self.duration(), 0x55c4_0000])]);
        let component: &[u8] = if self.picture.kind == Kind::Mov { b"mhlr" } else { &[0; 4] };
        let handler = full_box(*b"hdlr", 0, 0, &[component, b"vide", &[0; 12], b"Video\0"]);
        let place = full_box(*b"dref", 0, 0, &[&numbers(&[1]), &full_box(*b"url ", 0, 1, &[])]);
        let information = boxed(
            *b"minf",
            &[
                &full_box(*b"vmhd", 0, 1, &[&[0; 8]]),
                &boxed(*b"dinf", &[&place]),
                &self.sample_table(first_frame),
            ],
        );
        boxed(*b"mdia", &[&header, &handler, &information])
    }

    fn sample_table(&self, first_frame: usize) -> Vec<u8> {
        let count = int32(self.frames.len());
        let sizes: Vec<u32> = self.frames.iter().map(|frame| len32(frame)).collect();
        boxed(
            *b"stbl",
            &[
                &full_box(*b"stsd", 0, 0, &[&numbers(&[1]), &self.sample_entry()]),
                &full_box(*b"stts", 0, 0, &[&numbers(&[1, count, FRAME_TIME])]),
                &full_box(*b"stsc", 0, 0, &[&numbers(&[1, 1, count, 1])]),
                &full_box(*b"stsz", 0, 0, &[&numbers(&[0, count]), &numbers(&sizes)]),
                &full_box(*b"stco", 0, 0, &[&numbers(&[1, int32(first_frame)])]),
            ],
        )
    }

    fn sample_entry(&self) -> Vec<u8> {
        let edge = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX).to_be_bytes();
        let mut head = [0; 24];
        head[7] = 1;
        let size = [edge(self.picture.width), edge(self.picture.height)].concat();
        let resolution = numbers(&[0x48_0000, 0x48_0000, 0]);
        let tail = [b"\x00\x01".as_slice(), [0; 32].as_slice(), b"\x00\x18\xff\xff"].concat();
        let parts: [&[u8]; 4] = [&head, &size, &resolution, &tail];
        if self.picture.kind == Kind::Mov {
            return boxed(*b"jpeg", &parts);
        }
        let sets = b"\x01\x42\xc0\x1e\xff\xe1\x00\x04\x67\x42\xc0\x1e\x01\x00\x02\x68\xce";
        boxed(*b"avc1", &[&parts.concat(), &boxed(*b"avcC", &[sets])])
    }

    fn user_data(&self) -> Vec<u8> {
        let mut entries = Vec::new();
        if let Some(place) = self.picture.video.place.filter(|_| self.picture.kind == Kind::Mp4) {
            let text = place.iso_6709();
            let length = int16(text.len()).to_be_bytes();
            entries.extend(boxed(*b"\xa9xyz", &[&length, &[0x15, 0xc7], text.as_bytes()]));
        }
        if let Some(packet) = self.picture.xmp_packet().filter(|_| xmp_in_user_data(self.picture)) {
            entries.extend(boxed(*b"XMP_", &[&packet]));
        }
        if entries.is_empty() { entries } else { boxed(*b"udta", &[&entries]) }
    }

    fn apple_keys(&self) -> Vec<u8> {
        let video = &self.picture.video;
        let place = video.place.filter(|_| self.picture.kind == Kind::Mov).map(|place| place.iso_6709());
        let wanted = [
            ("com.apple.quicktime.creationdate", video.apple_creation_date.clone()),
            ("com.apple.quicktime.content.identifier", video.content_identifier.clone()),
            ("com.apple.quicktime.location.ISO6709", place),
        ];
        let mut names = Vec::new();
        let mut values = Vec::new();
        let mut count: u32 = 0;
        for (name, value) in wanted {
            let Some(value) = value else { continue };
            count += 1;
            names.extend(boxed(*b"mdta", &[name.as_bytes()]));
            let data = boxed(*b"data", &[&numbers(&[1, 0]), value.as_bytes()]);
            values.extend(boxed(count.to_be_bytes(), &[&data]));
        }
        if count == 0 {
            return Vec::new();
        }
        let handler = full_box(*b"hdlr", 0, 0, &[&[0; 4], b"mdta", &[0; 13]]);
        let keys = full_box(*b"keys", 0, 0, &[&numbers(&[count]), &names]);
        boxed(*b"meta", &[&handler, &keys, &boxed(*b"ilst", &[&values])])
    }
}
