//! The text that the demonstration prints when everything runs.

use std::path::Path;

use super::ports::Ports;
use super::state::State;

/// Says what to open, what happens, and how to stop. `program` is the running `postern-demo`: it need not be on the
/// PATH, so its commands are printed with its path.
pub(super) fn text(ports: Ports, state: &State, program: &Path) -> String {
    let code = format!("{} code <KEY>", quoted(program));
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
       or run in another terminal:
         {code}
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

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "/._-+".contains(c);
    if text.chars().all(plain) { text.into_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemEntropy;

    #[test]
    fn every_address_is_named_with_its_port() {
        let state = State::open(None, &SystemEntropy::default()).unwrap();
        let ports = Ports { gateway: 1, provider: 2, backend: 3, management: 4 };
        let text = text(ports, &state, Path::new("/srv/target/debug/postern-demo"));
        for part in [
            "http://localhost:1/\n",
            "http://localhost:2/authenticator",
            "http://localhost:3/",
            " /srv/target/debug/postern-demo code <KEY>\n",
            "Ctrl-C",
        ] {
            assert!(text.contains(part), "{part}");
        }
    }

    #[test]
    fn a_path_with_a_space_or_a_quote_is_one_word_of_a_shell() {
        assert_eq!(quoted(Path::new("/home/ada/it's here/postern-demo")), r"'/home/ada/it'\''s here/postern-demo'");
    }
}
