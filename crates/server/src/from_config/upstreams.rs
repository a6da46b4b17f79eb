//! Converts `[[upstream]]` to the configuration of the data plane.

use http::HeaderValue;
use postern_proxy::{HealthCheck, UpstreamAddress, UpstreamConfig};
use url::Url;

use crate::config_error::ConfigError;
use postern_config::UpstreamUrl;

/// The data plane's configuration of an upstream, with at most `most` concurrent requests.
pub(crate) fn client(
    upstream: &postern_config::UpstreamConfig,
    most: Option<usize>,
) -> Result<UpstreamConfig, ConfigError> {
    let named = |error: &dyn std::fmt::Display| ConfigError::new(format!("upstream {:?}: {error}", upstream.name));
    let (address, host) = match &upstream.url {
        UpstreamUrl::Unix(path) => (UpstreamAddress::Unix(path.clone()), "localhost".to_owned()),
        UpstreamUrl::Web(origin) => {
            let url = Url::parse(origin.as_str()).map_err(|error| named(&error))?;
            let host = url.host_str().ok_or_else(|| named(&"its URL has no host"))?;
            let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
            let port = url.port_or_known_default().ok_or_else(|| named(&"its URL has no port"))?;
            (UpstreamAddress::Tcp(host, port), origin.authority().to_owned())
        }
    };
    let host = HeaderValue::try_from(host).map_err(|error| named(&error))?;
    let health = upstream.health.as_ref().map(|health| HealthCheck {
        path: health.path.clone(),
        host,
        interval: health.interval,
        failures: health.failures,
    });
    Ok(UpstreamConfig {
        name: upstream.name.clone(),
        address,
        tls: upstream.tls.client(&upstream.url).map_err(|error| named(&error))?,
        protocol: upstream.protocol,
        timeout: upstream.timeout,
        connect_timeout: upstream.connect_timeout,
        body_timeout: upstream.body_timeout,
        idle_timeout: upstream.idle_timeout,
        max_connections: upstream.max_connections.map(|most| most as usize).into_iter().chain(most).min(),
        health,
    })
}
