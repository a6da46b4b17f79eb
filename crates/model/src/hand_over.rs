//! Hand-overs: they extend one session to several hosts of the gateway, each with a separate cookie.
//!
//! The host that has the session makes a one-time code for another host. The code is bound to the host, to the session
//! and its current token, to the browser (by the hash of a secret in a cookie of the other host) and to the requested
//! page. The other host exchanges it for a token of the same session.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::SessionId;
use crate::session::{SessionView, TokenHash};

/// Time in which a code may be exchanged.
pub const LIFETIME: Duration = Duration::from_secs(60);

/// Stored code of a hand-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// SHA-256 of the code.
    pub code: TokenHash,
    /// The session that is handed over.
    pub session: SessionId,
    /// The token that the session had when the code was made.
    pub session_token: TokenHash,
    /// The name of the host that the code is for, without a port.
    pub host: String,
    /// SHA-256 of the secret in the browser's binding cookie.
    pub binding: TokenHash,
    /// The requested URL.
    pub return_url: String,
    /// When the code expires.
    pub expires_at: Timestamp,
    /// Whether the code was already presented.
    pub used: bool,
}

/// Presentation of a code by a browser at a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redemption {
    /// SHA-256 of the code.
    pub code: TokenHash,
    /// The name of the host where it is presented, without a port.
    pub host: String,
    /// SHA-256 of the secret in the browser's binding cookie, if it sent one.
    pub binding: Option<TokenHash>,
    /// Hash of the token that the host gives the browser.
    pub token: TokenHash,
    /// Time of the presentation.
    pub at: Timestamp,
}

/// Result of presenting a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// The token was stored as a token of the session.
    Accepted {
        /// The session.
        view: Box<SessionView>,
        /// The requested URL.
        return_url: String,
    },
    /// The code was rejected; only its use was stored.
    Refused(HandOverRefused),
}

/// Reason why a code is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandOverRefused {
    /// The code is missing or malformed.
    #[error("the code is malformed")]
    Malformed,
    /// The code is unknown: it was altered, or its session ended.
    #[error("the code is unknown")]
    Unknown,
    /// The code was presented before.
    #[error("the code was used before")]
    Used,
    /// The code has expired.
    #[error("the code expired")]
    Expired,
    /// The code was made for another host.
    #[error("the code is for another host")]
    OtherHost,
    /// The browser sent no binding cookie: it keeps no cookies of this host, or never began a hand-over.
    #[error("the browser sent no binding cookie")]
    NoBinding,
    /// The code was made for another browser.
    #[error("the code is for another browser")]
    OtherBrowser,
    /// The session's token was rotated since the code was made.
    #[error("the session changed since the code was made")]
    SessionChanged,
}

impl HandOver {
    /// Checks a code against a redemption. `current` is the session's token now. The caller has locked the row, and
    /// marks the code as used whatever the result: a code that was presented wrongly may have leaked.
    pub fn check(&self, redemption: &Redemption, current: &TokenHash) -> Result<(), HandOverRefused> {
        if self.used {
            return Err(HandOverRefused::Used);
        }
        if redemption.at >= self.expires_at {
            return Err(HandOverRefused::Expired);
        }
        if self.host != redemption.host {
            return Err(HandOverRefused::OtherHost);
        }
        match &redemption.binding {
            None => return Err(HandOverRefused::NoBinding),
            Some(binding) if *binding != self.binding => return Err(HandOverRefused::OtherBrowser),
            Some(_) => {}
        }
        if self.session_token == *current { Ok(()) } else { Err(HandOverRefused::SessionChanged) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SessionId;

    const CURRENT: TokenHash = TokenHash([2; 32]);

    fn hand_over() -> HandOver {
        HandOver {
            code: TokenHash([1; 32]),
            session: "67e55044-10b1-426f-9247-bb680e5fe0c8".parse::<SessionId>().unwrap(),
            session_token: CURRENT,
            host: "b.example.com".to_owned(),
            binding: TokenHash([3; 32]),
            return_url: "https://b.example.com/x".to_owned(),
            expires_at: Timestamp::from_secs(160),
            used: false,
        }
    }

    fn redemption() -> Redemption {
        Redemption {
            code: TokenHash([1; 32]),
            host: "b.example.com".to_owned(),
            binding: Some(TokenHash([3; 32])),
            token: TokenHash([4; 32]),
            at: Timestamp::from_secs(159),
        }
    }

    #[test]
    fn a_code_is_good_where_everything_fits_and_nowhere_else() {
        assert_eq!(hand_over().check(&redemption(), &CURRENT), Ok(()));
        let other_host = Redemption { host: "a.example.com".to_owned(), ..redemption() };
        let other_browser = Redemption { binding: Some(TokenHash([5; 32])), ..redemption() };
        let late = Redemption { at: Timestamp::from_secs(160), ..redemption() };
        for (redemption, refused) in [
            (late, HandOverRefused::Expired),
            (other_host, HandOverRefused::OtherHost),
            (Redemption { binding: None, ..redemption() }, HandOverRefused::NoBinding),
            (other_browser, HandOverRefused::OtherBrowser),
        ] {
            assert_eq!(hand_over().check(&redemption, &CURRENT), Err(refused));
        }
        assert_eq!(HandOver { used: true, ..hand_over() }.check(&redemption(), &CURRENT), Err(HandOverRefused::Used));
        let rotated = TokenHash([9; 32]);
        assert_eq!(hand_over().check(&redemption(), &rotated), Err(HandOverRefused::SessionChanged));
    }
}
