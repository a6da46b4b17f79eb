//! A changed configuration, in this process: what takes force, what is kept out, what goes on.

use std::sync::Arc;

use postern::gateway::Gateway;
use postern::reload::{Reload, Reloader};
use postern::system::{SystemClock, SystemEntropy};
use postern_config::{Sources, load};
use tempfile::TempDir;

use super::raw::{SlowBackend, answer, ask, connect, get, rest, status};
use super::running::{MASTER, Running};
use tokio::io::AsyncWriteExt;

/// A gateway whose configuration file can be changed.
struct Changing {
    running: Running,
    reloader: Reloader,
    backend: String,
}

impl Changing {
    async fn start(backend: &str, lines: &str) -> Self {
        let state = TempDir::new().unwrap();
        std::fs::write(state.path().join("secret"), "canary-client-secret").unwrap();
        let sources = Sources {
            file: Some(state.path().join("postern.toml")),
            overrides: ["address", "management"]
                .map(|key| (format!("listen.{key}"), "127.0.0.1:0".to_owned()))
                .to_vec(),
            ..Sources::default()
        };
        write(&state, backend, lines);
        let loaded = load(&sources).unwrap_or_else(|problems| panic!("{problems}"));
        let started = Gateway::start(loaded.config, Arc::new(SystemClock), Arc::new(SystemEntropy::default())).await;
        let gateway = started.unwrap_or_else(|error| panic!("{error}"));
        let (live, metrics) = (Arc::clone(gateway.active_config()), Arc::clone(gateway.metrics()));
        let reloader = Reloader::new(sources, live, metrics, loaded.fingerprint);
        Self { running: Running { gateway, state }, reloader, backend: backend.to_owned() }
    }

    async fn reload(&mut self, lines: &str) -> Reload {
        write(&self.running.state, &self.backend, lines);
        self.reloader.reload().await
    }

    async fn status(&self, path: &str) -> u16 {
        status(&get(self.running.address(), path).await)
    }

    async fn metrics(&self) -> String {
        get(self.running.management(), "/metrics").await
    }
}

fn write(state: &TempDir, backend: &str, lines: &str) {
    let folder = state.path().display();
    let text = format!(
        "public_url = 'http://localhost:8080'\nstate_dir = '{folder}'\nupstream = [{{ name = 'app', url = '{backend}' \
         }}]\n{lines}\n[google]\nissuer = 'http://127.0.0.1:9'\nclient_id = 'client'\nclient_secret_file = \
         '{folder}/secret'\n[access]\nanyone = true\n[keys]\nmaster = '{MASTER}'\n"
    );
    std::fs::write(state.path().join("postern.toml"), text).unwrap();
}

fn applied(changed: &[&str], waiting: &[&str]) -> Reload {
    let texts = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    Reload::Applied { changed: texts(changed), waiting: texts(waiting) }
}

const CLOSED: &str = "route = [{ path = '/x', access = 'deny' }]";

#[tokio::test]
async fn a_changed_route_counts_at_once_and_changed_keys_are_named() {
    let mut changing = Changing::start("http://127.0.0.1:9", "").await;
    assert_eq!(changing.status("/x").await, 401);
    assert_eq!(changing.reload(CLOSED).await, applied(&["route"], &[]));
    assert_eq!(changing.status("/x").await, 403);
    assert_eq!(changing.reload(CLOSED).await, Reload::Unchanged);
    assert_eq!(changing.reload(&CLOSED.replace("/x", "/y")).await, applied(&["route[0].path"], &[]));
    assert_eq!((changing.status("/x").await, changing.status("/y").await), (401, 403));
    let metrics = changing.metrics().await;
    assert!(metrics.contains("postern_config_reloads_total{result=\"applied\"} 2"), "{metrics}");
    assert!(metrics.contains("postern_config_restart_pending 0"), "{metrics}");
    assert!(metrics.contains("postern_config_last_success_timestamp_seconds 1"), "{metrics}");
}

#[tokio::test]
async fn a_wrong_configuration_is_kept_out_whole_and_all_its_problems_are_told() {
    let mut changing = Changing::start("http://127.0.0.1:9", CLOSED).await;
    let wrong = "trusted_proxys = []\nroute = [{ path = '/x', access = 'public' }, { path = 'y', access = 'ful' }]";
    let Reload::Refused(problems) = changing.reload(wrong).await else { panic!("it was taken") };
    for key in ["trusted_proxys", "route[1].path", "route[1].access"] {
        assert!(problems.iter().any(|problem| problem.starts_with(key)), "{key}: {problems:?}");
    }
    assert_eq!(changing.status("/x").await, 403, "the former one stays in force");
    std::fs::write(changing.running.state.path().join("postern.toml"), "not TOML [").unwrap();
    assert!(matches!(changing.reloader.reload().await, Reload::Refused(_)));
    std::fs::remove_file(changing.running.state.path().join("postern.toml")).unwrap();
    assert!(matches!(changing.reloader.reload().await, Reload::Refused(_)));
    assert_eq!(changing.status("/x").await, 403);
    assert!(changing.metrics().await.contains("postern_config_reloads_total{result=\"refused\"} 3"));
    assert_eq!(changing.reload(CLOSED).await, Reload::Unchanged, "it is what it was when it was last right");
}

