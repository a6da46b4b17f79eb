//! The header names that HTTP itself gives a meaning to.

/// Kind of a header, by its name. Determined once when a message is parsed, so that later steps compare numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderKind {
    /// `Host`.
    Host,
    /// `Cookie`.
    Cookie,
    /// `Set-Cookie`.
    SetCookie,
    /// `Cache-Control`.
    CacheControl,
    /// `Content-Length`.
    ContentLength,
    /// `Date`.
    Date,
    /// `Expect`.
    Expect,
    /// `Connection`; hop-by-hop (RFC 9110 §7.6.1), like the next five.
    Connection,
    /// `TE`.
    Te,
    /// `Trailer`.
    Trailer,
    /// `Transfer-Encoding`.
    TransferEncoding,
    /// `Upgrade`.
    Upgrade,
    /// `Keep-Alive` or `Proxy-Connection`.
    OtherHopByHop,
    /// `X-Forwarded-For`.
    ForwardedFor,
    /// `Proxy-Authenticate`, which concerns the next proxy (RFC 9110 §11.7.1).
    ProxyAuthenticate,
    /// `Alt-Svc` (RFC 7838).
    AltSvc,
    /// `Secure-Session-Registration` or `Secure-Session-Challenge` (Device Bound Session Credentials).
    SecureSession,
    /// Any other header.
    Other,
}

impl HeaderKind {
    /// Classifies a name, which must be in lower case.
    pub fn of(name: &[u8]) -> Self {
        match name {
            b"host" => Self::Host,
            b"cookie" => Self::Cookie,
            b"set-cookie" => Self::SetCookie,
            b"cache-control" => Self::CacheControl,
            b"content-length" => Self::ContentLength,
            b"date" => Self::Date,
            b"expect" => Self::Expect,
            b"connection" => Self::Connection,
            b"te" => Self::Te,
            b"trailer" => Self::Trailer,
            b"transfer-encoding" => Self::TransferEncoding,
            b"upgrade" => Self::Upgrade,
            b"keep-alive" | b"proxy-connection" => Self::OtherHopByHop,
            b"x-forwarded-for" => Self::ForwardedFor,
            b"proxy-authenticate" => Self::ProxyAuthenticate,
            b"alt-svc" => Self::AltSvc,
            b"secure-session-registration" | b"secure-session-challenge" => Self::SecureSession,
            _ => Self::Other,
        }
    }

    /// Whether the header is hop-by-hop, whatever `Connection` says.
    pub fn is_hop_by_hop(self) -> bool {
        HeaderKinds::HOP_BY_HOP.contains(self)
    }
}

/// A set of header kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeaderKinds(u32);

impl HeaderKinds {
    /// The hop-by-hop headers.
    pub const HOP_BY_HOP: Self = Self::of(&[
        HeaderKind::Connection,
        HeaderKind::Te,
        HeaderKind::Trailer,
        HeaderKind::TransferEncoding,
        HeaderKind::Upgrade,
        HeaderKind::OtherHopByHop,
    ]);

    /// The set of these kinds.
    pub const fn of(kinds: &[HeaderKind]) -> Self {
        let mut set = Self(0);
        let mut rest = kinds;
        while let [first, others @ ..] = rest {
            set = set.with(*first);
            rest = others;
        }
        set
    }

    /// This set and one more kind.
    #[must_use]
    pub const fn with(self, kind: HeaderKind) -> Self {
        Self(self.0 | 1 << kind as u32)
    }

    /// The union of two sets.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the kind is in the set.
    pub const fn contains(self, kind: HeaderKind) -> bool {
        self.intersects(Self(1 << kind as u32))
    }

    /// Whether the sets have a kind in common.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hop_by_hop_headers_are_known_and_ordinary_ones_are_not() {
        for name in ["keep-alive", "proxy-connection", "te", "upgrade", "connection", "trailer", "transfer-encoding"] {
            assert!(HeaderKind::of(name.as_bytes()).is_hop_by_hop(), "{name}");
        }
        for name in ["accept", "authorization", "x-auth-token", "content-type"] {
            assert_eq!(HeaderKind::of(name.as_bytes()), HeaderKind::Other, "{name}");
        }
        for name in ["host", "cookie", "set-cookie", "content-length", "date", "expect", "x-forwarded-for", "alt-svc"] {
            assert!(!HeaderKind::of(name.as_bytes()).is_hop_by_hop(), "{name}");
        }
    }
}
