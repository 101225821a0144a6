//! What a pass over an archive told, kept in a file: of an archive that did not change since, the next run need not look
//! for what is in it. Behind compression that is most of what such a run would cost.
//!
//! A file of this kind is never needed. One that is missing, of another archive, cut off or spoiled is made anew, and of
//! an archive that something was wrong with there is none, so that it is told again in each run.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek as _, Write};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::{Likeness, Member, Place, Visit, Visitor, spoiled};

/// The first bytes; another number whenever what follows, or what is wanted of an archive, changes.
const MAGIC: &[u8] = b"immich-sync list of an archive 1\n";
/// Bytes of the digest at the end.
const DIGEST: usize = 32;
/// The longest path or text that is believed.
const LONGEST: u32 = 16 << 20;

/// The folder of these files.
#[derive(Debug, Clone)]
pub(in super::super) struct Kept {
    /// Where.
    pub(in super::super) folder: PathBuf,
    /// Whether new ones may be made.
    pub(in super::super) may_write: bool,
}

impl Kept {
    /// Tells what was told of an archive before, if it is the same; else goes through it, and keeps what that told.
    pub(in super::super) fn visit(
        &self,
        path: &Path,
        likeness: &Likeness,
        visitor: &mut dyn Visitor,
        go: impl FnOnce(&mut dyn Visitor) -> io::Result<Visit>,
    ) -> io::Result<Visit> {
        let list = self.folder.join(name(path));
        if let Ok(Some(known)) = open(&list, path, likeness) {
            return replay(known, visitor);
        }
        let Some(new) = self.may_write.then(|| New::begin(&list, path, likeness).ok()).flatten() else {
            return go(visitor);
        };
        let mut recorder = Recorder { visitor, new: Some(new) };
        let visit = go(&mut recorder)?;
        if let (Visit::Complete, Some(new)) = (&visit, recorder.new.take()) {
            // Without it the next run takes longer, and that is all.
            let _ = new.end(&list);
        }
        Ok(visit)
    }

    /// Removes what is kept of archives that are not there any more.
    pub(in super::super) fn forget_gone(&self) {
        let Some(files) = self.may_write.then(|| fs::read_dir(&self.folder).ok()).flatten() else { return };
        for list in files.flatten().map(|file| file.path()) {
            let archive = File::open(&list).ok().and_then(|file| head(&mut BufReader::new(file)).ok());
            let is_there = archive.is_some_and(|(_, path)| {
                Path::new(std::ffi::OsStr::from_bytes(&path)).symlink_metadata().is_ok()
            });
            if !is_there {
                // What cannot be removed is in nobody's way.
                let _ = fs::remove_file(&list);
            }
        }
    }
}

/// One file for each archive, whatever becomes of it.
fn name(path: &Path) -> String {
    let digest = blake3::hash(path.as_os_str().as_bytes()).to_hex();
    format!("{}.list", &digest[..32])
}

/// What is kept, at its records; `None` when it is of another archive or not whole.
fn open(list: &Path, path: &Path, likeness: &Likeness) -> io::Result<Option<impl Read + use<>>> {
    let mut file = File::open(list)?;
    let Some(length) = file.metadata()?.len().checked_sub(DIGEST as u64) else { return Ok(None) };
    let mut digest = blake3::Hasher::new();
    digest.update_reader((&mut file).take(length))?;
    let mut stored = [0; DIGEST];
    file.read_exact(&mut stored)?;
    if *digest.finalize().as_bytes() != stored {
        return Ok(None);
    }
    file.rewind()?;
    let mut reader = BufReader::new(file.take(length));
    let (known, archive) = head(&mut reader)?;
    let is_same = known == likeness.bytes() && archive == path.as_os_str().as_bytes();
    Ok(is_same.then(|| BufReader::new(GzDecoder::new(reader))))
}

/// The likeness and the path of the archive that a file is about.
fn head(reader: &mut impl Read) -> io::Result<([u8; 56], Vec<u8>)> {
    let mut magic = [0; MAGIC.len()];
    reader.read_exact(&mut magic)?;
    if magic != MAGIC {
        return Err(spoiled("it is another kind of file"));
    }
    Ok((array(reader)?, text(reader)?))
}

