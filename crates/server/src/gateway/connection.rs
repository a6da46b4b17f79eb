//! The settings of connections, from the configuration.

use std::sync::Arc;

use postern_config::Config;
use postern_listener::tls::Certificates;
use postern_listener::{ClientFrameBudgets, ConnectionConfig, LimitPerAddress, Timeouts};
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::web::TrustedProxies;

use super::StartError;
use crate::listeners::tls_files;
use crate::telemetry::{Metrics, report_refusals};

/// How connections are set up and limited.
pub(super) fn connection_config(
    config: &Config,
    trusted: &TrustedProxies,
    metrics: &Arc<Metrics>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<ConnectionConfig, StartError> {
    let listen = &config.listen;
    let tls = match &listen.tls {
        Some(files) => {
            Some(Arc::new(Certificates::load(tls_files(files), config.public_url.host(), Arc::clone(clock))?))
        }
        None => None,
    };
    let (limit, streams) = (config.limits.connections_per_address, config.limits.streams_per_address);
    let balancers = TrustedProxies::new(listen.proxy_protocol.clone()).with_unix(listen.proxy_protocol_unix);
    let any = listen.proxy_protocol_unix || !listen.proxy_protocol.is_empty();
    Ok(ConnectionConfig {
        proxy_protocol: any.then_some(balancers),
        timeouts: Timeouts { header: listen.header_timeout, idle: listen.idle_timeout, body: listen.body_timeout },
        tls,
        h2c: listen.h2c,
        max_concurrent_streams: listen.max_streams,
        per_address: limit.map(|max| Arc::new(LimitPerAddress::new(max, trusted.clone()))),
        requests_per_address: streams.map(|max| Arc::new(LimitPerAddress::new(max, trusted.clone()))),
        frame_budgets: Some(Arc::new(ClientFrameBudgets::new(trusted.clone(), entropy.as_ref()))),
        refused: Some(report_refusals(metrics, entropy)),
        entropy: Arc::clone(entropy),
    })
}
