//! Message signatures (RFC 9421) on forwarded requests, for upstreams that accept only requests from the gateway.
//!
//! Every forwarded request is signed, also on public routes, where it carries no identity, so that an upstream can
//! reject every unsigned request. The signature covers the method, the host, path and query (byte for byte as they are
//! sent), each identity header that is sent, and `Content-Digest` if the client sent one. Bodies are streamed, so the
//! gateway computes no digest, and the upstream must verify the client's.

use std::fmt::Write as _;
use std::sync::Arc;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use postern_keystore::MessageKey;
use postern_model::clock::Timestamp;
use postern_model::entropy::{Entropy, draw};

use crate::headers::names;
use crate::target::Target;

/// The `tag` parameter and the label of our signatures.
const TAG: &str = "postern";
/// Seconds after which a signature expires.
const LIFETIME: i64 = 60;
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// Signs requests.
pub(crate) struct MessageSigner {
    key: Arc<MessageKey>,
    identity: Vec<HeaderName>,
    entropy: Arc<dyn Entropy>,
}

/// Signature base under construction (RFC 9421 §2.5), with the list of its components.
#[derive(Default)]
struct Base {
    lines: String,
    components: String,
}

impl MessageSigner {
    /// Takes the key, every header name that may carry an identity, and the source of nonces.
    pub(crate) fn new(
        key: Arc<MessageKey>,
        names: impl Iterator<Item = HeaderName>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let mut identity = Vec::new();
        for name in names {
            // A component may be covered once only (§2).
            if !identity.contains(&name) {
                identity.push(name);
            }
        }
        Self { key, identity, entropy }
    }

    /// Signs a request with the final headers for the upstream.
    pub(crate) fn sign(&self, headers: &mut HeaderMap, target: &Target<'_>, now: Timestamp) {
        let mut base = Base::default();
        base.cover("@method", target.method.as_str());
        base.cover("@authority", target.host.origin().authority());
        base.cover("@path", target.uri.path());
        // §2.2.7: the component includes the question mark, and is a single question mark if there is no query.
        let query = target.uri.query().unwrap_or_default();
        base.cover("@query", &format!("?{query}"));
        for name in self.identity.iter().chain([&CONTENT_DIGEST]) {
            if let Some(value) = field(headers, name) {
                base.cover(name.as_str(), &value);
            }
        }
        let nonce = BASE64URL_NOPAD.encode(&draw::<16>(self.entropy.as_ref()));
        let (created, key_id) = (now.as_secs(), self.key.key_id());
        let expires = created.saturating_add(LIFETIME);
        // No `alg`: the key decides, and nothing in a message may (§7.3.6).
        let input = format!(
            "({});created={created};expires={expires};nonce=\"{nonce}\";keyid=\"{key_id}\";tag=\"{TAG}\"",
            base.components
        );
        let signature = BASE64.encode(&self.key.sign(base.ended(&input).as_bytes()));
        set(headers, names::SIGNATURE_INPUT, format!("{TAG}={input}"));
        set(headers, names::SIGNATURE, format!("{TAG}=:{signature}:"));
    }
}

impl Base {
    fn cover(&mut self, name: &str, value: &str) {
        let separator = if self.components.is_empty() { "" } else { " " };
        // Writing to a string does not fail.
        let _ = write!(self.components, "{separator}\"{name}\"");
        let _ = writeln!(self.lines, "\"{name}\": {value}");
    }

    fn ended(mut self, input: &str) -> String {
        let _ = write!(self.lines, "\"@signature-params\": {input}");
        self.lines
    }
}