fn replay(mut from: impl Read, visitor: &mut dyn Visitor) -> io::Result<Visit> {
    loop {
        let [what] = array(&mut from)?;
        if what == 0 {
            return Ok(Visit::Complete);
        }
        let path = text(&mut from)?;
        let modified = i64::from_le_bytes(array(&mut from)?);
        let mut number = || array(&mut from).map(u64::from_le_bytes);
        let (at, packed, size) = (number()?, number()?, number()?);
        let sum = u32::from_le_bytes(array(&mut from)?);
        let [deflated] = array(&mut from)?;
        let place = Place { at, packed, size, sum, deflated: deflated != 0 };
        let content = if what == 2 { Some(text(&mut from)?) } else { None };
        if visitor.member(Member { path: &path, modified, place }, content.as_deref()).is_break() {
            return Ok(Visit::Stopped);
        }
    }
}

fn array<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn text(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = u32::from_le_bytes(array(from)?);
    if length > LONGEST {
        return Err(spoiled("it has a text that is too long"));
    }
    let mut bytes = vec![0; length as usize];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Passes everything on, and writes it down.
struct Recorder<'v> {
    visitor: &'v mut dyn Visitor,
    /// `None` when it could not be written, or is not to be kept.
    new: Option<New>,
}

impl Visitor for Recorder<'_> {
    fn wants(&mut self, path: &[u8], size: u64) -> bool {
        self.visitor.wants(path, size)
    }

    fn member(&mut self, member: Member<'_>, content: Option<&[u8]>) -> ControlFlow<()> {
        if let Some(new) = &mut self.new
            && new.put(&member, content).is_err()
        {
            self.new = None;
        }
        self.visitor.member(member, content)
    }

    fn spoiled(&mut self, path: &[u8], why: &str) -> ControlFlow<()> {
        self.new = None;
        self.visitor.spoiled(path, why)
    }
}

/// A file that is being made, under another name until it is whole.
struct New {
    path: PathBuf,
    out: Option<GzEncoder<Summed>>,
}

