//! Load balancers that tell whose connection they pass on.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::certificates::Pair;
use super::client::Client;
use super::raw::{SlowBackend, answer, connect, get, rest, status, tcp};
use super::running::Running;

const V1: &[u8] = b"PROXY TCP4 192.0.2.7 10.0.0.1 12345 443\r\n";
const OPEN: &[u8] = b"GET /open/x HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n";
const KEYS: &[u8] = b"GET /postern/jwks.json HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n";

/// A binary header: command, family and payload.
fn v2(command: u8, family: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    [b"\r\n\r\n\0\r\nQUIT\n", &[command, family][..], &length, payload].concat()
}

/// A binary header of a client over IPv4, with more behind its addresses.
fn v4(address: [u8; 4], more: &[u8]) -> Vec<u8> {
    v2(0x21, 0x11, &[&address[..], &[10, 0, 0, 1], &[0x30, 0x39, 1, 0xbb], more].concat())
}

/// A gateway with these peers for load balancers, before a backend, with a public route and one for a network.
async fn behind(lines: &str, sections: &str) -> (SlowBackend, Running) {
    let backend = SlowBackend::start().await;
    let lines = format!(
        "{lines}\nupstream = [{{ name = 'app', url = '{}' }}]\nroute = [{{ path = '/open/*', access = 'public' }}, {{ \
         path = '/office', access = 'public', networks = ['192.0.2.0/24'] }}]",
        backend.url
    );
    let running = Running::start(&lines, sections).await;
    (backend, running)
}

/// What the backend is asked when this is sent.
async fn forwarded(backend: &SlowBackend, running: &Running, bytes: &[&[u8]]) -> String {
    let mut stream = connect(running.address()).await;
    let (answered, head) = tokio::join!(
        async {
            stream.write_all(&bytes.concat()).await.unwrap();
            rest(&mut stream).await
        },
        async {
            let (head, stream) = backend.next().await;
            answer(stream, "from the backend").await;
            head.to_lowercase()
        }
    );
    assert!(answered.ends_with("from the backend"), "{answered}");
    head
}

/// What comes back when this is sent.
async fn sent(running: &Running, bytes: &[&[u8]]) -> String {
    let mut stream = connect(running.address()).await;
    // It may close before all of it is sent.
    let _ = stream.write_all(&bytes.concat()).await;
    rest(&mut stream).await
}

fn client_of(head: &str) -> Vec<&str> {
    head.lines().filter_map(|line| line.strip_prefix("x-forwarded-for: ")).collect()
}

#[tokio::test]
async fn the_client_that_a_load_balancer_tells_is_the_client() {
    let (backend, running) = behind("listen.proxy_protocol = ['127.0.0.0/8']", "").await;
    let tlvs = [&[0x01, 0, 2, b'h', b'2'][..], &[0x20, 0, 5, 1, 0, 0, 0, 0], &[0x04, 1, 0], &[0; 256]].concat();
    let v6 = "PROXY TCP6 2001:db8::7 2001:db8::1 1 2\r\n";
    let mapped = "PROXY TCP6 ::ffff:192.0.2.9 ::ffff:10.0.0.1 1 2\r\n";
    for (header, client) in [
        (V1.to_vec(), "192.0.2.7"),
        (v4([192, 0, 2, 8], &[]), "192.0.2.8"),
        (v4([192, 0, 2, 8], &tlvs), "192.0.2.8"),
        (v6.into(), "2001:db8::7"),
        (mapped.into(), "192.0.2.9"),
    ] {
        let head = forwarded(&backend, &running, &[&header, OPEN]).await;
        assert_eq!(client_of(&head), [client]);
    }
    // Routes for a network are about that client.
    let office = b"GET /office HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n";
    forwarded(&backend, &running, &[V1, office]).await;
    assert_eq!(status(&sent(&running, &[&v4([203, 0, 113, 1], &[]), office]).await), 401);
}

#[tokio::test]
async fn a_client_behind_a_trusted_load_balancer_is_not_trusted() {
    let lines = "trusted_proxies = ['127.0.0.1', '10.0.0.0/8']\nlisten.proxy_protocol = ['127.0.0.1']";
    let (backend, running) = behind(lines, "").await;
    let claims =
        b"GET /open/x HTTP/1.1\r\nHost: localhost:8080\r\nX-Forwarded-For: 192.0.2.99\r\nConnection: close\r\n\r\n";
    let head = forwarded(&backend, &running, &[V1, claims]).await;
    assert_eq!(client_of(&head), ["192.0.2.7"]);
    let check =
        b"GET /postern/auth/nginx HTTP/1.1\r\nHost: localhost\r\nX-Original-URL: http://localhost:8080/open/x\r\n\
                  X-Original-Method: GET\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&sent(&running, &[V1, check]).await), 403);
    // A proxy between is trusted by its own address.
    let head = forwarded(&backend, &running, &[&v4([10, 1, 1, 1], &[]), claims]).await;
    assert_eq!(client_of(&head), ["192.0.2.99, 10.1.1.1"]);
    assert_eq!(status(&sent(&running, &[&v4([10, 1, 1, 1], &[]), check]).await), 200);
}

