//! Requests through the public address, by the way that a browser's requests take.

use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use postern_authn::sign_in::HttpClient;
use postern_config::Config;
use postern_proxy::ALIASES;
use serde_json::Value;
use url::Url;

use super::Finding;
use crate::oidc_http_client::ProviderClient;

/// Spellings that WSGI, CGI and the like read as `Remote-Groups`, `Remote-User` and `X-Auth-User`.
const SPELLINGS: [&str; 4] = ["remote_groups", "remote_user", "x_auth_user", "x_auth.groups"];

/// Asks for a page of the gateway, and for the application with headers that a client must not get through.
pub(super) async fn examine(config: &Config, url: Option<&Url>) -> Vec<Finding> {
    let (what, headers) = ("the public address", "header spellings such as Remote_Groups");
    let Some(url) = url else {
        let how = format!("run `postern doctor --url {}/` to send requests through it", config.public_url);
        return vec![Finding::untried(what, how.clone()), Finding::untried(headers, how)];
    };
    let client = match ProviderClient::new(url.scheme() == "http", config.google.timeout) {
        Ok(client) => client,
        Err(error) => return vec![Finding::bad(what, error.to_string(), "report this")],
    };
    let gateway = leads_to_gateway(config, url, &client).await;
    let spellings = if gateway.is_bad() {
        Finding::untried(headers, "first the public address has to lead to the gateway")
    } else {
        aliases(config, headers, url, &client).await
    };
    vec![gateway, spellings]
}

async fn leads_to_gateway(config: &Config, url: &Url, client: &ProviderClient) -> Finding {
    let what = "the public address";
    let path = format!("{}/api/session", config.base_path);
    let Ok(asked) = url.join(&path) else {
        return Finding::bad(what, format!("{url} cannot be asked for {path}"), "write an http or https URL");
    };
    let answer = match send(client, &asked, &[]).await {
        Ok(answer) => answer,
        Err(why) => {
            return Finding::bad(
                what,
                format!("{asked}: {why}"),
                "check name, port and certificate of the proxy in front (a certificate of a private authority is not accepted here)",
            );
        }
    };
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    match body.pointer("/error/code").and_then(Value::as_str) {
        Some("SIGN_IN_REQUIRED") => Finding::good(what, format!("{asked} is answered by the gateway")),
        other => Finding::bad(
            what,
            format!(
                "{asked} is answered with {} and {}, not by the gateway",
                answer.status(),
                other.unwrap_or("no code")
            ),
            format!("send {}/ of the public address to the gateway at {}", config.base_path, config.listen.address),
        ),
    }
}

/// Sends spellings of identity headers without a session. The refusal of a check names those that arrived at the
/// gateway, and so would arrive at the application with a session.
async fn aliases(config: &Config, what: &str, url: &Url, client: &ProviderClient) -> Finding {
    let sent: Vec<(HeaderName, HeaderValue)> =
        SPELLINGS.iter().map(|name| (HeaderName::from_static(name), HeaderValue::from_static("admin"))).collect();
    let answer = match send(client, url, &sent).await {
        Ok(answer) => answer,
        Err(why) => return Finding::bad(what, format!("{url}: {why}"), "see the public address"),
    };
    let arrived = answer.headers().get(ALIASES).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let refused =
        matches!(answer.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) || answer.status().is_redirection();
    match (arrived.is_empty(), config.upstreams.is_empty(), refused) {
        (false, ..) => Finding::bad(
            what,
            format!(
                "the proxy in front passes {arrived} on: an application that reads _ as - takes them for the gateway's"
            ),
            "have the proxy remove names with characters other than letters, digits and -, as the files in deploy/ do (docs/moving.md)",
        ),
        (true, false, true) => Finding::good(what, "refused without a session; the gateway forwards none of them"),
        (true, true, true) => Finding::good(what, "refused without a session, and none of them arrived at the gateway"),
        (true, _, false) => {
            let how =
                format!("{url} is answered with {} without a session; name a URL that needs one", answer.status());
            Finding::untried(what, how)
        }
    }
}

async fn send(
    client: &ProviderClient,
    url: &Url,
    headers: &[(HeaderName, HeaderValue)],
) -> Result<Response<Vec<u8>>, String> {
    let mut request = Request::get(url.as_str()).header("accept", "application/json");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Vec::new()).map_err(|error| error.to_string())?;
    client.send(request).await.map_err(|error| error.to_string())
}
