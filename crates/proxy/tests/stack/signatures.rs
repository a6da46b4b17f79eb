//! Signed requests, over the whole stack: a signature is checked against the bytes that the upstream got, by a verifier
//! that shares nothing with the signer but the key.

use std::sync::Arc;

use crate::support::{START, Stack};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use postern_keystore::{MessageAlgorithm, MessageKey};
use postern_proxy::{CoreConfig, IdentityDialect};
use ring::{hmac, signature};

/// RFC 9421 B.1.5, and the seed of B.1.4.
const SECRET: &str = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
const SEED: &str = "n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=";

fn key(algorithm: MessageAlgorithm) -> Arc<MessageKey> {
    let text = if algorithm == MessageAlgorithm::Ed25519 { SEED } else { SECRET };
    Arc::new(MessageKey::new(algorithm, &text.into(), Some("k1")).unwrap())
}

async fn signing(algorithm: MessageAlgorithm, change: impl FnOnce(&mut CoreConfig)) -> Stack {
    Stack::new(|config| {
        config.message_key = Some(key(algorithm));
        change(config);
    })
    .await
}

/// A received request's header, its lines joined as RFC 9421 §2.1 has it.
fn header(request: &str, name: &str) -> Option<String> {
    let head = request.split("\r\n\r\n").next().unwrap();
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let values: Vec<&str> = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// What the signature of a received request covers; `None` where it does not verify.
fn verified(request: &str, algorithm: MessageAlgorithm) -> Option<Vec<String>> {
    let input = header(request, "signature-input")?.strip_prefix("postern=")?.to_owned();
    let signature = header(request, "signature")?;
    let signature = BASE64.decode(signature.strip_prefix("postern=:")?.strip_suffix(':')?.as_bytes()).ok()?;
    let covered: Vec<String> = input.strip_prefix('(')?.split_once(')')?.0.split(' ').map(str::to_owned).collect();
    let mut line = request.lines().next()?.split(' ');
    let (method, target) = (line.next()?, line.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut base = String::new();
    for quoted in &covered {
        let value = match quoted.trim_matches('"') {
            "@method" => method.to_owned(),
            "@authority" => header(request, "host")?,
            "@path" => path.to_owned(),
            "@query" => format!("?{query}"),
            name => header(request, name)?,
        };
        base.push_str(&format!("{quoted}: {value}\n"));
    }
    base.push_str(&format!("\"@signature-params\": {input}"));
    match algorithm {
        MessageAlgorithm::HmacSha256 => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &BASE64.decode(SECRET.as_bytes()).unwrap());
            hmac::verify(&key, base.as_bytes(), &signature).ok()?;
        }
        MessageAlgorithm::Ed25519 => {
            let jwk = key(algorithm).public_jwk().unwrap();
            let public = BASE64URL_NOPAD.decode(jwk["x"].as_str().unwrap().as_bytes()).unwrap();
            signature::UnparsedPublicKey::new(&signature::ED25519, public).verify(base.as_bytes(), &signature).ok()?;
        }
    }
    Some(covered.iter().map(|quoted| quoted.trim_matches('"').to_owned()).collect())
}

const TARGET: [&str; 4] = ["@method", "@authority", "@path", "@query"];
const X_AUTH: [&str; 7] = [
    "x-auth-user",
    "x-auth-email",
    "x-auth-name",
    "x-auth-groups",
    "x-auth-methods",
    "x-auth-time",
    "x-auth-assertion",
];

#[tokio::test]
async fn what_the_upstream_gets_is_what_was_signed_and_nothing_of_it_can_be_changed() {
    for algorithm in [MessageAlgorithm::HmacSha256, MessageAlgorithm::Ed25519] {
        let stack = signing(algorithm, |_| ()).await;
        let cookie = stack.full();
        let headers = [&format!("Cookie: {cookie}"), "Origin: https://example.com", "Content-Digest: sha-256=:YQ==:"];
        assert_eq!(stack.send_with_body("POST /a%20b//c?d=%2f&e", &headers, "body").await.status(), 200);
        let request = stack.recorder.last();
        assert_eq!(verified(&request, algorithm).unwrap(), [&TARGET[..], &X_AUTH, &["content-digest"]].concat());
        let input = header(&request, "signature-input").unwrap();
        let (created, expires) = (START.as_secs(), START.as_secs() + 60);
        assert!(input.contains(&format!(");created={created};expires={expires};nonce=\"")), "{input}");
        assert!(input.ends_with(";keyid=\"k1\";tag=\"postern\""), "{input}");

        let mut changes = vec![
            request.replacen("POST ", "PUT ", 1),
            request.replacen("/a%20b", "/a%20B", 1),
            request.replacen("//c", "/c", 1),
            request.replacen("%2f", "/", 1),
            request.replacen("d=%2f&e ", "d=%2f ", 1),
            request.replacen("host: example.com", "host: example.org", 1),
            request.replacen("sha-256=:YQ==:", "sha-256=:Yg==:", 1),
            request.replacen(&format!("expires={expires}"), "expires=9999999999", 1),
        ];
        for name in X_AUTH {
            let value = header(&request, name).unwrap();
            changes.push(request.replacen(&format!("{name}: {value}"), &format!("{name}: {value}x"), 1));
            changes.push(request.replacen(&format!("{name}: {value}\r\n"), "", 1));
            let twice = format!("{name}: {value}\r\n{name}: root\r\n");
            changes.push(request.replacen(&format!("{name}: {value}\r\n"), &twice, 1));
        }
        for changed in changes {
            assert_ne!(changed, request);
            assert_eq!(verified(&changed, algorithm), None, "{changed}");
        }
    }
}

