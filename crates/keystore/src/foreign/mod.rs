//! The session and secret formats of other frameworks: Flask, Django, Express (written for their backends) and Fernet
//! (only read, when importing).

mod django;
mod express;
mod fernet;
mod flask;
mod session_key;

pub use django::DjangoSession;
pub use express::ExpressSession;
pub use fernet::{FernetError, FernetKey};
pub use flask::FlaskSession;
pub use session_key::SessionKeyError;
