//! Builds Envoy's `CheckResponse`.

use envoy_types::pb::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use envoy_types::pb::envoy::config::core::v3::{HeaderValue as Line, HeaderValueOption};
use envoy_types::pb::envoy::service::auth::v3::check_response::HttpResponse;
use envoy_types::pb::envoy::service::auth::v3::{CheckResponse, DeniedHttpResponse, OkHttpResponse};
use envoy_types::pb::envoy::r#type::v3::HttpStatus;
use envoy_types::pb::google::rpc::Status;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE, VARY};
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use postern_proxy::{Body, HeaderMutations};
use tonic::Code;

/// Allows the request. This is the only response with code `OK`, and only a permit yields its argument.
pub(crate) fn allow(mutations: &HeaderMutations) -> CheckResponse {
    let (set, unreadable) = (mutations.set(), without_unreadable_cookies(mutations.set()));
    let set = unreadable.as_ref().unwrap_or(set);
    let mut response = OkHttpResponse {
        headers: lines(set),
        headers_to_remove: mutations.removed().iter().map(|name| name.as_str().to_owned()).collect(),
        ..OkHttpResponse::default()
    };
    if unreadable.is_some() && !set.contains_key(COOKIE) {
        response.headers_to_remove.push(COOKIE.as_str().to_owned());
    }
    if mutations.private() {
        let private = HeaderValue::from_static("private");
        response.response_headers_to_add = vec![
            option(&VARY, &HeaderValue::from_static("Cookie"), HeaderAppendAction::AppendIfExistsOrAdd),
            option(&CACHE_CONTROL, &private, HeaderAppendAction::AddIfAbsent),
        ];
    }
    respond(Code::Ok, HttpResponse::OkResponse(response))
}

