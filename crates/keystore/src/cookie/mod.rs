//! The session cookie, and reading and forwarding `Cookie` headers (RFC 6265).

mod jar;
mod session;
mod strip;

pub use jar::cookies;
pub use session::{CookieRead, InvalidCookieName, SessionCookie};
pub use strip::Stripped;
