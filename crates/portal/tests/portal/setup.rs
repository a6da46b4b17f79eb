//! The portals that tests begin with.

use std::sync::Arc;
use std::time::Duration;

use postern_authn::device_binding::DeviceBindingSettings;
use postern_model::access::SecondFactorPolicy;
use postern_model::session::SessionView;
use postern_model::web::ChallengeUi;

use crate::harness::Gate;

/// What a portal stands on.
pub(crate) enum Ground<'g> {
    /// An empty store.
    Empty,
    /// A store that is away, and a session that a cache still knows.
    Away(Arc<SessionView>),
    /// What another portal stands on, after a restart with codes by mail and SMS off.
    WithoutCodes(&'g Gate),
}

/// What a portal is made with, where it differs from the usual.
pub(crate) struct Setup<'g> {
    pub(crate) challenge: ChallengeUi,
    /// Origins of other hosts of the gateway.
    pub(crate) hosts: Vec<&'static str>,
    /// The domain whose hosts share the session cookie.
    pub(crate) cookie_domain: Option<String>,
    pub(crate) ground: Ground<'g>,
    pub(crate) trusted_devices: Option<Duration>,
    pub(crate) passkeys: bool,
    pub(crate) device_binding: DeviceBindingSettings,
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Self {
            challenge: ChallengeUi::Pages,
            hosts: Vec::new(),
            cookie_domain: None,
            ground: Ground::Empty,
            trusted_devices: None,
            passkeys: true,
            device_binding: DeviceBindingSettings::OFF,
        }
    }
}

impl Gate {
    /// A portal with the NetPilot profile, on a migrated store.
    pub(crate) async fn new(policy: SecondFactorPolicy) -> Self {
        let gate = Self::unmigrated(policy);
        gate.store.migrate().await.unwrap();
        gate
    }

    /// The same with `legacy.second_factor = "pages"`.
    pub(crate) async fn with_pages(policy: SecondFactorPolicy) -> Self {
        Self::migrated(policy, Setup::default()).await
    }

    /// The same on a store without a schema, where every query fails.
    pub(crate) fn unmigrated(policy: SecondFactorPolicy) -> Self {
        Self::build(policy, Setup { challenge: ChallengeUi::Dashboard, ..Setup::default() })
    }

    /// The same with other hosts of the gateway, whose origins these are.
    pub(crate) async fn with_hosts(policy: SecondFactorPolicy, hosts: &[&'static str]) -> Self {
        let setup = Setup { challenge: ChallengeUi::Dashboard, hosts: hosts.to_vec(), ..Setup::default() };
        Self::migrated(policy, setup).await
    }

    /// The same with a session cookie that they share.
    pub(crate) async fn sharing(policy: SecondFactorPolicy, hosts: &[&'static str]) -> Self {
        let setup = Setup { hosts: hosts.to_vec(), cookie_domain: Some("localhost".to_owned()), ..Setup::default() };
        Self::migrated(policy, setup).await
    }

    /// The same with pages, and with devices that can be trusted for this long.
    pub(crate) async fn trusting(policy: SecondFactorPolicy, lifetime: Duration) -> Self {
        Self::migrated(policy, Setup { trusted_devices: Some(lifetime), ..Setup::default() }).await
    }

    /// The same with passkeys switched off.
    pub(crate) async fn without_passkeys(policy: SecondFactorPolicy) -> Self {
        Self::migrated(policy, Setup { passkeys: false, ..Setup::default() }).await
    }

    /// The same with pages, where browsers are offered to bind sessions to their device.
    pub(crate) async fn binding(policy: SecondFactorPolicy) -> Self {
        let trusted_devices = Some(Duration::from_secs(3600));
        let setup = Setup { trusted_devices, device_binding: DeviceBindingSettings::OFFER, ..Setup::default() };
        Self::migrated(policy, setup).await
    }

    /// The same gateway after a restart with codes by mail and SMS switched off.
    pub(crate) fn without_codes(&self, policy: SecondFactorPolicy) -> Self {
        Self::build(policy, Setup { ground: Ground::WithoutCodes(self), ..Setup::default() })
    }

    /// One whose store is away, with a session that a cache still knows.
    pub(crate) fn in_outage(policy: SecondFactorPolicy, cached: SessionView) -> Self {
        Self::build(policy, Setup { ground: Ground::Away(Arc::new(cached)), ..Setup::default() })
    }

    async fn migrated(policy: SecondFactorPolicy, setup: Setup<'_>) -> Self {
        let gate = Self::build(policy, setup);
        gate.store.migrate().await.unwrap();
        gate
    }
}
