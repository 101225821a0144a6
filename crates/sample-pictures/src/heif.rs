//! HEIC and AVIF: a box of items, a table of where each item's bytes are, and the bytes.
//!
//! What breaks here in the field is the table `iloc`: its version, the width of its numbers and
//! where offsets count from differ from maker to maker, and a tool that writes it back in another
//! form makes photos unreadable. So the form can be chosen. The coded pixels are noise.

use crate::bmff::{boxed, full_box, numbers};
use crate::bytes::{int16, len32, noise};
use crate::{Kind, Picture, PictureError, Xmp};

/// How the boxes of a HEIC or AVIF are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeifLayout {
    /// Version of the item table: 0, 1 or 2.
    pub iloc_version: u8,
    /// Whether offsets count from a base per item, instead of from the start of the file.
    pub base_offsets: bool,
    /// Whether the EXIF item stands in an `idat` box inside `meta` (needs version 1 or 2).
    pub exif_in_idat: bool,
    /// Bytes of a `free` box behind `meta`; 0 for none.
    pub free_behind_meta: usize,
    /// Whether there is an auxiliary image with an XMP item of its own, as gain maps have it.
    pub auxiliary_image: bool,
}

impl Default for HeifLayout {
    fn default() -> Self {
        Self {
            iloc_version: 1,
            base_offsets: false,
            exif_in_idat: false,
            free_behind_meta: 0,
            auxiliary_image: false,
        }
    }
}

/// One item: what it is, what it belongs to, its bytes.
struct Item {
    id: u16,
    kind: [u8; 4],
    content_type: Option<&'static str>,
    reference: Option<([u8; 4], u16)>,
    in_idat: bool,
    data: Vec<u8>,
}

impl Item {
    fn image(id: u16, kind: Kind, seed: u64) -> Self {
        let kind = if kind == Kind::Avif { *b"av01" } else { *b"hvc1" };
        Self { id, kind, content_type: None, reference: None, in_idat: false, data: noise(1_500, seed) }
    }

    fn described(mut self, relation: [u8; 4], target: u16) -> Self {
        self.reference = Some((relation, target));
        self
    }

    fn xmp(id: u16, packet: Vec<u8>) -> Self {
        let content_type = Some("application/rdf+xml");
        Self { id, kind: *b"mime", content_type, reference: None, in_idat: false, data: packet }
    }
}

const PRIMARY: u16 = 1;
const EXIF: u16 = 2;
const XMP: u16 = 3;
const AUXILIARY: u16 = 4;
const AUXILIARY_XMP: u16 = 5;

/// Makes the file.
pub(crate) fn build(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let layout = picture.heif;
    if layout.exif_in_idat && layout.iloc_version == 0 {
        let what = "an item in `idat` with item table version 0";
        return Err(PictureError::CannotHold { kind: picture.kind, what });
    }
    let items = items(picture)?;
    let mut out = file_type(picture.kind);
    let free = match layout.free_behind_meta {
        0 => Vec::new(),
        length => boxed(*b"free", &[&vec![0; length]]),
    };
    let behind_meta = out.len() + meta(picture, &items, 0)?.len() + free.len() + 8;
    out.extend(meta(picture, &items, behind_meta)?);
    out.extend(free);
    let data: Vec<&[u8]> =
        items.iter().filter(|item| !item.in_idat).map(|item| item.data.as_slice()).collect();
    out.extend(boxed(*b"mdat", &data));
    out.extend_from_slice(&picture.trailer);
    Ok(out)
}

fn file_type(kind: Kind) -> Vec<u8> {
    match kind {
        Kind::Avif => boxed(*b"ftyp", &[b"avif\0\0\0\0avifmif1miaf"]),
        _ => boxed(*b"ftyp", &[b"heic\0\0\0\0mif1heic"]),
    }
}

fn items(picture: &Picture) -> Result<Vec<Item>, PictureError> {
    let mut items = vec![Item::image(PRIMARY, picture.kind, picture.seed)];
    if let Some(item) = exif_item(picture)? {
        items.push(item);
    }
    if let Some(packet) = picture.xmp_packet() {
        items.push(Item::xmp(XMP, packet).described(*b"cdsc", PRIMARY));
    }
    if picture.heif.auxiliary_image {
        let image = Item::image(AUXILIARY, picture.kind, !picture.seed);
        items.push(image.described(*b"auxl", PRIMARY));
        let packet = Xmp::new().foreign(
            "<HDRGainMap:HDRGainMapVersion xmlns:HDRGainMap=\"http://ns.apple.com/HDRGainMap/1.0/\">65536\
             </HDRGainMap:HDRGainMapVersion>",
        );
        let packet = packet.packet().into_bytes();
        items.push(Item::xmp(AUXILIARY_XMP, packet).described(*b"cdsc", AUXILIARY));
    }
    Ok(items)
}

/// The EXIF item starts with the number of bytes before the TIFF header, here those of `Exif\0\0`.
fn exif_item(picture: &Picture) -> Result<Option<Item>, PictureError> {
    let Some(block) = picture.exif_block()? else { return Ok(None) };
    let data = [&[0, 0, 0, 6], b"Exif\0\0".as_slice(), &block].concat();
    let in_idat = picture.heif.exif_in_idat;
    let item = Item { id: EXIF, kind: *b"Exif", content_type: None, reference: None, in_idat, data };
    Ok(Some(item.described(*b"cdsc", PRIMARY)))
}

