//! From renewed blocks to splices: what stays in its place, what gets a new one, and what follows.

use super::Heif;
use super::grown::Grown;
use super::items::Metadata;
use super::metadata::Main;
use super::places::Method;
use super::room::{Laid, Payload, Rooms, Shifts, header};
use crate::draft::Splice;
use crate::native::blocks::{Block, NewExif, NewXmp, Renewed};
use crate::native::boxes::BoxAt;
use crate::native::fault::Fault;
use crate::source::{Source, read_up_to};

/// What stands before the TIFF header of a new EXIF item.
const EXIF_HEAD: &[u8] = b"\0\0\0\x06Exif\0\0";

/// The splices that put renewed blocks in.
pub(super) fn splices(heif: &Heif, source: &dyn Source, renewed: &Renewed) -> Result<Vec<Splice>, Fault> {
    if renewed.photoshop.is_some() || !renewed.movie.is_empty() {
        return Err(Fault::beyond("it has no place for IPTC or the tags of a movie"));
    }
    let occupied = occupied(heif)?;
    let rooms = Rooms { heif, source, occupied: &occupied };
    let mut wishes = Vec::new();
    if let Some(exif) = &renewed.exif {
        wishes.push(exif_wish(&rooms, exif)?);
    }
    if let Some(xmp) = &renewed.xmp {
        wishes.push(xmp_wish(&rooms, xmp)?);
    }
    if wishes.iter().any(|wish| wish.in_place.is_none()) {
        return relocated(&rooms, wishes);
    }
    Ok(wishes.into_iter().filter_map(|wish| wish.in_place).flatten().collect())
}

/// All stretches of the file that items lie in.
fn occupied(heif: &Heif) -> Result<Vec<(u64, u64, u32)>, Fault> {
    let mut occupied = Vec::new();
    for (id, place) in &heif.places.list {
        for (start, end) in heif.ranges(*id)?.unwrap_or_default() {
            if place.method == Method::File && (start == end || !lies_in_data(heif, start, end)) {
                return Err(Fault::beyond("an item of it is empty, or lies where no data are"));
            }
            occupied.push((start, end, *id));
        }
    }
    Ok(occupied)
}

/// One block that is written.
struct Wish {
    kind: Metadata,
    payload: Payload,
    /// The splices that do it where the old one is.
    in_place: Option<Vec<Splice>>,
}

fn exif_wish(rooms: &Rooms<'_>, new: &NewExif) -> Result<Wish, Fault> {
    let main = writable(rooms, Metadata::Exif)?;
    let head = main.map_or(EXIF_HEAD, |main| &main.head);
    let in_place = main.zip(rooms.heif.blocks.exif.as_ref()).and_then(|(main, old)| {
        let (place, _) = place_of(rooms, main, old)?;
        (old.bytes.len() == new.bytes.len()).then(|| exif_patches(new, place))
    });
    let payload = Payload::Bytes([head, &new.bytes].concat());
    Ok(Wish { kind: Metadata::Exif, payload, in_place })
}

/// The single patches, or the whole block where they are not known.
fn exif_patches(new: &NewExif, place: u64) -> Vec<Splice> {
    let patches = new.splices.as_ref().filter(|splices| {
        splices.iter().all(|splice| splice.end.checked_sub(splice.start) == Some(splice.bytes.len() as u64))
    });
    let moved = |splice: &Splice| Splice::patch(place + splice.start, splice.bytes.clone());
    match patches {
        Some(patches) => patches.iter().map(moved).collect(),
        None => vec![Splice::patch(place, new.bytes.clone())],
    }
}

fn xmp_wish(rooms: &Rooms<'_>, new: &NewXmp) -> Result<Wish, Fault> {
    let main = writable(rooms, Metadata::Xmp)?;
    let in_place = main.zip(rooms.heif.blocks.xmp.as_ref()).and_then(|(main, old)| {
        let (place, length) = place_of(rooms, main, old)?;
        Some(vec![Splice::patch(place, new.in_length(length)?)])
    });
    Ok(Wish { kind: Metadata::Xmp, payload: Payload::Packet(new.clone()), in_place })
}

