//! Fixtures for unit tests.

use postern_model::clock::Timestamp;
use postern_model::entropy::Entropy;
use postern_model::id::{SessionId, UserId};
use postern_model::session::{SessionView, TokenHash};
use postern_testkit::clock::ManualClock;
use postern_testkit::session::full_session;

pub(crate) const START: Timestamp = ManualClock::START;

/// Always the same bytes.
pub(crate) struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

/// A session with both factors.
pub(crate) fn view() -> SessionView {
    full_session(UserId::draw(&Zeros), SessionId::draw(&Zeros), TokenHash([0; 32]), START)
}
