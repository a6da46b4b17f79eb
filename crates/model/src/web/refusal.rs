//! What every answer that is no has in common, whichever part gives it: an identifier that people can tell and operators
//! can find, a stable code, and the page that explains it.

use std::fmt;

use http::{HeaderName, HeaderValue, Response, StatusCode};

use super::Problem;
use crate::entropy::{Entropy, draw};

/// Identifies a request, in the log and in what is told of it: 64 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(u64);

impl RequestId {
    /// Carries it in refusals.
    pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

    /// Draws a fresh one.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(u64::from_be_bytes(draw(entropy)))
    }

    /// It as a header's value.
    pub fn value(self) -> HeaderValue {
        // Hexadecimal digits are always one.
        HeaderValue::try_from(self.to_string()).unwrap_or(HeaderValue::from_static(""))
    }
}

impl From<u64> for RequestId {
    fn from(bits: u64) -> Self {
        Self(bits)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The challenge of every 401 (RFC 9110 §11.6.1). Browsers know no scheme of this name, so they ask for no password.
pub const SESSION_CHALLENGE: HeaderValue = HeaderValue::from_static("Session realm=\"postern\"");

/// Rides along with a refusal as an extension, so that its log line says what the client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The request.
    pub id: RequestId,
    /// [`Problem::code`]: why, from a closed set.
    pub code: &'static str,
}

impl Refused {
    /// A refusal of a request that has no identifier yet, for this reason.
    pub fn draw(entropy: &dyn Entropy, code: &'static str) -> Self {
        Self { id: RequestId::draw(entropy), code }
    }

    /// Marks an answer with it.
    pub fn mark<B>(self, response: &mut Response<B>) {
        response.headers_mut().insert(RequestId::HEADER, self.id.value());
        response.extensions_mut().insert(self);
    }
}

/// Makes the page that explains a refusal to a person, headers included.
pub trait RefusalPages: Send + Sync + 'static {
    /// Takes the status, what is to be said, and what to mention to whoever helps.
    fn page(&self, status: StatusCode, problem: &Problem, id: RequestId) -> Response<String>;
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0x0a);
        }
    }

    #[test]
    fn an_identifier_reads_the_same_everywhere() {
        let id = RequestId::draw(&Zeros);
        let mut response = Response::new(());
        Refused { id, code: "FORBIDDEN" }.mark(&mut response);
        assert_eq!(id.to_string(), "0a0a0a0a0a0a0a0a");
        assert_eq!(response.headers()["x-request-id"], "0a0a0a0a0a0a0a0a");
        assert_eq!(response.extensions().get::<Refused>().map(|refused| refused.id), Some(id));
    }
}
