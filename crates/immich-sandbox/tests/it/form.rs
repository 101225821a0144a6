//! Upload forms, written by hand so that nothing is hidden.

const BOUNDARY: &str = "----sandbox-boundary";

/// Content type and body of an upload with all fields that any release demands, and more.
pub(crate) fn upload(name: &str, bytes: &[u8], more: &[(&str, &str)]) -> (String, Vec<u8>) {
    let mut fields = vec![
        ("deviceAssetId", name),
        ("deviceId", "lab"),
        ("fileCreatedAt", "2024-06-01T00:00:00.000Z"),
        ("fileModifiedAt", "2024-06-01T00:00:00.000Z"),
    ];
    fields.extend(more);
    form(&fields, name, bytes)
}

/// Content type and body of a form with these fields and the file as `assetData`.
pub(crate) fn form(fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (field, value) in fields {
        let head =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
        body.extend(head.into_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"assetData\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    body.extend(head.into_bytes());
    body.extend(bytes);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}
