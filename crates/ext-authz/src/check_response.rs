//! Builds Envoy's `CheckResponse`.

use envoy_types::pb::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use envoy_types::pb::envoy::config::core::v3::{HeaderValue as Line, HeaderValueOption};
use envoy_types::pb::envoy::service::auth::v3::check_response::HttpResponse;
use envoy_types::pb::envoy::service::auth::v3::{CheckResponse, DeniedHttpResponse, OkHttpResponse};
use envoy_types::pb::envoy::r#type::v3::HttpStatus;
use envoy_types::pb::google::rpc::Status;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, SET_COOKIE, VARY};
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use postern_proxy::{Body, HeaderMutations};
use tonic::Code;

/// Allows the request. This is the only response with code `OK`, and only a permit yields its argument.
pub(crate) fn allow(mutations: &HeaderMutations) -> CheckResponse {
    let mut response = OkHttpResponse {
        headers: lines(mutations.set()),
        headers_to_remove: mutations.removed().iter().map(|name| name.as_str().to_owned()).collect(),
        ..OkHttpResponse::default()
    };
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
