//! A code by mail or SMS, as the page that asks for a code offers it.

use postern_authn::factors::Recipient;
use postern_model::factor::SecondFactor;
use postern_model::phone::PhoneNumber;

use crate::language::Text;

/// The offer of a code by mail or SMS, and what came of it.
#[derive(Clone, Debug)]
pub struct SentCodeOffer {
    /// The factor that it verifies.
    pub method: SecondFactor,
    /// Where it goes, shortened.
    pub recipient: String,
    /// Whether one was sent that is still valid.
    pub sent: bool,
    /// Time until another one can be sent ("about 5 minutes"); `None`: now.
    pub wait: Option<Text>,
    /// Whether the last one could not be sent.
    pub unsent: bool,
}

impl SentCodeOffer {
    /// Offers a code.
    pub fn to(recipient: &Recipient) -> Self {
        let (method, recipient) = match recipient {
            Recipient::Address(address) => (SecondFactor::Email, shortened(address)),
            Recipient::Number(number) => (SecondFactor::Sms, masked(number)),
        };
        Self { method, recipient, sent: false, wait: None, unsent: false }
    }

    /// Returns the message that names this way among the others.
    pub fn choice(&self) -> &'static str {
        if self.is_sms() { "sms-choice" } else { "mail-choice" }
    }

    /// Returns the message of the button that sends the first code.
    pub fn send(&self) -> &'static str {
        if self.is_sms() { "sms-send" } else { "mail-send" }
    }

    /// Returns the messages of the field and of what is said below it.
    pub fn field(&self) -> (&'static str, &'static str) {
        if self.is_sms() { ("sms-code", "sms-code-hint") } else { ("mail-code", "mail-code-hint") }
    }

    fn is_sms(&self) -> bool {
        self.method == SecondFactor::Sms
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        let offer = Self::to(&Recipient::Address("ada@example.com".to_owned()));
        Self { sent: true, wait: Some(Text::new("time-minutes").with("count", 1_u32)), ..offer }
    }
}

/// Shortens a number: whoever has only the first factor is told no more of it than its owner needs.
pub fn masked(number: &PhoneNumber) -> String {
    format!("•••• {}", number.ending())
}

/// Shortens an address.
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

    #[test]
    fn of_a_number_two_digits_are_told() {
        assert_eq!(masked(&PhoneNumber::parse("+49 151 2345612").unwrap()), "•••• 12");
    }
}
