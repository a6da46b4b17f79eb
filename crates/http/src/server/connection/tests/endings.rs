//! How answers and connections end before their time.

use super::*;

/// Breaks off after a piece.
struct Breaking(Option<Frame<Bytes>>);

impl Body for Breaking {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        Poll::Ready(Some(self.0.take().ok_or("gone")))
    }
}

#[tokio::test]
async fn of_an_answer_that_breaks_off_goes_out_what_came_of_it() {
    for length in [None, Some("7")] {
        let (mut client, server) = duplex(1024);
        let service = move |_| async move {
            let mut response = Response::<_>::new(Breaking(Some(data("hello"))));
            if let Some(length) = length {
                response.headers.insert(CONTENT_LENGTH, HeaderValue::from_static(length));
            }
            response
        };
        let served = tokio::spawn(Connection::new(server, (), ready(service)));
        client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        let answer = rest(&mut client).await;
        let (framing, body) = match length {
            Some(_) => ("content-length: 7", "hello"),
            None => ("transfer-encoding: chunked", "5\r\nhello\r\n"),
        };
        assert_eq!(answer, format!("HTTP/1.1 200 OK\r\n{framing}\r\n\r\n{body}"));
        assert!(matches!(served.await.unwrap(), Err(ConnectionError::ResponseBody(_))));
    }
}

#[tokio::test]
async fn whoever_leaves_is_not_worked_for() {
    struct Dropped(Arc<Notify>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let dropped = Arc::new(Notify::new());
    let held = Arc::clone(&dropped);
    let (mut client, served) = serve(move |_| {
        let held = Dropped(Arc::clone(&held));
        async move {
            let _held = held;
            std::future::pending().await
        }
    });
    client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    client.shutdown().await.unwrap();
    dropped.notified().await;
    assert!(matches!(served.await.unwrap(), Err(ConnectionError::Closed)));
    // Where that is allowed for, one that has nothing more to say is answered.
    let (mut client, server) = duplex(1024);
    client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    client.shutdown().await.unwrap();
    let service = |_: Box<Request>| async {
        tokio::task::yield_now().await;
        whole("hello")
    };
    Connection::new(server, (), ready(service)).half_close(true).await.unwrap();
    assert!(rest(&mut client).await.ends_with("\r\n\r\nhello"));
}

#[tokio::test]
async fn a_connection_that_ends_with_its_next_response_waits_for_the_request() {
    let (mut client, server) = duplex(1024);
    let mut connection = Connection::new(server, (), ready(|_: Box<Request>| async { whole("hello") }));
    connection.end_with_next_response();
    let pending = std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut connection).poll(cx).is_pending())).await;
    assert!(pending, "it does not close before the request");
    client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    connection.await.unwrap();
    assert_eq!(rest(&mut client).await, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello");
}

#[tokio::test]
async fn a_connection_that_is_to_end_does_so_at_once_or_behind_the_request_under_way() {
    let go = Arc::new(Notify::new());
    let waits = Arc::clone(&go);
    let service = move |_: Box<Request>| {
        let waits = Arc::clone(&waits);
        async move {
            waits.notified().await;
            whole("hello")
        }
    };
    let (_client, server) = duplex(1024);
    let mut idle = Connection::new(server, (), ready(service.clone()));
    idle.graceful_shutdown();
    idle.await.unwrap();
    let (mut client, server) = duplex(1024);
    client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut connection = Connection::new(server, (), ready(service));
    std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut connection).poll(cx).is_pending())).await;
    connection.graceful_shutdown();
    go.notify_one();
    connection.await.unwrap();
    assert_eq!(rest(&mut client).await, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello");
}
