//! What can be written after `postern`.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use postern_model::id::SessionId;

/// A guarded gate in front of a web backend: sign-in with Google, second factors, forward-auth.
#[derive(Debug, Parser)]
#[command(name = "postern", version, disable_help_subcommand = true, after_help = EXIT_CODES)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) configuration: ConfigurationArgs,

    /// Print JSON for programs instead of tables for people
    #[arg(long, global = true)]
    pub(super) json: bool,

    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 it did not work, 2 wrong usage, 3 the configuration has problems, \
4 the store is unavailable or not ready, 5 the provider is unavailable, 6 an address cannot be listened on.";

/// Where the configuration is.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct ConfigurationArgs {
    /// Configuration file [default: POSTERN_CONFIG, else ./postern.toml, else /etc/postern/postern.toml, where there]
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
    /// Validate the configuration, connect, and print what the gateway would do
    Check {
        /// Do not connect to the store and the provider
        #[arg(long)]
        offline: bool,

        /// Say which route decides a request, why the earlier ones do not, what it demands, and what becomes of whom;
        /// connects to nothing unless --as is given
        #[arg(long, num_args = 2, value_names = ["METHOD", "URL"])]
        explain: Option<Vec<String>>,

        /// With --explain: what this user of the store gets; an e-mail address or identifier
        #[arg(long = "as", value_name = "USER", requires = "explain")]
        user: Option<String>,

        /// With --explain: the client's address, for routes that hold for some networks
        #[arg(long, value_name = "ADDRESS", requires = "explain")]
        from: Option<IpAddr>,
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
    /// Take over what another system wrote
    Import {
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Make and inspect keys
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Print a completion script
    Completions {
        /// For which shell
        shell: Shell,
    },
    /// Start the demonstration: a stand-in provider, a sample backend and the gateway
    Demo {
        /// Passed on to postern-demo
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Draw a master key and print it, or write it to a file that only its owner can read
    Generate {
        /// File to make; must not exist
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Show which keys are in use, since when and until when, and what is sealed under older master keys
    Status,
    /// Make the next key that signs assertions; it is published now and signs by itself when all know it
    Rotate {
        /// Sign with it at once: for a key that leaked
        #[arg(long)]
        now: bool,
        /// Take this key out of the key set at once; may be given several times
        #[arg(long, value_name = "KID", requires = "now", allow_hyphen_values = true)]
        revoke: Vec<String>,
    },
    /// Seal everything anew with the active master key, so that older ones can be removed
    Reseal,
}

#[derive(Debug, Subcommand)]
pub(super) enum UsersCommand {
    /// All users
    List,
    /// One user: factors, sessions, recent activity
    Show {
        /// E-mail address or identifier
        user: String,
    },
    /// Require a second factor, whatever the policy
    Require {
        /// E-mail address or identifier
        user: String,
        /// Require it no longer
        #[arg(long, conflicts_with = "by_choice")]
        off: bool,
        /// Require it, but let the user switch it off
        #[arg(long)]
        by_choice: bool,
    },
    /// Remove the second factor, so that the user can enrol anew; ends all sessions
    Reset {
        /// E-mail address or identifier
        user: String,
    },
    /// Reset the counters of failed attempts
    Unlock {
        /// E-mail address or identifier
        user: String,
    },
    /// Forbid to sign in; ends all sessions
    Disable {
        /// E-mail address or identifier
        user: String,
    },
    /// Allow to sign in again
    Enable {
        /// E-mail address or identifier
        user: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum SessionsCommand {
    /// The sessions of a user
    List {
        /// E-mail address or identifier
        user: String,
    },
    /// End one session of a user, or all
    Revoke {
        /// E-mail address or identifier
        user: String,
        /// Only this one
        session: Option<SessionId>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// Authenticators and backup codes of a NetPilot backend that ran the guide's second factor
    Netpilot,
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as key=value, such as log.level=debug".to_owned()),
    }
}
