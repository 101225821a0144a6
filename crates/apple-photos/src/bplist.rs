//! Reads Apple's binary property lists, as far as they occur in the database.
//!
//! They come from a file that may be damaged: every offset is checked, and nothing is read twice because a list holds
//! itself: values are looked up one at a time, never as a whole tree.

/// A property list, not yet read.
pub(crate) struct Plist<'b> {
    bytes: &'b [u8],
    offset_size: usize,
    reference_size: usize,
    objects: usize,
    offsets: usize,
    top: usize,
}

/// One value; what it holds are numbers of other objects.
#[derive(Debug, PartialEq)]
pub(crate) enum Value {
    Bool(bool),
    Integer(i64),
    Real(f64),
    Text(String),
    Uid(usize),
    Array(Vec<usize>),
    /// Keys and values.
    Dictionary(Vec<(usize, usize)>),
    /// Data, dates, and the rest.
    Other,
}

/// More than any list in the database has; a number from a damaged one asks for no more memory.
const MOST: usize = 1 << 16;

impl<'b> Plist<'b> {
    /// None if it is not one.
    pub(crate) fn open(bytes: &'b [u8]) -> Option<Self> {
        let body = bytes.strip_prefix(b"bplist0")?;
        let trailer = body.get(body.len().checked_sub(26)?..)?;
        let plist = Self {
            bytes,
            offset_size: usize::from(trailer[0]),
            reference_size: usize::from(trailer[1]),
            objects: number(&trailer[2..10])?,
            top: number(&trailer[10..18])?,
            offsets: number(&trailer[18..26])?,
        };
        let sizes_fit = (1..=8).contains(&plist.offset_size) && (1..=8).contains(&plist.reference_size);
        (sizes_fit && plist.objects <= MOST).then_some(plist)
    }

    /// The outermost value.
    pub(crate) fn root(&self) -> Option<Value> {
        self.value(self.top)
    }

    /// The object with this number.
    pub(crate) fn value(&self, object: usize) -> Option<Value> {
        if object >= self.objects {
            return None;
        }
        let at = self.offsets.checked_add(object.checked_mul(self.offset_size)?)?;
        let at = number(self.slice(at, self.offset_size)?)?;
        let marker = *self.bytes.get(at)?;
        let (kind, low) = (marker >> 4, usize::from(marker & 0xf));
        let after = at + 1;
        Some(match kind {
            0x0 if low == 8 || low == 9 => Value::Bool(low == 9),
            0x1 => Value::Integer(self.integer(after, 1 << low.min(4))?),
            0x2 => self.real(after, 1 << low.min(4))?,
            0x5 => {
                let (length, start) = self.length(low, after)?;
                Value::Text(String::from_utf8_lossy(self.slice(start, length)?).into_owned())
            }
            0x6 => {
                let (length, start) = self.length(low, after)?;
                let units = self.slice(start, length.checked_mul(2)?)?.chunks_exact(2);
                let units: Vec<u16> = units.map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
                Value::Text(String::from_utf16_lossy(&units))
            }
            0x8 => Value::Uid(number(self.slice(after, low + 1)?)?),
            0xa => {
                let (length, start) = self.length(low, after)?;
                Value::Array(self.references(start, length)?)
            }
            0xd => {
                let (length, start) = self.length(low, after)?;
                let keys = self.references(start, length)?;
                let values = self.references(start + length * self.reference_size, length)?;
                Value::Dictionary(keys.into_iter().zip(values).collect())
            }
            _ => Value::Other,
        })
    }

    /// The value of a key of a dictionary.
    pub(crate) fn field(&self, dictionary: &Value, key: &str) -> Option<Value> {
        let Value::Dictionary(pairs) = dictionary else { return None };
        let (_, value) = pairs.iter().find(|(name, _)| self.is_text(*name, key))?;
        self.value(*value)
    }

    fn is_text(&self, object: usize, wanted: &str) -> bool {
        matches!(self.value(object), Some(Value::Text(text)) if text == wanted)
    }

