//! `[second_factor]`: policy, and the label in authenticator apps.

use postern_model::access::SecondFactorPolicy;

use crate::table::Table;

/// Second factors.
#[derive(Clone, Debug)]
pub struct SecondFactorConfig {
    /// Which users need one.
    pub policy: SecondFactorPolicy,
    /// Label in authenticator apps.
    pub issuer: String,
}

pub(crate) fn read(table: &mut Table<'_>, netpilot: bool) -> SecondFactorConfig {
    let policy = table.make("policy", |text| match text {
        "required" => Ok(SecondFactorPolicy::Required),
        "per-user" => Ok(SecondFactorPolicy::PerUser),
        other => Err((format!("{other:?} is no policy"), "write \"required\" or \"per-user\"")),
    });
    // A colon separates issuer and account in an otpauth:// URI.
    let issuer =
        table.make("issuer", |text| match text.chars().any(|c| c == ':' || c.is_control()) || text.len() > 64 {
            true => Err((format!("{text:?} cannot be a label"), "use at most 64 bytes without a colon")),
            false => Ok(text.to_owned()),
        });
    let default = if netpilot { "NetPilot" } else { "Postern" };
    SecondFactorConfig { policy: policy.unwrap_or_default(), issuer: issuer.unwrap_or_else(|| default.to_owned()) }
}
