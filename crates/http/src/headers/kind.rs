//! What a header is to a gateway, found out once for each line.

/// What a header is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
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
    /// Of one hop (RFC 9110 §7.6.1), as the next five are too.
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
    OtherHop,
    /// `X-Forwarded-For`.
    ForwardedFor,
    /// `Proxy-Authenticate`: for the upstream's proxy (RFC 9110 §11.7.1), no client's matter.
    ProxyAuthenticate,
    /// `Alt-Svc`, which would lead browsers past the gateway.
    AltSvc,
    /// Anything else.
    Other,
}

impl Kind {
    /// What a header of this name is, which is in lower case.
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
            b"keep-alive" | b"proxy-connection" => Self::OtherHop,
            b"x-forwarded-for" => Self::ForwardedFor,
            b"proxy-authenticate" => Self::ProxyAuthenticate,
            b"alt-svc" => Self::AltSvc,
            _ => Self::Other,
        }
    }

    /// Whether it stays on its hop, whatever else the message says.
    pub fn is_hop_by_hop(self) -> bool {
        matches!(
            self,
            Self::Connection | Self::Te | Self::Trailer | Self::TransferEncoding | Self::Upgrade | Self::OtherHop
        )
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u32);

impl Kinds {
    /// Those of one hop.
    pub const HOP_BY_HOP: Self =
        Self::of(&[Kind::Connection, Kind::Te, Kind::Trailer, Kind::TransferEncoding, Kind::Upgrade, Kind::OtherHop]);

    /// Of these kinds.
    pub const fn of(kinds: &[Kind]) -> Self {
        let mut set = Self(0);
        let mut rest = kinds;
        while let [first, others @ ..] = rest {
            set = set.with(*first);
            rest = others;
        }
        set
    }

    /// These, and one more.
    pub const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u32)
    }

    /// All of both.
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether both have one in common.
    pub const fn meet(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hop_by_hop_headers_have_a_kind() {
        for name in ["keep-alive", "proxy-connection", "te", "upgrade", "connection", "trailer", "transfer-encoding"] {
            assert!(Kind::of(name.as_bytes()).is_hop_by_hop(), "{name}");
        }
        for name in ["accept", "authorization", "x-auth-token", "content-type"] {
            assert_eq!(Kind::of(name.as_bytes()), Kind::Other, "{name}");
        }
    }
}
