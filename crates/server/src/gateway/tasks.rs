//! What a gateway does beside requests: invalidation, certificates, mail, clean-up, rotation of signing keys.

use std::sync::Arc;
use std::time::Duration;

use postern_model::clock::Clock;
use postern_model::store::Store;

use super::Gateway;
use crate::mail::MailDelivery;
use crate::maintenance::Maintenance;
use crate::signing::SigningKeys;
use crate::storage::Storage;

/// What the tasks work with.
pub(super) struct Tasks {
    pub(super) storage: Storage,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) signing: Arc<SigningKeys>,
    /// `None` where no mail server is configured.
    pub(super) mail: Option<MailDelivery>,
}

impl Gateway {
    /// Starts the tasks. They end with the gateway.
    pub(super) fn run(&mut self, tasks: Tasks, revocation_bound: Duration) {
        let Tasks { storage, store, clock, signing, mail } = tasks;
        // Five heartbeats per revocation bound, so that one late heartbeat does not invalidate cached sessions.
        self.background.spawn(storage.listen(revocation_bound / 5));
        if let Some(certificates) = &self.certificates {
            self.background.spawn(Arc::clone(certificates).watch());
        }
        if let Some(mail) = mail {
            self.mail.spawn(mail.run(self.stopping.clone()));
        }
        let state = self.config.state();
        let maintenance = Maintenance { store, clock, metrics: Arc::clone(&self.metrics) };
        self.background.spawn(maintenance.run(Arc::clone(state)));
        let signed = Arc::clone(state);
        self.background
            .spawn(async move { signing.run(move |key| signed.services().faces.core.set_signing_key(key)).await });
    }
}
