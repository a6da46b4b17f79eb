//! The hook for SMS, as far as it can be tried without a message.

use http::Request;
use http::header::USER_AGENT;
use postern_authn::sign_in::HttpClient;
use postern_config::Config;

use super::Finding;
use crate::oidc_http_client::ProviderClient;

/// Asks the hook's server for its root, with nothing of what a message has: no body, no token, and neither path nor query of the
/// hook. Whatever it answers, name, port and certificate are right, and it speaks HTTP. `None` without a hook.
pub(super) async fn examine(config: &Config) -> Option<Finding> {
    let sms = config.sms.as_ref()?;
    let what = "SMS hook";
    let mut root = sms.url.clone();
    root.set_path("/");
    root.set_query(None);
    let request = Request::head(root.as_str()).header(USER_AGENT, "postern").body(Vec::new());
    let (client, request) = match (ProviderClient::new(root.scheme() == "http", sms.timeout), request) {
        (Ok(client), Ok(request)) => (client, request),
        (Err(error), _) => return Some(Finding::bad(what, error.to_string(), "report this")),
        (_, Err(error)) => return Some(Finding::bad(what, error.to_string(), "correct sms.url")),
    };
    Some(match client.send(request).await {
        Ok(answer) => {
            let status = answer.status();
            Finding::good(what, format!("{root} speaks HTTP (HEAD is answered with {status}); no message was sent"))
        }
        Err(error) => Finding::bad(
            what,
            format!("{root}: {error}"),
            "start it, or correct sms.url; check outgoing connections and its certificate (one of a private authority is not accepted)",
        ),
    })
}
