//! PostgreSQL servers of a test's own: with certificates and passwords that it chooses, and standbys.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A running server. It ends with the value.
pub(crate) struct Server {
    folder: TempDir,
    pub(crate) port: u16,
}

impl Server {
    /// A new server. `password` is that of the user `postgres`, asked for by SCRAM; without one everybody is trusted.
    /// `settings` are lines of `postgresql.conf`; relative paths in them are of the data folder.
    pub(crate) fn start(password: Option<&str>, settings: &str, files: &[(&str, &str)]) -> Self {
        let server = Self::folder();
        let auth = match password {
            Some(password) => {
                std::fs::write(server.path("password"), password).unwrap();
                vec![
                    "-A".to_owned(),
                    "scram-sha-256".to_owned(),
                    format!("--pwfile={}", server.path("password").display()),
                ]
            }
            None => vec!["-A".to_owned(), "trust".to_owned()],
        };
        server.owned();
        let (data, auth) = (server.data(), auth.iter().map(String::as_str));
        let fixed = ["-D", &data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"];
        server.run("initdb", fixed.into_iter().chain(auth));
        for (name, contents) in files {
            std::fs::write(Path::new(&data).join(name), contents).unwrap();
        }
        server.configure(settings);
        server.up();
        server
    }

    /// A standby that follows this server.
    pub(crate) fn standby(&self) -> Self {
        let standby = Self::folder();
        standby.owned();
        let url = format!("host=127.0.0.1 port={} user=postgres", self.port);
        standby
            .run("pg_basebackup", ["-D", &standby.data(), "-d", &url, "-R", "-X", "stream", "-c", "fast", "--no-sync"]);
        standby.up();
        standby
    }

    /// Makes a standby the primary; returns when it is.
    pub(crate) fn promote(&self) {
        self.run("pg_ctl", ["-D", &self.data(), "-w", "-t", "60", "promote"]);
    }

    /// Ends the server as a crash would.
    pub(crate) fn crash(&self) {
        self.run("pg_ctl", ["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
    }

    fn folder() -> Self {
        // Short, since the path of a socket holds some hundred characters at most.
        let folder = tempfile::Builder::new().prefix("postern-pg.").tempdir_in("/tmp").unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { folder, port }
    }

    fn configure(&self, settings: &str) {
        let fixed = "fsync = off\nlisten_addresses = '127.0.0.1'\nshared_buffers = 16MB\n";
        let file = Path::new(&self.data()).join("postgresql.conf");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, format!("{text}\n{fixed}unix_socket_directories = ''\n{settings}\n")).unwrap();
        self.owned();
    }

    fn up(&self) {
        let (log, port) = (self.path("log").display().to_string(), format!("-p {}", self.port));
        self.run("pg_ctl", ["-D", &self.data(), "-l", &log, "-o", &port, "-w", "-t", "60", "start"]);
    }

    fn data(&self) -> String {
        self.path("data").display().to_string()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Gives the files to the user that the server runs as: it refuses to run as root.
    fn owned(&self) {
        if is_root() {
            succeeds(Command::new("chown").args(["-R", "postgres:postgres"]).arg(self.folder.path()));
        }
        for key in std::fs::read_dir(self.path("data")).into_iter().flatten().flatten() {
            if key.path().extension().is_some_and(|extension| extension == "key") {
                succeeds(Command::new("chmod").arg("600").arg(key.path()));
            }
        }
    }

    fn run<'a>(&self, program: &str, arguments: impl IntoIterator<Item = &'a str>) {
        let program = programs().join(program);
        let mut command = if is_root() {
            let mut guarded = Command::new("setpriv");
            guarded.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
            guarded
        } else {
            Command::new(program)
        };
        succeeds(command.args(arguments).current_dir(self.folder.path()));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = Command::new(if is_root() { "setpriv".into() } else { programs().join("pg_ctl") });
        if is_root() {
            stop.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(programs().join("pg_ctl"));
        }
        stop.args(["-D", &self.data(), "-m", "immediate", "stop"]).current_dir("/");
        stop.stdout(Stdio::null()).stderr(Stdio::null()).status().ok();
    }
}

/// The server's output goes to its log, so that nothing waits for the end of a pipe that it holds.
fn succeeds(command: &mut Command) {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}");
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0
}

/// The folder of the newest server; Debian keeps it out of the search path.
fn programs() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let newest = installed.map(|entry| entry.path()).filter(|path| version(path).is_some()).max_by_key(version);
    newest.map(|path| path.join("bin")).unwrap_or_default()
}
