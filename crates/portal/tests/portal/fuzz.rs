//! Whatever a client sends, it gets an answer below 500 with the headers of ours, and never somebody's data.

use http_body_util::Full;
use postern_model::access::SecondFactorPolicy;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::harness::{DASHBOARD, Gate, ORIGIN, request};

const PATHS: [&str; 43] = [
    "/postern/sign-in",
    "/postern/callback",
    "/postern/language",
    "/postern/verify",
    "/postern/verify/send",
    "/postern/enrol",
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
    "/postern/postern.js",
    "/postern/assets/x",
    "/postern/api/session",
    "/login",
    "/authorize",
    "/logout",
    "/me",
    "/api/2fa/setup/start",
    "/api/2fa/setup/verify",
    "/api/2fa/verify",
    "/api/2fa/send-code",
    "/api/2fa/disable",
    "/api/2fa/generate-backup-codes",
];

#[test]
fn no_request_of_a_client_is_a_server_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let gate = runtime.block_on(Gate::new(SecondFactorPolicy::PerUser));
    let token = runtime.block_on(gate.enrolled("ada@example.com")).token;
    let csrf = runtime.block_on(gate.csrf(&token));
    let field = "(csrf|code|method|step|rd|session|version|way|setup_token|state|error|challenge|nonce|name|id|language|\
                 back|form|x)";
    let value = prop_oneof![
        any::<String>(),
        "[0-9 -]{0,8}",
        "(start|scan|confirm|passkey|totp|backup|email|on|off|others|null|/|//x|/postern/enrol)",
        Just("\u{0}\u{7f}٣٤٥٦٧٨".to_owned()),
    ];
    let strategy = (
        proptest::sample::select(&PATHS[..]),
        proptest::sample::select(vec!["GET", "POST", "HEAD"]),
        proptest::collection::vec((field, value), 0..6),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    );
    let mut runner = TestRunner::new(Config { cases: 600, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&strategy, |(path, method, mut fields, signed_in, as_json, as_query)| {
        if signed_in {
            fields.push(("csrf".to_owned(), csrf.clone()));
        }
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        let uri = if as_query { format!("{path}?{form}") } else { path.to_owned() };
        let mut ask = request(method, &uri, signed_in.then_some(&token));
        let body = if as_json {
            ask = ask.header("content-type", "application/json").header("origin", DASHBOARD);
            let object: serde_json::Map<_, _> = fields.into_iter().map(|(name, value)| (name, value.into())).collect();
            serde_json::Value::Object(object).to_string()
        } else {
            let ours = ask.header("content-type", "application/x-www-form-urlencoded").header("origin", ORIGIN);
            ask = ours.header("sec-fetch-mode", "navigate");
            form
        };
        let answer = runtime.block_on(gate.send(ask.body(Full::from(body)).unwrap()));
        prop_assert!(!answer.status.is_server_error(), "{} {}: {}", method, uri, answer.text);
        prop_assert!(answer.headers.contains_key("content-security-policy"));
        if !signed_in {
            prop_assert!(!answer.text.contains("ada@example.com"));
        }
        Ok(())
    });
    outcome.unwrap();
}
