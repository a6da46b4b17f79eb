//! Trusted devices: their cookie, their use in place of the second factor, and ending the trust from the account page.

use http::{HeaderValue, Method};
use postern_authn::factors::{DeviceCookie, DeviceOutcome, Elevated};
use postern_model::clock::Timestamp;
use postern_model::id::{TrustedDeviceId, UserId};
use postern_model::session::SessionView;
use postern_model::trusted_device::DeviceSelection;
use postern_model::web::is_navigation;

use crate::error::PortalError;
use crate::pages::{DeviceRow, ExactTime, ago, describe_device};
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};

/// What the browser's cookie of a trusted device is worth.
#[derive(Default)]
pub(super) struct ByDevice {
    /// The session, if the device stood in for its second factor.
    pub(super) raised: Option<Box<Elevated>>,
    /// `Set-Cookie` values for the device.
    pub(super) set_cookies: Vec<HeaderValue>,
}

impl Portal {
    /// Raises a session that waits for its second factor with the cookie of a trusted device, for a navigation only: a page in
    /// the background would not take up the new token.
    pub(super) async fn verify_by_device(&self, request: &Request, view: &SessionView) -> ByDevice {
        let user = view.user.id;
        let secret = self.settings.cookie.device(&request.headers, user);
        let reads = request.method == Method::GET && is_navigation(&request.method, &request.headers);
        let Some(secret) = secret.filter(|_| reads) else {
            return ByDevice::default();
        };
        match self.authn.use_trusted_device(view, &secret, &request.caller).await {
            DeviceOutcome::Raised(mut raised) => {
                let set_cookies = self.device_cookies(request, view, raised.device.take());
                ByDevice { raised: Some(raised), set_cookies }
            }
            DeviceOutcome::Refused => ByDevice { raised: None, set_cookies: vec![self.cleared_device(user)] },
            DeviceOutcome::Unused => ByDevice::default(),
        }
    }

    /// Returns the `Set-Cookie` values that give a browser the secret of its device.
    pub(super) fn device_cookies(
        &self,
        request: &Request,
        view: &SessionView,
        device: Option<DeviceCookie>,
    ) -> Vec<HeaderValue> {
        let Some(device) = device else { return Vec::new() };
        let (cookie, pages, user) = (&self.settings.cookie, self.site.base_path(), view.user.id);
        let mut set = cookie.make_room_for_device(pages, &request.headers, user);
        set.push(cookie.set_device(pages, user, &device.secret, device.expires_at.since(self.authn.now())));
        set
    }

    /// Returns the `Set-Cookie` value that makes a browser drop the secret of this user's device.
    pub(super) fn cleared_device(&self, user: UserId) -> HeaderValue {
        self.settings.cookie.clear_device(self.site.base_path(), user)
    }

    /// Returns the trusted device of this user that the browser of a request claims to be; `None` where devices cannot be
    /// trusted.
    pub(super) fn own_device(&self, request: &Request, view: &SessionView) -> Option<TrustedDeviceId> {
        self.authn.device_trust()?;
        self.settings.cookie.device(&request.headers, view.user.id).map(|secret| secret.device)
    }

    /// `POST account/devices`: ends the trust in one device, or in all.
    pub(crate) async fn forget_devices(&self, request: &Request) -> Result<Response, PortalError> {
        let account = self.site.path("account");
        let view = self.complete(request, &account).await?;
        let form = request.form();
        self.check_form(&view, &form)?;
        let which = match form.get("device").unwrap_or_default() {
            "all" => Some(DeviceSelection::All),
            text => text.parse().ok().map(DeviceSelection::One),
        };
        let ended = match which {
            Some(which) => self.authn.forget_devices(&view, which, &request.caller).await?,
            None => 0,
        };
        let outcome = match which {
            Some(DeviceSelection::All) if ended > 0 => "devices",
            Some(_) if ended > 0 => "device",
            _ => "device-gone",
        };
        let own = self.own_device(request, &view);
        let drops = match which {
            Some(DeviceSelection::One(id)) => own == Some(id),
            _ => own.is_some() && ended > 0,
        };
        let response = response::see_other(&format!("{account}?done={outcome}"))?;
        Ok(response::with_cookies(response, drops.then(|| self.cleared_device(view.user.id))))
    }

    /// Returns the rows of the account page; `None` where devices cannot be trusted.
    pub(super) async fn device_rows(
        &self,
        request: &Request,
        view: &SessionView,
        now: Timestamp,
    ) -> Result<Option<Vec<DeviceRow>>, PortalError> {
        if self.authn.device_trust().is_none() || !view.factors.enrolled() {
            return Ok(None);
        }
        let own = self.own_device(request, view);
        let rows = self.authn.trusted_devices(view).await?.into_iter().map(|(device, ends_at)| DeviceRow {
            id: device.id.to_string(),
            device: describe_device(device.caller.user_agent.as_deref()),
            address: device.caller.address.map(|address| address.to_string()),
            trusted: ago(device.trusted_at, now),
            trusted_at: ExactTime::new(device.trusted_at),
            used: device.last_used_at.map(|at| (ago(at, now), ExactTime::new(at))),
            until: ExactTime::new(ends_at),
            current: own == Some(device.id),
        });
        Ok(Some(rows.collect()))
    }
}