#[tokio::test]
async fn public_routes_are_signed_too_and_without_identity() {
    let stack = signing(MessageAlgorithm::HmacSha256, |_| ()).await;
    let cookie = stack.full();
    stack.send("GET /public/x", &[&format!("Cookie: {cookie}"), "X-Auth-User: root"]).await;
    assert_eq!(verified(&stack.recorder.last(), MessageAlgorithm::HmacSha256).unwrap(), TARGET);
}

#[tokio::test]
async fn every_dialect_in_use_is_covered_once() {
    let dialects = [IdentityDialect::Remote, IdentityDialect::OAuth2Proxy, IdentityDialect::Remote];
    let stack = signing(MessageAlgorithm::HmacSha256, |config| config.dialects = dialects.to_vec()).await;
    let cookie = stack.full();
    stack.send("GET /x", &[&format!("Cookie: {cookie}")]).await;
    let covered = verified(&stack.recorder.last(), MessageAlgorithm::HmacSha256).unwrap();
    let expected: Vec<String> = ["remote-user", "remote-email", "remote-name", "remote-groups"]
        .into_iter()
        .map(str::to_owned)
        .chain(["x-forwarded", "x-auth-request"].into_iter().flat_map(|family| {
            ["user", "email", "groups", "preferred-username"].map(|name| format!("{family}-{name}"))
        }))
        .collect();
    assert_eq!(covered[4..], expected);
}

#[tokio::test]
async fn space_around_a_name_does_not_break_the_signature() {
    let stack = signing(MessageAlgorithm::HmacSha256, |_| ()).await;
    let cookie = stack.session(|view| view.user.full_name = Some("  Ada ".to_owned()));
    stack.send("GET /x", &[&format!("Cookie: {cookie}")]).await;
    let covered = verified(&stack.recorder.last(), MessageAlgorithm::HmacSha256).unwrap();
    assert!(covered.contains(&"x-auth-name".to_owned()));
}

#[tokio::test]
async fn the_same_request_twice_has_two_signatures() {
    let stack = signing(MessageAlgorithm::Ed25519, |_| ()).await;
    stack.send("GET /public/x", &[]).await;
    stack.send("GET /public/x", &[]).await;
    let seen: Vec<_> = stack.recorder.requests().iter().map(|request| header(request, "signature").unwrap()).collect();
    assert_ne!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_client_that_takes_trailers_is_told_of_them_beside_a_signature() {
    let stack = signing(MessageAlgorithm::HmacSha256, |_| ()).await;
    let cookie = format!("Cookie: {}", stack.full());
    for (te, told) in [("TE: trailers", true), ("X: y", false)] {
        stack.send("GET /x", &[&cookie, te]).await;
        assert!(verified(&stack.recorder.last(), MessageAlgorithm::HmacSha256).is_some(), "{te}");
        assert_eq!(stack.recorder.last().to_lowercase().contains("te: trailers"), told, "{}", stack.recorder.last());
    }
}

#[tokio::test]
async fn the_opening_of_a_websocket_is_signed() {
    let stack = signing(MessageAlgorithm::HmacSha256, |_| ()).await;
    stack.recorder.answer("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let cookie = format!("Cookie: {}", stack.full());
    let upgrade = ["Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
    let headers = [&cookie, "Origin: https://example.com", "Connection: Upgrade", upgrade[0], upgrade[1], upgrade[2]];
    stack.send("GET /ws?room=1", &headers).await;
    assert!(stack.recorder.last().contains("upgrade: websocket"), "{}", stack.recorder.last());
    let covered = verified(&stack.recorder.last(), MessageAlgorithm::HmacSha256).unwrap();
    assert_eq!(covered, [&TARGET[..], &X_AUTH].concat());
}

#[tokio::test]
async fn a_client_s_own_signature_never_arrives() {
    let own = [
        "Signature: postern=:YQ==:",
        "SIGNATURE: x=:YQ==:",
        "Signature-Input: postern=();created=1",
        "Signature_Input: postern=();created=1",
    ];
    let signed = signing(MessageAlgorithm::HmacSha256, |_| ()).await;
    let cookie = format!("Cookie: {}", signed.full());
    for path in ["/public/x", "/x"] {
        signed.send(&format!("GET {path}"), &[&cookie, own[0], own[1], own[2], own[3]]).await;
        assert!(verified(&signed.recorder.last(), MessageAlgorithm::HmacSha256).is_some(), "{path}");
        assert_eq!(signed.recorder.last().to_ascii_lowercase().matches("\r\nsignature").count(), 2, "{path}");
    }
    let plain = Stack::plain().await;
    plain.send("GET /public/x", &own).await;
    assert!(!plain.recorder.last().to_ascii_lowercase().contains("signature"), "{}", plain.recorder.last());
}

#[tokio::test]
async fn a_check_for_another_proxy_is_answered_without_signature() {
    let mut stack = signing(MessageAlgorithm::HmacSha256, |_| ()).await;
    stack.peer = "10.0.0.1";
    let cookie = format!("Cookie: {}", stack.full());
    let headers = [&cookie, "X-Original-URL: https://example.com/x", "X-Original-Method: GET", "Signature: a=:YQ==:"];
    let answer = stack.send("GET /postern/auth/nginx", &headers).await;
    assert_eq!(answer.status(), 200, "{}", answer.0);
    assert!(!answer.0.to_ascii_lowercase().contains("signature"), "{}", answer.0);
}
