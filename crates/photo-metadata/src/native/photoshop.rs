//! Photoshop's image resources, and the IPTC block (IIM) in one of them.
//!
//! ```text
//! 8BIM  id(2)  name: length, letters, padded to even  length(4)  data, padded to even
//! ```
//!
//! Every resource keeps its bytes; the block of IPTC (0x0404) is changed, and its digest (0x0425) is renewed when it
//! fitted or was not there. A digest that did not fit tells readers that XMP is out of step with IPTC, which is not
//! ours to hide.

use md5::{Digest as _, Md5};

use super::blocks::Listing;
use super::fault::Fault;
use super::iim::Iim;
use super::shown;
use crate::edits::TagEdit;
use crate::file_tags::IptcBlock;
use crate::iptc::IptcCharset;
use crate::source::{be16, be32};
use crate::tag::Tag;
use crate::value::Value;

const IPTC: u16 = 0x0404;
const DIGEST: u16 = 0x0425;

/// EXIF and XMP, as in Photoshop's own files: further metadata of the picture that are not looked into here.
const OTHER_BLOCKS: [u16; 3] = [0x0422, 0x0423, 0x0424];

/// Signatures of resources, by Photoshop and its relatives.
const SIGNATURES: [&[u8; 4]; 5] = [b"8BIM", b"PHUT", b"DCSR", b"AgHg", b"MeSa"];

/// What readers do not take for a resource any more.
const SHORTEST: usize = 9;

/// More than Photoshop knows kinds of; a hostile file has many more.
const MOST: usize = 4_000;

/// One resource.
#[derive(Debug, Clone)]
struct Resource {
    /// Signature, number and name.
    head: Vec<u8>,
    /// The number, where the signature is Photoshop's own.
    id: Option<u16>,
    data: Vec<u8>,
    /// What makes its length even; the last one may lack it.
    padding: Vec<u8>,
}

/// Image resources (`8BIM`).
#[derive(Debug, Clone)]
pub(crate) struct Resources {
    list: Vec<Resource>,
    /// Bytes behind the last one.
    rest: Vec<u8>,
    iptc: Option<Iptc>,
}

/// The IPTC block of the resources, read.
#[derive(Debug, Clone)]
struct Iptc {
    iim: Iim,
    charset: IptcCharset,
}

