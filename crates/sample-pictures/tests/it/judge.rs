//! ExifTool as the judge: it knows all these formats and shares no code with them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Tags of a file, by `Group:Name`, values as ExifTool prints them with `-n`.
pub(crate) struct Tags(Vec<(String, String)>);

impl Tags {
    /// The tags of one file.
    pub(crate) fn of(path: &Path) -> Self {
        Self::of_all(&[path]).remove(0)
    }

    /// The tags of each file. Starting Perl takes far longer than reading a file, so this is one run.
    pub(crate) fn of_all<P: AsRef<Path>>(paths: &[P]) -> Vec<Self> {
        let output = run(&["-G1", "-s", "-n", "-a", "-validate", "-warning", "-error", "-all"], paths);
        let text = String::from_utf8_lossy(&output.stdout);
        let of_text = |text: &str| Self(text.lines().filter_map(tag_of_line).collect());
        if let [_] = paths {
            return vec![of_text(&text)];
        }
        let all: Vec<Self> = text.split("======== ").skip(1).map(of_text).collect();
        assert_eq!(all.len(), paths.len(), "one answer per file: {text}");
        all
    }

    /// The first value of a tag, such as `IFD0:Make`, or an empty text.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(tag, _)| tag == name).map_or("", |(_, value)| value)
    }

    /// What ExifTool complains about: errors, and warnings that it does not call minor.
    ///
    /// It misses `GPSProcessingMethod` in TIFF files, which EXIF 2.32 calls optional.
    pub(crate) fn complaints(&self) -> Vec<&str> {
        let complaint = |name: &str| name.ends_with(":Error") || name.ends_with(":Warning");
        let texts = self.0.iter().filter(|(name, _)| complaint(name)).map(|(_, text)| text.as_str());
        texts.filter(|text| !text.starts_with("[minor]") && !text.ends_with("GPSProcessingMethod")).collect()
    }
}

/// `[IFD0]          Make                            : Google`
fn tag_of_line(line: &str) -> Option<(String, String)> {
    let (group, rest) = line.strip_prefix('[')?.split_once(']')?;
    let (name, value) = rest.split_once(':')?;
    Some((format!("{group}:{}", name.trim()), value.trim().to_owned()))
}

/// Lets ExifTool write tags into each of the files, and answers with what it said when it refused any.
pub(crate) fn write<P: AsRef<Path>>(paths: &[P], assignments: &[&str]) -> Result<(), String> {
    let output = run(&[&["-overwrite_original"], assignments].concat(), paths);
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    let all = format!("{} image files updated", paths.len());
    if output.status.success() && said.contains(&all) { Ok(()) } else { Err(said) }
}

/// The bytes of a binary tag.
pub(crate) fn binary(path: &Path, tag: &str) -> Vec<u8> {
    run(&["-b", tag], &[path]).stdout
}

fn run<P: AsRef<Path>>(arguments: &[&str], paths: &[P]) -> Output {
    let program = program();
    Command::new(&program)
        .args(["-config", ""])
        .args(arguments)
        .args(paths.iter().map(AsRef::as_ref))
        .output()
        .unwrap_or_else(|error| panic!("cannot run {}: {error}; run cargo xtask test", program.display()))
}

fn program() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "the test run says where the pinned ExifTool is")]
    let named = std::env::var("IMMICH_SYNC_EXIFTOOL");
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/exiftool/bin/exiftool");
    let program = named.map_or_else(|_| usual(), PathBuf::from);
    assert!(program.exists(), "no ExifTool at {}; run cargo xtask test", program.display());
    program
}
