//! Codes by mail whose delivery is under way when the gateway stops.

use std::time::Duration;

use postern_config::Address;
use rusqlite::Connection;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::raw::{connect, rest};
use super::running::Running;

/// Everybody who signed in has codes by mail, and an address that the provider vouched for.
const SWITCHED_ON: &str = "
    INSERT INTO user_2fa_settings (id, user_id, is_enabled, totp_secret, totp_last_step, backup_codes, email_2fa_enabled)
        SELECT '67e55044-10b1-426f-9247-bb680e5fe0c8', id, TRUE, 'sealed', 1, '[]', TRUE FROM users;
    UPDATE postern_sessions SET email = 'ada@example.com';
";

/// Talks to the client of a mail server up to the end of the letter, which is not accepted yet.
async fn letter(listener: TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().await.unwrap();
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 ready\r\n").await.unwrap();
    let mut line = String::new();
    loop {
        line.clear();
        stream.read_line(&mut line).await.unwrap();
        let data = line.starts_with("DATA");
        stream.write_all(if data { b"354 go on\r\n" } else { b"250 fine\r\n" }).await.unwrap();
        if data {
            break;
        }
    }
    while line != ".\r\n" {
        line.clear();
        stream.read_line(&mut line).await.unwrap();
    }
    stream.into_inner()
}

#[tokio::test]
async fn a_code_that_a_slow_server_accepts_while_the_gateway_stops_is_not_lost() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let sections = format!(
        "[second_factor]\nemail_codes = true\n[mail]\nurl = 'smtp+plaintext://127.0.0.1:{port}'\nfrom = \
         'postern@example.com'\nnotices = []\n[listen]\nshutdown_timeout = '100ms'"
    );
    let running = Running::start("", &sections).await;
    let cookie = running.sign_in("ada@example.com").await;
    let rows = Connection::open(running.state.path().join("postern.sqlite3")).unwrap();
    rows.execute_batch(SWITCHED_ON).unwrap();
    let sent = || {
        let sql = "SELECT count(*) FROM postern_audit_events WHERE kind = 'code-sent'";
        rows.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap()
    };

    let mut asking = connect(running.address()).await;
    let request = format!(
        "POST /postern/api/2fa/send-code HTTP/1.1\r\nHost: localhost:8080\r\nOrigin: http://localhost:8080\r\n\
         Cookie: postern={cookie}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    asking.write_all(request.as_bytes()).await.unwrap();
    let mut mail = tokio::select! {
        mail = letter(listener) => mail,
        answer = rest(&mut asking) => panic!("{answer}"),
    };
    let Address::Tcp(host, management) = running.management().clone() else { panic!("no TCP address") };
    let stopping = tokio::spawn(running.gateway.stop());
    assert_eq!(rest(&mut asking).await, "", "the request is cut off");
    // After that the gateway waits for nothing but what goes on without a request.
    let closed = async { while TcpStream::connect((host.as_str(), management)).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(20), closed).await.unwrap();
    assert_eq!(sent(), 0);
    mail.write_all(b"250 accepted\r\n").await.unwrap();
    stopping.await.unwrap();
    assert_eq!(sent(), 1);
}
