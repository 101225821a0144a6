//! Writes one picture of each kind, and a library, into the folder named on the command line.
//!
//! `cargo run -p sample-pictures --example samples -- /tmp/samples`

use std::path::PathBuf;
use std::process::ExitCode;

use sample_pictures::{Exif, Gps, Iptc, Kind, Picture, PictureError, Xmp, library};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else { return ExitCode::from(2) };
    match write_all(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn write_all(folder: &std::path::Path) -> Result<(), PictureError> {
    for (seed, kind) in (0..).zip(Kind::ALL) {
        let name = format!("{kind:?}.{}", kind.extension()).to_lowercase();
        told(Picture::new(kind).size(320, 240).seed(seed), kind).write_to(folder.join(name))?;
    }
    library(&folder.join("library"), 48, 1).map(drop)
}

fn told(mut picture: Picture, kind: Kind) -> Picture {
    if kind.holds_exif() {
        let exif = Exif::new().camera("Sample", "One").taken("2024:07:01 12:00:00").offset("+02:00");
        picture = picture.orientation(6).exif(exif.gps(Gps::new(47.66, 9.18)));
    }
    if kind.holds_iptc() {
        picture = picture.iptc(Iptc::new().keyword("Lake"));
    }
    if kind.holds_xmp() {
        picture = picture.xmp(Xmp::new().subject("Lake").rating(4));
    }
    picture
}
