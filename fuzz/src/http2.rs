//! Requests over HTTP/2: an accepted request can be written as HTTP/1.1 without ambiguity.

use http::header::{CONNECTION, CONTENT_LENGTH, COOKIE, HOST, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderName, HeaderValue, Method, Request, Version};
use postern_http::validate::{Limits, Phase, RequestValidator, http2};

/// Takes `METHOD URI` in the first line and a header in each line that follows.
pub fn verify(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let Some((method, uri)) = lines.next().and_then(|line| std::str::from_utf8(line).ok()?.split_once(' ')) else {
        return;
    };
    let mut request = Request::builder().method(method).uri(uri).version(Version::HTTP_2);
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { return };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(&line[colon + 1..]);
        let (Ok(name), Ok(value)) = (name, value) else { return };
        request = request.header(name, value);
    }
    let Ok(request) = request.body(()) else { return };
    let Ok(admitted) = http2::admit(request, || [7; 16]) else { return };

    let headers = admitted.headers();
    let count = |name| headers.get_all(name).iter().count();
    assert_eq!(count(&HOST), 1);
    assert!(count(&COOKIE) <= 1 && count(&CONTENT_LENGTH) <= 1);
    assert_eq!(count(&TRANSFER_ENCODING) + count(&CONNECTION) + count(&UPGRADE), 0);
    assert_ne!(admitted.method(), Method::CONNECT);

    let Some(target) = admitted.uri().path_and_query() else { return };
    let mut written = format!("{} {target} HTTP/1.1\r\n", admitted.method()).into_bytes();
    for (name, value) in headers {
        written.extend_from_slice(name.as_str().as_bytes());
        written.extend_from_slice(b": ");
        written.extend_from_slice(value.as_bytes());
        written.extend_from_slice(b"\r\n");
    }
    written.extend_from_slice(b"\r\n");
    let mut framing = RequestValidator::new(Limits { head: usize::MAX, ..Limits::default() });
    let scan = framing.scan(&written);
    assert_eq!(scan.violation, None, "{}", String::from_utf8_lossy(&written));
    assert_eq!(scan.head_end, Some(written.len() - 1), "one head, and nothing behind it");
    let length = headers.get(CONTENT_LENGTH).is_some_and(|length| length.as_bytes().iter().any(|digit| *digit != b'0'));
    assert_eq!(framing.phase() == Phase::Body, length);
}
