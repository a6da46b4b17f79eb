//! Compression of our own responses, and where it stays off.

use std::io::Read;

use flate2::read::GzDecoder;
use http::{HeaderMap, Response};
use http_body_util::{BodyExt, Full};
use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_portal::assets::{CSS, ICON, JS, PASSKEYS_JS};
use postern_portal::pages;

use crate::harness::{Gate, request};

/// An answer to a client that takes gzip: its headers, and the bytes on the wire.
async fn fetch(gate: &Gate, path: &str, token: Option<&SessionToken>) -> (HeaderMap, Vec<u8>) {
    fetch_as(gate, path, token, "gzip, deflate, br").await
}

async fn fetch_as(gate: &Gate, path: &str, token: Option<&SessionToken>, takes: &str) -> (HeaderMap, Vec<u8>) {
    let request = request("GET", path, token).header("sec-fetch-mode", "navigate").header("accept-encoding", takes);
    let (parts, body): (_, Full<_>) = Response::into_parts(gate.respond(request.body(Full::default()).unwrap()).await);
    (parts.headers, body.collect().await.unwrap().to_bytes().to_vec())
}

fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

/// Whether a response is compressed; checks that it says on what that depends.
fn is_packed(headers: &HeaderMap) -> bool {
    let packed = headers.get("content-encoding").is_some_and(|coding| coding == "gzip");
    let varies = headers.get_all("vary").iter().any(|name| name == "accept-encoding");
    assert!(varies || !packed, "{headers:?}");
    packed
}

#[tokio::test]
async fn assets_are_sent_in_the_form_that_the_client_takes() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    for asset in [&CSS, &JS, &PASSKEYS_JS] {
        let path = format!("/postern/assets/{}", asset.url_name());
        let (headers, bytes) = fetch(&gate, &path, None).await;
        assert!(is_packed(&headers) && headers["cache-control"] == "public, max-age=31536000, immutable");
        assert_eq!(unpacked(&bytes), asset.body);
        assert!(bytes.len() * 2 < asset.body.len(), "{} of {}", bytes.len(), asset.body.len());
        for takes in ["", "identity", "br", "gzip;q=0"] {
            let (headers, bytes) = fetch_as(&gate, &path, None, takes).await;
            assert!(!is_packed(&headers) && bytes == asset.body.as_bytes(), "{takes}");
            // A cache must not give this form to a client that takes the other, nor the other way round.
            assert_eq!(headers["vary"], "accept-encoding", "{takes}");
        }
    }
    let (headers, bytes) = fetch(&gate, &format!("/postern/assets/{}", ICON.url_name()), None).await;
    assert_eq!(if is_packed(&headers) { unpacked(&bytes) } else { String::from_utf8(bytes).unwrap() }, ICON.body);
}

#[tokio::test]
async fn pages_are_compressed_unless_a_query_stands_beside_a_session() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let waiting = gate.sign_in("new@example.com").await;
    let full = gate.enrolled("ada@example.com").await.token;
    for (path, token, packed) in [
        ("/postern/sign-in", None, true),
        ("/postern/sign-in?rd=/wanted", None, true),
        ("/postern/account", Some(&full), true),
        ("/postern/enrol", Some(&waiting), true),
        // Another site can send a browser here with guesses at the form token or the secret in the query.
        ("/postern/account?page=2", Some(&full), false),
        ("/postern/enrol?rd=/csrf-token-guess", Some(&waiting), false),
        ("/postern/enrol?step=scan", Some(&waiting), false),
        ("/postern/verify?rd=/wanted", Some(&full), false),
        // Too short to be worth it.
        ("/postern/jwks.json", None, false),
        ("/me", Some(&full), false),
    ] {
        let (headers, bytes) = fetch(&gate, path, token).await;
        assert_eq!(is_packed(&headers), packed, "{path}: {}", String::from_utf8_lossy(&bytes));
        assert!(!packed || unpacked(&bytes).ends_with("</html>\n") || unpacked(&bytes).ends_with("</html>"), "{path}");
    }
}

#[tokio::test]
async fn a_session_cookie_that_is_refused_counts_as_a_session() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let request = request("GET", "/postern/sign-in?rd=/x", None)
        .header("sec-fetch-mode", "navigate")
        .header("accept-encoding", "gzip")
        .header("cookie", "postern=broken");
    let answer = gate.respond(request.body(Full::default()).unwrap()).await;
    assert!(!answer.headers().contains_key("content-encoding"));
}

#[tokio::test]
async fn a_long_answer_of_the_api_is_compressed_and_shared_with_the_dashboard() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.sign_in("ada@example.com").await;
    let request = request("POST", "/api/2fa/setup/start", Some(&token))
        .header("origin", crate::harness::DASHBOARD)
        .header("accept-encoding", "gzip");
    let answer = gate.respond(request.body(Full::default()).unwrap()).await;
    assert!(is_packed(answer.headers()));
    let vary: Vec<_> = answer.headers().get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(vary.iter().any(|value| value.eq_ignore_ascii_case("origin")), "{vary:?}");
    let text = unpacked(&answer.into_body().collect().await.unwrap().to_bytes());
    assert!(text.contains("data:image/png;base64,"), "{text}");
}

/// The whole page as a browser loads it the first time: itself, uncompressed as it may be beside a query, and its assets.
#[tokio::test]
async fn every_page_weighs_at_most_30_kibibytes_on_the_wire() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let mut shared = 0;
    for asset in [&CSS, &JS, &PASSKEYS_JS, &ICON] {
        shared += fetch(&gate, &format!("/postern/assets/{}", asset.url_name()), None).await.1.len();
    }
    for (name, document) in pages::samples() {
        let whole = document.unwrap().len() + shared;
        assert!(whole <= 30 * 1024, "{name}: {whole} bytes");
    }
}

#[tokio::test]
async fn the_script_for_pages_of_the_application_is_for_every_origin() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let answer = gate.get("/postern/postern.js", None).await;
    assert_eq!(answer.status, 200);
    for (name, value) in [
        ("cross-origin-resource-policy", "cross-origin"),
        ("cache-control", "public, max-age=300"),
        ("content-type", "text/javascript; charset=utf-8"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let (headers, bytes) = fetch(&gate, "/postern/postern.js", None).await;
    assert!(is_packed(&headers) && bytes.len() < 4096, "{} bytes", bytes.len());
}
