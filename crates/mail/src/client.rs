//! The client of a request, in words.

use postern_model::session::Caller;
use postern_model::user_agent;

/// Browser, system and address. The text comes from fixed lists: a client that could have its own words mailed would write to
/// the user in our name.
pub(crate) fn client(caller: &Caller) -> String {
    let agent = caller.user_agent.as_deref().unwrap_or_default();
    let device = match (user_agent::browser(agent), user_agent::system(agent)) {
        (Some(browser), Some(system)) => Some(format!("{browser} on {system}")),
        (Some(name), None) | (None, Some(name)) => Some(name.to_owned()),
        (None, None) => None,
    };
    match (device, caller.address) {
        (Some(device), Some(address)) => format!("{device}, {address}"),
        (None, Some(address)) => format!("an unknown device, {address}"),
        (Some(device), None) => device,
        (None, None) => "unknown".to_owned(),
    }
}
