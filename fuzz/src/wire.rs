//! HTTP/1.1 framing: `httparse`, which hyper uses, reads every accepted request alike.

use httparse::{Request, Status};
use postern_http::validate::{Limits, RequestValidator};

/// Takes the bytes of one client connection.
pub fn verify(data: &[u8]) {
    let mut whole = RequestValidator::new(Limits::default());
    let verdict = whole.scan(data);
    assert!(verdict.clean <= data.len());
    assert_eq!(verdict.violation.is_none(), verdict.clean == data.len());

    // The verdict does not depend on how the bytes are split; byte by byte it shows where every head ended.
    let mut framing = RequestValidator::new(Limits::default());
    let mut ends = Vec::new();
    let mut clean = 0;
    let mut violation = None;
    for byte in data {
        let scan = framing.scan(std::slice::from_ref(byte));
        ends.extend(scan.head_end.map(|_| clean));
        clean += scan.clean;
        if scan.violation.is_some() {
            violation = scan.violation;
            break;
        }
    }
    assert_eq!((clean, violation), (verdict.clean, verdict.violation), "cut otherwise, judged otherwise");
    assert_eq!(verdict.head_end, ends.last().copied());

    let (judged, refused) = heads(&data[..clean]);
    if refused {
        // hyper refuses more than we do, and does not read on.
        assert!(ends.starts_with(&judged), "{judged:?} {ends:?}");
    } else {
        assert_eq!(judged, ends, "a request begins elsewhere");
    }
}

/// Where the heads of a stream end according to httparse and RFC 9112 §6.3, and whether one of them was refused.
fn heads(stream: &[u8]) -> (Vec<usize>, bool) {
    let mut ends = Vec::new();
    let mut at = 0;
    while at < stream.len() {
        let mut headers = vec![httparse::EMPTY_HEADER; 16 * 1024];
        let mut request = Request::new(&mut headers);
        let length = match request.parse(&stream[at..]) {
            Ok(Status::Complete(length)) => length,
            Ok(Status::Partial) => return (ends, false),
            Err(_) => return (ends, true),
        };
        at += length;
        ends.push(at - 1);
        let lines = || request.headers.iter();
        let count = |name: &str| lines().filter(|line| line.name.eq_ignore_ascii_case(name)).count();
        assert!(count("host") <= 1 && count("content-length") + count("transfer-encoding") <= 1);
        let value = |name: &str| lines().find(|line| line.name.eq_ignore_ascii_case(name)).map(|line| line.value);
        if let Some(coding) = value("transfer-encoding") {
            assert!(coding.trim_ascii().eq_ignore_ascii_case(b"chunked"));
            match chunks(&stream[at..]) {
                Some(length) => at += length,
                None => return (ends, false),
            }
        } else if let Some(digits) = value("content-length") {
            let digits = std::str::from_utf8(digits.trim_ascii()).expect("digits");
            at = at.saturating_add(digits.parse::<u64>().expect("a number") as usize);
        }
    }
    (ends, false)
}

/// The length of a chunked body; `None` if it is incomplete.
fn chunks(stream: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let (line, size) = match httparse::parse_chunk_size(stream.get(at..)?).expect("a chunk that was let through") {
            Status::Complete(found) => found,
            Status::Partial => return None,
        };
        at += line;
        if size == 0 {
            break;
        }
        at += usize::try_from(size).ok()?;
        assert!(
            b"\r\n".starts_with(&stream.get(at..)?[..stream.get(at..)?.len().min(2)]),
            "data longer than its chunk"
        );
        at += 2;
    }
    // Trailers, up to an empty line.
    loop {
        let line = stream.get(at..)?.windows(2).position(|two| two == b"\r\n")?;
        at += line + 2;
        if line == 0 {
            return Some(at);
        }
    }
}
