//! Refusals carry the same headers on every surface, for people and for programs.

use super::raw::{ask, status};
use super::running::Running;

const PAGE: &str = "Accept: text/html";
const HOST: &str = "Host: localhost:8080";
const FOREIGN: &str = "Host: evil.example";

#[tokio::test]
async fn every_surface_refuses_with_the_same_headers() {
    let lines = "upstream = [{ name = 'app', url = 'http://127.0.0.1:9' }]\nroute = [{ \
                 path = '/closed', access = 'deny' }]";
    let running = Running::start(lines, "[limits]\nrequests_per_address = '1/1m'").await;
    let gateway = running.address();
    ask(gateway, "POST /postern/sign-in", &[HOST, "Content-Length: 0"]).await;
    for (surface, address, line, headers, expected) in [
        ("proxy, a route that is closed", gateway, "GET /closed", &[HOST][..], 403),
        ("proxy, its page", gateway, "GET /closed", &[HOST, PAGE], 403),
        ("proxy, a foreign host", gateway, "GET /", &[FOREIGN], 421),
        ("proxy, a method", gateway, "get /", &[HOST], 405),
        ("proxy, an ambiguous path", gateway, "GET /a%2fb", &[HOST], 400),
        ("proxy, an upstream that is down", gateway, "GET /open", &[HOST], 401),
        ("check of a stranger", gateway, "GET /postern/auth/nginx", &[HOST], 403),
        ("portal, a foreign host", gateway, "GET /postern/sign-in", &[FOREIGN], 421),
        ("portal, its page", gateway, "GET /postern/sign-in", &[FOREIGN, PAGE], 421),
        ("portal, no such page", gateway, "GET /postern/none", &[HOST, PAGE], 404),
        ("portal, JSON", gateway, "GET /postern/api/none", &[HOST], 404),
        ("rate limit", gateway, "POST /postern/sign-in", &[HOST, "Content-Length: 0"], 429),
    ] {
        let answer = ask(address, line, headers).await;
        assert_eq!(status(&answer), expected, "{surface}: {answer}");
        let head = answer.split("\r\n\r\n").next().unwrap().to_ascii_lowercase();
        for header in ["referrer-policy: ", "x-content-type-options: nosniff", "cache-control: private, no-store"] {
            assert!(head.contains(header), "{surface} lacks {header}: {answer}");
        }
    }
}
