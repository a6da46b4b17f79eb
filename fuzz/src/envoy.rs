//! An `ext_authz` check over gRPC without a session: allowed only for requests that are public in every reading, and no
//! identity header is forwarded.

use http::HeaderName;
use postern_http::Peer;
use postern_proxy::{CheckRequest, CheckResponse};

use crate::faces::{PUBLIC, faces, headers, is_plain, is_preflight, is_served, runtime};
use crate::readings::all_below;

/// Takes `lines METHOD HOST PATH` in the first line, or `joined …` where lines of one name may come as one, and a
/// header in each line that follows.
pub fn verify(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let Some(Ok(first)) = lines.next().map(std::str::from_utf8) else { return };
    let [form, method, host, path] = first.splitn(4, ' ').collect::<Vec<_>>()[..] else { return };
    let joined = match form {
        "lines" => false,
        "joined" => true,
        _ => return,
    };
    let Ok(method) = method.parse() else { return };
    let Some(headers) = headers(lines) else { return };
    let check = CheckRequest { method, host: host.to_owned(), path: path.to_owned(), headers, joined };

    let ask = |address: [u8; 4]| {
        let peer = Peer::new(Some(address.into()));
        runtime().block_on(faces().ext_authz.check(&check, &peer))
    };
    assert!(matches!(ask([192, 0, 2, 1]), CheckResponse::Denied(_)), "a peer that is not trusted was answered");
    let admission = match ask([10, 0, 0, 1]) {
        CheckResponse::Allowed(admission) => admission,
        CheckResponse::Denied(response) => {
            assert!(!response.status().is_success(), "a refusal that says yes");
            return;
        }
    };
    let path = path.split('?').next().unwrap_or_default();
    assert!(all_below(path, PUBLIC) || is_preflight(&check.method, &check.headers), "{path} was permitted");
    assert!(is_served(host), "{host} is not served");
    assert!(is_plain(&check.method), "{} was permitted", check.method);
    for (name, value) in admission.set() {
        assert!(!is_identity(name) || value.is_empty(), "a stranger is said to be somebody in {name}");
    }
    for name in check.headers.keys().filter(|name| is_identity(name)) {
        let gone = admission.removed().contains(name) || admission.set().contains_key(name);
        assert!(gone, "{name} of a client goes on");
    }
}

/// Whether a backend that ignores all but letters and digits in names reads this one as an identity header.
fn is_identity(name: &HeaderName) -> bool {
    let folded = |byte: u8| if byte.is_ascii_alphanumeric() { byte } else { b'-' };
    let folded: Vec<u8> = name.as_str().bytes().map(folded).collect();
    folded.starts_with(b"x-auth-") || folded.starts_with(b"remote-")
}
