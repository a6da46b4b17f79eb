//! What a deployment makes the pages look like: its accent colour and its logo.

mod accent;
mod colour;
mod logo;

pub use accent::{Accent, CONTRAST, Palette, Scheme};
pub use colour::Colour;
pub use logo::{Logo, LogoError, LogoFormat};
