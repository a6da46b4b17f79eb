//! Senders of codes for the tests.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use postern_model::ExposeSecret;
use postern_model::sent_code::{CodeMessage, CodeSender};

/// Remembers what was sent.
#[derive(Default)]
pub struct Outbox {
    pub sent: Mutex<Vec<CodeMessage>>,
    pub refuses: AtomicBool,
}

#[async_trait]
impl CodeSender for Outbox {
    async fn send_code(&self, message: &CodeMessage) -> Result<(), String> {
        if self.refuses.load(Ordering::Relaxed) {
            return Err("no".to_owned());
        }
        self.sent.lock().unwrap().push(message.clone());
        Ok(())
    }
}

impl Outbox {
    /// Takes the newest code.
    pub fn code(&self) -> String {
        let message = self.sent.lock().unwrap().pop().unwrap();
        message.code.expose_secret().to_owned()
    }
}

/// A sender that never answers.
pub struct Silence;

#[async_trait]
impl CodeSender for Silence {
    async fn send_code(&self, _: &CodeMessage) -> Result<(), String> {
        std::future::pending().await
    }
}
