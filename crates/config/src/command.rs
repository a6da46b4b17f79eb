//! Secrets printed by a program (`pass show postern`, `vault kv get …`).

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use postern_model::SecretString;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::table::Complaint;

/// Socket activation's variables (sd_listen_fds(3)); they are for this process only.
const VARIABLES: [&str; 3] = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];
/// Time that the program may take: a slow vault, but nobody who is to type a passphrase.
const PATIENCE: Duration = Duration::from_secs(30);
/// Most bytes that are read of what it prints.
const MOST: u64 = 64 * 1024;
/// Time between two looks whether a program that closed its output has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// Runs a program without a shell and returns its standard output without the final newline. The output is never logged;
/// standard error is inherited.
pub(crate) fn run(words: &[String]) -> Result<SecretString, Complaint> {
    run_within(words, PATIENCE)
}

fn run_within(words: &[String], patience: Duration) -> Result<SecretString, Complaint> {
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
    // A group of its own, so that what it starts ends with it.
    command.args(arguments).process_group(0);
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
    let mut child = spawned.map_err(|error| {
        (format!("{program} cannot be run: {error}"), "name a program that the gateway's user may run")
    })?;
    let Some((output, status)) = ended(&mut child, patience) else {
        give_up(&mut child);
        let what = format!("{program} did not end within {} seconds", patience.as_secs());
        return Err((what, "run it by hand as the gateway's user: it may wait for a passphrase or a server"));
    };
    if u64::try_from(output.len()).is_ok_and(|length| length > MOST) {
        return Err((format!("{program} printed more than 64 KiB"), "have it print the secret and nothing else"));
    }
    if !status.success() {
        let what = format!("{program} failed ({status})");
        return Err((what, "run it by hand as the gateway's user to see why"));
    }
    let text = String::from_utf8(output).unwrap_or_default();
    let secret = text.strip_suffix('\n').unwrap_or(&text);
    if secret.trim().is_empty() {
        return Err((format!("{program} printed nothing"), "have it print the secret on standard output"));
    }
    Ok(SecretString::from(secret))
}

/// Waits for the end of a program, and returns what it printed, up to a byte more than [`MOST`]. `None` if it does not end in time. A
/// program that prints more is ended by the pipe that nobody reads.
fn ended(child: &mut Child, patience: Duration) -> Option<(Vec<u8>, ExitStatus)> {
    let deadline = Instant::now() + patience;
    let (sender, receiver) = mpsc::channel();
    let stdout = child.stdout.take()?;
    thread::spawn(move || {
        let mut output = Vec::new();
        let _ = stdout.take(MOST + 1).read_to_end(&mut output);
        // Nobody waits for it any more once the deadline is over.
        let _ = sender.send(output);
    });
    let output = receiver.recv_timeout(patience).ok()?;
    loop {
        match child.try_wait().ok()? {
            Some(status) => return Some((output, status)),
            None if Instant::now() >= deadline => return None,
            None => thread::sleep(PAUSE),
        }
    }
}

/// Ends a program with all that it started. They may have ended by themselves meanwhile.
fn give_up(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_briefly(words: &[&str]) -> Result<SecretString, Complaint> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        run_within(&words, Duration::from_millis(200))
    }

    #[test]
    fn a_program_that_waits_for_somebody_is_given_up() {
        for program in
            [["sleep", "100"].as_slice(), &["sh", "-c", "exec >&-; sleep 100"], &["sh", "-c", "sleep 100 | cat"]]
        {
            let (what, remedy) = run_briefly(program).unwrap_err();
            assert!(what.contains("did not end within") && remedy.contains("passphrase"), "{what}");
        }
    }

    #[test]
    fn a_program_that_never_stops_printing_is_given_up() {
        let words = ["yes".to_owned()];
        let (what, _) = run_within(&words, PATIENCE).unwrap_err();
        assert_eq!(what, "yes printed more than 64 KiB");
    }
}
