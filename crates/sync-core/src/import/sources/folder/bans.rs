//! Files and folders of systems and other programs, which hold no photos of the user: with the reason for each.

/// Folders by their whole names, in small letters.
const FOLDERS: [(&str, &str); 20] = [
    ("#recycle", "a recycle bin of a NAS"),
    ("#snapshot", "snapshots of a NAS"),
    ("$recycle.bin", "the recycle bin of Windows"),
    ("@__thumb", "thumbnails of a NAS"),
    ("@eadir", "thumbnails of a NAS"),
    ("@recently-snapshot", "snapshots of a NAS"),
    ("@recycle", "a recycle bin of a NAS"),
    ("@sharebin", "a recycle bin of a NAS"),
    ("@tmp", "a folder of a NAS for its own use"),
    ("__macosx", "leftovers of an archive made on a Mac"),
    ("found.000", "pieces that a file system check found"),
    ("lightroom catalog", "a catalogue of Lightroom"),
    ("lost+found", "pieces that a file system check found"),
    ("network trash folder", "the trash of a Mac"),
    ("recently deleted", "what was deleted"),
    ("recycler", "the recycle bin of Windows"),
    ("system volume information", "a folder of Windows for its own use"),
    ("temporary items", "a folder of a Mac for its own use"),
    ("thumbnails", "thumbnails of a program"),
    ("trashes", "the trash of a Mac"),
];

/// Folders by the ends of their names, in small letters.
const FOLDER_ENDS: [(&str, &str); 6] = [
    (".aplibrary", "a library of Aperture"),
    (".lrdata", "previews of Lightroom"),
    (".lrlibrary", "a library of Lightroom"),
    (".migratedphotolibrary", "a library of iPhoto"),
    (".photolibrary", "a library of iPhoto"),
    (".photoslibrary", "a library of Apple Photos"),
];

/// Files by their whole names, in small letters.
const FILES: [(&str, &str); 6] = [
    ("desktop.ini", "a file of Windows for its own use"),
    ("ehthumbs.db", "thumbnails of Windows"),
    ("ehthumbs_vista.db", "thumbnails of Windows"),
    ("icon\r", "an icon of a Mac folder"),
    ("thumbs.db", "thumbnails of Windows"),
    ("zbthumbnail.info", "thumbnails of a program"),
];

/// Why a folder is not looked into, if so.
pub(super) fn folder(name: &[u8]) -> Option<&'static str> {
    if name.starts_with(b".") {
        return Some(if name.to_ascii_lowercase().starts_with(b".trash") { "a trash" } else { "hidden" });
    }
    let ends = FOLDER_ENDS.iter().find(|(end, _)| {
        let start = name.len().checked_sub(end.len());
        start.is_some_and(|start| name[start..].eq_ignore_ascii_case(end.as_bytes()))
    });
    listed(&FOLDERS, name).or_else(|| ends.map(|(_, why)| *why))
}

/// Why a file is not looked at, if so.
pub(super) fn file(name: &[u8]) -> Option<&'static str> {
    match name {
        [b'.', b'_', ..] => Some("what a Mac keeps of a file on a foreign disk"),
        [b'.', ..] => Some("hidden"),
        [b'~', b'$', ..] => Some("a file that another program has open"),
        _ if name.get(..14).is_some_and(|start| start.eq_ignore_ascii_case(b"SYNOFILE_THUMB")) => {
            Some("a thumbnail of a NAS")
        }
        _ => listed(&FILES, name),
    }
}

fn listed(list: &[(&str, &'static str)], name: &[u8]) -> Option<&'static str> {
    list.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes())).map(|(_, why)| *why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_a_system_is_passed_over() {
        for name in ["@eaDir", "#recycle", ".Trash-1000", ".Trashes", "lost+found", ".photostructure", ".git"]
        {
            assert!(folder(name.as_bytes()).is_some(), "{name}");
        }
        for name in ["Previews.lrdata", "Photos Library.photoslibrary", "Thumbnails", "Recently Deleted"] {
            assert!(folder(name.as_bytes()).is_some(), "{name}");
        }
        for name in [".DS_Store", "._IMG_1.JPG", "Thumbs.db", "SYNOFILE_THUMB_M_1.jpg", "Icon\r", "~$a.jpg"] {
            assert!(file(name.as_bytes()).is_some(), "{name}");
        }
    }

    #[test]
    fn what_people_name_is_not() {
        for name in ["2019", "#family", "recycled bikes", "@home", "Trash", "a [2020]", "\u{e4}"] {
            assert_eq!(folder(name.as_bytes()), None, "{name}");
        }
        for name in ["IMG_1.JPG", "_IMG.jpg", "thumbs.jpg", "a.b", "icon"] {
            assert_eq!(file(name.as_bytes()), None, "{name}");
        }
    }
}
