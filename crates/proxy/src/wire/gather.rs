//! Writing several pieces at once, where there are several, and they are worth it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

/// Bytes that are rather copied together than handed over in pieces.
const SMALL: usize = 2048;

/// Writes to a socket: the kernel takes one piece cheaper than a list of them, so a list of one is none, and what is small is
/// made into one.
pub fn write_gathered<IO: AsyncWrite + Unpin>(
    io: &mut IO,
    cx: &mut Context<'_>,
    slices: &[IoSlice<'_>],
) -> Poll<io::Result<usize>> {
    if let [slice] = slices {
        return Pin::new(io).poll_write(cx, slice);
    }
    let mut buffer = [0; SMALL];
    let mut length = 0;
    for slice in slices {
        match buffer.get_mut(length..length + slice.len()) {
            Some(room) => room.copy_from_slice(slice),
            None => return Pin::new(io).poll_write_vectored(cx, slices),
        }
        length += slice.len();
    }
    Pin::new(io).poll_write(cx, buffer.get(..length).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    #[tokio::test]
    async fn all_of_it_is_written_in_order_whatever_its_size() {
        for sizes in [&[5][..], &[3, 4], &[2000, 48], &[2000, 49], &[0, 7, 0], &[]] {
            let pieces: Vec<Vec<u8>> = sizes.iter().zip(b'a'..).map(|(size, byte)| vec![byte; *size]).collect();
            let mut out = Vec::new();
            let slices: Vec<_> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
            let written = poll_fn(|cx| write_gathered(&mut out, cx, &slices)).await.unwrap();
            assert_eq!((written, &out), (out.len(), &pieces.concat()), "{sizes:?}");
        }
    }
}
