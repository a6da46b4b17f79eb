//! What a header is to a gateway, found out once for each line.

use crate::names;

/// What a header is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Host,
    Cookie,
    SetCookie,
    CacheControl,
    ContentLength,
    Date,
    Expect,
    /// Of one hop (RFC 9110 §7.6.1), as the next five are too.
    Connection,
    Te,
    Trailer,
    TransferEncoding,
    Upgrade,
    OtherHop,
    /// `X-Forwarded-For`, which is protected too.
    ForwardedFor,
    /// `Proxy-Authenticate`, which is protected too: for the upstream's proxy (RFC 9110 §11.7.1), no client's matter.
    ProxyAuthenticate,
    /// `Alt-Svc`, which would lead browsers past the gateway.
    AltSvc,
    /// A client may not send it on; see [`names::is_protected`].
    Protected,
    /// Anything else.
    Other,
}

impl Kind {
    /// What a header of this name is, which is in lower case.
    pub(crate) fn of(name: &[u8]) -> Self {
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
            _ if names::is_protected(name) => Self::Protected,
            _ => Self::Other,
        }
    }

    /// Whether it stays on its hop, whatever else the message says.
    pub(crate) fn is_hop_by_hop(self) -> bool {
        matches!(
            self,
            Self::Connection | Self::Te | Self::Trailer | Self::TransferEncoding | Self::Upgrade | Self::OtherHop
        )
    }

    /// Whether a client may not say it.
    pub(crate) fn is_protected(self) -> bool {
        matches!(self, Self::ForwardedFor | Self::ProxyAuthenticate | Self::Protected)
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u32);

impl Kinds {
    /// Those of one hop.
    pub(crate) const HOP_BY_HOP: Self =
        Self::of(&[Kind::Connection, Kind::Te, Kind::Trailer, Kind::TransferEncoding, Kind::Upgrade, Kind::OtherHop]);

    /// Of these kinds.
    pub(crate) const fn of(kinds: &[Kind]) -> Self {
        let mut set = Self(0);
        let mut rest = kinds;
        while let [first, others @ ..] = rest {
            set = set.with(*first);
            rest = others;
        }
        set
    }

    /// These, and one more.
    pub(crate) const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u32)
    }

    /// All of both.
    pub(crate) const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether both have one in common.
    pub(crate) const fn meet(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_protected_is_protected_or_stays_on_its_hop() {
        for name in ["x-auth-user", "x_auth_user", "remote-user", "x-forwarded-for", "proxy-authenticate", "signature"]
        {
            assert!(names::is_protected(name.as_bytes()) && Kind::of(name.as_bytes()).is_protected(), "{name}");
        }
        for name in ["keep-alive", "proxy-connection", "te", "upgrade", "connection", "trailer", "transfer-encoding"] {
            assert!(Kind::of(name.as_bytes()).is_hop_by_hop(), "{name}");
        }
        for name in ["accept", "authorization", "x-auth-token", "content-type"] {
            assert_eq!(Kind::of(name.as_bytes()), Kind::Other, "{name}");
        }
        // No kind of its own hides that a name is protected.
        for name in ["host", "cookie", "set-cookie", "cache-control", "content-length", "date", "expect", "alt-svc"] {
            assert!(!names::is_protected(name.as_bytes()), "{name}");
        }
    }
}
