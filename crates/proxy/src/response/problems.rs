//! Problems: the code, status and text of each refusal. Codes are stable; texts hold no internals and no client input.

use http::StatusCode;
use postern_authn::access::Step;
use postern_model::web::{Problem, Site};
use serde_json::json;

use crate::gate::Refusal;
use crate::target::NoTarget;
use crate::target::host::HostRefused;
use crate::upstream::UpstreamError;

/// Explains the remedy for too many cookies.
const COOKIES_TOO_LARGE: &str = "Your browser sends more than 16 KiB of cookies to this address, most of them set by other \
     applications. Delete the cookies of this site in your browser's settings, then sign in again.";

/// Problem of a host that is not served, with the address that is.
pub(crate) fn unknown_host(site: &Site) -> Problem {
    let message = format!("This host is not served here. Open {} instead.", site.origin().as_str());
    Problem::new("UNKNOWN_HOST", message).with(json!({ "url": site.origin().as_str() }))
}

/// Problem of a missing step, with its URL.
pub(crate) fn step(step: Step, url: &str) -> Problem {
    let message = match step {
        Step::SignIn => "Sign in to continue.",
        Step::Verify => "Verify your second factor to continue.",
        Step::Enrol => "Set up a second factor to continue.",
        Step::StepUp => "Verify your second factor again to continue.",
        Step::Passkey => "Use a passkey to continue.",
        Step::BindDevice => "Bind your session to this device to continue.",
    };
    Problem::new(step.code(), message).with(json!({ "url": url }))
}

/// Returns the status of a refusal in proxy mode.
pub(crate) fn status(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::NoTarget(NoTarget::HostRefused(HostRefused::Unknown)) => StatusCode::MISDIRECTED_REQUEST,
        Refusal::NoTarget(NoTarget::Method) => StatusCode::METHOD_NOT_ALLOWED,
        Refusal::NoTarget(_) | Refusal::Ambiguous(_) => StatusCode::BAD_REQUEST,
        Refusal::Withheld => StatusCode::NOT_FOUND,
        Refusal::Challenge(_) | Refusal::Cookie | Refusal::CookiesTooLarge => StatusCode::UNAUTHORIZED,
        Refusal::Closed | Refusal::NotListed | Refusal::ForeignOrigin => StatusCode::FORBIDDEN,
        Refusal::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Returns the explanation of a refusal.
pub(crate) fn of(refusal: Refusal) -> Problem {
    let (code, message) = match refusal {
        Refusal::NoTarget(NoTarget::HostRefused(HostRefused::Unknown)) => {
            ("UNKNOWN_HOST", "This host is not served here.")
        }
        Refusal::NoTarget(NoTarget::Method) => ("METHOD_NOT_ALLOWED", "This method is not served."),
        Refusal::NoTarget(_) => ("BAD_REQUEST", "The request is malformed."),
        Refusal::Ambiguous(_) => {
            ("AMBIGUOUS_PATH", "The address is written in a way that servers read differently. Write it plainly.")
        }
        Refusal::Withheld => ("NOT_FOUND", "There is nothing here."),
        Refusal::Challenge(missing) => return step(missing, ""),
        Refusal::Cookie => (
            "INVALID_SESSION_COOKIE",
            "The session cookie is not one of ours. Delete the cookies of this site and sign in again.",
        ),
        Refusal::CookiesTooLarge => ("COOKIES_TOO_LARGE", COOKIES_TOO_LARGE),
        Refusal::Closed => ("FORBIDDEN", "This address is closed."),
        Refusal::NotListed => ("FORBIDDEN", "Your account may not use this address."),
        Refusal::ForeignOrigin => ("FOREIGN_ORIGIN", "The request was made by a page of another site."),
        Refusal::Unavailable => ("UNAVAILABLE", "Sessions cannot be checked at the moment. Try again shortly."),
    };
    Problem::new(code, message)
}

/// Returns status and explanation of an upstream's failure.
pub(crate) fn upstream(error: &UpstreamError) -> (StatusCode, Problem) {
    let (status, code, message) = match error {
        UpstreamError::Connect(_) | UpstreamError::Broken(_) => (
            StatusCode::BAD_GATEWAY,
            "UPSTREAM_FAILED",
            "The application sent an invalid response. Try again in a minute; if the problem stays, tell its administrator.",
        ),
        UpstreamError::Busy | UpstreamError::Down => (
            StatusCode::SERVICE_UNAVAILABLE,
            "UPSTREAM_UNAVAILABLE",
            "The application behind this address is busy or not running. Try again shortly.",
        ),
        UpstreamError::Timeout(_) => (
            StatusCode::GATEWAY_TIMEOUT,
            "UPSTREAM_TIMEOUT",
            "The application behind this address did not answer in time. What you asked for may still go on, so wait a minute before you try again.",
        ),
        UpstreamError::Body(_) => (StatusCode::BAD_REQUEST, "BAD_REQUEST", "The request's body is malformed."),
        UpstreamError::Internal(_) => {
            (StatusCode::BAD_REQUEST, "BAD_REQUEST", "The request cannot be forwarded as it is.")
        }
    };
    (status, Problem::new(code, message))
}

/// Problem of a check by a peer that is not a trusted proxy.
pub(crate) fn untrusted() -> Problem {
    Problem::new("UNTRUSTED_PEER", "Checks are answered to trusted proxies only.")
}

/// Problem of a check that cannot be parsed.
pub(crate) fn invalid_check() -> Problem {
    Problem::new("BAD_CHECK", "The proxy's check is incomplete or contradicts itself.")
}

/// Problem of a signed-in user whom the constraints of the check exclude.
pub(crate) fn not_allowed() -> Problem {
    Problem::new("NOT_ALLOWED", "This account may not open this address.")
}

/// Problem of a check for a page of the gateway itself.
pub(crate) fn own_page() -> Problem {
    Problem::new(
        "OWN_PAGE_CHECKED",
        "The sign-in page cannot be reached: the proxy of this site demands a sign-in before it shows it. Tell the person who runs the site.",
    )
}
