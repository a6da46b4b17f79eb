//! `postern doctor`, with stand-ins for what is around the gateway.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

use serde_json::Value;

use super::program::{Program, Ran};

/// Answers every request by its head, until the test ends.
fn serve(answer: impl Fn(&str) -> String + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
            let _ = stream.write_all(answer(&head).as_bytes());
        }
    });
    address
}

/// Answers the first bytes of every connection with this, and closes it.
fn greet(text: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(text.as_bytes());
        }
    });
    address
}

fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

/// What a proxy and the gateway behind it say to a stranger. `stripped`: the proxy removes other spellings.
fn front(head: &str, stripped: bool) -> String {
    let refusal = "{\"success\":false,\"error\":{\"code\":\"SIGN_IN_REQUIRED\"}}";
    let arrived = head.contains("remote_groups: admin") && !stripped;
    let aliases = if arrived { "X-Auth-Aliases: remote_groups\r\n" } else { "" };
    response("401 Unauthorized", aliases, refusal)
}

fn doctor(program: &Program, arguments: &[&str]) -> (Ran, Value) {
    let ran = program.run(&[&["--json", "doctor"], arguments].concat());
    let told = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err));
    (ran, told)
}

/// The finding about something: whether it is good, and its text.
fn finding(told: &Value, what: &str) -> (Option<bool>, String) {
    let found =
        told["findings"].as_array().unwrap().iter().find(|finding| finding["what"].as_str().unwrap().contains(what));
    let found = found.unwrap_or_else(|| panic!("nothing about {what} in {told:#}"));
    (found["ok"].as_bool(), format!("{} {}", found["detail"], found["remedy"]))
}

#[test]
fn a_dead_upstream_and_a_provider_that_is_away_are_problems_with_remedies() {
    let program = Program::new();
    program.configure("upstream = [{ name = 'app', url = 'http://127.0.0.1:9' }]");
    program.run(&["migrate"]);
    let (ran, told) = doctor(&program, &[]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert_eq!(told["ok"], false);
    assert_eq!(finding(&told, "store").0, Some(true));
    assert_eq!(finding(&told, "provider").0, Some(false));
    let (state, text) = finding(&told, "upstream app");
    assert!(state == Some(false) && text.contains("start it, or correct upstream.url"), "{text}");
    let (state, text) = finding(&told, "the public address");
    assert!(state.is_none() && text.contains("postern doctor --url http://localhost:8080/"), "{text}");
    let people = program.run(&["doctor"]);
    assert!(people.out.contains("PROBLEM: ") && people.out.contains("2 problems found."), "{}", people.out);
}

#[test]
fn the_hook_for_sms_is_tried_without_what_a_message_has() {
    let program = Program::new();
    program.run(&["migrate"]);
    let about = |url: String| {
        program.configure(&format!("sms = {{ url = '{url}', token = 'canary-of-the-hook', timeout = '5s' }}"));
        finding(&doctor(&program, &[]).1, "SMS hook")
    };
    let (sender, asked) = std::sync::mpsc::channel();
    let hook = serve(move |head| {
        sender.send(head.to_owned()).unwrap();
        "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\n\r\n".to_owned()
    });
    let (state, text) = about(format!("http://{hook}/send?key=canary"));
    assert!(state == Some(true) && text.contains("405") && text.contains("no message was sent"), "{text}");
    let head = asked.recv().unwrap();
    assert!(head.starts_with("head / http/1.1\r\n") && !head.contains("canary"), "{head}");
    assert!(!text.contains("canary"), "{text}");

    let greeter = greet("220 mail.example.com ESMTP\r\n");
    let (state, text) = about(format!("https://{greeter}/send"));
    assert!(state == Some(false) && text.contains("certificate"), "no TLS there: {text}");
    let (state, text) = about(format!("http://{greeter}/send"));
    assert!(state == Some(false) && text.contains("correct sms.url"), "no HTTP there: {text}");
    assert_eq!(about("http://127.0.0.1:9/send".to_owned()).0, Some(false));
}

#[test]
fn a_store_that_was_never_migrated_or_cannot_be_reached_is_4() {
    let program = Program::new();
    program.configure("store.url = 'postgres://nobody@127.0.0.1:9/none'");
    let (ran, told) = doctor(&program, &[]);
    assert_eq!(ran.code, 4, "{}", ran.err);
    assert_eq!(finding(&told, "store").0, Some(false));
}

#[test]
fn the_public_address_has_to_lead_to_the_gateway_without_other_spellings_of_headers() {
    let program = Program::new();
    program.run(&["migrate"]);
    let ask = |address: SocketAddr| doctor(&program, &["--url", &format!("http://{address}/reports")]).1;

    let elsewhere = ask(serve(|_| response("200 OK", "", "<h1>It works!</h1>")));
    let (state, text) = finding(&elsewhere, "the public address");
    assert!(state == Some(false) && text.contains("not by the gateway") && text.contains("/postern/"), "{text}");
    assert_eq!(finding(&elsewhere, "spellings").0, None);

    let passes = ask(serve(|head| front(head, false)));
    assert_eq!(finding(&passes, "the public address").0, Some(true));
    let (state, text) = finding(&passes, "spellings");
    assert!(state == Some(false) && text.contains("remote_groups") && text.contains("deploy/"), "{text}");

    let strips = ask(serve(|head| front(head, true)));
    assert_eq!(finding(&strips, "spellings").0, Some(true));

    let public = ask(serve(|head| match head.contains("/postern/api/session") {
        true => front(head, true),
        false => response("200 OK", "", "everybody may read this"),
    }));
    let (state, text) = finding(&public, "spellings");
    assert!(state.is_none() && text.contains("name a URL that needs one"), "{text}");

    let closed = doctor(&program, &["--url", "http://127.0.0.1:9/"]).1;
    assert_eq!(finding(&closed, "the public address").0, Some(false));
    for wrong in ["ftp://x/", "example.com", ""] {
        assert_eq!(program.run(&["doctor", "--url", wrong]).code, 2, "{wrong:?}");
    }
}
