//! Videos made by hand, looked through and rewritten.

mod hostile;
mod rewriting;

use super::*;
use crate::draft::Draft;
use crate::edits::TagEdit;
use crate::native::blocks::{NewXmp, Turn};
use crate::native::boxes::{boxed, boxes};
use crate::recipe::View;
use crate::regions::Orientation;
use crate::source::read_up_to;
use crate::value::Value;

/// 1970 in seconds since 1904.
const UNIX: u64 = 2_082_844_800;
const SAMPLES: &[u8] = b"the samples of a video, which are never to move or to change";

/// How `mdat` says its length.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Data {
    Short,
    Long,
    ToEnd,
}

/// What a video is made of.
#[derive(Clone)]
struct Made {
    brand: &'static [u8],
    version: u8,
    tracks: usize,
    moov_first: bool,
    data: Data,
    /// Behind the tracks, in `moov`.
    inside: Vec<u8>,
    /// Right behind `moov`.
    behind_moov: Vec<u8>,
    /// Behind everything.
    tail: Vec<u8>,
}

impl Made {
    fn mp4() -> Self {
        Self {
            brand: b"mp42\0\0\0\0isommp42",
            version: 0,
            tracks: 2,
            moov_first: false,
            data: Data::Short,
            inside: Vec::new(),
            behind_moov: Vec::new(),
            tail: Vec::new(),
        }
    }

    fn mov() -> Self {
        Self { brand: b"qt  \0\0\0\0qt  ", ..Self::mp4() }
    }

    fn bytes(&self) -> Vec<u8> {
        let head = bx(*b"ftyp", self.brand);
        let data = match self.data {
            Data::Short => bx(*b"mdat", SAMPLES),
            Data::Long => {
                let size = SAMPLES.len() as u64 + 16;
                [&b"\0\0\0\x01mdat"[..], &size.to_be_bytes(), SAMPLES].concat()
            }
            Data::ToEnd => [&b"\0\0\0\0mdat"[..], SAMPLES].concat(),
        };
        let content = (data.len() - SAMPLES.len()) as u64;
        let movie = |first: u64| [self.movie(first), self.behind_moov.clone()].concat();
        let body = if self.moov_first {
            let first = head.len() as u64 + movie(0).len() as u64 + content;
            [movie(first), data].concat()
        } else {
            [data, movie(head.len() as u64 + content)].concat()
        };
        [head, body, self.tail.clone()].concat()
    }

    fn date(&self) -> Vec<u8> {
        let seconds = UNIX + 1_700_000_000;
        match self.version {
            0 => u32::try_from(seconds).unwrap().to_be_bytes().repeat(2),
            _ => seconds.to_be_bytes().repeat(2),
        }
    }

    fn header(&self, kind: [u8; 4], before_duration: &[u8], rest: &[u8]) -> Vec<u8> {
        let duration = if self.version == 0 { 4 } else { 8 };
        let head = [self.version, 0, 0, 0];
        bx(kind, &[&head[..], &self.date(), before_duration, &[0; 8][..duration], rest].concat())
    }

    fn movie(&self, first_chunk: u64) -> Vec<u8> {
        let mut content = self.header(*b"mvhd", &[0; 4], &[0; 80]);
        for number in 0..self.tracks {
            // A sound comes first; the picture is turned to the right.
            let (width, height) = if number == 0 { (0, 0) } else { (1920_u32 << 16, 1080_u32 << 16) };
            let matrix = [0, 0x1_0000, 0, 0xffff_0000, 0, 0, 0, 0, 0x4000_0000_u32].map(u32::to_be_bytes);
            let rest = [&[0; 16][..], &matrix.concat(), &width.to_be_bytes(), &height.to_be_bytes()].concat();
            let chunks = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &u32::try_from(first_chunk).unwrap().to_be_bytes()];
            let table = bx(*b"minf", &bx(*b"stbl", &bx(*b"stco", &chunks.concat())));
            let media = [self.header(*b"mdhd", &[0; 4], &[0; 4]), table].concat();
            content.extend(bx(
                *b"trak",
                &[self.header(*b"tkhd", &[0; 8], &rest), bx(*b"mdia", &media)].concat(),
            ));
        }
        content.extend(&self.inside);
        bx(*b"moov", &content)
    }
}