#[tokio::test]
async fn a_client_that_the_load_balancer_does_not_know_is_in_no_network_and_not_trusted() {
    let lines = "trusted_proxies = ['127.0.0.1', 'unix']\nlisten.proxy_protocol = ['127.0.0.1']";
    let (backend, running) = behind(lines, "").await;
    let claims =
        b"GET /open/x HTTP/1.1\r\nHost: localhost:8080\r\nX-Forwarded-For: 192.0.2.99\r\nConnection: close\r\n\r\n";
    let office =
        b"GET /office HTTP/1.1\r\nHost: localhost:8080\r\nX-Forwarded-For: 192.0.2.99\r\nConnection: close\r\n\r\n";
    for header in [b"PROXY UNKNOWN\r\n".to_vec(), v2(0x21, 0, &[]), v2(0x21, 0x31, &[0; 216])] {
        let head = forwarded(&backend, &running, &[&header, claims]).await;
        assert_eq!(client_of(&head), [""; 0], "{header:?}");
        assert_eq!(status(&sent(&running, &[&header, office]).await), 401, "{header:?}");
    }
    // Its own connections are its own: it says about clients what it likes.
    let head = forwarded(&backend, &running, &[&v2(0x20, 0, &[]), claims]).await;
    assert_eq!(client_of(&head), ["192.0.2.99, 127.0.0.1"]);
}

#[tokio::test]
async fn who_is_not_listed_cannot_tell_who_it_is() {
    for lines in ["", "listen.proxy_protocol = ['10.0.0.0/8', 'unix']", "trusted_proxies = ['127.0.0.1']"] {
        let (backend, running) = behind(lines, "").await;
        for header in [V1.to_vec(), v4([192, 0, 2, 7], &[])] {
            let refused = sent(&running, &[&header, OPEN]).await;
            assert!(refused.is_empty() || status(&refused) == 400, "{refused}");
        }
        let head = forwarded(&backend, &running, &[OPEN]).await;
        assert_eq!(client_of(&head), ["127.0.0.1"]);
    }
}

#[tokio::test]
async fn without_a_whole_header_nothing_is_served() {
    let (_backend, running) =
        behind("listen.proxy_protocol = ['127.0.0.1']\nlisten.header_timeout = '500ms'", "").await;
    let too_long = v4([192, 0, 2, 7], &[0; 5000]);
    let short = v2(0x21, 0x11, &[192, 0, 2, 7]);
    for bytes in
        [&[OPEN][..], &[b"PROXY TCP4 192.0.2.7\r\n", OPEN], &[&short, OPEN], &[&too_long, OPEN], &[V1, V1, OPEN]]
    {
        let refused = sent(&running, bytes).await;
        assert!(refused.is_empty() || status(&refused) == 400, "{refused}");
    }
    // Headers that break off or trickle end by the deadline, while others are served.
    let binary = v4([192, 0, 2, 7], &[0; 100]);
    let mut slow = Vec::new();
    for begun in [&b""[..], &V1[..1], &V1[..20], &V1[..V1.len() - 1], &binary[..5], &binary[..20], &binary[..50]] {
        let mut stream = connect(running.address()).await;
        stream.write_all(begun).await.unwrap();
        slow.push(stream);
    }
    assert_eq!(status(&sent(&running, &[V1, KEYS]).await), 200);
    for mut stream in slow {
        assert_eq!(rest(&mut stream).await, "");
    }
    // The time for the header is a part of the time for the request.
    let mut late = connect(running.address()).await;
    let mut closed = false;
    for byte in V1 {
        // A write to a closed connection is told of by the read.
        let _ = late.write_all(&[*byte]).await;
        closed = tokio::time::timeout(Duration::from_millis(50), late.read_u8()).await.is_ok();
        if closed {
            break;
        }
    }
    assert!(closed, "{} bytes were waited for, one by one", V1.len());
}

