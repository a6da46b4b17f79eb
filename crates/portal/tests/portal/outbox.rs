//! Codes that the portal sent.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use postern_model::ExposeSecret;
use postern_model::language::Language;
use postern_model::sent_code::{CodeMessage, CodeSender};
use postern_model::web::RequestId;

#[derive(Default)]
pub(crate) struct Outbox {
    sent: Mutex<Vec<(String, String)>>,
    /// The languages of all codes, in order.
    pub(crate) languages: Mutex<Vec<Option<Language>>>,
    /// The requests that asked for them, in order.
    pub(crate) requests: Mutex<Vec<Option<RequestId>>>,
    /// Whether no code is accepted.
    pub(crate) refuses: AtomicBool,
}

impl Outbox {
    /// Recipients and codes since the last call.
    pub(crate) fn take(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }

    /// The one code that was sent since the last call.
    pub(crate) fn code(&self) -> String {
        let mut sent = self.take();
        assert_eq!(sent.len(), 1, "{sent:?}");
        sent.remove(0).1
    }
}

#[async_trait]
impl CodeSender for Outbox {
    async fn send_code(&self, message: &CodeMessage) -> Result<(), String> {
        if self.refuses.load(Ordering::Relaxed) {
            return Err("450 4.3.0 try again later".to_owned());
        }
        self.languages.lock().unwrap().push(message.caller.language);
        self.requests.lock().unwrap().push(RequestId::current());
        self.sent.lock().unwrap().push((message.recipient.clone(), message.code.expose_secret().to_owned()));
        Ok(())
    }
}
