//! Sockets that a service manager passes to the program (sd_listen_fds(3)).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::running::MASTER;

/// A shell in the place of the service manager: what it has as standard input becomes the first socket, and as standard
/// error the second; then it becomes the program, so that its process is the one that they are for.
const MANAGER: &str = "exec 3<&0 4<&2 0</dev/null 2>&1; [ \"$LISTEN_FDS\" -gt 1 ] || exec 4<&-; \
                       LISTEN_PID=${PID:-$$} exec \"$0\" serve";

struct Service {
    folder: TempDir,
}

impl Service {
    fn new(address: &str, management: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let service = Self { folder };
        // A program that prints the key and writes down what it was handed.
        let seen = service.folder.path().join("seen");
        let script = format!("ls -l /proc/self/fd > {0}; env >> {0}; echo '{MASTER}'", seen.display());
        let text = format!(
            "public_url = 'http://localhost:8080'\nstate_dir = '{}'\n[listen]\naddress = '{address}'\nmanagement = \
             '{management}'\n[google]\nissuer = 'http://127.0.0.1:9'\nclient_id = 'c'\nclient_secret = 's'\n[access]\n\
             anyone = true\n[keys]\nmaster_command = ['/bin/sh', '-c', \"{}\"]\n",
            service.folder.path().display(),
            script.replace('"', "\\\""),
        );
        std::fs::write(service.folder.path().join("postern.toml"), text).unwrap();
        service
    }

    fn command(&self, names: &str, sockets: [Option<OwnedFd>; 2]) -> Command {
        let mut command = Command::new("/bin/sh");
        let count = sockets.iter().flatten().count();
        let [first, second] = sockets.map(|socket| socket.map_or_else(Stdio::null, Stdio::from));
        command
            .args(["-c", MANAGER, env!("CARGO_BIN_EXE_postern")])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LISTEN_FDS", count.to_string())
            .env("LISTEN_FDNAMES", names)
            .current_dir(self.folder.path())
            .stdin(first)
            .stdout(Stdio::piped())
            .stderr(second);
        command
    }

    /// Starts it with these sockets.
    fn start(&self, names: &str, sockets: [Option<OwnedFd>; 2]) -> Running {
        let mut child = self.command(names, sockets).spawn().unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains(" listening ") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "it does not start");
        }
        Running { child, line, _log: log }
    }

    /// Exit code and messages of a start that is refused.
    fn refused(&self, names: &str, sockets: [Option<OwnedFd>; 2]) -> (Option<i32>, String) {
        let output = self.command(names, sockets).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    }
}

struct Running {
    child: Child,
    line: String,
    _log: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success());
    }

    fn ended(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tcp() -> (TcpListener, [Option<OwnedFd>; 2]) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let passed = socket.try_clone().unwrap();
    (socket, [Some(passed.into()), None])
}

fn ask(stream: &mut (impl Read + Write), path: &str) -> String {
    send(stream, path);
    answer(stream)
}

fn send(stream: &mut impl Write, path: &str) {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n").unwrap();
}