#[tokio::test]
async fn what_only_shows_when_the_parts_meet_keeps_a_configuration_out_too() {
    let mut changing = Changing::start("http://127.0.0.1:9", CLOSED).await;
    // Only under the public address in force, which is http, does this name two hosts of one canonical form.
    let odd = "route = [{ path = '/x', access = 'public', host = 'a.example:80' }]";
    let reload = changing.reload(odd).await;
    assert!(matches!(reload, Reload::Refused(_)), "{reload:?}");
    assert_eq!(changing.status("/x").await, 403);
}

#[tokio::test]
async fn keys_of_the_process_wait_for_a_restart_and_the_rest_counts() {
    let mut changing = Changing::start("http://127.0.0.1:9", "").await;
    let token = changing.running.sign_in("ada@example.com").await;
    let both = format!("{CLOSED}\nsession = {{ cookie = 'other', idle = '30m' }}\nbase_path = '/gate'");
    let waiting = ["base_path", "session.cookie"];
    let all = ["base_path", "route", "session.cookie", "session.idle"];
    assert_eq!(changing.reload(&both).await, applied(&all, &waiting));
    assert_eq!(changing.status("/x").await, 403);
    assert_eq!(changing.status("/postern/sign-in").await, 200, "the pages stay where they are");
    let headers = [&format!("Cookie: postern={token}")[..], "Host: localhost:8080"];
    let session = ask(changing.running.address(), "GET /postern/api/session", &headers).await;
    assert_eq!(status(&session), 200, "nobody is signed out: {session}");
    assert!(changing.metrics().await.contains("postern_config_restart_pending 1"));
    // They are told again as long as they wait.
    let more = both.replace("30m", "20m");
    assert_eq!(changing.reload(&more).await, applied(&["session.idle"], &waiting));
    assert_eq!(changing.reload("").await, applied(&all, &[]));
    assert!(changing.metrics().await.contains("postern_config_restart_pending 0"));
}

#[tokio::test]
async fn a_secret_that_changed_in_its_file_is_a_change() {
    let mut changing = Changing::start("http://127.0.0.1:9", "").await;
    std::fs::write(changing.running.state.path().join("secret"), "another-canary-secret").unwrap();
    assert_eq!(changing.reload("").await, applied(&["google.client_secret_file"], &[]));
    std::fs::remove_file(changing.running.state.path().join("secret")).unwrap();
    assert!(matches!(changing.reload("").await, Reload::Refused(_)));
}

#[tokio::test]
async fn counted_requests_stay_counted() {
    let limits = "limits = { requests_per_address = '2/1h' }";
    let mut changing = Changing::start("http://127.0.0.1:9", limits).await;
    let headers = ["Host: localhost:8080", "Origin: http://localhost:8080", "Content-Length: 0"];
    for number in 0..3 {
        let posted = ask(changing.running.address(), "POST /postern/verify", &headers).await;
        assert_eq!(status(&posted) == 429, number == 2, "{posted}");
        changing.reload(&format!("{limits}\nroute = [{{ path = '/{number}', access = 'deny' }}]")).await;
    }
}

#[tokio::test]
async fn a_request_under_way_ends_by_what_it_began_with() {
    let backend = SlowBackend::start().await;
    let open = "route = [{ path = '/x', access = 'public' }]";
    let mut changing = Changing::start(&backend.url, open).await;
    let mut client = connect(changing.running.address()).await;
    client.write_all(b"GET /x HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n").await.unwrap();
    let (head, stream) = backend.next().await;
    assert!(head.starts_with("GET /x"), "{head}");
    assert_eq!(changing.reload(CLOSED).await, applied(&["route[0].access"], &[]));
    assert_eq!(changing.status("/x").await, 403);
    answer(stream, "begun before").await;
    let told = rest(&mut client).await;
    assert!(status(&told) == 200 && told.ends_with("begun before"), "{told}");
}

#[tokio::test]
async fn what_a_hangup_read_is_not_read_again_by_the_watcher() {
    let mut changing = Changing::start("http://127.0.0.1:9", "").await;
    write(&changing.running.state, &changing.backend, "route = 7");
    assert!(matches!(changing.reloader.hang_up().await, Reload::Refused(_)));
    for _ in 0..3 {
        changing.reloader.look().await;
    }
    let refused = |count| format!("postern_config_reloads_total{{result=\"refused\"}} {count}\n");
    assert!(changing.metrics().await.contains(&refused(1)), "once for one SIGHUP");
    // Other contents are other news.
    write(&changing.running.state, &changing.backend, "route = 8");
    for _ in 0..3 {
        changing.reloader.look().await;
    }
    assert!(changing.metrics().await.contains(&refused(2)));
}
