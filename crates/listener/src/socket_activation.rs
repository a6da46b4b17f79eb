//! Socket activation (sd_listen_fds(3)): listening sockets that the service manager opened. Connections queue in them during
//! a restart, so that none is refused.

use std::collections::BTreeMap;
use std::io;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use listenfd::ListenFd;
use socket2::SockRef;

use crate::error::BindError;
use postern_model::address::Address;

/// Inherited sockets that no listener has taken yet.
#[derive(Debug, Default)]
pub struct InheritedSockets {
    sockets: Vec<(String, Socket)>,
}

/// An inherited listening socket.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl InheritedSockets {
    /// Takes the sockets that the environment names for this process, and marks them close-on-exec. Call it once, before a
    /// child process can be started.
    ///
    /// # Errors
    /// [`BindError`] if one of them is not a listening stream socket.
    pub fn take(environment: &BTreeMap<String, String>) -> Result<Self, BindError> {
        let text = |name: &str| environment.get(name).map(String::as_str).unwrap_or_default();
        // Meant for another process.
        if text("LISTEN_PID").parse() != Ok(std::process::id()) {
            return Ok(Self::default());
        }
        let mut passed = ListenFd::from_env();
        let mut names = text("LISTEN_FDNAMES").split(':').filter(|name| !name.is_empty());
        let sockets = (0..passed.len()).map(|index| {
            let name = names.next().unwrap_or("unknown").to_owned();
            let socket = listening(&mut passed, index);
            let failed = |source| BindError { address: Address::Systemd(name.clone()), source };
            let socket = socket.map_err(failed)?;
            Ok((name, socket))
        });
        Ok(Self { sockets: sockets.collect::<Result<_, _>>()? })
    }

    /// All sockets of one name; a unit may listen on several addresses.
    pub(crate) fn named(&mut self, name: &str) -> io::Result<Vec<Socket>> {
        let of_name = |(known, _): &mut (String, Socket)| known == name;
        let taken: Vec<_> = self.sockets.extract_if(.., of_name).map(|(_, socket)| socket).collect();
        if taken.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, self.missing(name)));
        }
        Ok(taken)
    }

    /// The names of the sockets that no listener has taken.
    pub fn left(&self) -> impl Iterator<Item = &str> {
        self.sockets.iter().map(|(name, _)| name.as_str())
    }

    fn missing(&self, name: &str) -> String {
        let names: Vec<_> = self.left().collect();
        let passed = match names.as_slice() {
            [] => "no socket was passed to this process".to_owned(),
            names => format!("the sockets that were passed are named {}", names.join(", ")),
        };
        format!(
            "{passed}; start it by a socket unit with FileDescriptorName={name} (deploy/systemd/postern.socket), or write \
             host:port"
        )
    }
}

fn listening(passed: &mut ListenFd, index: usize) -> io::Result<Socket> {
    let unfit = || {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "the socket that was passed does not listen for streams; use ListenStream= and Accept=no in its unit",
        )
    };
    let socket = match passed.take_tcp_listener(index) {
        Ok(socket) => socket.map(Socket::Tcp),
        Err(_) => passed.take_unix_listener(index).map_err(|_| unfit())?.map(Socket::Unix),
    };
    let socket = socket.ok_or_else(unfit)?;
    let listens = match &socket {
        Socket::Tcp(socket) => SockRef::from(socket).is_listener()?,
        Socket::Unix(socket) => SockRef::from(socket).is_listener()?,
    };
    if listens { Ok(socket) } else { Err(unfit()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_for_another_process_are_left_alone() {
        for pid in [None, Some("1"), Some(""), Some("x")] {
            let fds = [("LISTEN_FDS".to_owned(), "3".to_owned())];
            let pid = pid.map(|pid| ("LISTEN_PID".to_owned(), pid.to_owned()));
            let passed = InheritedSockets::take(&fds.into_iter().chain(pid).collect()).unwrap();
            assert_eq!(passed.left().count(), 0);
        }
    }

    #[test]
    fn sockets_are_found_by_name_all_of_one_name_together() {
        let socket = || Socket::Tcp(TcpListener::bind("127.0.0.1:0").unwrap());
        let sockets = ["web", "management", "web"].map(|name| (name.to_owned(), socket())).into();
        let mut passed = InheritedSockets { sockets };
        let error = passed.named("main").unwrap_err().to_string();
        assert!(error.contains("named web, management, web") && error.contains("FileDescriptorName=main"), "{error}");
        assert_eq!(passed.named("web").unwrap().len(), 2);
        assert_eq!(passed.left().collect::<Vec<_>>(), ["management"]);
        passed.named("management").unwrap();
        let error = passed.named("web").unwrap_err().to_string();
        assert!(error.contains("no socket was passed") && error.contains("host:port"), "{error}");
    }
}