/// Sums up what is written.
struct Summed {
    file: BufWriter<File>,
    digest: blake3::Hasher,
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl New {
    fn begin(list: &Path, archive: &Path, likeness: &Likeness) -> io::Result<Self> {
        if let Some(folder) = list.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let path = list.with_extension("new");
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        let mut out = Summed { file: BufWriter::new(file), digest: blake3::Hasher::new() };
        let archive = archive.as_os_str().as_bytes();
        out.write_all(MAGIC)?;
        out.write_all(&likeness.bytes())?;
        put_text(&mut out, archive)?;
        Ok(Self { path, out: Some(GzEncoder::new(out, Compression::fast())) })
    }

    fn put(&mut self, member: &Member<'_>, content: Option<&[u8]>) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        let Place { at, packed, size, sum, deflated } = member.place;
        out.write_all(&[if content.is_some() { 2 } else { 1 }])?;
        put_text(out, member.path)?;
        out.write_all(&member.modified.to_le_bytes())?;
        for number in [at, packed, size] {
            out.write_all(&number.to_le_bytes())?;
        }
        out.write_all(&sum.to_le_bytes())?;
        out.write_all(&[u8::from(deflated)])?;
        content.map_or(Ok(()), |content| put_text(out, content))
    }

    /// Gives the file its name. It need not be on the disk then: one that is cut off is noticed.
    fn end(mut self, list: &Path) -> io::Result<()> {
        let Some(mut out) = self.out.take() else { return Ok(()) };
        out.write_all(&[0])?;
        let mut summed = out.finish()?;
        let digest = summed.digest.finalize();
        summed.file.write_all(digest.as_bytes())?;
        summed.file.flush()?;
        rustix::fs::rename(&self.path, list)?;
        Ok(())
    }
}

impl Drop for New {
    fn drop(&mut self) {
        // It has another name already, if it was finished.
        let _ = fs::remove_file(&self.path);
    }
}

fn put_text(out: &mut impl Write, text: &[u8]) -> io::Result<()> {
    let length = u32::try_from(text.len()).map_err(|_| spoiled("a text is too long"))?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a visitor was told.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Told(Vec<(Vec<u8>, u64, Option<Vec<u8>>)>);

    impl Visitor for Told {
        fn wants(&mut self, path: &[u8], _: u64) -> bool {
            path.ends_with(b"json")
        }

        fn member(&mut self, member: Member<'_>, content: Option<&[u8]>) -> ControlFlow<()> {
            self.0.push((member.path.to_vec(), member.place.at, content.map(<[u8]>::to_vec)));
            ControlFlow::Continue(())
        }

        fn spoiled(&mut self, path: &[u8], _: &str) -> ControlFlow<()> {
            self.0.push((path.to_vec(), 0, None));
            ControlFlow::Continue(())
        }
    }

    fn members(visitor: &mut dyn Visitor, broken: bool) -> Visit {
        for (number, path) in [&b"a.jpg"[..], b"a.jpg.json", b"\xff.jpg"].into_iter().enumerate() {
            let place = Place { at: number as u64, packed: 5, size: 7, sum: 9, deflated: true };
            let content = visitor.wants(path, 7).then_some(&b"{}"[..]);
            let _ = visitor.member(Member { path, modified: -5, place }, content);
        }
        if broken {
            let _ = visitor.spoiled(b"b.jpg", "broken");
        }
        Visit::Complete
    }

    /// What is told of an archive, and whether it had to be gone through.
    fn visit(kept: &Kept, archive: &Path, broken: bool) -> (Told, bool) {
        let likeness = Likeness::of(&fs::metadata(archive).unwrap());
        let (mut told, mut has_gone) = (Told::default(), false);
        let visit = kept.visit(archive, &likeness, &mut told, |visitor| {
            has_gone = true;
            Ok(members(visitor, broken))
        });
        assert_eq!(visit.unwrap(), Visit::Complete);
        (told, has_gone)
    }

    fn scene(may_write: bool) -> (tempfile::TempDir, Kept, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("a.tgz");
        fs::write(&archive, "an archive").unwrap();
        let kept = Kept { folder: folder.path().join("state/lists"), may_write };
        (folder, kept, archive)
    }

    #[test]
    fn an_archive_that_did_not_change_is_not_gone_through_again() {
        let (_folder, kept, archive) = scene(true);

        let (first, has_gone) = visit(&kept, &archive, false);
        let (second, has_gone_again) = visit(&kept, &archive, false);

        assert_eq!((has_gone, has_gone_again), (true, false));
        assert_eq!((first.0.len(), &first), (3, &second));
        fs::write(&archive, "another archive").unwrap();
        assert!(visit(&kept, &archive, false).1);
        assert!(!visit(&kept, &archive, false).1);
    }

    #[test]
    fn what_is_wrong_with_an_archive_is_told_in_each_run() {
        let (_folder, kept, archive) = scene(true);

        assert_eq!([visit(&kept, &archive, true).1, visit(&kept, &archive, true).1], [true, true]);
    }

    #[test]
    fn a_list_that_is_spoiled_or_cut_anywhere_is_made_anew() {
        let (_folder, kept, archive) = scene(true);
        let (told, _) = visit(&kept, &archive, false);
        let list = kept.folder.join(name(&archive));
        let whole = fs::read(&list).unwrap();
        for at in 0..whole.len() {
            let mut spoiled = whole.clone();
            spoiled[at] ^= 0x10;
            for bytes in [&spoiled[..], &whole[..at]] {
                fs::write(&list, bytes).unwrap();
                let read_only = Kept { may_write: false, ..kept.clone() };
                assert_eq!(visit(&read_only, &archive, false), (Told(told.0.clone()), true), "{at}");
            }
        }
    }

    #[test]
    fn a_dry_run_makes_no_list_and_what_is_gone_is_forgotten() {
        let (_folder, kept, archive) = scene(true);
        let read_only = Kept { may_write: false, ..kept.clone() };
        visit(&read_only, &archive, false);
        assert!(!kept.folder.exists());

        visit(&kept, &archive, false);
        kept.forget_gone();
        assert_eq!(fs::read_dir(&kept.folder).unwrap().count(), 1);
        fs::remove_file(&archive).unwrap();
        kept.forget_gone();
        assert_eq!(fs::read_dir(&kept.folder).unwrap().count(), 0);
    }
}
