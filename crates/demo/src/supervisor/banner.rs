//! What people read when everything runs.

use super::ports::Ports;
use super::state::State;

/// What to open, what happens, and how to stop.
pub(super) fn text(ports: Ports, state: &State) -> String {
    let (gateway, provider, backend) = (ports.public_url(), ports.issuer(), ports.backend);
    let kept = if state.is_temporary() { "removed at the end; keep it with --state DIR" } else { "kept" };
    let directory = state.directory().display();
    format!(
        "
  Postern is running.

    Open   {gateway}/

  What happens
    1. The gateway knows nobody yet and offers a sign-in. Pick an account, such as Ada Lovelace:
       the identity provider on {provider} stands in for Google.
    2. It asks for a second factor. Scan the QR code with any authenticator app.
       No phone at hand? Open {provider}/authenticator and paste the manual key,
       or run in another terminal:  postern-demo code <KEY>
    3. Note the backup codes. Then the sample backend shows who you are, and that the signature
       under it is genuine.

  Also worth a look
    {gateway}/postern/account   your factor, codes, sessions and recent activity
    Sign in as Mallory            the provider has not verified that address, so the gateway refuses
    http://localhost:{backend}/        the backend without the gateway: it knows nobody

  State  {directory} ({kept})
  Log    follows below: one line when the provider issues a code, and the gateway's own lines for the
         sign-in, the enrolment, each verification and each sign-out
  Stop   Ctrl-C
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemEntropy;

    #[test]
    fn every_address_is_named_with_its_port() {
        let state = State::open(None, &SystemEntropy::default()).unwrap();
        let text = text(Ports { gateway: 1, provider: 2, backend: 3, management: 4 }, &state);
        for part in [
            "http://localhost:1/\n",
            "http://localhost:2/authenticator",
            "http://localhost:3/",
            "postern-demo code",
            "Ctrl-C",
        ] {
            assert!(text.contains(part), "{part}");
        }
    }
}
