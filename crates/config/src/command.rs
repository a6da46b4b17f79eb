//! Secrets printed by a program (`pass show postern`, `vault kv get …`).

use std::process::{Command, Stdio};

use postern_model::SecretString;

use crate::table::Complaint;

/// Socket activation's variables (sd_listen_fds(3)); they are for this process only.
const VARIABLES: [&str; 3] = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];

/// Runs a program without a shell and returns its standard output without the final newline. The output is never logged;
/// standard error is inherited.
pub(crate) fn run(words: &[String]) -> Result<SecretString, Complaint> {
    let Some((program, arguments)) = words.split_first() else {
        return Err((
            "this is empty".to_owned(),
            "write program and arguments, such as [\"pass\", \"show\", \"postern\"]",
        ));
    };
    let mut command = Command::new(program);
    VARIABLES.iter().for_each(|variable| {
        command.env_remove(variable);
    });
    let output = command.args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| {
        (format!("{program} cannot be run: {error}"), "name a program that the gateway's user may run")
    })?;
    if !output.status.success() {
        let what = format!("{program} failed ({})", output.status);
        return Err((what, "run it by hand as the gateway's user to see why"));
    }
    let text = String::from_utf8(output.stdout).unwrap_or_default();
    let secret = text.strip_suffix('\n').unwrap_or(&text);
    if secret.trim().is_empty() {
        return Err((format!("{program} printed nothing"), "have it print the secret on standard output"));
    }
    Ok(SecretString::from(secret))
}
