//! The arguments of `postern`.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use postern_config::TICKET_MAX;
use postern_model::access::parse_duration;
use postern_model::id::{SessionId, TrustedDeviceId};
use url::Url;

/// Authentication gateway for web backends: sign-in with Google, second factors, forward-auth.
#[derive(Debug, Parser)]
#[command(name = "postern", version, disable_help_subcommand = true, after_help = EXIT_CODES)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) configuration: ConfigurationArgs,

    /// Print JSON instead of tables
    #[arg(long, global = true)]
    pub(super) json: bool,

    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 success, 1 failure, 2 usage error, 3 invalid configuration, 4 store unavailable or \
not ready, 5 provider unavailable, 6 listen address unavailable.";

/// Where the configuration is.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct ConfigurationArgs {
    /// Configuration file [default: POSTERN_CONFIG, else ./postern.toml, else /etc/postern/postern.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// The .env of a NetPilot backend (legacy.env_file); needs legacy.profile = "netpilot"
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) env_file: Option<PathBuf>,

    /// Set a key for this run, as in --set log.level=debug; not for secrets
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(super) set: Vec<(String, String)>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the gateway until SIGTERM or SIGINT
    Serve,
    /// Validate the configuration, test its connections and print a summary
    Check {
        /// Do not connect to the store and the provider
        #[arg(long)]
        offline: bool,

        /// Show the route that decides a request, why earlier routes do not match, what it requires, and what each kind
        /// of session gets; reads the store only with --as
        #[arg(long, num_args = 2, value_names = ["METHOD", "URL"])]
        explain: Option<Vec<String>>,

        /// With --explain: show what this user gets; an e-mail address or identifier
        #[arg(long = "as", value_name = "USER", requires = "explain")]
        user: Option<String>,

        /// With --explain: the client's address, for routes with networks
        #[arg(long, value_name = "ADDRESS", requires = "explain")]
        from: Option<IpAddr>,
    },
    /// Try the deployment from outside: whether the backend is reachable without the gateway, upstreams, store, provider, and
    /// with --url the proxy in front; says what to change
    Doctor {
        /// The address that browsers use, with a path that needs a session; sends requests through the proxy in front
        #[arg(long, value_name = "URL", value_parser = web_url)]
        url: Option<Url>,
    },
    /// Bring the schema of the store up to date
    Migrate,
    /// List, show and change users; USER is an e-mail address or an identifier
    Users {
        #[command(subcommand)]
        command: UsersCommand,
    },
    /// List and end sessions
    Sessions {
        #[command(subcommand)]
        command: SessionsCommand,
    },
    /// Import the data of another system
    Import {
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Generate, rotate and inspect keys
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Try the mail server
    Mail {
        #[command(subcommand)]
        command: MailCommand,
    },
    /// Print a completion script
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Start the demo: a sample provider, a sample backend and the gateway
    Demo {
        /// Passed on to postern-demo
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// Send a test mail as the configuration says, and wait for the server's answer
    Test {
        /// The recipient
        address: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Generate a master key; print it, or write it to a file with mode 0600
    Generate {
        /// File to create, with its folder; must not exist
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Show the keys in use with their periods, and the records still sealed with older master keys
    Status {
        /// Fail unless this configuration has the master key with this identifier, as the active one or another
        #[arg(long, value_name = "KEY")]
        knows: Option<String>,
    },
    /// Create the next signing key: published now, signs after identity.publish_before
    Rotate {
        /// Sign with it immediately, to replace a leaked key
        #[arg(long)]
        now: bool,
        /// Remove this key from the key set immediately; repeatable
        #[arg(long, value_name = "KID", requires = "now", allow_hyphen_values = true)]
        revoke: Vec<String>,
    },
    /// Re-encrypt every record with the active master key, so that older keys can be removed
    Reseal,
}

#[derive(Debug, Subcommand)]
pub(super) enum UsersCommand {
    /// List all users
    List,
    /// Show one user: factors, locks, sessions, recent activity
    Show {
        /// E-mail address or identifier
        user: String,
    },
    /// Require a second factor of this user under every policy
    Require {
        /// E-mail address or identifier
        user: String,
        /// Remove the requirement
        #[arg(long, conflicts_with = "by_choice")]
        off: bool,
        /// Require it, but let the user switch it off
        #[arg(long)]
        by_choice: bool,
    },
    /// Remove the second factor, so that the user can enrol again; ends all sessions; asks first
    Reset {
        /// E-mail address or identifier
        user: String,
        /// Print a ticket, and have the next set-up take it: the provider's account alone then enrols nothing
        #[arg(long)]
        ticket: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Issue an enrolment ticket: without it the user's next set-up of an authenticator is refused. Printed once
    Ticket {
        /// E-mail address or identifier
        user: String,
        /// How long it is valid, such as 30m, at most 7d [default: second_factor.ticket_lifetime]
        #[arg(long, value_name = "TIME", value_parser = lifetime)]
        valid: Option<Duration>,
    },
    /// Show the groups of this user, or change them
    Groups {
        /// E-mail address or identifier
        user: String,
        /// Add to this group; repeatable
        #[arg(long, value_name = "GROUP")]
        add: Vec<String>,
        /// Remove from this group; repeatable
        #[arg(long, value_name = "GROUP")]
        remove: Vec<String>,
        /// Put into exactly these groups, with commas between them; "" for none
        #[arg(long, value_name = "GROUPS", conflicts_with_all = ["add", "remove"])]
        exactly: Option<String>,
    },
    /// Give this user another account of the provider, as after it was deleted and made again; ends all sessions, asks
    /// first
    Relink {
        /// E-mail address or identifier
        user: String,
        /// The new account's subject; the log and the audit event of the sign-in refused with ACCOUNT_CONFLICT name it
        #[arg(long)]
        subject: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Reset the counters of failed attempts, which ends locks
    Unlock {
        /// E-mail address or identifier
        user: String,
    },
    /// Forbid sign-in; ends all sessions
    Disable {
        /// E-mail address or identifier
        user: String,
    },
    /// Allow sign-in again
    Enable {
        /// E-mail address or identifier
        user: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum SessionsCommand {
    /// List the sessions of a user
    List {
        /// E-mail address or identifier
        user: String,
    },
    /// List the trusted devices of a user, which are not asked for the second factor at sign-in
    Devices {
        /// E-mail address or identifier
        user: String,
    },
    /// End the trust in one device of a user, or in all of theirs
    Distrust {
        /// E-mail address or identifier
        user: String,
        /// Only this device
        device: Option<TrustedDeviceId>,
    },
    /// End one session of a user, all of theirs, or all of everybody; ends the trust in their devices too
    Revoke {
        /// E-mail address or identifier
        #[arg(required_unless_present_any = ["all", "user_option"])]
        user: Option<String>,
        /// Only this session
        session: Option<SessionId>,
        /// The user, in place of the argument: all sessions of theirs
        #[arg(id = "user_option", long = "user", value_name = "USER", conflicts_with_all = ["user", "all"])]
        user_option: Option<String>,
        /// Every session of every user; asks first
        #[arg(long, conflicts_with = "user")]
        all: bool,
        /// Do not ask
        #[arg(long, requires = "all")]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// Import authenticators and backup codes of a NetPilot backend with the 2FA guide's second factor
    Netpilot,
}

fn web_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| "write an http or https URL such as https://app.example.com/".to_owned())
}

fn lifetime(text: &str) -> Result<Duration, String> {
    parse_duration(text)
        .filter(|span| *span <= TICKET_MAX)
        .ok_or_else(|| "write a time such as 30m, 1h or 2d, at most 7d".to_owned())
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as key=value, such as log.level=debug".to_owned()),
    }
}
