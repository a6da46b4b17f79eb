//! What every answer that is no has in common, whichever part gives it: an identifier that people can tell and operators
//! can find, a stable code, and the page that explains it.

use http::{HeaderValue, Response, StatusCode};

use super::Problem;
use super::RequestId;
use crate::entropy::Entropy;

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
    /// A refusal of the [current](RequestId::current) request for this reason; outside a request, with a fresh identifier.
    pub fn draw(entropy: &dyn Entropy, code: &'static str) -> Self {
        Self { id: RequestId::current().unwrap_or_else(|| RequestId::draw(entropy)), code }
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