/// Denies the request with this response.
pub(crate) async fn deny(response: Response<Body>) -> CheckResponse {
    let (mut parts, body) = response.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let status = Some(parts.status).filter(|status| !status.is_success()).unwrap_or(StatusCode::FORBIDDEN);
    parts.headers.remove(CONTENT_LENGTH);
    let denied = DeniedHttpResponse {
        status: Some(HttpStatus { code: i32::from(status.as_u16()) }),
        headers: lines(&parts.headers),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let code = if status == StatusCode::UNAUTHORIZED { Code::Unauthenticated } else { Code::PermissionDenied };
    respond(code, HttpResponse::DeniedResponse(denied))
}

fn respond(code: Code, response: HttpResponse) -> CheckResponse {
    let status = Status { code: i32::from(code), ..Status::default() };
    CheckResponse { status: Some(status), http_response: Some(response), ..CheckResponse::default() }
}

/// Leaves out the cookies that are not UTF-8, where there are any: of an allowing response Envoy takes `value` only, and a line in
/// `raw_value` would arrive empty, with all the other cookies gone.
fn without_unreadable_cookies(set: &HeaderMap) -> Option<HeaderMap> {
    let lines = set.get_all(COOKIE);
    if lines.iter().all(|line| std::str::from_utf8(line.as_bytes()).is_ok()) {
        return None;
    }
    let pairs = lines.iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let readable: Vec<&str> = pairs.filter_map(|pair| std::str::from_utf8(pair.trim_ascii()).ok()).collect();
    let mut set = set.clone();
    match HeaderValue::try_from(readable.join("; ")) {
        Ok(line) if !line.is_empty() => set.insert(COOKIE, line),
        _ => set.remove(COOKIE),
    };
    Some(set)
}

/// Converts headers: the first line of a name overwrites, further lines and cookies are appended.
fn lines(headers: &HeaderMap) -> Vec<HeaderValueOption> {
    let mut lines = Vec::with_capacity(headers.len());
    for name in headers.keys() {
        for (index, value) in headers.get_all(name).iter().enumerate() {
            let added = index > 0 || name == SET_COOKIE;
            let action = match added {
                true => HeaderAppendAction::AppendIfExistsOrAdd,
                false => HeaderAppendAction::OverwriteIfExistsOrAdd,
            };
            lines.push(option(name, value, action));
        }
    }
    lines
}

/// Encodes a header line. UTF-8 goes into `value`, which every version of Envoy reads; other bytes into `raw_value`.
fn option(name: &HeaderName, value: &HeaderValue, action: HeaderAppendAction) -> HeaderValueOption {
    let mut line = Line { key: name.as_str().to_owned(), ..Line::default() };
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => line.value = text.to_owned(),
        Err(_) => line.raw_value = value.as_bytes().to_vec(),
    }
    HeaderValueOption { header: Some(line), append_action: action.into(), ..HeaderValueOption::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_a_name_overwrites_and_further_lines_and_cookies_are_appended() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("x-a", "1"), ("x-a", "2"), ("set-cookie", "a=1"), ("set-cookie", "b=2")] {
            headers.append(name, HeaderValue::from_static(value));
        }
        headers.insert("x-bytes", HeaderValue::from_bytes(b"\xff").unwrap());
        let mut told: Vec<(String, String, Vec<u8>, i32)> = lines(&headers)
            .into_iter()
            .map(|line| (line.header.unwrap(), line.append_action))
            .map(|(line, action)| (line.key, line.value, line.raw_value, action))
            .collect();
        told.sort();
        let (append, overwrite) =
            (HeaderAppendAction::AppendIfExistsOrAdd as i32, HeaderAppendAction::OverwriteIfExistsOrAdd as i32);
        let expected = [
            ("set-cookie", "a=1", &b""[..], append),
            ("set-cookie", "b=2", b"", append),
            ("x-a", "1", b"", overwrite),
            ("x-a", "2", b"", append),
            ("x-bytes", "", b"\xff", overwrite),
        ];
        assert_eq!(
            told,
            expected.map(|(name, value, raw, action)| (name.to_owned(), value.to_owned(), raw.to_vec(), action))
        );
    }

    #[tokio::test]
    async fn a_denial_has_the_code_of_its_status_and_is_never_a_success() {
        for (status, told, code) in [
            (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED, Code::Unauthenticated),
            (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN, Code::PermissionDenied),
            (StatusCode::FOUND, StatusCode::FOUND, Code::PermissionDenied),
            (StatusCode::OK, StatusCode::FORBIDDEN, Code::PermissionDenied),
        ] {
            let mut response = Response::new(Body::Empty);
            *response.status_mut() = status;
            let response = deny(response).await;
            assert_eq!(response.status.unwrap().code, i32::from(code), "{status}");
            let Some(HttpResponse::DeniedResponse(denied)) = response.http_response else { panic!("{status}") };
            assert_eq!(denied.status.unwrap().code, i32::from(told.as_u16()), "{status}");
        }
    }

    #[test]
    fn a_cookie_that_is_not_utf8_takes_no_other_with_it() {
        let left = |lines: &[&[u8]]| {
            let mut set = HeaderMap::from_iter([(VARY, HeaderValue::from_static("x"))]);
            for line in lines {
                set.append(COOKIE, HeaderValue::from_bytes(line).unwrap());
            }
            without_unreadable_cookies(&set).map(|left| {
                assert_eq!(left[VARY], "x");
                assert!(left.get_all(COOKIE).iter().count() <= 1);
                left.get(COOKIE).map(|line| line.to_str().unwrap().to_owned())
            })
        };
        assert_eq!(left(&[b"a=1; b=2"]), None);
        assert_eq!(left(&["a=\u{e9}".as_bytes()]), None);
        assert_eq!(left(&[b"a=1; u=\xe9; b=2"]), Some(Some("a=1; b=2".to_owned())));
        assert_eq!(left(&[b"a=1", b"u=\xe9", b"b=2"]), Some(Some("a=1; b=2".to_owned())));
        assert_eq!(left(&[b"u=\xe9"]), Some(None));
    }

    #[test]
    fn a_response_has_its_code_and_its_content() {
        let response = respond(Code::PermissionDenied, HttpResponse::DeniedResponse(DeniedHttpResponse::default()));
        assert_eq!(response.status.unwrap().code, i32::from(Code::PermissionDenied));
        assert!(matches!(response.http_response, Some(HttpResponse::DeniedResponse(_))));
    }
}
