//! Uploading a file, as a stream and without making a second asset of it.
//!
//! An upload is the one order that may be given again although it makes something: the server knows files by their
//! bytes, and answers the second time with the asset of the first. What is lost with an answer is only who made it,
//! see [`UploadStatus::Duplicate`].
//!
//! Surprising: the server never says that a duplicate is in the trash. It stays there, and so does what is uploaded
//! to it.

use std::io::{self, Read};
use std::sync::atomic::Ordering;
use std::time::Duration;

use ureq::http::Method;

use crate::call::{Call, Caller};
use crate::clean::clean;
use crate::error::{ApiError, SourceProblem};
use crate::lanes::Lane;
use crate::new_asset::{NewAsset, UploadStatus, Uploaded};
use crate::transport::Failure;
use crate::upload_body::{UploadBody, Watch};
use crate::upload_form::Form;
use crate::writer::Writer;

const ENDPOINT: &str = "POST /assets";
/// Characters of a file name that an error shows.
const NAME_SHOWN: usize = 255;

/// Gives the bytes of a file from its beginning, once for each try.
pub type OpenSource<'o, 's> = &'o mut dyn FnMut() -> io::Result<Box<dyn Read + 's>>;

/// The tries of one upload.
struct Upload<'u, 'a> {
    writer: Writer<'u>,
    asset: &'u NewAsset<'a>,
    form: Form,
    checksum: Option<String>,
    /// A try was sent to its end, and nobody knows what became of it.
    maybe_stored: bool,
}

impl Writer<'_> {
    /// Uploads a file; the bytes go through a piece of memory of fixed size. May be repeated: the same bytes are the
    /// same asset.
    ///
    /// `open` is called for each try. What it gives is read one byte beyond the announced size before the last
    /// bytes of the request leave, so that a reader that hashes can refuse there with an error. That, a file that
    /// cannot be read and one of another size are [`ApiError::Source`], and nothing is stored.
    /// [`ApiError::QuotaExceeded`], [`ApiError::NotAccepted`] and [`ApiError::TooLargeToUpload`] are what the server
    /// or a proxy say of the file.
    ///
    /// Several threads may upload at once, [`crate::BEST_IN_FLIGHT`] of them with profit; each keeps a connection.
    /// Uploads have a rate of their own, see [`crate::ClientOptions::upload_limit`].
    pub fn upload(self, asset: &NewAsset<'_>, open: OpenSource<'_, '_>) -> Result<Uploaded, ApiError> {
        let chance = fastrand::u128(..);
        let mut upload = Upload {
            writer: self,
            asset,
            form: Form::new(asset, self.client.server().version, chance),
            checksum: asset.checksum.map(hex),
            maybe_stored: false,
        };
        let url = self.client.url("/assets");
        let call = Call { method: Method::POST, ..Call::get(ENDPOINT, &url, Caller::Key) };
        let transport = &self.client.transport;
        let uploaded =
            transport.with_lane(|lane| transport.repeat(&call, || upload.attempt(&call, lane, open)));
        let mut uploaded = uploaded.map_err(|error| upload.named(error))?;
        if let UploadStatus::Duplicate { maybe_ours } = &mut uploaded.status {
            *maybe_ours = upload.maybe_stored;
        }
        Ok(uploaded)
    }
}

impl Upload<'_, '_> {
    fn attempt(
        &mut self,
        call: &Call<'_>,
        lane: &Lane,
        open: OpenSource<'_, '_>,
    ) -> Result<Uploaded, Failure> {
        let transport = &self.writer.client.transport;
        transport.wait(transport.uploads.reserve(transport.options.clock.now()))?;
        let mut whole_at = None;
        let answer = transport.with_trusting_of(&lane.agents, |agent| {
            let source = open().map_err(|error| unusable(SourceProblem::Unreadable(error)))?;
            lane.is_answered.store(false, Ordering::Relaxed);
            let watch = Watch {
                is_answered: &lane.is_answered,
                sent: &transport.bytes_sent,
                stop: &*transport.options.stop,
                clock: &*transport.options.clock,
            };
            let mut body = UploadBody::new(&self.form, source, self.asset.size, watch);
            let length = UploadBody::length(&self.form, self.asset.size);
            let sent =
                transport.send_form(agent, call, (&self.form, length, self.checksum.as_deref()), &mut body);
            whole_at = body.whole_at;
            match (sent, body.problem) {
                (_, Some(problem)) => Err(unusable(problem)),
                (Ok(response), None) => transport.read(call, response),
                (Err(error), None) => transport.check_stop().and(Err(error)),
            }
        });
        self.learn(answer.as_ref().map(|answer| answer.status), whole_at);
        let read = answer.and_then(|answer| {
            transport.redirect(call, call.url, &answer)?;
            Ok(answer)
        });
        let answer = read.inspect_err(|error| self.note_loss(error, whole_at))?;
        let retry_after = answer.retry_after;
        let uploaded = answer
            .success(ENDPOINT)
            .and_then(|answer| answer.read(ENDPOINT, Uploaded::from_json))
            .inspect_err(|error| self.note_loss(error, whole_at));
        uploaded.map_err(|error| Failure { error, retry_after })
    }

    /// Remembers that a failed try may have been stored all the same.
    fn note_loss(&mut self, error: &ApiError, whole_at: Option<Duration>) {
        let is_refusal = matches!(error, ApiError::Status { status, .. } if *status < 500 || *status == 503)
            || !matches!(
                error,
                ApiError::Status { .. }
                    | ApiError::Unreachable { .. }
                    | ApiError::Interrupted { .. }
                    | ApiError::Unexpected { .. }
                    | ApiError::TooLarge { .. }
            );
        self.maybe_stored |= whole_at.is_some() && !is_refusal;
    }

    /// The time that counts is that from the last byte to the answer: a large file takes long on any line.
    fn learn(&self, answer: Result<u16, &ApiError>, whole_at: Option<Duration>) {
        let transport = &self.writer.client.transport;
        let now = transport.options.clock.now();
        let took = whole_at.map_or(Duration::ZERO, |at| now.saturating_sub(at));
        transport.uploads.learn(now, crate::rate::sign(answer, took));
    }

    /// Says which file it was, and what an answer means for it.
    fn named(&self, error: ApiError) -> ApiError {
        let name = || clean(self.asset.file_name, NAME_SHOWN);
        match error {
            ApiError::Source { problem, .. } => ApiError::Source { name: name(), problem },
            ApiError::Status { status: 413, .. } => {
                ApiError::TooLargeToUpload { name: name(), size: self.asset.size }
            }
            ApiError::Status { status: 400, message, .. }
                if message.starts_with("Quota has been exceeded") =>
            {
                ApiError::QuotaExceeded
            }
            ApiError::Status { status: 415, message, .. } => ApiError::NotAccepted { name: name(), message },
            ApiError::Status { status: 400, message, .. } if message.starts_with("Unsupported file type") => {
                ApiError::NotAccepted { name: name(), message }
            }
            other => other,
        }
    }
}

/// The name is added at the end, see [`Upload::named`].
fn unusable(problem: SourceProblem) -> ApiError {
    ApiError::Source { name: String::new(), problem }
}

fn hex(checksum: [u8; 20]) -> String {
    let mut text = String::with_capacity(40);
    for byte in checksum {
        text.extend([byte >> 4, byte & 0xf].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])));
    }
    text
}