/// The item that is written, if there is one.
fn writable<'a>(rooms: &Rooms<'a>, kind: Metadata) -> Result<Option<&'a Main>, Fault> {
    if rooms.heif.described.loose.contains(&kind) {
        return Err(Fault::beyond("some of its metadata do not say which picture they belong to"));
    }
    Ok(rooms.heif.described.get(kind))
}

/// Where a block can be overwritten, and its length: in one piece, and no other item's.
fn place_of(rooms: &Rooms<'_>, main: &Main, block: &Block) -> Option<(u64, usize)> {
    let (place, [(start, end)]) = (block.place?, &main.ranges[..]) else { return None };
    let is_own = lies_in_data(rooms.heif, *start, *end) && rooms.is_vacant(*start, *end, Some(main.id));
    is_own.then_some((place, block.bytes.len()))
}

/// Whether a stretch is data, and not part of a table.
fn lies_in_data(heif: &Heif, start: u64, end: u64) -> bool {
    let holds = |found: &BoxAt| found.content <= start && end <= found.end;
    heif.top.iter().filter(|found| found.is(b"mdat")).chain(heif.idat()).any(holds)
}

/// An item that gets a new place.
struct Mover<'a> {
    /// The item, if it is there already.
    main: Option<&'a Main>,
    kind: Metadata,
    payload: Payload,
}

fn relocated(rooms: &Rooms<'_>, wishes: Vec<Wish>) -> Result<Vec<Splice>, Fault> {
    let heif = rooms.heif;
    let is_new = |wish: &&Wish| heif.described.get(wish.kind).is_none();
    let new: Vec<Metadata> = wishes.iter().filter(is_new).map(|wish| wish.kind).collect();
    let grown = Grown::plan(heif, rooms.source, &new)?;
    let absorber = rooms.absorber(grown.length)?;
    let everything_stays = grown.length == 0 || absorber.is_some();
    let tail = if everything_stays { rooms.own_tail()? } else { None };
    let (movers, mut splices) = movers(rooms, wishes, tail.as_ref())?;

    let mut shifts = Shifts::default();
    for (at, by) in grown.points(heif) {
        shifts.add(at, i64::try_from(by).unwrap_or(i64::MAX));
    }
    if let Some(absorber) = &absorber {
        shifts.add(absorber.end, -i64::try_from(grown.length).unwrap_or(i64::MAX));
    }
    let (items, payloads): (Vec<_>, Vec<_>) =
        movers.into_iter().map(|mover| ((mover.main, mover.kind), mover.payload)).unzip();
    let laid = lay_out(rooms, payloads, tail.as_ref(), &grown, absorber.as_ref(), &mut shifts)?;

    let in_meta = absorber.is_some_and(|found| found.end <= heif.meta.end);
    let meta_length = heif.meta.end - heif.meta.start + if in_meta { 0 } else { grown.length };
    let of_new = items.iter().zip(&laid.places).filter(|((main, _), _)| main.is_none());
    let new_places: Vec<(u64, u64)> = of_new.map(|(_, place)| *place).collect();
    splices.extend(grown.splices(heif, &new_places, meta_length)?);
    let moved: Vec<&Main> = items.iter().filter_map(|(main, _)| *main).collect();
    for ((main, _), (start, length)) in items.iter().zip(&laid.places) {
        let place = main.and_then(|main| heif.places.list.get(&main.id));
        if let Some(place) = place {
            splices.extend(place.lead_to(heif.places.form, *start, *length)?);
        }
    }
    splices.extend(followed(heif, &moved, &shifts)?);
    splices.extend(erased(rooms, &moved, tail.as_ref()));
    splices.extend(laid.splices);
    Ok(splices)
}

