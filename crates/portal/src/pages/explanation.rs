//! The explanations of refusals by other parts of the gateway, as texts of the catalogue.

use postern_model::web::Problem;

use crate::language::{Text, Texts};

/// The code of a problem, and the message that explains it. Where a code has several messages, the first is the one for
/// explanations that are not listed.
const EXPLANATIONS: [(&str, &str); 25] = [
    ("UNKNOWN_HOST", "problem-unknown-host"),
    ("METHOD_NOT_ALLOWED", "problem-method-not-allowed"),
    ("BAD_REQUEST", "problem-bad-request"),
    ("BAD_REQUEST", "problem-bad-request-body"),
    ("BAD_REQUEST", "problem-bad-request-forward"),
    ("AMBIGUOUS_PATH", "problem-ambiguous-path"),
    ("NOT_FOUND", "problem-not-found"),
    ("SIGN_IN_REQUIRED", "problem-sign-in-required"),
    ("SECOND_FACTOR_REQUIRED", "problem-second-factor-required"),
    ("SECOND_FACTOR_REQUIRED", "problem-second-factor-again"),
    ("ENROLMENT_REQUIRED", "problem-enrolment-required"),
    ("PASSKEY_REQUIRED", "problem-passkey-required"),
    ("INVALID_SESSION_COOKIE", "problem-invalid-session-cookie"),
    ("COOKIES_TOO_LARGE", "problem-cookies-too-large"),
    ("FORBIDDEN", "problem-forbidden"),
    ("FORBIDDEN", "problem-forbidden-account"),
    ("FOREIGN_ORIGIN", "problem-foreign-origin"),
    ("UNAVAILABLE", "problem-unavailable"),
    ("UPSTREAM_FAILED", "problem-upstream-failed"),
    ("UPSTREAM_UNAVAILABLE", "problem-upstream-unavailable"),
    ("UPSTREAM_TIMEOUT", "problem-upstream-timeout"),
    ("NOT_ALLOWED", "problem-not-allowed"),
    ("OWN_PAGE_CHECKED", "problem-own-page-checked"),
    ("TOO_MANY_REQUESTS", "problem-too-many-requests"),
    ("UNTRUSTED_PEER", "problem-not-allowed"),
];

/// Returns the text that explains a problem: of those for its code, the one that is the same in English.
pub(super) fn explanation(problem: &Problem) -> Option<Text> {
    let url = problem.details.get("url").and_then(|url| url.as_str()).unwrap_or_default();
    let mut texts = EXPLANATIONS
        .iter()
        .filter(|(code, _)| *code == problem.code)
        .map(|(_, id)| Text::new(id).with("url", url))
        .peekable();
    let first = texts.peek().cloned();
    texts.find(|text| Texts::in_english(text) == problem.message).or(first)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_text_is_the_one_that_says_the_same_in_english() {
        for (code, message, id) in [
            ("FORBIDDEN", "Your account may not use this address.", "problem-forbidden-account"),
            ("FORBIDDEN", "This address is closed.", "problem-forbidden"),
            ("BAD_REQUEST", "This is not a valid WebSocket handshake.", "problem-bad-request"),
        ] {
            assert_eq!(explanation(&Problem::new(code, message)).map(|text| text.id()), Some(id));
        }
        assert_eq!(explanation(&Problem::new("SOMETHING_NEW", "It is new.")), None);
        let url = "https://app.example.com";
        let problem = Problem::new("UNKNOWN_HOST", "").with(json!({ "url": url }));
        let told = explanation(&problem).map(|text| Texts::in_english(&text));
        assert_eq!(told.as_deref(), Some("This host is not served here. Open https://app.example.com instead."));
    }
}
