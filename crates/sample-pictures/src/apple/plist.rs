//! The one binary property list that a library cannot do without: the version of its model.

/// `{"PLModelVersion": model}`.
pub(super) fn model_version(model: u16) -> Vec<u8> {
    let [high, low] = model.to_be_bytes();
    let mut bytes = b"bplist00\xd1\x01\x02\x5ePLModelVersion\x11".to_vec();
    bytes.extend([high, low]);
    let table = bytes.len();
    // Where the dictionary, its key and its number begin.
    bytes.extend([8, 11, 26]);
    bytes.extend([0, 0, 0, 0, 0, 0, 1, 1]);
    for word in [3, 0, table as u64] {
        bytes.extend(word.to_be_bytes());
    }
    bytes
}