/// What moves, and the splices of what does not. An `mdat` of ours at the end is made anew with all that is in it.
fn movers<'a>(
    rooms: &Rooms<'a>,
    wishes: Vec<Wish>,
    tail: Option<&BoxAt>,
) -> Result<(Vec<Mover<'a>>, Vec<Splice>), Fault> {
    let described = &rooms.heif.described;
    let in_tail = |main: &Main| tail.is_some_and(|tail| main.ranges.iter().any(|range| tail.start < range.0));
    let (mut movers, mut splices) = (Vec::new(), Vec::new());
    let renewed: Vec<Metadata> = wishes.iter().map(|wish| wish.kind).collect();
    for wish in wishes {
        let main = described.get(wish.kind);
        match wish.in_place {
            Some(in_place) if !main.is_some_and(in_tail) => splices.extend(in_place),
            _ => movers.push(Mover { main, kind: wish.kind, payload: wish.payload }),
        }
    }
    for (kind, main) in described.both().filter(|(kind, main)| !renewed.contains(kind) && in_tail(main)) {
        let mut bytes = Vec::new();
        for (start, end) in &main.ranges {
            bytes.extend(read_up_to(rooms.source, *start, usize::try_from(end - start).unwrap_or(0))?);
        }
        movers.push(Mover { main: Some(main), kind, payload: Payload::Bytes(bytes) });
    }
    Ok((movers, splices))
}

/// Chooses the room.
fn lay_out(
    rooms: &Rooms<'_>,
    mut payloads: Vec<Payload>,
    tail: Option<&BoxAt>,
    grown: &Grown,
    absorber: Option<&BoxAt>,
    shifts: &mut Shifts,
) -> Result<Laid, Fault> {
    let heif = rooms.heif;
    let everything_stays = grown.length == 0 || absorber.is_some();
    if heif.is_fixed && !everything_stays {
        return Err(Fault::beyond("it has a box that is not known, and something would have to move"));
    }
    if tail.is_none()
        && everything_stays
        && let Some(mut laid) = rooms.in_free_room(&mut payloads, absorber, grown.length, shifts)?
    {
        laid.splices.extend(given(&laid, grown, absorber)?);
        return Ok(laid);
    }
    if heif.is_fixed {
        return Err(Fault::beyond("it has a box that is not known, and its length would have to change"));
    }
    if !everything_stays {
        return rooms.behind_meta(payloads, grown.length, shifts);
    }
    let mut laid = rooms.at_the_end(payloads, tail, shifts)?;
    laid.splices.extend(given(&laid, grown, absorber)?);
    Ok(laid)
}

/// The splice by which unused room gives what `meta` grows by, unless the payloads took that room too.
fn given(laid: &Laid, grown: &Grown, absorber: Option<&BoxAt>) -> Result<Option<Splice>, Fault> {
    let Some(found) = absorber else { return Ok(None) };
    if laid.splices.iter().any(|splice| splice.start == found.start) {
        return Ok(None);
    }
    let left = found.end - found.start - grown.length;
    Ok(Some(match left {
        0 => Splice::replace(found.start, found.end, Vec::new()),
        left => Splice::replace(found.start, found.start + 8 + grown.length, header(*b"free", left)?),
    }))
}

/// The patches for all items that did not get a new place, but were moved.
fn followed(heif: &Heif, moved: &[&Main], shifts: &Shifts) -> Result<Vec<Splice>, Fault> {
    let mut patches = Vec::new();
    let stay = |id: &u32| !moved.iter().any(|main| main.id == *id);
    let in_file = heif.places.list.iter().filter(|(_, place)| place.method == Method::File);
    for (_, place) in in_file.filter(|(id, _)| stay(id)) {
        let mut moves = Vec::new();
        for range in place.ranges()? {
            moves.push((range.0, shifts.moved_range(range)?));
        }
        patches.extend(place.follow(heif.places.form, &moves)?);
    }
    Ok(patches)
}

/// Zeros over what is out of use, so that what was taken away from the metadata is not in the file any more.
fn erased(rooms: &Rooms<'_>, moved: &[&Main], tail: Option<&BoxAt>) -> Vec<Splice> {
    let mut splices = Vec::new();
    for main in moved {
        for &(start, end) in &main.ranges {
            let goes_anyway = tail.is_some_and(|tail| tail.start < start);
            let in_mdat = rooms
                .heif
                .top
                .iter()
                .any(|found| found.is(b"mdat") && found.content <= start && end <= found.end);
            if !goes_anyway && in_mdat && rooms.is_vacant(start, end, Some(main.id)) {
                splices.push(Splice::patch(start, vec![0; usize::try_from(end - start).unwrap_or(0)]));
            }
        }
    }
    splices
}
