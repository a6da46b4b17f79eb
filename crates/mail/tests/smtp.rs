//! What comes of the replies of a mail server.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use postern_mail::{Letter, Mailer, Security, SendError, SmtpServer, mailbox};
use postern_model::SecretString;
use postern_model::clock::Timestamp;
use postern_model::mail::MailContent;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// Serves one connection: replies to commands that begin with one of `replies`, to others with 250. Returns the port, and what
/// the client sent.
async fn server(replies: &'static [(&'static str, &'static str)]) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let (mut lines, mut heard, mut data) = (BufReader::new(read).lines(), String::new(), false);
        let reply_to = |line: &str| {
            let found = replies.iter().find(|(command, _)| line.get(..4) == Some(command));
            found.map(|(_, reply)| *reply)
        };
        write.write_all(format!("{}\r\n", reply_to("open").unwrap_or("220 ready")).as_bytes()).await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            heard.push_str(&format!("{line}\n"));
            if data && line != "." {
                continue;
            }
            let usual = match line.split(' ').next().unwrap() {
                "EHLO" => "250-here\r\n250 AUTH PLAIN LOGIN",
                "AUTH" => "235 welcome",
                "DATA" => "354 go on",
                _ => "250 fine",
            };
            let reply = reply_to(&line).unwrap_or(usual);
            data = reply.starts_with("354");
            if write.write_all(format!("{reply}\r\n").as_bytes()).await.is_err() || line == "QUIT" {
                break;
            }
        }
        heard
    });
    (port, serving)
}

async fn send(port: u16, credentials: bool) -> Result<(), SendError> {
    send_to(port, credentials, "ada@example.com", "app.example.com").await
}

async fn send_to(port: u16, credentials: bool, to: &str, hello: &str) -> Result<(), SendError> {
    let server = SmtpServer {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::Plaintext,
        credentials: credentials.then(|| ("ada".to_owned(), SecretString::from("secret"))),
        root_certificates: None,
        timeout: Duration::from_secs(2),
    };
    let mailer = Mailer::new(&server, mailbox("postern@example.com").unwrap(), None, hello).unwrap();
    let content =
        MailContent { subject: "Subject".to_owned(), text: "one\n.\nRSET\n".to_owned(), html: "<p>one</p>".to_owned() };
    let at = Timestamp::from_secs(1_800_000_000);
    mailer.send(&Letter { to: to.to_owned(), content, id: "id".to_owned(), at }).await
}

#[tokio::test]
async fn an_accepted_letter_is_sent_and_a_lone_dot_does_not_end_it() {
    let (port, serving) = server(&[]).await;
    send(port, true).await.unwrap();
    let heard = serving.await.unwrap();
    for line in ["EHLO app.example.com\n", "MAIL FROM:<postern@example.com>", "RCPT TO:<ada@example.com>", "\n..\n"] {
        assert!(heard.contains(line), "{line:?} in {heard}");
    }
    assert!(heard.contains("Subject: Subject\n") && heard.contains("<p>one</p>"), "{heard}");
}

