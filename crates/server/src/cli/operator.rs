//! The person at the command line, for the audit log.

use std::collections::BTreeMap;
use std::net::IpAddr;

use postern_config::printable;
use postern_model::session::Caller;

/// The audit log's name for commands of operators, in place of a browser.
pub(super) const COMMAND_LINE: &str = "postern command line";

/// The operator who runs a command: the operating system's user, the user that `sudo` names, the machine, and the
/// address of the SSH client.
///
/// Only the user identifier is reliable, since the kernel reports it. The names come from files and environment
/// variables; they help the reader and prove nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) uid: u32,
    pub(super) name: Option<String>,
    pub(super) sudo: Option<String>,
    pub(super) host: Option<String>,
    pub(super) address: Option<IpAddr>,
}

impl Operator {
    /// Reads the operator from this process and its environment.
    pub(super) fn of_process(environment: &BTreeMap<String, String>) -> Self {
        let uid = rustix::process::getuid().as_raw();
        let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let host = host.or_else(|| environment.get("HOSTNAME").cloned()).map(|host| host.trim().to_owned());
        Self {
            uid,
            name: account_name(&accounts, uid),
            sudo: environment.get("SUDO_USER").filter(|name| !name.is_empty()).cloned(),
            host: host.filter(|host| !host.is_empty()),
            address: environment.get("SSH_CONNECTION").and_then(|ssh| ssh.split(' ').next()?.parse().ok()),
        }
    }

    /// The caller as recorded in the audit log: `postern command line: root (uid 0), sudo by ada, on gate-1`.
    pub(super) fn caller(&self) -> Caller {
        let mut text = format!("{COMMAND_LINE}: ");
        match &self.name {
            Some(name) => text.push_str(&format!("{} (uid {})", printable(name), self.uid)),
            None => text.push_str(&format!("uid {}", self.uid)),
        }
        if let Some(sudo) = &self.sudo {
            text.push_str(&format!(", sudo by {}", printable(sudo)));
        }
        if let Some(host) = &self.host {
            text.push_str(&format!(", on {}", printable(host)));
        }
        Caller::new(self.address, Some(&text))
    }
}

/// The name of an account in the text of `/etc/passwd` (passwd(5)).
fn account_name(accounts: &str, uid: u32) -> Option<String> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _password, id) = (fields.next()?, fields.next()?, fields.next()?);
        (id.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_names_the_account_the_person_behind_sudo_and_the_machine() {
        let name = account_name("root:x:0:0::/root:/bin/sh\nbroken\npostern:x:999:999::/:/bin/false\n", 999);
        assert_eq!(name.as_deref(), Some("postern"));
        let operator = Operator {
            uid: 999,
            name,
            sudo: Some("ada\n".to_owned()),
            host: Some("gate-1".to_owned()),
            address: Some([192, 0, 2, 9].into()),
        };
        let caller = operator.caller();
        assert_eq!(caller.address, Some([192, 0, 2, 9].into()));
        let text = caller.user_agent.unwrap();
        assert_eq!(text, "postern command line: postern (uid 999), sudo by ada\\n, on gate-1");
        let bare = Operator { uid: 7, name: None, sudo: None, host: None, address: None };
        assert_eq!(bare.caller().user_agent.as_deref(), Some("postern command line: uid 7"));
    }
}
