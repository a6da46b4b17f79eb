//! What people, providers and browsers send is text on our pages, never markup.

use postern_model::access::SecondFactorPolicy;

use crate::harness::Gate;

const MARKUP: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}";

#[tokio::test]
async fn names_addresses_and_user_agents_are_escaped() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let email = format!("{MARKUP}@example.com");
    let token = gate.sign_in_as(&email, MARKUP, MARKUP).await;
    let token = gate.enrol(&token).await.token;
    for path in [
        "/postern/account",
        "/postern/verify",
        "/postern/enrol",
        "/postern/not-me",
        "/postern/sign-out",
        "/postern/account/backup-codes",
        "/postern/account/disable",
        "/postern/account/authenticators/add",
        "/postern/account/passkeys/add",
    ] {
        let answer = gate.get(path, Some(&token)).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.text.contains("<script>alert") && !answer.text.contains("<img"), "{path}: {}", answer.text);
        assert!(answer.text.contains("&#60;script&#62;alert(1)"), "{path}: the text is shown");
    }
}

#[tokio::test]
async fn queries_do_not_reach_the_page_as_markup() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.enrolled("ada@example.com").await.token;
    let encoded: String = form_urlencoded::byte_serialize(MARKUP.as_bytes()).collect();
    for path in [
        "sign-in",
        "verify",
        "enrol",
        "account",
        "account/number",
        "account/number/code",
        "device",
        "kept",
        "sign-out",
        "callback",
        "nothing",
    ] {
        for name in ["rd", "form", "method", "step", "done", "again", "error", "error_description", "state", "code"] {
            for session in [None, Some(&token)] {
                for value in [encoded.clone(), format!("/x%3F{encoded}")] {
                    let answer = gate.get(&format!("/postern/{path}?{name}={value}"), session).await;
                    assert!(!answer.text.contains("<script>alert") && !answer.text.contains("<img"), "{path} {name}");
                    assert!(!answer.status.is_server_error(), "{path} {name}");
                }
            }
        }
    }
}

#[tokio::test]
async fn links_and_redirects_stay_on_allowed_origins() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.sign_in("ada@example.com").await;
    for evil in
        ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example", "data:text/html,x"]
    {
        let encoded: String = form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        let onward = gate.get(&format!("/postern/sign-in?rd={encoded}"), Some(&token)).await;
        assert_eq!(onward.location(), "http://localhost:5173/", "{evil}");
        let intro = gate.get(&format!("/postern/enrol?rd={encoded}"), Some(&token)).await;
        assert!(!intro.text.contains("evil") && !intro.text.contains("javascript:"), "{evil}");
    }
}
