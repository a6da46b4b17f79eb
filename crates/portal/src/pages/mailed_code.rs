//! A code by mail, as the page that asks for a code offers it.

use crate::language::Text;

/// The offer of a code by mail, and what came of it.
#[derive(Clone, Debug)]
pub struct MailedCode {
    /// Where it goes, shortened.
    pub address: String,
    /// Whether one was sent that is still valid.
    pub sent: bool,
    /// Time until another one can be sent ("about 5 minutes"); `None`: now.
    pub wait: Option<Text>,
    /// Whether the last one could not be sent.
    pub unsent: bool,
}

impl MailedCode {
    /// Offers a code to an address.
    pub fn to(address: &str) -> Self {
        Self { address: shortened(address), sent: false, wait: None, unsent: false }
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self { sent: true, wait: Some(Text::new("time-minutes").with("count", 1_u32)), ..Self::to("ada@example.com") }
    }
}

/// Shortens an address: whoever has only the first factor is told no more of it than its owner needs.
fn shortened(address: &str) -> String {
    let (local, host) = address.rsplit_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_the_first_character_and_the_host_are_told() {
        for (address, told) in
            [("ada@example.com", "a…@example.com"), ("é@x.org", "é…@x.org"), ("\"a@b\"@c", "\"…@c"), ("", "…@")]
        {
            assert_eq!(shortened(address), told);
        }
    }
}
