//! TLS: what is offered, and the certificate while the gateway runs.

use std::time::Duration;

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use super::certificates::Pair;
use super::raw::{connect, rest, status};
use super::running::{Running, config_at, start_config};

const PAGE: &[u8] = b"GET /postern/jwks.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn both_versions_of_http_are_offered_and_old_versions_of_tls_are_not() {
    let pair = Pair::new("localhost");
    let running = Running::start_tls(&pair, "", "").await;
    for (offered, chosen) in
        [(&["h2", "http/1.1"][..], Some(&b"h2"[..])), (&["http/1.1"], Some(b"http/1.1")), (&[], None)]
    {
        let stream = pair.connect(running.address(), offered).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), chosen);
    }
    let mut stream = pair.connect(running.address(), &[]).await.unwrap();
    stream.write_all(PAGE).await.unwrap();
    assert_eq!(status(&rest(&mut stream).await), 200);
    assert!(pair.connect(running.address(), &["h3"]).await.is_err());
    // A ClientHello of TLS 1.1 (RFC 4346 §7.4.1.2), with a suite that was common then.
    let mut old = connect(running.address()).await;
    let hello = [&[3, 2][..], &[7; 32], &[0], &[0, 2, 0, 0x2f], &[1, 0]].concat();
    let length = u8::try_from(hello.len()).unwrap();
    let record = [&[22, 3, 1, 0, length + 4, 1, 0, 0, length][..], &hello].concat();
    old.write_all(&record).await.unwrap();
    let alert = rest(&mut old).await.into_bytes();
    assert!(alert.starts_with(&[21]), "an alert: {alert:?}");
    // Clear text is no TLS.
    let mut clear = connect(running.address()).await;
    clear.write_all(PAGE).await.unwrap();
    assert!(!rest(&mut clear).await.contains("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_client_that_never_finishes_its_handshake_is_cut_off_while_others_are_served() {
    let pair = Pair::new("localhost");
    let running = Running::start_tls(&pair, "", "[listen]\nheader_timeout = '300ms'").await;
    let mut silent = connect(running.address()).await;
    let mut halting = connect(running.address()).await;
    halting.write_all(&[22, 3, 1, 2]).await.unwrap();
    let mut stream = pair.connect(running.address(), &[]).await.unwrap();
    stream.write_all(PAGE).await.unwrap();
    assert_eq!(status(&rest(&mut stream).await), 200);
    assert_eq!(rest(&mut silent).await, "");
    assert_eq!(rest(&mut halting).await, "");
}

#[tokio::test]
async fn a_renewed_certificate_is_used_from_the_next_connection_on_and_a_bad_one_never() {
    let (old, new) = (Pair::new("localhost"), Pair::new("localhost"));
    let running = Running::start_tls(&old, "", "").await;
    let mut kept = old.connect(running.address(), &[]).await.unwrap();
    assert!(!running.gateway.reload_certificate().unwrap());

    // The key came already, the certificate not yet: the pair does not fit, and the old one stays.
    std::fs::write(running.state.path().join("key.pem"), &new.key).unwrap();
    let error = running.gateway.reload_certificate().unwrap_err().to_string();
    assert!(error.contains("does not belong"), "{error}");
    assert!(old.connect(running.address(), &[]).await.is_ok());
    std::fs::remove_file(running.state.path().join("certificate.pem")).unwrap();
    assert!(running.gateway.reload_certificate().unwrap_err().to_string().contains("cannot be read"));
    assert!(!running.gateway.reload_certificate().unwrap(), "told once");
    Pair::expired("localhost").write(running.state.path());
    assert!(running.gateway.reload_certificate().unwrap_err().to_string().contains("expired"));
    assert!(old.connect(running.address(), &[]).await.is_ok());

    new.write(running.state.path());
    assert!(running.gateway.reload_certificate().unwrap());
    assert!(new.connect(running.address(), &[]).await.is_ok());
    assert!(old.connect(running.address(), &[]).await.is_err());
    kept.write_all(PAGE).await.unwrap();
    assert_eq!(status(&rest(&mut kept).await), 200);
}

#[tokio::test]
async fn a_changed_file_is_found_by_itself() {
    let (old, new) = (Pair::new("localhost"), Pair::new("localhost"));
    let running = Running::start_tls(&old, "", "").await;
    new.write(running.state.path());
    let found = async { while new.connect(running.address(), &[]).await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(20), found).await.unwrap();
}

#[tokio::test]
async fn a_pair_that_cannot_be_used_keeps_the_gateway_from_starting() {
    let (one, other) = (Pair::new("localhost"), Pair::new("localhost"));
    let mixed = |certificate: &str, key: &str| {
        let state = TempDir::new().unwrap();
        let tls = one.write(state.path());
        std::fs::write(state.path().join("certificate.pem"), certificate).unwrap();
        std::fs::write(state.path().join("key.pem"), key).unwrap();
        (config_at("https://localhost", &state, "", &tls), state)
    };
    let expired = Pair::expired("localhost");
    for (certificate, key, expected) in [
        (one.certificate.as_str(), other.key.as_str(), "does not belong to the first certificate"),
        (&expired.certificate, &expired.key, "expired"),
        ("", &one.key, "no readable certificate"),
        (&one.key, &one.key, "no readable certificate"),
        (&one.certificate, "", "no usable private key"),
        (&one.certificate, &one.certificate, "no usable private key"),
    ] {
        let (config, _state) = mixed(certificate, key);
        let error = start_config(config).await.err().unwrap().to_string();
        assert!(error.contains(expected) && error.contains("listen.tls"), "{error}");
    }
    let state = TempDir::new().unwrap();
    let tls = one.write(state.path());
    std::fs::remove_file(state.path().join("key.pem")).unwrap();
    let error = start_config(config_at("https://localhost", &state, "", &tls)).await.err().unwrap().to_string();
    assert!(error.contains("key.pem cannot be read"), "{error}");
}
