//! Connections whose memory is freed in between.

use std::future::poll_fn;

use super::*;

#[tokio::test]
async fn freed_memory_loses_nothing_of_what_was_received_or_is_being_sent() {
    let (mut client, server) = duplex(1024);
    let mut connection = Connection::new(server, (), ready(echo));
    let exchange = async {
        let mut answers = String::new();
        for piece in [
            "GET /a HTTP/1.1\r\nHo",
            "st: a\r\n\r\nPOST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nx",
            "y",
            "z",
        ] {
            client.write_all(piece.as_bytes()).await.unwrap();
            tokio::task::yield_now().await;
        }
        for _ in 0..2 {
            answers += &next(&mut client, " 0").await;
        }
        client.write_all(b"GET /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        answers + &rest(&mut client).await
    };
    let serving = poll_fn(|cx| {
        connection.release_memory();
        let ended = Pin::new(&mut connection).poll(cx);
        connection.release_memory();
        ended
    });
    let (answers, served) = tokio::join!(exchange, serving);
    served.unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3, "{answers}");
    for body in ["GET /a \"\" 0", "POST /b \"xyz\" 0", "GET /c \"\" 0"] {
        assert!(answers.contains(body), "{answers}");
    }
}
