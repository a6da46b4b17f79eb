//! Changes of an embedded store by other processes, under a running gateway.

use std::time::Duration;

use super::raw::{ask, status};
use super::running::Running;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_sql_deletes_is_refused_within_the_bound() {
    let running = Running::start(
        "trusted_proxies = ['127.0.0.1/32']\nsession.revocation_bound = '2s'\nsecond_factor.policy = 'per-user'",
        "",
    )
    .await;
    let cookie = running.sign_in("ada@example.com").await;
    let cookie = format!("Cookie: postern={cookie}");
    let headers = [
        "Host: localhost:8080",
        &cookie,
        "X-Forwarded-Method: GET",
        "X-Forwarded-Proto: http",
        "X-Forwarded-Host: localhost:8080",
        "X-Forwarded-Uri: /",
        "X-Forwarded-For: 192.0.2.7",
    ];
    let check = async || status(&ask(running.address(), "GET /postern/auth/traefik", &headers).await);
    assert_eq!(check().await, 200);
    let store = rusqlite::Connection::open(running.state.path().join("postern.sqlite3")).unwrap();
    store.busy_timeout(Duration::from_secs(5)).unwrap();
    store.execute("DELETE FROM postern_sessions", []).unwrap();
    let deleted = std::time::Instant::now();
    loop {
        let asked = deleted.elapsed();
        if check().await != 200 {
            break;
        }
        assert!(asked < Duration::from_secs(2), "the bound of two seconds is over");
    }
    assert_eq!(check().await, 401);
    running.gateway.stop().await;
}