/// Returns a field's value (§2.1): its lines without surrounding space, joined. `None` if the field is absent, or holds
/// characters that a signature base cannot (§2.5); an upstream that requires it to be covered then rejects the request.
fn field(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut lines = headers.get_all(name).iter().map(|line| line.to_str().map(|line| line.trim_matches([' ', '\t'])));
    let mut value = lines.next()?.ok()?.to_owned();
    for line in lines {
        value.push_str(", ");
        value.push_str(line.ok()?);
    }
    Some(value)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: String) {
    match HeaderValue::try_from(value) {
        Ok(value) => {
            headers.insert(name, value);
        }
        // Unreachable: all parts are visible ASCII. If it happened, an upstream that requires signatures would reject
        // the request.
        Err(_) => tracing::error!(header = %name, "message signature left out: its value cannot be a header"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::host::Hosts;
    use http::Method;
    use postern_keystore::MessageAlgorithm;
    use postern_model::web::Site;

    const SECRET: &str = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";

    struct Zero;

    impl Entropy for Zero {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }

    fn key() -> MessageKey {
        MessageKey::new(MessageAlgorithm::HmacSha256, &SECRET.into(), Some("k1")).unwrap()
    }

    /// Returns the two headers of a signed request.
    fn signed(origin: &str, uri: &str, pairs: &[(&str, &str)]) -> (String, String) {
        let site = Site::new(origin.parse().unwrap(), "/postern", Vec::new(), None);
        let hosts = Hosts::new(&site, []).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let host = hosts.find(site.origin().authority()).unwrap();
        let target = Target::new(host, Method::POST, uri.parse().unwrap(), &headers).unwrap();
        let names = names::REMOTE.iter().chain(&names::REMOTE).cloned();
        let signer = MessageSigner::new(Arc::new(key()), names, Arc::new(Zero));
        signer.sign(&mut headers, &target, Timestamp::from_secs(1_618_884_473));
        let text = |name| headers[name].to_str().unwrap().to_owned();
        (text(names::SIGNATURE_INPUT), text(names::SIGNATURE))
    }

    const PARAMETERS: &str =
        ";created=1618884473;expires=1618884533;nonce=\"AAAAAAAAAAAAAAAAAAAAAA\";keyid=\"k1\";tag=\"postern\"";

    /// Whether the signature headers match a base of these lines.
    fn check(actual: (String, String), lines: &[(&str, &str)]) {
        let components = lines.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(" ");
        let input = format!("({components}){PARAMETERS}");
        let lines: String = lines.iter().map(|(name, value)| format!("\"{name}\": {value}\n")).collect();
        let signature = key().sign(format!("{lines}\"@signature-params\": {input}").as_bytes());
        assert_eq!(actual.0, format!("postern={input}"));
        assert_eq!(actual.1, format!("postern=:{}:", BASE64.encode(&signature)), "{lines}");
    }

    #[test]
    fn target_identity_and_digest_are_covered_in_this_order() {
        let pairs = [
            ("Content-Digest", "sha-256=:YQ==:"),
            ("remote-user", "u1"),
            ("x-other", "1"),
            ("remote-groups", "a,b"),
            ("content-digest", " sha-512=:Yg==:\t"),
        ];
        let lines = [
            ("@method", "POST"),
            ("@authority", "example.com"),
            ("@path", "/a%20b//c"),
            ("@query", "?d=%2f&'e'"),
            ("remote-user", "u1"),
            ("remote-groups", "a,b"),
            ("content-digest", "sha-256=:YQ==:, sha-512=:Yg==:"),
        ];
        check(signed("https://example.com", "/a%20b//c?d=%2f&'e'", &pairs), &lines);
    }

    #[test]
    fn no_query_and_an_empty_one_are_a_question_mark() {
        for uri in ["/", "/?"] {
            let lines = [("@method", "POST"), ("@authority", "localhost:8080"), ("@path", "/"), ("@query", "?")];
            check(signed("http://localhost:8080", uri, &[]), &lines);
        }
    }

    #[test]
    fn space_around_a_value_is_not_part_of_it() {
        let lines = [
            ("@method", "POST"),
            ("@authority", "example.com"),
            ("@path", "/"),
            ("@query", "?"),
            ("remote-name", "Ada  L"),
        ];
        check(signed("https://example.com", "/", &[("remote-name", " Ada  L ")]), &lines);
    }

    #[test]
    fn a_digest_beyond_ascii_is_not_covered() {
        let (input, _) = signed("https://example.com", "/", &[("content-digest", "a"), ("content-digest", "ü")]);
        assert!(!input.contains("content-digest"), "{input}");
    }
}
