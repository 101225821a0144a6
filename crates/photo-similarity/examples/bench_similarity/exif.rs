//! How many Exif fields a JPEG has, and whether it names its camera: what rules about keepers ask.

/// What a file says of itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Exif {
    /// Entries of the main directory, and of those of the shot and of the place.
    pub(crate) fields: u32,
    /// Make, model and time of the shot are there.
    pub(crate) has_camera: bool,
}

const MAKE: u16 = 0x010F;
const MODEL: u16 = 0x0110;
const SHOT: u16 = 0x8769;
const PLACE: u16 = 0x8825;
const TAKEN: u16 = 0x9003;

impl Exif {
    /// Of a whole file; nothing where it has none or none that can be read.
    pub(crate) fn of(file: &[u8]) -> Self {
        Self::read(file).unwrap_or_default()
    }

    fn read(file: &[u8]) -> Option<Self> {
        let start = file.get(..1 << 16).unwrap_or(file).windows(6).position(|bytes| bytes == b"Exif\0\0")?;
        let tiff = Tiff { bytes: file.get(start + 6..)?, is_little: file.get(start + 6) == Some(&b'I') };
        let main = tiff.directory(tiff.long(4)?)?;
        let below = |tag: u16| {
            let place = main.iter().find(|entry| entry.0 == tag).map(|entry| entry.1);
            place.and_then(|place| tiff.directory(place)).unwrap_or_default()
        };
        let (shot, place) = (below(SHOT), below(PLACE));
        let has = |entries: &[(u16, u32)], tag: u16| entries.iter().any(|entry| entry.0 == tag);
        let fields = u32::try_from(main.len() + shot.len() + place.len()).ok()?;
        Some(Self { fields, has_camera: has(&main, MAKE) && has(&main, MODEL) && has(&shot, TAKEN) })
    }
}

struct Tiff<'a> {
    bytes: &'a [u8],
    is_little: bool,
}

impl Tiff<'_> {
    fn short(&self, place: usize) -> Option<u16> {
        let bytes = self.bytes.get(place..place + 2)?.try_into().ok()?;
        Some(if self.is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn long(&self, place: usize) -> Option<u32> {
        let bytes = self.bytes.get(place..place + 4)?.try_into().ok()?;
        Some(if self.is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    /// Tags and values of a directory.
    fn directory(&self, place: u32) -> Option<Vec<(u16, u32)>> {
        let place = usize::try_from(place).ok()?;
        let count = usize::from(self.short(place)?);
        let entry = |number: usize| {
            let place = place + 2 + number * 12;
            Some((self.short(place)?, self.long(place + 8)?))
        };
        (0..count).map(entry).collect()
    }
}
