//! HTTP semantics that the data plane and the portal must interpret alike: origins, return URLs, callers, the JSON
//! envelope, CORS, refusals, and the kind of a request.

mod cors;
mod envelope;
mod fetch;
mod fields;
mod origin;
mod peers;
mod refusal;
mod request_id;
mod requester;
mod site;

pub use cors::Cors;
pub use envelope::{Envelope, Problem};
pub use fetch::{Signs, WriteRefused, is_navigation, is_preflight, write_allowed};
pub use fields::{Fields, list, text};
pub use origin::{InvalidOrigin, Origin};
pub use peers::TrustedProxies;
pub use refusal::{RefusalPages, Refused, SESSION_CHALLENGE};
pub use request_id::{InScope, RequestId};
pub use requester::{CheckedTarget, REQUEST_TARGET, Requester};
pub use site::{ChallengeUi, LegacySite, ReturnUrl, Site};
