//! Common parts of every refusal: an identifier that users can report and operators can search for, a stable code, and
//! the page that explains it.

use http::{HeaderValue, Response, StatusCode};

use super::Problem;
use super::RequestId;
use crate::entropy::Entropy;
use crate::language::Wishes;

/// The challenge of every 401 (RFC 9110 §11.6.1). Browsers know no scheme of this name, so they ask for no password.
pub const SESSION_CHALLENGE: HeaderValue = HeaderValue::from_static("Session realm=\"postern\"");

/// Response extension of a refusal, so that its log line has the code and identifier that the client received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The request.
    pub id: RequestId,
    /// [`Problem::code`]: the reason, from a closed set.
    pub code: &'static str,
}

impl Refused {
    /// Builds a refusal of the [current](RequestId::current) request for this reason; outside a request, with a fresh
    /// identifier.
    pub fn draw(entropy: &dyn Entropy, code: &'static str) -> Self {
        Self { id: RequestId::current().unwrap_or_else(|| RequestId::draw(entropy)), code }
    }

    /// Attaches this refusal to a response.
    pub fn mark<B>(self, response: &mut Response<B>) {
        response.headers_mut().insert(RequestId::HEADER, self.id.value());
        response.extensions_mut().insert(self);
    }
}

/// Renderer of pages that explain a refusal to a user, headers included.
pub trait RefusalPages: Send + Sync + 'static {
    /// Takes the status, the problem to explain, the identifier to quote when asking for help, and the language that its reader
    /// wants.
    fn page(&self, status: StatusCode, problem: &Problem, id: RequestId, wishes: &Wishes) -> Response<String>;
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
