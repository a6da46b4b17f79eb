//! Sends codes by SMS, at once: posts each to the configured hook, which hands it to a provider of SMS.

use std::sync::Arc;

use async_trait::async_trait;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, Request};
use postern_authn::sign_in::HttpClient;
use postern_config::{Config, SmsConfig};
use postern_model::ExposeSecret;
use postern_model::sent_code::{CodeMessage, CodeSender};
use postern_portal::letters::{self, Sender};
use serde_json::json;

use crate::config_error::ConfigError;
use crate::mail::sender;
use crate::oidc_http_client::ProviderClient;

/// Sends codes through the hook.
struct SmsHook {
    client: ProviderClient,
    url: String,
    /// Shows the hook who posts.
    secret: Option<(HeaderName, HeaderValue)>,
    sender: Sender,
}

/// Constructs the sender of a configuration; `None` where no codes are sent.
///
/// # Errors
/// [`ConfigError`] if TLS cannot be set up, or the token cannot be a header.
pub(crate) fn sms_sender(config: &Config) -> Result<Option<Arc<dyn CodeSender>>, ConfigError> {
    let Some(sms) = config.sms.as_ref().filter(|_| config.second_factor.sms_codes) else { return Ok(None) };
    let client = ProviderClient::new(sms.url.scheme() == "http", sms.timeout).map_err(ConfigError::new)?;
    Ok(Some(Arc::new(SmsHook { client, url: sms.url.to_string(), secret: secret(sms)?, sender: sender(config) })))
}

fn secret(sms: &SmsConfig) -> Result<Option<(HeaderName, HeaderValue)>, ConfigError> {
    let Some((token, header)) = &sms.token else { return Ok(None) };
    let (name, text) = match header {
        Some(name) => (name.clone(), token.expose_secret().to_owned()),
        None => (AUTHORIZATION, format!("Bearer {}", token.expose_secret())),
    };
    let value = HeaderValue::from_str(&text);
    let mut value = value.map_err(|_| ConfigError::new("sms.token cannot stand in a header".to_owned()))?;
    value.set_sensitive(true);
    Ok(Some((name, value)))
}

impl SmsHook {
    fn request(&self, message: &CodeMessage) -> Result<Request<Vec<u8>>, http::Error> {
        let text = letters::sms(message, &self.sender);
        let body = json!({ "to": message.recipient, "text": text, "id": message.id.to_string() });
        let mut request = Request::builder().method(Method::POST).uri(self.url.as_str());
        request = request.header(CONTENT_TYPE, "application/json").header(USER_AGENT, "postern");
        if let Some((name, value)) = &self.secret {
            request = request.header(name, value);
        }
        request.body(body.to_string().into_bytes())
    }
}

#[async_trait]
impl CodeSender for SmsHook {
    async fn send_code(&self, message: &CodeMessage) -> Result<(), String> {
        let request = self.request(message).map_err(|error| format!("the SMS hook cannot be called: {error}"))?;
        // What it answers is left out of the log: it may repeat the number or the text.
        match self.client.send(request).await {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => Err(format!("the SMS hook answered {}", response.status())),
            Err(error) => Err(format!("the SMS hook did not answer: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use postern_model::id::EventId;
    use postern_model::session::Caller;
    use postern_portal::language::Languages;
    use serde_json::Value;

    use super::*;

    fn hook(token: Option<(&str, Option<HeaderName>)>) -> SmsHook {
        let sms = SmsConfig {
            url: "https://sms.example.com/send?key=1".parse().unwrap(),
            token: token.map(|(token, header)| (token.to_owned().into(), header)),
            timeout: Duration::from_secs(1),
        };
        let client = ProviderClient::new(false, sms.timeout).unwrap();
        let sender = Sender {
            product: "Pöstern".to_owned(),
            provider: "Google".to_owned(),
            languages: Languages::default(),
            host: "app.example.com".to_owned(),
            account: String::new(),
            not_me: String::new(),
        };
        SmsHook { client, url: sms.url.to_string(), secret: secret(&sms).unwrap(), sender }
    }

    fn message() -> CodeMessage {
        CodeMessage {
            id: EventId("67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap()),
            recipient: "+491512345612".to_owned(),
            code: "012345".to_owned().into(),
            at: postern_model::clock::Timestamp::from_secs(1_800_000_000),
            caller: Caller::default(),
        }
    }

    #[test]
    fn a_message_has_number_text_and_identifier_and_ends_with_the_line_that_phones_recognise() {
        let request = hook(None).request(&message()).unwrap();
        assert_eq!(
            (request.method(), request.uri()),
            (&Method::POST, &"https://sms.example.com/send?key=1".parse().unwrap())
        );
        assert_eq!(request.headers()[CONTENT_TYPE], "application/json");
        assert!(request.headers().get(AUTHORIZATION).is_none());
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(body["to"], "+491512345612");
        assert_eq!(body["id"], "67e55044-10b1-426f-9247-bb680e5fe0c8");
        let text = body["text"].as_str().unwrap();
        assert!(text.starts_with("Pöstern: your code is 012345. It is valid for 10 minutes."), "{text}");
        assert!(text.ends_with("\n\n@app.example.com #012345"), "{text}");
        assert!(text.chars().count() <= 160, "one message: {text}");
        assert_eq!(body.as_object().unwrap().len(), 3);
    }

    #[test]
    fn every_language_has_the_code_as_it_is_typed_and_the_line_of_its_host() {
        for language in postern_portal::language::complete() {
            let caller = Caller { language: Some(language), ..Caller::default() };
            let text = letters::sms(&CodeMessage { caller, ..message() }, &hook(None).sender);
            let lines: Vec<&str> = text.split('\n').collect();
            assert_eq!(lines.len(), 3, "{text}");
            assert!(lines[0].contains("012345") && lines[0].contains("10"), "{text}");
            assert_eq!(lines[1..], ["", "@app.example.com #012345"], "{text}");
        }
    }

    #[test]
    fn the_token_goes_as_bearer_or_in_the_header_that_is_named() {
        let request = hook(Some(("s3cret", None))).request(&message()).unwrap();
        assert_eq!(request.headers()[AUTHORIZATION], "Bearer s3cret");
        assert!(request.headers()[AUTHORIZATION].is_sensitive());
        let named = hook(Some(("s3cret", Some(HeaderName::from_static("x-api-key"))))).request(&message()).unwrap();
        assert_eq!(named.headers()["x-api-key"], "s3cret");
        assert!(named.headers().get(AUTHORIZATION).is_none());
    }
}