fn bx(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    boxed(kind, content).unwrap()
}

fn free(length: u32) -> Vec<u8> {
    bx(*b"free", &vec![0; length as usize - 8])
}

fn keys(names: &[&str], values: &[&str]) -> Vec<u8> {
    let mut list = (names.len() as u64).to_be_bytes().to_vec();
    let mut items = Vec::new();
    for (number, (name, value)) in (1_u32..).zip(names.iter().zip(values)) {
        list.extend(
            [&u32::try_from(name.len() + 8).unwrap().to_be_bytes()[..], b"mdta", name.as_bytes()].concat(),
        );
        let data = bx(*b"data", &[b"\0\0\0\x01\0\0\0\0", value.as_bytes()].concat());
        items.extend(bx(number.to_be_bytes(), &data));
    }
    let handler = bx(*b"hdlr", b"\0\0\0\0\0\0\0\0mdta\0\0\0\0\0\0\0\0\0\0\0\0");
    bx(*b"meta", &[handler, bx(*b"keys", &list), bx(*b"ilst", &items)].concat())
}

fn packet(length: usize) -> NewXmp {
    NewXmp { body: format!("<?xpacket begin='' id=''?>{}", "x".repeat(length)) }
}

fn xmp(length: usize) -> Renewed {
    Renewed { xmp: Some(packet(length)), ..Renewed::default() }
}

fn uuid(packet: &[u8]) -> Vec<u8> {
    bx(*b"uuid", &[&layout::XMP_UUID[..], packet].concat())
}

fn movie(edits: &[(Tag, Option<&str>)]) -> Renewed {
    let edit = |(tag, new): &(Tag, Option<&str>)| TagEdit {
        tag: *tag,
        old: Some(Value::text("what it was")),
        new: new.map(Value::text),
    };
    Renewed { movie: edits.iter().map(edit).collect(), ..Renewed::default() }
}

fn draft(file: &Vec<u8>, renewed: &Renewed) -> Result<Draft, Fault> {
    let splices = open(file)?.splices(file, renewed)?;
    Ok(Draft::new(file.len() as u64, splices).expect("pieces that do not overlap"))
}

/// The new version; everything that is not ours is the same in it.
fn rewritten(file: &Vec<u8>, renewed: &Renewed) -> Vec<u8> {
    let draft = draft(file, renewed).unwrap();
    let recipe = draft.forward();
    let view = View::new(file, &recipe);
    let new = read_up_to(&view, 0, usize::try_from(view.len()).unwrap()).unwrap();
    assert_eq!(parts(&new, renewed), parts(file, renewed));
    new
}

fn parts(file: &Vec<u8>, renewed: &Renewed) -> Listing {
    let mut parts = open(file).unwrap().parts(file).unwrap();
    parts.retain(|key, _| !renewed.movie.iter().any(|edit| edit.tag.name() == key));
    parts
}

fn said(file: &Vec<u8>, tag: Tag) -> Vec<String> {
    let video = open(file).unwrap();
    let tags = video.blocks().movie.iter().filter(|(found, _)| *found == tag);
    tags.map(|(_, value)| value.as_text().to_owned()).collect()
}

fn xmp_of(file: &Vec<u8>) -> String {
    let block = open(file).unwrap().blocks().xmp.clone().expect("a packet");
    String::from_utf8(block.bytes).unwrap()
}

fn order(file: &Vec<u8>) -> String {
    let list = boxes(file, 0, file.len() as u64).unwrap();
    list.iter().map(super::super::boxes::BoxAt::name).collect::<Vec<_>>().join(" ")
}

fn refused(file: &Vec<u8>, renewed: &Renewed) -> String {
    match draft(file, renewed) {
        Err(Fault::Beyond(reason)) => reason,
        other => panic!("{other:?}"),
    }
}