    fn slice(&self, start: usize, length: usize) -> Option<&'b [u8]> {
        self.bytes.get(start..start.checked_add(length)?)
    }

    fn integer(&self, at: usize, size: usize) -> Option<i64> {
        let bytes = self.slice(at, size)?;
        // Of 16 bytes the lower half; shorter ones are not negative.
        let bytes = &bytes[bytes.len().saturating_sub(8)..];
        let mut whole = [0; 8];
        whole[8 - bytes.len()..].copy_from_slice(bytes);
        Some(i64::from_be_bytes(whole))
    }

    fn real(&self, at: usize, size: usize) -> Option<Value> {
        let bytes = self.slice(at, size)?;
        Some(match size {
            4 => Value::Real(f64::from(f32::from_be_bytes(bytes.try_into().ok()?))),
            8 => Value::Real(f64::from_be_bytes(bytes.try_into().ok()?)),
            _ => Value::Other,
        })
    }

    /// The length of what follows, and where it starts: 15 means that the length is an integer of its own.
    fn length(&self, low: usize, after: usize) -> Option<(usize, usize)> {
        let (length, start) = if low < 0xf {
            (low, after)
        } else {
            let size = 1 << usize::from(*self.bytes.get(after)? & 0xf).min(3);
            (number(self.slice(after + 1, size)?)?, after + 1 + size)
        };
        (length <= self.bytes.len()).then_some((length, start))
    }

    fn references(&self, start: usize, count: usize) -> Option<Vec<usize>> {
        let bytes = self.slice(start, count.checked_mul(self.reference_size)?)?;
        bytes.chunks_exact(self.reference_size).map(number).collect()
    }
}

/// A number of at most eight bytes, the highest first.
fn number(bytes: &[u8]) -> Option<usize> {
    bytes.iter().try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"PLModelVersion": 19320, "x": ["é"]}`, written by hand.
    fn sample() -> Vec<u8> {
        let mut bytes = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        let mut push = |bytes: &mut Vec<u8>, object: &[u8]| {
            offsets.push(u8::try_from(bytes.len()).unwrap());
            bytes.extend_from_slice(object);
        };
        push(&mut bytes, &[0xd2, 1, 3, 2, 4]);
        push(&mut bytes, b"\x5ePLModelVersion");
        push(&mut bytes, &[0x11, 0x4b, 0x78]);
        push(&mut bytes, b"\x51x");
        push(&mut bytes, &[0xa1, 5]);
        push(&mut bytes, &[0x61, 0x00, 0xe9]);
        let table = bytes.len();
        bytes.extend_from_slice(&offsets);
        bytes.extend_from_slice(&[0, 0, 0, 0, 0, 0, 1, 1]);
        for word in [offsets.len(), 0, table] {
            bytes.extend_from_slice(&(word as u64).to_be_bytes());
        }
        bytes
    }

    #[test]
    fn values_are_found_by_their_keys() {
        let bytes = sample();
        let plist = Plist::open(&bytes).unwrap();
        let root = plist.root().unwrap();

        assert_eq!(plist.field(&root, "PLModelVersion"), Some(Value::Integer(19_320)));
        assert_eq!(plist.field(&root, "x"), Some(Value::Array(vec![5])));
        assert_eq!(plist.value(5), Some(Value::Text("é".to_owned())));
        assert_eq!(plist.field(&root, "y"), None);
        assert_eq!(plist.value(6), None);
    }

    #[test]
    fn damage_anywhere_is_no_panic() {
        let bytes = sample();
        for at in 0..bytes.len() {
            for value in [0, 1, 0x0f, 0x5f, 0xaf, 0xdf, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] = value;
                let read = |bytes: &[u8]| {
                    let plist = Plist::open(bytes)?;
                    let root = plist.root()?;
                    (0..10).for_each(|object| drop(plist.value(object)));
                    plist.field(&root, "PLModelVersion")
                };
                drop(read(&damaged));
                drop(read(&damaged[..at]));
            }
        }
    }
}
