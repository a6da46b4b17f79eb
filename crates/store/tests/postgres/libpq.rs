//! What libpq takes in a URL, against servers that ask for it: TLS with an authority, channel binding, several hosts.

use std::sync::Arc;

use postern_model::SecretString;
use postern_model::session::TokenHash;
use postern_model::store::{SessionStore, Store, StoreError, UserStore};
use postern_store::{PostgresOptions, PostgresStore};
use postern_testkit::entropy::SeededEntropy;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::cluster::Server;

const PASSWORD: &str = "a-password-of-a-test";

/// An authority, and a server's certificate that it signed, in PEM.
struct Certificates {
    authority: String,
    authority_key: String,
    certificate: String,
    key: String,
}

fn certificates(name: &str) -> Certificates {
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority_key = key.serialize_pem();
    let authority = CertifiedIssuer::self_signed(parameters, key).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    Certificates { authority: authority.pem(), authority_key, certificate: certificate.pem(), key: key.serialize_pem() }
}

fn server(certificate: &str, key: &str) -> Server {
    let settings = "ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'";
    Server::start(Some(PASSWORD), settings, &[("server.crt", certificate), ("server.key", key)])
}

fn store(url: &str, roots: Option<&str>) -> PostgresStore {
    let options = PostgresOptions {
        root_certificates: roots.map(str::to_owned),
        pool_size: 2,
        ..PostgresOptions::new(SecretString::from(url))
    };
    PostgresStore::connect(&options, Arc::new(SeededEntropy::default())).unwrap()
}

async fn refused(url: &str, roots: Option<&str>) -> String {
    let error = store(url, roots).ready().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    let text = error.to_string();
    assert!(!text.contains(PASSWORD), "{text}");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn channel_binding_and_full_verification_work_and_their_lack_is_named() {
    let made = certificates("localhost");
    let server = server(&made.certificate, &made.key);
    let url =
        |host: &str, query: &str| format!("postgresql://postgres:{PASSWORD}@{host}:{}/postgres?{query}", server.port);
    let roots = Some(made.authority.as_str());
    let bound = store(&url("localhost", "sslmode=verify-full&channel_binding=require"), roots);
    bound.migrate().await.unwrap();
    bound.ready().await.unwrap();
    store(&url("localhost", "sslmode=require&channel_binding=require"), roots).ready().await.unwrap();

    let plain = refused(&url("localhost", "sslmode=disable&channel_binding=require"), roots).await;
    assert!(plain.contains("needs TLS (sslmode=require)"), "{plain}");
    for mode in ["sslmode=verify-full", "sslmode=require"] {
        let other_name = refused(&url("127.0.0.1", mode), roots).await;
        let remedy = "use a name in store.url that is in the server's certificate";
        assert!(other_name.contains(remedy) && other_name.contains("verify-ca"), "{other_name}");
    }
    store(&url("127.0.0.1", "sslmode=verify-ca"), roots).ready().await.unwrap();
    let stranger = certificates("localhost").authority;
    let unknown = refused(&url("127.0.0.1", "sslmode=verify-ca"), Some(&stranger)).await;
    assert!(unknown.contains("or sslrootcert"), "{unknown}");
    let unknown = refused(&url("localhost", "sslmode=verify-full"), None).await;
    assert!(unknown.contains("in store.root_certificates"), "{unknown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_self_signed_certificate_is_taken_where_it_is_named_itself() {
    // As PostgreSQL's manual makes one: marked as an authority's.
    let made = certificates("localhost");
    let server = server(&made.authority, &made.authority_key);
    let url = |host: &str, mode: &str| {
        format!("postgresql://postgres:{PASSWORD}@{host}:{}/postgres?sslmode={mode}", server.port)
    };
    let named = Some(made.authority.as_str());
    store(&url("localhost", "require"), named).migrate().await.unwrap();
    for mode in ["require", "verify-ca", "verify-full"] {
        store(&url("localhost", mode), named).ready().await.unwrap();
        let stranger = certificates("localhost").authority;
        for other in [None, Some(stranger.as_str())] {
            let text = refused(&url("localhost", mode), other).await;
            assert!(text.contains("name this very certificate in store.root_certificates"), "{mode}: {text}");
        }
    }
    let text = refused(&url("127.0.0.1", "verify-full"), named).await;
    assert!(text.contains("use a name in store.url"), "{text}");
    store(&url("127.0.0.1", "verify-ca"), named).ready().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_named_itself_counts_while_it_is_in_force() {
    let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let key = KeyPair::generate().unwrap();
    let old = parameters.self_signed(&key).unwrap().pem();
    let server = server(&old, &key.serialize_pem());
    let url = format!("postgresql://postgres:{PASSWORD}@localhost:{}/postgres?sslmode=verify-ca", server.port);
    let text = refused(&url, Some(&old)).await;
    assert!(text.contains("renew the server's certificate"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_that_takes_over_is_found_and_one_that_does_not_is_not_ready() {
    let primary = Server::start(None, "wal_level = replica\nmax_wal_senders = 4", &[]);
    let standby = primary.standby();
    let hosts = format!(
        "postgresql://postgres@127.0.0.1:{},127.0.0.1:{}/postgres?sslmode=disable&target_session_attrs=read-write",
        standby.port, primary.port
    );
    let store = store(&hosts, None);
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    assert!(store.users(1).await.unwrap().is_empty());

    let alone = format!("postgresql://postgres@127.0.0.1:{}/postgres?sslmode=disable", standby.port);
    let following = self::store(&alone, None);
    // The schema arrives at the standby with the log, so it may say first that there is none.
    let read_only = async {
        loop {
            match following.ready().await.unwrap_err() {
                StoreError::Unavailable(text) => break text,
                other => assert!(matches!(other, StoreError::Schema(_)), "{other}"),
            }
        }
    };
    let text = tokio::time::timeout(std::time::Duration::from_secs(30), read_only).await.unwrap();
    assert!(text.contains("read-only (a standby"), "{text}");
    // It may be behind, and would bring back sessions that were revoked, or know nothing of new ones.
    let read = following.session(&TokenHash([7; 32])).await.unwrap_err();
    assert!(matches!(&read, StoreError::Unavailable(text) if text.contains("read-only")), "{read}");
    assert!(store.session(&TokenHash([7; 32])).await.unwrap().is_none());

    primary.crash();
    let lost = store.ready().await.unwrap_err();
    assert!(matches!(lost, StoreError::Unavailable(_)), "{lost}");
    standby.promote();
    store.ready().await.unwrap();
    assert!(store.users(1).await.unwrap().is_empty());
    following.ready().await.unwrap();
}
