//! What was made for the requests of one session. There are as many of these as sessions in use, and every request reads
//! one: so it is little, and lies together.

use http::header::HeaderValue;
use postern_model::clock::Timestamp;

use super::pieces::{Piece, Pieces};
use super::{ASSERTION_AGE_MAX, is_younger};

/// What is ready to be put on requests of one session for one channel.
#[derive(Debug)]
pub struct Prepared {
    pub(super) pieces: Pieces,
    pub(super) bridged: Option<Box<Bridged>>,
    pub(super) made_at: Timestamp,
    pub(super) made_by: u64,
}

/// A session of a backend's own, as cookies.
#[derive(Clone, Debug)]
pub(super) struct Bridged {
    pub(super) cookies: HeaderValue,
    pub(super) made_at: Timestamp,
}

impl Prepared {
    /// What is told of somebody in a header, if there is anything to tell.
    pub(crate) fn piece(&self, piece: Piece) -> Option<&HeaderValue> {
        self.pieces.get(piece)
    }

    /// Whether it was made so long ago that the next request has it made anew. A backend's own session lasts longer than
    /// the rest and goes on into what is made then, so it keeps the whole.
    pub(crate) fn is_stale(&self, now: Timestamp) -> bool {
        self.bridged.is_none() && !is_younger(self.made_at, ASSERTION_AGE_MAX, now)
    }

    /// The session that the backend knows as its own, as it stands in a `Cookie` header.
    pub fn bridged(&self) -> Option<&HeaderValue> {
        self.bridged.as_ref().map(|bridged| &bridged.cookies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_prepared_is_small() {
        let with_counters = size_of::<Prepared>() + 2 * size_of::<usize>();
        assert!(with_counters <= 320, "{with_counters}");
    }
}