fn answer(stream: &mut impl Read) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn connect(socket: &TcpListener) -> TcpStream {
    let stream = TcpStream::connect(socket.local_addr().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

#[test]
fn connections_wait_in_the_socket_while_the_program_is_restarted() {
    let service = Service::new("systemd:web", "off");
    let (socket, passed) = tcp();
    // Nobody serves yet.
    let mut early = connect(&socket);
    let again = || [Some(OwnedFd::from(socket.try_clone().unwrap())), None];
    let first = service.start("web", passed);
    assert!(first.line.contains(&socket.local_addr().unwrap().to_string()), "{}", first.line);
    assert!(ask(&mut early, "/postern/jwks.json").starts_with("HTTP/1.1 200"));

    first.terminate();
    // Connections while and after it ends: none is refused, and each is served by one or the other.
    let asking = |_| {
        let mut stream = connect(&socket);
        send(&mut stream, "/postern/jwks.json");
        stream
    };
    let during: Vec<_> = (0..10).map(asking).collect();
    assert_eq!(first.ended(), Some(0));
    let after: Vec<_> = (0..5).map(asking).collect();
    let second = service.start("web", again());
    for mut stream in during.into_iter().chain(after) {
        assert!(answer(&mut stream).starts_with("HTTP/1.1 200"));
    }
    second.terminate();
    assert_eq!(second.ended(), Some(0));
}

#[test]
fn what_was_passed_reaches_no_child() {
    let service = Service::new("systemd:web", "off");
    let (socket, passed) = tcp();
    let _running = service.start("web", passed);
    assert!(ask(&mut connect(&socket), "/postern/jwks.json").starts_with("HTTP/1.1 200"));
    let seen = std::fs::read_to_string(service.folder.path().join("seen")).unwrap();
    assert!(seen.contains("PWD="), "it looked: {seen}");
    assert!(!seen.contains("socket:") && !seen.contains("LISTEN_"), "{seen}");
}

#[test]
fn each_listener_takes_the_sockets_of_its_name_and_unix_sockets_stay() {
    let service = Service::new("systemd:web", "systemd:inner");
    let (socket, [web, _]) = tcp();
    let path = service.folder.path().join("inner.sock");
    let inner = UnixListener::bind(&path).unwrap();
    let running = service.start("inner:web", [Some(inner.try_clone().unwrap().into()), web]);
    assert!(ask(&mut connect(&socket), "/postern/jwks.json").starts_with("HTTP/1.1 200"));
    let mut health = std::os::unix::net::UnixStream::connect(&path).unwrap();
    assert!(ask(&mut health, "/healthz").starts_with("HTTP/1.1 200"));
    running.terminate();
    assert_eq!(running.ended(), Some(0));
    assert!(path.exists(), "it is the service manager's");
}

#[test]
fn several_sockets_of_one_name_are_one_listener() {
    let service = Service::new("systemd:web", "off");
    let ((one, [first, _]), (other, [second, _])) = (tcp(), tcp());
    let _running = service.start("web:web", [first, second]);
    for socket in [&one, &other, &one, &other] {
        assert!(ask(&mut connect(socket), "/postern/jwks.json").starts_with("HTTP/1.1 200"));
    }
}

#[test]
fn a_socket_that_is_not_there_or_unfit_is_6_and_says_what_to_do() {
    let service = Service::new("systemd:web", "off");
    let (code, told) = service.refused("", [None, None]);
    assert_eq!(code, Some(6), "{told}");
    assert!(told.contains("no socket was passed") && told.contains("FileDescriptorName=web"), "{told}");
    let (code, told) = service.refused("postern.socket", tcp().1);
    assert_eq!(code, Some(6), "{told}");
    assert!(told.contains("named postern.socket") && told.contains("FileDescriptorName=web"), "{told}");
    // A connection, as Accept=yes passes it; no stream; no socket.
    let (socket, _) = tcp();
    let connection = OwnedFd::from(connect(&socket));
    let datagrams = OwnedFd::from(std::net::UdpSocket::bind("127.0.0.1:0").unwrap());
    let file = OwnedFd::from(std::fs::File::open("/dev/null").unwrap());
    for unfit in [connection, datagrams, file] {
        let (code, told) = service.refused("web", [Some(unfit), None]);
        assert_eq!(code, Some(6), "{told}");
        assert!(told.contains("cannot listen on systemd:web") && told.contains("Accept=no"), "{told}");
    }
    // Sockets that were meant for another process.
    let output = service.command("web", tcp().1).env("PID", "1").output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code() == Some(6) && told.contains("no socket was passed"), "{told}");
}

#[test]
fn an_inherited_socket_that_no_listener_uses_is_logged() {
    let service = Service::new("127.0.0.1:0", "off");
    let mut child = service.command("web", tcp().1).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let told: Vec<_> = lines.take_while(|line| !line.contains(" listening ")).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(told.iter().any(|line| line.contains("inherited socket unused") && line.contains("name=web")), "{told:#?}");
}