/// The `meta` box for item data that starts at this offset of the file.
fn meta(picture: &Picture, items: &[Item], data_start: usize) -> Result<Vec<u8>, PictureError> {
    let handler = full_box(*b"hdlr", 0, 0, &[&[0; 4], b"pict", &[0; 13]]);
    let primary = full_box(*b"pitm", 0, 0, &[&PRIMARY.to_be_bytes()]);
    let idat: Vec<&[u8]> =
        items.iter().filter(|item| item.in_idat).map(|item| item.data.as_slice()).collect();
    let idat = if idat.is_empty() { Vec::new() } else { boxed(*b"idat", &idat) };
    Ok(full_box(
        *b"meta",
        0,
        0,
        &[
            &handler,
            &primary,
            &item_infos(items),
            &item_references(items),
            &properties(picture)?,
            &idat,
            &item_locations(picture.heif, items, data_start),
        ],
    ))
}

fn item_infos(items: &[Item]) -> Vec<u8> {
    let infos: Vec<u8> = items
        .iter()
        .flat_map(|item| {
            let content_type =
                item.content_type.map_or_else(Vec::new, |text| [text.as_bytes(), &[0]].concat());
            full_box(*b"infe", 2, 0, &[&item.id.to_be_bytes(), &[0, 0], &item.kind, &[0], &content_type])
        })
        .collect();
    full_box(*b"iinf", 0, 0, &[&int16(items.len()).to_be_bytes(), &infos])
}

fn item_references(items: &[Item]) -> Vec<u8> {
    let references: Vec<u8> = items
        .iter()
        .filter_map(|item| item.reference.map(|(relation, target)| (item.id, relation, target)))
        .flat_map(|(id, relation, target)| {
            boxed(relation, &[&id.to_be_bytes(), &1_u16.to_be_bytes(), &target.to_be_bytes()])
        })
        .collect();
    if references.is_empty() { Vec::new() } else { full_box(*b"iref", 0, 0, &[&references]) }
}

fn properties(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let mut all = vec![
        full_box(*b"ispe", 0, 0, &[&numbers(&[picture.width, picture.height])]),
        decoder_configuration(picture.kind),
        full_box(*b"pixi", 0, 0, &[&[3, 8, 8, 8]]),
    ];
    let mut of_primary = vec![1, ESSENTIAL | 2, 3];
    if let Some(turns) = quarter_turns(picture)? {
        all.push(boxed(*b"irot", &[&[turns]]));
        of_primary.push(ESSENTIAL | 4);
    }
    let mut associations = vec![(PRIMARY, of_primary)];
    if picture.heif.auxiliary_image {
        all.push(full_box(*b"auxC", 0, 0, &[b"urn:com:apple:photo:2020:aux:hdrgainmap\0"]));
        associations.push((AUXILIARY, vec![1, ESSENTIAL | 2, all.len().to_le_bytes()[0]]));
    }
    let count = u32::from(int16(associations.len())).to_be_bytes();
    let associations: Vec<u8> = associations
        .into_iter()
        .flat_map(|(item, indexes)| {
            [&item.to_be_bytes(), indexes.len().to_le_bytes().get(..1).unwrap_or(&[0]), &indexes].concat()
        })
        .collect();
    let container = boxed(*b"ipco", &[&all.concat()]);
    Ok(boxed(*b"iprp", &[&container, &full_box(*b"ipma", 0, 0, &[&count, &associations])]))
}

const ESSENTIAL: u8 = 0x80;

/// Anti-clockwise quarter turns that show the picture upright.
fn quarter_turns(picture: &Picture) -> Result<Option<u8>, PictureError> {
    match picture.orientation {
        None | Some(1) => Ok(None),
        Some(3) => Ok(Some(2)),
        Some(6) => Ok(Some(3)),
        Some(8) => Ok(Some(1)),
        Some(_) => Err(PictureError::CannotHold { kind: picture.kind, what: "a mirrored orientation" }),
    }
}

fn decoder_configuration(kind: Kind) -> Vec<u8> {
    if kind == Kind::Avif {
        return boxed(*b"av1C", &[&[0x81, 0, 0x0c, 0]]);
    }
    let profile = [1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93];
    let sampling = [0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, 0];
    boxed(*b"hvcC", &[&profile, &sampling])
}

fn item_locations(layout: HeifLayout, items: &[Item], data_start: usize) -> Vec<u8> {
    let base_size = if layout.base_offsets { 0x40 } else { 0 };
    let mut out = vec![0x44, base_size];
    if layout.iloc_version == 2 {
        out.extend_from_slice(&u32::from(int16(items.len())).to_be_bytes());
    } else {
        out.extend_from_slice(&int16(items.len()).to_be_bytes());
    }
    let (mut in_file, mut in_idat) = (data_start, 0);
    for item in items {
        let place = if item.in_idat { &mut in_idat } else { &mut in_file };
        put_location(&mut out, layout, item, crate::bytes::int32(*place));
        *place += item.data.len();
    }
    full_box(*b"iloc", layout.iloc_version, 0, &[&out])
}

fn put_location(out: &mut Vec<u8>, layout: HeifLayout, item: &Item, offset: u32) {
    match layout.iloc_version {
        2 => out.extend_from_slice(&u32::from(item.id).to_be_bytes()),
        _ => out.extend_from_slice(&item.id.to_be_bytes()),
    }
    if layout.iloc_version > 0 {
        out.extend_from_slice(&u16::from(item.in_idat).to_be_bytes());
    }
    out.extend_from_slice(&[0, 0]);
    if layout.base_offsets {
        out.extend_from_slice(&offset.to_be_bytes());
    }
    out.extend_from_slice(&[0, 1]);
    let within = if layout.base_offsets { 0 } else { offset };
    out.extend_from_slice(&numbers(&[within, len32(&item.data)]));
}
