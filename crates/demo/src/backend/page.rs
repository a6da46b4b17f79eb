//! The one page of the sample backend.

use askama::Template;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use postern_model::clock::Timestamp;
use serde_json::Value;

use super::ASSERTION;
use super::assertion::{Refused, Verified};
use crate::respond;
use crate::respond::Answer;

/// Headers that the gateway sets, in the order of the page.
const IDENTITY: [&str; 7] =
    ["x-auth-user", "x-auth-email", "x-auth-name", "x-auth-groups", "x-auth-methods", "x-auth-time", ASSERTION];

#[derive(Template)]
#[template(path = "sample.html")]
struct Page<'a> {
    gateway: &'a str,
    path: String,
    name: String,
    given_name: String,
    initials: String,
    email: String,
    methods: Vec<String>,
    verified_at: Option<String>,
    headers: Vec<(&'static str, Option<String>)>,
    claims: Vec<(String, String)>,
    kid: String,
    refused: Option<String>,
    cookies: Vec<String>,
}

/// Shows the signed-in user. Only a verified assertion is trusted; the headers are shown as received.
pub(super) fn show(
    request: &Request<Bytes>,
    assertion: &Result<Verified, Refused>,
    gateway: &str,
    now: Timestamp,
) -> Answer {
    let claims = assertion.as_ref().map(|verified| verified.claims.clone()).unwrap_or_default();
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let email = text("email");
    let name = Some(text("name")).filter(|name| !name.is_empty()).unwrap_or_else(|| email.clone());
    let methods = claims.get("amr").and_then(Value::as_array).into_iter().flatten();
    let page = Page {
        gateway,
        path: request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        given_name: name.split(' ').next().unwrap_or_default().to_owned(),
        initials: initials(&name),
        methods: methods.filter_map(Value::as_str).map(str::to_owned).collect(),
        verified_at: claims.get("auth_time").and_then(Value::as_i64).map(|at| ago(at, now)),
        headers: IDENTITY.into_iter().map(|name| (name, header(request.headers(), name))).collect(),
        claims: rows(&claims, now),
        kid: assertion.as_ref().ok().and_then(|v| v.header.get("kid")?.as_str().map(str::to_owned)).unwrap_or_default(),
        refused: assertion.as_ref().err().map(ToString::to_string),
        cookies: postern_keystore::cookies(request.headers()).map(|(name, _)| name.to_owned()).collect(),
        name,
        email,
    };
    respond::page(StatusCode::OK, &page, "")
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn initials(name: &str) -> String {
    let letters = name.split(' ').filter_map(|word| word.chars().next());
    letters.take(2).flat_map(char::to_uppercase).collect()
}

/// Claims as rows of a table; times also as how far away they are.
fn rows(claims: &Value, now: Timestamp) -> Vec<(String, String)> {
    let members = claims.as_object().into_iter().flatten();
    members
        .map(|(name, value)| {
            let text = match (name.as_str(), value) {
                ("iat" | "nbf" | "exp" | "auth_time", Value::Number(at)) => {
                    format!("{at} ({})", ago(at.as_i64().unwrap_or_default(), now))
                }
                (_, Value::String(text)) => text.clone(),
                (_, other) => other.to_string(),
            };
            (name.clone(), text)
        })
        .collect()
}

fn ago(at: i64, now: Timestamp) -> String {
    let seconds = now.as_secs() - at;
    let span = match seconds.abs() {
        0..100 => format!("{} s", seconds.abs()),
        100..6000 => format!("{} min", seconds.abs() / 60),
        _ => format!("{} h", seconds.abs() / 3600),
    };
    if seconds < 0 { format!("in {span}") } else { format!("{span} ago") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use serde_json::json;

    async fn body(request: Request<Bytes>, assertion: Result<Verified, Refused>) -> String {
        let answer = show(&request, &assertion, "http://localhost:8080", Timestamp::from_secs(1000));
        String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_verified_person_is_greeted_and_markup_stays_text() {
        let claims = json!({ "name": "Ada <b>Lovelace", "email": "ada@example.com", "amr": ["google", "otp"], "auth_time": 940 });
        let request = Request::get("/notes").header("cookie", "theme=dark").body(Bytes::new()).unwrap();
        let html = body(request, Ok(Verified { header: json!({ "kid": "k1" }), claims })).await;
        for part in ["Ada", "Signature verified", "60 s ago", "google", "k1", "theme"] {
            assert!(html.contains(part), "{part}");
        }
        assert!(!html.contains("<b>Lovelace"));
    }

    #[tokio::test]
    async fn headers_alone_convince_nobody() {
        let request = Request::get("/").header("x-auth-name", "Eve").body(Bytes::new()).unwrap();
        let html = body(request, Err(Refused::Absent)).await;
        assert!(
            html.contains("Not verified") && html.contains("http://localhost:8080/") && !html.contains("Hello, Eve")
        );
    }
}
