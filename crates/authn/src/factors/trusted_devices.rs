//! Trusted devices: trusted at a verification, used in place of the second factor at sign-in, listed and forgotten.

use postern_keystore::{DeviceSecret, SessionToken};
use postern_model::audit::AuditKind;
use postern_model::clock::Timestamp;
use postern_model::factor::SecondFactor;
use postern_model::session::{Caller, Elevation, SessionView, Verified};
use postern_model::store::StoreError;
use postern_model::trusted_device::{DeviceSelection, DeviceTrust, DeviceUse, DeviceUsed, TrustedDevice};

use super::{DeviceCookie, Elevated};
use crate::access::{Standing, Step};
use crate::service::Authn;

/// Outcome of presenting the secret of a device.
#[derive(Debug)]
pub enum DeviceOutcome {
    /// It stood in for the second factor. With a secret: the browser's is replaced by it.
    Raised(Box<Elevated>),
    /// It is worth nothing for this user: the browser can drop it.
    Refused,
    /// It was not used, and is as good as before.
    Unused,
}

impl Authn {
    /// Whether the verification that this session waits for may have its device trusted. A step-up may not.
    pub fn may_trust_device(&self, view: &SessionView) -> bool {
        self.device_trust().is_some() && self.standing(view) == Standing::Waiting(Step::Verify)
    }

    /// Raises a session that waits for its second factor with the secret of a trusted device. No failure is counted: a secret
    /// cannot be guessed.
    ///
    /// A failure of the store is logged: the person is asked for the second factor as on any other device.
    pub async fn use_trusted_device(
        &self,
        view: &SessionView,
        secret: &DeviceSecret,
        caller: &Caller,
    ) -> DeviceOutcome {
        let Some(lifetime) = self.device_trust() else { return DeviceOutcome::Unused };
        if self.standing(view) != Standing::Waiting(Step::Verify) {
            return DeviceOutcome::Unused;
        }
        let (user, session, now) = (view.user.id, &view.session, self.now());
        let (token, next) = (SessionToken::draw(self.entropy.as_ref()), SessionToken::draw(self.entropy.as_ref()));
        let verified = Verified { method: SecondFactor::TrustedDevice, at: now };
        let usage = DeviceUse {
            device: secret.device,
            user,
            presented: secret.secret.hash(),
            next: next.hash(),
            trusted_after: now.before(lifetime),
            elevation: Elevation { session: session.id, from: session.token, to: token.hash(), verified },
        };
        match self.store.use_trusted_device(&usage).await {
            Ok(DeviceUsed::Done { view, device, replaced }) => {
                self.audit(AuditKind::TrustedDeviceUsed, Some(user), Some(session.id), caller, None).await;
                let secret = DeviceSecret { device: device.id, secret: next };
                let device = replaced.then(|| DeviceCookie { secret, expires_at: device.ends_at(lifetime) });
                DeviceOutcome::Raised(Box::new(Elevated { token, view: *view, device }))
            }
            Ok(DeviceUsed::Unknown) => DeviceOutcome::Refused,
            Ok(DeviceUsed::Outdated) => {
                tracing::warn!(
                    user.id = %user,
                    session.id = %session.id,
                    device.id = %secret.device,
                    client.address = caller.address.map(tracing::field::display),
                    "trusted device refused: its secret was replaced before, so a copy of it was used; the trust is ended"
                );
                let why = Some("a copy of its secret was used");
                self.audit(AuditKind::DeviceTrustEnded, Some(user), Some(session.id), caller, why).await;
                DeviceOutcome::Refused
            }
            Ok(DeviceUsed::SessionGone) => DeviceOutcome::Unused,
            Err(error) => {
                tracing::warn!(user.id = %user, device.id = %secret.device, %error, "trusted device not used");
                DeviceOutcome::Unused
            }
        }
    }

    /// Returns the devices that are trusted now, newest first, each with the end of its trust.
    pub async fn trusted_devices(&self, view: &SessionView) -> Result<Vec<(TrustedDevice, Timestamp)>, StoreError> {
        let Some(lifetime) = self.device_trust() else { return Ok(Vec::new()) };
        let now = self.now();
        let listed = self.store.trusted_devices(view.user.id).await?.into_iter();
        let listed = listed.map(|device| (device.ends_at(lifetime), device)).filter(|(ends, _)| now < *ends);
        Ok(listed.map(|(ends, device)| (device, ends)).collect())
    }

    /// Ends the trust in devices of the session's user; returns their number.
    pub async fn forget_devices(
        &self,
        view: &SessionView,
        which: DeviceSelection,
        caller: &Caller,
    ) -> Result<u64, StoreError> {
        let ended = self.store.forget_trusted_devices(view.user.id, which).await?;
        if ended > 0 {
            let (session, detail) =
                (Some(view.session.id), if which == DeviceSelection::All { "all" } else { "removed" });
            self.audit(AuditKind::DeviceTrustEnded, Some(view.user.id), session, caller, Some(detail)).await;
        }
        Ok(ended)
    }

    /// Has the device of a session trusted whose second factor was just verified. A failure of the store is logged: the person
    /// is signed in, and is asked again next time.
    pub(super) async fn trust_device(
        &self,
        view: &SessionView,
        secret: Option<DeviceSecret>,
        caller: &Caller,
    ) -> Option<DeviceCookie> {
        let cookie = self.device_cookie(secret?)?;
        let (user, session) = (view.user.id, view.session.id);
        let device = TrustedDevice {
            id: cookie.secret.device,
            user,
            trusted_at: self.now(),
            expires_at: cookie.expires_at,
            last_used_at: None,
            caller: caller.clone(),
        };
        let trust = DeviceTrust { device, secret: cookie.secret.secret.hash(), session };
        match self.store.trust_device(&trust).await {
            Ok(stored) => {
                if stored {
                    self.audit(AuditKind::DeviceTrusted, Some(user), Some(session), caller, None).await;
                }
                stored.then_some(cookie)
            }
            Err(error) => {
                tracing::warn!(user.id = %user, session.id = %session, %error, "device not trusted");
                None
            }
        }
    }
}