#[tokio::test]
async fn it_comes_before_tls_and_either_version_of_http() {
    let pair = Pair::new("localhost");
    let backend = SlowBackend::start().await;
    let lines = format!(
        "listen.proxy_protocol = ['127.0.0.1']\nupstream = [{{ name = 'app', url = '{}' }}]\nroute = [{{ path = '/open', \
         access = 'public' }}]",
        backend.url
    );
    let running = Running::start_tls(&pair, &lines, "").await;
    let asked = async || {
        let (head, stream) = backend.next().await;
        answer(stream, "from the backend").await;
        head.to_lowercase()
    };
    for header in [V1.to_vec(), v4([192, 0, 2, 7], &[0x04, 0, 1, 0])] {
        let mut stream = tcp(running.address()).await;
        stream.write_all(&header).await.unwrap();
        let client = Client::new(pair.connect_over(stream, &["h2"]).await.unwrap()).await;
        let (answered, head) = tokio::join!(client.get("https://localhost/open", &[]), asked());
        assert_eq!(answered.unwrap().body, "from the backend");
        assert_eq!(client_of(&head), ["192.0.2.7"]);

        let mut stream = tcp(running.address()).await;
        stream.write_all(&header).await.unwrap();
        let mut stream = pair.connect_over(stream, &["http/1.1"]).await.unwrap();
        let (answered, head) = tokio::join!(
            async {
                stream.write_all(b"GET /open HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
                rest(&mut stream).await
            },
            asked()
        );
        assert_eq!(status(&answered), 200);
        assert_eq!(client_of(&head), ["192.0.2.7"]);
    }
    // Inside of TLS it is none.
    let mut stream = tcp(running.address()).await;
    stream.write_all(V1).await.unwrap();
    let mut stream = pair.connect_over(stream, &["http/1.1"]).await.unwrap();
    stream.write_all(&[V1, KEYS].concat()).await.unwrap();
    let refused = rest(&mut stream).await;
    assert!(refused.is_empty() || status(&refused) == 400, "{refused}");
    assert!(pair.connect(running.address(), &[]).await.is_err(), "TLS without the header");
}

#[tokio::test]
async fn http2_in_the_clear_may_follow_it() {
    let (backend, running) = behind("listen.proxy_protocol = ['127.0.0.1']\nlisten.h2c = true", "").await;
    let mut stream = tcp(running.address()).await;
    stream.write_all(V1).await.unwrap();
    let client = Client::new(stream).await;
    let (answered, head) = tokio::join!(client.get("http://localhost:8080/open/x", &[]), async {
        let (head, stream) = backend.next().await;
        answer(stream, "from the backend").await;
        head.to_lowercase()
    });
    assert_eq!(answered.unwrap().body, "from the backend");
    assert_eq!(client_of(&head), ["192.0.2.7"]);
}

#[tokio::test]
async fn it_is_read_on_a_unix_socket() {
    let socket = tempfile::TempDir::new().unwrap();
    let state = tempfile::TempDir::new().unwrap();
    let backend = SlowBackend::start().await;
    let lines = format!(
        "trusted_proxies = ['unix']\nlisten.proxy_protocol = ['unix']\nupstream = [{{ name = 'app', url = '{}' }}]\n\
         route = [{{ path = '/open/*', access = 'public' }}]",
        backend.url
    );
    let mut config = super::running::config(&state, &lines, "");
    config.listen.address = postern_config::Address::Unix(socket.path().join("postern.sock"));
    let running = Running { gateway: super::running::start_config(config).await.unwrap(), state };
    let head = forwarded(&backend, &running, &[V1, OPEN]).await;
    assert_eq!(client_of(&head), ["192.0.2.7"]);
    assert_eq!(sent(&running, &[OPEN]).await, "");
}

#[tokio::test]
async fn limits_count_the_client_and_not_the_load_balancer() {
    let (_backend, running) = behind(
        "listen.proxy_protocol = ['127.0.0.1']",
        "[limits]\nrequests_per_address = '3/1h'\nconnections_per_address = 1",
    )
    .await;
    let post = b"POST /postern/verify HTTP/1.1\r\nHost: localhost:8080\r\nOrigin: http://localhost:8080\r\n\
                 Content-Length: 0\r\nConnection: close\r\n\r\n";
    for _ in 0..3 {
        assert_ne!(status(&sent(&running, &[V1, post]).await), 429);
    }
    assert_eq!(status(&sent(&running, &[V1, post]).await), 429);
    assert_ne!(status(&sent(&running, &[&v4([192, 0, 2, 8], &[]), post]).await), 429);

    // One connection for one client; however many come through the same load balancer.
    let mut first = tcp(running.address()).await;
    first.write_all(&[V1, b"GET /postern/jwks.json HTTP/1.1\r\nHost: localhost:8080\r\n\r\n"].concat()).await.unwrap();
    let mut begun = [0; 12];
    first.read_exact(&mut begun).await.unwrap();
    assert_eq!(&begun, b"HTTP/1.1 200");
    assert_eq!(sent(&running, &[V1, KEYS]).await, "");
    assert_eq!(status(&sent(&running, &[&v4([192, 0, 2, 9], &[]), KEYS]).await), 200);
    drop(first);
    let again = async {
        while sent(&running, &[V1, KEYS]).await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), again).await.unwrap();
}

#[tokio::test]
async fn the_management_endpoints_want_none() {
    let (_backend, running) = behind("listen.proxy_protocol = ['127.0.0.1']", "").await;
    assert_eq!(status(&get(running.management(), "/healthz").await), 200);
}
