//! Session and secret formats of other frameworks: Flask, Django and Express sessions (written for their backends) and
//! Fernet (read only, for the import).

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
