//! The bodies of faults: endless, slow, packed, deep, and cut in the middle.

use std::{
    io::{self, ErrorKind},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes};
use flate2::{Compression, Crc, FlushCompress};
use futures_core::Stream;
use tokio::sync::mpsc;

/// A body that a task fills, a piece at a time.
struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}

fn fed<F>(feed: impl FnOnce(mpsc::Sender<io::Result<Bytes>>) -> F) -> Body
where
    F: Future<Output = ()> + Send + 'static,
{
    // Two pieces ahead are enough to keep the line busy; more would only fill memory.
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(feed(sender));
    Body::from_stream(Pieces(receiver))
}

/// The start of a JSON list that never ends. Stops when nobody listens any more.
pub(crate) fn endless() -> Body {
    fed(|sender| async move {
        let piece = Bytes::from(" ".repeat(64 * 1024));
        let mut next = Ok(Bytes::from_static(b"["));
        while sender.send(next).await.is_ok() {
            next = Ok(piece.clone());
        }
    })
}

/// One byte each `pause`.
pub(crate) fn slow(bytes: Vec<u8>, pause: Duration) -> Body {
    fed(move |sender| async move {
        let bytes = Bytes::from(bytes);
        for at in 0..bytes.len() {
            tokio::time::sleep(pause).await;
            if sender.send(Ok(bytes.slice(at..=at))).await.is_err() {
                return;
            }
        }
    })
}

/// Half of the bytes, then the connection breaks.
pub(crate) fn broken(bytes: &[u8]) -> Body {
    let half = Bytes::copy_from_slice(&bytes[..bytes.len() / 2]);
    fed(move |sender| async move {
        if sender.send(Ok(half)).await.is_ok() {
            // The first half should be on the wire before the break, or the client sees no answer at all.
            tokio::time::sleep(Duration::from_millis(20)).await;
            let _ = sender.send(Err(ErrorKind::ConnectionReset.into())).await;
        }
    })
}

/// A list in a list in a list.
pub(crate) fn deep(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// Whitespace of about this many bytes in gzip form, made as it is sent: one packed mebibyte, again and
/// again, since packing gigabytes would take longer than the test.
pub(crate) fn gzip_bomb(unpacked: u64) -> io::Result<Body> {
    const MEBIBYTE: usize = 1 << 20;
    let block = vec![b' '; MEBIBYTE];
    let packed = Bytes::from(packed_block(&block)?);
    let mut one = Crc::new();
    one.update(&block);
    let count = unpacked.div_ceil(MEBIBYTE as u64);
    Ok(fed(move |sender| async move {
        let mut sum = Crc::new();
        let header = Bytes::from_static(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
        let mut alive = sender.send(Ok(header)).await.is_ok();
        for _ in 0..count {
            alive = alive && sender.send(Ok(packed.clone())).await.is_ok();
            sum.combine(&one);
        }
        // An empty last block, the checksum and the length modulo 2^32, which `Crc` counts so too.
        let mut tail = vec![3, 0];
        tail.extend(sum.sum().to_le_bytes());
        tail.extend(sum.amount().to_le_bytes());
        if alive {
            let _ = sender.send(Ok(Bytes::from(tail))).await;
        }
    }))
}

/// The block packed so that it can be repeated: it ends at a byte and refers to nothing before it.
fn packed_block(block: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = flate2::Compress::new(Compression::best(), false);
    let mut packed = Vec::with_capacity(block.len());
    packer.compress_vec(block, &mut packed, FlushCompress::Full).map_err(io::Error::other)?;
    Ok(packed)
}
