//! Waiting until the gateway is ready.

use std::time::Duration;

use anyhow::bail;
use bytes::Bytes;
use http::{StatusCode, Uri};
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

const PAUSE: Duration = Duration::from_millis(100);
const TRIES: u32 = 300;

/// Asks `/readyz` of the management listener until it answers 200, for half a minute.
pub(super) async fn wait(management: u16) -> anyhow::Result<()> {
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let uri: Uri = format!("http://127.0.0.1:{management}/readyz").parse()?;
    for _ in 0..TRIES {
        let asked = tokio::time::timeout(Duration::from_secs(2), client.get(uri.clone())).await;
        if matches!(asked, Ok(Ok(answer)) if answer.status() == StatusCode::OK) {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("the gateway is not ready after half a minute: see its lines above, and {uri}")
}
