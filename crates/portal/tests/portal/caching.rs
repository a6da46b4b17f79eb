//! The headers of every route, with and without a session: nothing of ours is cached, framed, or sniffed.

use std::fmt::Write;

use postern_model::access::SecondFactorPolicy;

use crate::harness::{Gate, request};
use http_body_util::Full;

const PATHS: [&str; 46] = [
    "/postern",
    "/postern/sign-in",
    "/postern/callback",
    "/postern/language",
    "/postern/verify",
    "/postern/verify/send",
    "/postern/enrol",
    "/postern/enrol?step=scan",
    "/postern/account",
    "/postern/account/sessions",
    "/postern/account/devices",
    "/postern/account/backup-codes",
    "/postern/account/email-codes",
    "/postern/account/number",
    "/postern/account/number/code",
    "/postern/account/disable",
    "/postern/account/authenticators/add",
    "/postern/account/authenticators/new",
    "/postern/account/authenticators/rename",
    "/postern/account/authenticators/remove",
    "/postern/account/passkeys",
    "/postern/account/passkeys/add",
    "/postern/account/passkeys/rename",
    "/postern/account/passkeys/remove",
    "/postern/kept",
    "/postern/kept/send",
    "/postern/not-me",
    "/postern/device",
    "/postern/device/registration",
    "/postern/device/refresh",
    "/postern/sign-out",
    "/postern/renewed",
    "/postern/jwks.json",
    "/postern/assets/nothing.css",
    "/postern/nothing",
    "/postern/api/session",
    "/postern/api/2fa/status",
    "/login",
    "/authorize",
    "/logout",
    "/me",
    "/api/2fa/status",
    "/api/2fa/verify",
    "/api/2fa/send-code",
    "/api/2fa/nothing",
    "/elsewhere",
];

#[tokio::test]
async fn every_route_carries_the_security_headers() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.enrolled("ada@example.com").await.token;
    let mut table = String::new();
    for path in PATHS {
        for method in ["GET", "HEAD", "POST", "PUT", "OPTIONS"] {
            for session in [None, Some(&token)] {
                let answer = gate.send(request(method, path, session).body(Full::default()).unwrap()).await;
                for (name, value) in [
                    ("x-content-type-options", "nosniff"),
                    ("x-frame-options", "DENY"),
                    ("referrer-policy", "same-origin"),
                    ("cross-origin-opener-policy", "same-origin"),
                    ("cross-origin-resource-policy", "same-origin"),
                    (
                        "permissions-policy",
                        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
                         magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
                    ),
                ] {
                    assert_eq!(answer.header(name), value, "{method} {path}: {name}");
                }
                let policy = answer.header("content-security-policy");
                assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
                assert!(!policy.contains("unsafe"), "{policy}");
                let who = if session.is_some() { "session" } else { "stranger" };
                let (status, cache) = (answer.status.as_u16(), answer.header("cache-control"));
                writeln!(table, "{method:7} {path:30} {who:8} {status} {cache}").unwrap();
            }
        }
    }
    insta::assert_snapshot!("headers-of-every-route", table);
}

#[tokio::test]
async fn the_content_security_policy_names_where_forms_may_lead() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let answer = gate.get("/postern/sign-in", None).await;
    let policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self' \
                  http://localhost:8081 http://localhost:5173; frame-ancestors 'none'; base-uri 'none'";
    assert_eq!(answer.header("content-security-policy"), policy);
    // No HSTS on plain http, whatever the configuration.
    assert_eq!(answer.header("strict-transport-security"), "");
}

#[tokio::test]
async fn assets_are_kept_for_good_under_their_own_name_only() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let name = postern_portal::assets::CSS.url_name();
    let kept = gate.get(&format!("/postern/assets/{name}"), None).await;
    assert_eq!(kept.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(kept.header("content-type"), "text/css; charset=utf-8");
    let other = gate.get("/postern/assets/portal.0123456789abcdef.css", None).await;
    assert_eq!((other.status.as_u16(), other.header("cache-control")), (200, "private, no-store"));
    for path in ["portal.css", "../portal.css", "", "x/portal.0123456789abcdef.css"] {
        assert_eq!(gate.get(&format!("/postern/assets/{path}"), None).await.status.as_u16(), 404, "{path}");
    }
}
