//! Sends one request with every session, so that a server has them all in memory.

use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::client::Client;

/// Connections that have a request under way at a time.
const CONNECTIONS: usize = 32;

/// Sends the request of a file once for every line of another, in place of its `@`. Every response must be a 200;
/// prints their number.
pub(crate) fn run(port: u16, request: &Path, tokens: &Path) -> anyhow::Result<()> {
    let request = std::fs::read_to_string(request)?;
    let (before, after) = request.split_once('@').context("the request has no @")?;
    let tokens = std::fs::read_to_string(tokens)?;
    let tokens: Vec<&str> = tokens.lines().collect();
    let mut clients = (0..CONNECTIONS).map(|_| Client::connect(port)).collect::<anyhow::Result<Vec<_>>>()?;
    for batch in tokens.chunks(CONNECTIONS) {
        for (client, token) in clients.iter_mut().zip(batch) {
            client.send(format!("{before}{token}{after}").as_bytes())?;
        }
        for (client, _) in clients.iter_mut().zip(batch) {
            client.receive()?;
        }
    }
    writeln!(std::io::stdout(), "{}", tokens.len())?;
    Ok(())
}
