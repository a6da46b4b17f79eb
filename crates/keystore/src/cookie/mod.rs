//! The session cookie, and reading and forwarding `Cookie` headers (RFC 6265).

mod binding;
mod bound;
mod device;
mod jar;
mod language;
mod scope;
mod session;
mod strip;

pub use binding::Binding;
pub use device::DeviceSecret;
pub use jar::cookies;
pub use scope::{CookieScope, SameSite};
pub use session::{CookieRead, InvalidCookieName, SessionCookie};
pub use strip::Stripped;