#[tokio::test]
async fn replies_tell_what_is_lost_for_good_from_what_is_tried_again() {
    for (replies, expected) in [
        (&[("RCPT", "550 5.1.1 nobody of this name")][..], "permanent"),
        (&[("RCPT", "550-5.1.1 nobody\r\n550 5.1.1 of this name")], "permanent"),
        (&[("RCPT", "554 5.2.1 disabled")], "permanent"),
        (&[("RCPT", "501 5.1.3 bad recipient address syntax")], "permanent"),
        (&[("RCPT", "501 what is that?")], "permanent"),
        (&[("RCPT", "504 no such form of address")], "permanent"),
        (&[("RCPT", "556 5.1.10 the domain takes no mail")], "permanent"),
        (&[("DATA", "554 5.6.0 no such content")], "permanent"),
        // What servers say of a wrong sender and of a missing login, when they are told the recipient.
        (&[("RCPT", "553 5.7.1 Sender address rejected: not owned by user")], "transient"),
        (&[("RCPT", "554 5.7.1 Relay access denied")], "transient"),
        (&[("RCPT", "550 5.1.8 Sender address rejected: domain not found")], "transient"),
        (&[("RCPT", "550 relay not permitted")], "transient"),
        (&[("DATA", "550 5.7.60 client may not send as this sender")], "transient"),
        (&[("DATA", "554 no")], "transient"),
        (&[("RCPT", "450 4.2.1 busy")], "transient"),
        (&[("RCPT", "452 4.2.2 full")], "transient"),
        // The configuration or the server is at fault, and no mail may be lost for it.
        (&[("AUTH", "535 5.7.8 wrong password")], "unreachable"),
        (&[("EHLO", "421 closing"), ("HELO", "421 closing")], "unreachable"),
        (&[("MAIL", "530 5.7.0 log in first")], "unreachable"),
        (&[("MAIL", "553 5.7.1 Sender address rejected: not owned by user")], "unreachable"),
        (&[("MAIL", "550 5.1.1 no such sender")], "unreachable"),
        (&[("MAIL", "552 too much")], "unreachable"),
        (&[("MAIL", "451 4.3.0 not now")], "unreachable"),
        (&[("RCPT", "421 closing")], "unreachable"),
        (&[("RCPT", "530 5.7.0 log in first")], "unreachable"),
        (&[("MAIL", "503 not now")], "unreachable"),
        (&[("open", "554 no service")], "unreachable"),
    ] {
        let (port, _serving) = server(replies).await;
        let kind = match send(port, true).await.unwrap_err() {
            SendError::Permanent(_) => "permanent",
            SendError::Transient(_) => "transient",
            SendError::Unreachable(_) => "unreachable",
        };
        assert_eq!(kind, expected, "{replies:?}");
    }
}

#[tokio::test]
async fn an_address_that_the_server_cannot_take_is_no_outage() {
    let (port, _serving) = server(&[]).await;
    let sent = send_to(port, false, "jürgen@example.com", "app.example.com").await;
    assert!(matches!(&sent, Err(SendError::Permanent(why)) if why.contains("SMTPUTF8")), "{sent:?}");
    let (port, serving) = server(&[("EHLO", "250-here\r\n250-8BITMIME\r\n250 SMTPUTF8")]).await;
    send_to(port, false, "jürgen@example.com", "app.example.com").await.unwrap();
    let heard = serving.await.unwrap();
    assert!(heard.contains("RCPT TO:<jürgen@example.com>") && heard.contains(" SMTPUTF8"), "{heard}");
}

#[tokio::test]
async fn a_host_without_a_name_says_its_address_in_brackets() {
    for (host, hello) in [
        ("127.0.0.1", "EHLO [127.0.0.1]\n"),
        ("[2001:db8::1]", "EHLO [IPv6:2001:db8::1]\n"),
        ("2001:db8::1", "EHLO [IPv6:2001:db8::1]\n"),
        ("localhost", "EHLO localhost\n"),
    ] {
        let (port, serving) = server(&[]).await;
        send_to(port, false, "ada@example.com", host).await.unwrap();
        let heard = serving.await.unwrap();
        assert!(heard.starts_with(hello), "{host}: {heard}");
    }
}

#[tokio::test]
async fn the_server_s_words_are_in_the_error_and_the_password_is_not() {
    let (port, _serving) = server(&[("AUTH", "535 5.7.8 wrong password, ada")]).await;
    let error = send(port, true).await.unwrap_err().to_string();
    assert!(error.contains("wrong password, ada") && !error.contains("secret"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_away_or_says_nothing_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    assert!(matches!(send(port, false).await, Err(SendError::Unreachable(_))), "it accepts and says nothing");
    drop(listener);
    assert!(matches!(send(port, false).await, Err(SendError::Unreachable(_))), "it is away");
}
