//! The gateway's configuration: `config/demo.toml`, with other ports where asked for.

use super::ports::Ports;

const TEMPLATE: &str = include_str!("../../../../config/demo.toml");

/// The audience of assertions for the sample backend.
pub(super) const AUDIENCE: &str = "demo";

/// The configuration for these ports.
pub(super) fn render(ports: Ports) -> String {
    let standard = Ports::default();
    let mut text = TEMPLATE.to_owned();
    // By way of a placeholder each, since one of the new ports may be one of the old.
    let pairs = [
        (standard.gateway, ports.gateway, "\u{0}gateway"),
        (standard.provider, ports.provider, "\u{0}provider"),
        (standard.backend, ports.backend, "\u{0}backend"),
        (standard.management, ports.management, "\u{0}management"),
    ];
    for (old, _, placeholder) in pairs {
        text = text.replace(&format!(":{old}\""), &format!(":{placeholder}\""));
    }
    for (_, new, placeholder) in pairs {
        text = text.replace(placeholder, &new.to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Builder;

    #[test]
    fn the_standard_ports_leave_the_file_as_it_is() {
        assert_eq!(render(Ports::default()), TEMPLATE);
    }

    #[test]
    fn other_ports_take_their_places_even_when_swapped() {
        let text = render(Ports { gateway: 8081, provider: 8080, backend: 7002, management: 7003 });
        for line in [
            "public_url = \"http://localhost:8081\"",
            "address = \"127.0.0.1:8081\"",
            "management = \"127.0.0.1:7003\"",
            "issuer = \"http://localhost:8080\"",
            "url = \"http://127.0.0.1:7002\"",
        ] {
            assert_eq!(text.matches(line).count(), 1, "{line}");
        }
    }

    #[test]
    fn file_and_programs_agree() {
        assert!(TEMPLATE.contains(&format!("client_secret = \"{}\"", Builder::DEMO_SECRET)));
        assert!(TEMPLATE.contains(&format!("audience = \"{AUDIENCE}\"")));
    }
}