impl Resources {
    /// Reads resources, the joined content of all segments.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut list = Vec::new();
        let mut rest = bytes;
        while rest.len() >= SHORTEST {
            let (resource, behind) =
                next(rest).ok_or_else(|| Fault::beyond("its Photoshop resources are broken"))?;
            list.push(resource);
            rest = behind;
            if list.len() > MOST {
                return Err(Fault::beyond("its Photoshop resources are too many"));
            }
        }
        let mut parsed = Self { list, rest: rest.to_vec(), iptc: None };
        let has =
            |ids: &[u16]| parsed.list.iter().filter(|own| own.id.is_some_and(|id| ids.contains(&id))).count();
        if has(&OTHER_BLOCKS) > 0 {
            return Err(Fault::beyond("its Photoshop resources hold another block of metadata"));
        }
        if has(&[IPTC]) > 1 || has(&[DIGEST]) > 1 {
            return Err(Fault::beyond("it has several IPTC blocks"));
        }
        if let Some(resource) = parsed.find(IPTC) {
            let iim = Iim::parse(&resource.data)?;
            let charset = iim.charset()?;
            parsed.iptc = Some(Iptc { iim, charset });
        }
        Ok(parsed)
    }

    /// What is known of the IPTC block; `None` when there is none.
    pub(crate) fn iptc(&self) -> Option<IptcBlock> {
        let iptc = self.iptc.as_ref().filter(|iptc| iptc.iim.says_something())?;
        let has_digest = self.find(DIGEST).is_some();
        Some(IptcBlock { charset: iptc.charset.clone(), renew_digest: self.may_renew_digest(), has_digest })
    }

    /// Our tags; one that is held twice comes twice.
    pub(crate) fn tags(&self) -> Vec<(Tag, Value)> {
        self.iptc.as_ref().map(|iptc| iptc.iim.tags(&iptc.charset)).unwrap_or_default()
    }

    /// Changes our tags in the IPTC block that is there; edits of other blocks are passed over.
    pub(crate) fn apply(&mut self, edits: &[TagEdit]) -> Result<(), Fault> {
        if !edits.iter().any(|edit| edit.tag.is_iptc()) {
            return Ok(());
        }
        let renew = self.may_renew_digest();
        let Some(iptc) = self.iptc.as_mut().filter(|iptc| iptc.iim.says_something()) else {
            return Err(Fault::beyond("it has no IPTC block, and none is made"));
        };
        let mut iim = iptc.iim.clone();
        iim.apply(edits, &iptc.charset)?;
        if iim == iptc.iim {
            return Ok(());
        }
        let bytes = iim.to_bytes();
        iptc.charset = iim.charset()?;
        iptc.iim = iim;
        let digest = Md5::digest(&bytes).to_vec();
        self.put(IPTC, bytes);
        if renew {
            self.put(DIGEST, digest);
        }
        Ok(())
    }

    /// The resources as bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for resource in &self.list {
            bytes.extend(&resource.head);
            bytes.extend(u32::try_from(resource.data.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend(&resource.data);
            bytes.extend(&resource.padding);
        }
        bytes.extend(&self.rest);
        bytes
    }

    /// All resources and all datasets; those that are one of our tags under the tag's name.
    ///
    /// A digest that fits is left out, since it follows its block.
    pub(crate) fn listing(&self) -> Listing {
        let mut listing = self.iptc.as_ref().map(|iptc| iptc.iim.listing(&iptc.charset)).unwrap_or_default();
        let follows = self.may_renew_digest();
        for resource in &self.list {
            let key = match resource.id {
                Some(IPTC) => continue,
                Some(DIGEST) if follows => continue,
                Some(id) => format!("Photoshop:0x{id:04x}"),
                None => "Photoshop:Other".to_owned(),
            };
            let head = shown::hexadecimal(&resource.head);
            listing.entry(key).or_default().push(format!("{head}:{}", shown::fingerprint(&resource.data)));
        }
        if !self.rest.is_empty() {
            listing.insert("Photoshop:Rest".to_owned(), vec![shown::hexadecimal(&self.rest)]);
        }
        listing
    }

    /// Takes the digest away, for containers in which readers do not compute one to compare it with.
    pub(crate) fn remove_digest(&mut self) {
        self.list.retain(|resource| resource.id != Some(DIGEST));
    }

    fn find(&self, id: u16) -> Option<&Resource> {
        self.list.iter().find(|resource| resource.id == Some(id))
    }

    /// Whether the digest fits the block, or is not there.
    fn may_renew_digest(&self) -> bool {
        let Some(digest) = self.find(DIGEST) else { return true };
        self.find(IPTC).is_some_and(|block| Md5::digest(&block.data).as_slice() == digest.data)
    }

    /// Gives a resource new data; one that is not there comes behind the others.
    fn put(&mut self, id: u16, data: Vec<u8>) {
        let padding = vec![0; data.len() % 2];
        if let Some(resource) = self.list.iter_mut().find(|resource| resource.id == Some(id)) {
            resource.data = data;
            resource.padding = padding;
            return;
        }
        if let Some(last) = self.list.last_mut() {
            last.padding = vec![0; last.data.len() % 2];
        }
        let head = [&b"8BIM"[..], &id.to_be_bytes(), &[0, 0]].concat();
        self.list.push(Resource { head, id: Some(id), data, padding });
    }
}

fn next(bytes: &[u8]) -> Option<(Resource, &[u8])> {
    let signature = bytes.first_chunk::<4>().filter(|signature| SIGNATURES.contains(signature))?;
    let id = (signature == b"8BIM").then(|| be16(bytes, 4)).flatten();
    let name = (1 + usize::from(*bytes.get(6)?)).next_multiple_of(2);
    let head = bytes.get(..6 + name)?.to_vec();
    let length = usize::try_from(be32(bytes, head.len())?).ok()?;
    let start = head.len() + 4;
    let end = start.checked_add(length)?;
    let data = bytes.get(start..end)?.to_vec();
    let padded = end.saturating_add(length % 2).min(bytes.len());
    let padding = bytes.get(end..padded)?.to_vec();
    Some((Resource { head, id, data, padding }, bytes.get(padded..)?))
}
