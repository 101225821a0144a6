//! Names as Google writes them.

/// Words of an account's language: the product, the folder of a year, the end of an edited name, the trash, the name of
/// an album's JSON, and the title of an album.
#[derive(Debug, Clone, Copy)]
pub(super) struct Language {
    code: &'static str,
    pub(super) product: &'static str,
    pub(super) year: &'static str,
    pub(super) edited: &'static str,
    pub(super) trash: &'static str,
    pub(super) metadata: &'static str,
    pub(super) album: &'static str,
}

const LANGUAGES: [Language; 4] = [
    Language {
        code: "en",
        product: "Google Photos",
        year: "Photos from",
        edited: "-edited",
        trash: "Bin",
        metadata: "metadata.json",
        album: "Summer at the lake",
    },
    Language {
        code: "de",
        product: "Google Fotos",
        year: "Fotos von",
        edited: "-bearbeitet",
        trash: "Papierkorb",
        metadata: "Metadaten.json",
        album: "Großeltern & Gäste",
    },
    Language {
        code: "fr",
        product: "Google Photos",
        year: "Photos de",
        edited: "-modifié",
        trash: "Corbeille",
        metadata: "métadonnées.json",
        album: "Été 2019",
    },
    Language {
        code: "ja",
        product: "Google フォト",
        year: "写真",
        edited: "-編集済み",
        trash: "ゴミ箱",
        metadata: "メタデータ.json",
        album: "京都",
    },
];

/// The words of a language; those of English for one that is not known here.
pub(super) fn language(code: &str) -> &'static Language {
    LANGUAGES.iter().find(|language| language.code == code).unwrap_or(&LANGUAGES[0])
}

/// The name of a photo in the export: its stem cut to 47 units, and numbered when the name is there already.
pub(super) fn media(title: &str, edited: &str, number: u32) -> String {
    let clean = sanitised(title);
    let (stem, extension) = parts(&clean);
    let stem = cut(&format!("{stem}{edited}"), 47);
    if number == 0 { format!("{stem}{extension}") } else { format!("{stem}({number}){extension}") }
}

/// The name of its JSON: 46 units of the name without its number, and the number behind them.
pub(super) fn json(title: &str, number: u32, is_old: bool) -> String {
    let name = media(title, "", 0);
    let supplement = if is_old { "" } else { ".supplemental-metadata" };
    let stem = cut(&format!("{name}{supplement}"), 46);
    if number == 0 { format!("{stem}.json") } else { format!("{stem}({number}).json") }
}

/// A title without what no file name has.
pub(super) fn sanitised(title: &str) -> String {
    title.chars().map(|char| if "\\/:*?\"<>|&%'\r\n".contains(char) { '_' } else { char }).collect()
}

/// Stem and extension.
pub(super) fn parts(name: &str) -> (&str, &str) {
    name.rfind('.').map_or((name, ""), |dot| name.split_at(dot))
}

fn cut(text: &str, units: usize) -> String {
    let mut left = units;
    let mut out = String::new();
    for char in text.chars() {
        let Some(rest) = left.checked_sub(char.len_utf16()) else { break };
        left = rest;
        out.push(char);
    }
    out
}
