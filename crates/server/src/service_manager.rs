//! Reports the state of the process to the service manager by systemd's notification protocol, sd_notify(3). Without a
//! service manager, every method does nothing.

use std::collections::BTreeMap;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// A connection to the service manager. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct ServiceManager {
    socket: Option<Arc<UnixDatagram>>,
    watchdog: Option<Duration>,
}

impl ServiceManager {
    /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    ///
    /// # Errors
    /// When `NOTIFY_SOCKET` names something that cannot be connected to.
    pub fn from_environment(environment: &BTreeMap<String, String>) -> io::Result<Self> {
        let Some(name) = environment.get("NOTIFY_SOCKET").filter(|name| !name.is_empty()) else {
            return Ok(Self::default());
        };
        let address = match name.strip_prefix('@') {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => SocketAddr::from_pathname(name)?,
        };
        let socket = UnixDatagram::unbound()?;
        socket.connect_addr(&address)?;
        socket.set_nonblocking(true)?;
        let ours = |pid: &String| pid.parse() == Ok(std::process::id());
        let microseconds = environment.get("WATCHDOG_USEC").and_then(|usec| usec.parse().ok()).filter(|usec| *usec > 0);
        let watchdog = microseconds.filter(|_| environment.get("WATCHDOG_PID").is_none_or(ours));
        Ok(Self { socket: Some(Arc::new(socket)), watchdog: watchdog.map(Duration::from_micros) })
    }

    /// Reports that the process serves, or serves again after a reload.
    pub fn ready(&self, status: &str) {
        self.tell(&format!("READY=1\nSTATUS={status}"));
    }

    /// Reports that a reload began; [`ServiceManager::ready`] ends it.
    pub fn reloading(&self) {
        let now = clock_gettime(ClockId::Monotonic);
        let microseconds = now.tv_sec.saturating_mul(1_000_000).saturating_add(now.tv_nsec / 1000);
        self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={microseconds}\nSTATUS=reading the configuration"));
    }

    /// Reports that the process is stopping.
    pub fn stopping(&self, status: &str) {
        self.tell(&format!("STOPPING=1\nSTATUS={status}"));
    }

    /// Sends two keep-alives per watchdog period, as long as this future is polled. The service manager restarts a
    /// process whose tasks no longer run.
    pub async fn keep_watchdog(self) {
        let Some(period) = self.watchdog else { return };
        let mut beat = tokio::time::interval(period / 2);
        loop {
            beat.tick().await;
            self.tell("WATCHDOG=1");
        }
    }

    fn tell(&self, state: &str) {
        let Some(socket) = &self.socket else { return };
        if let Err(error) = socket.send(state.as_bytes()) {
            tracing::warn!(%error, "service manager cannot be notified");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn heard(socket: &UnixDatagram) -> String {
        let mut buffer = [0; 512];
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }

    #[test]
    fn states_reach_the_socket_that_the_environment_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let manager =
            ServiceManager::from_environment(&environment(&[("NOTIFY_SOCKET", path.to_str().unwrap())])).unwrap();
        manager.ready("serving");
        manager.reloading();
        manager.stopping("draining");
        assert_eq!(heard(&socket), "READY=1\nSTATUS=serving");
        let reloading = heard(&socket);
        assert!(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="), "{reloading}");
        assert_eq!(heard(&socket), "STOPPING=1\nSTATUS=draining");
    }

    #[test]
    fn without_a_service_manager_nothing_is_told() {
        let manager = ServiceManager::from_environment(&environment(&[("WATCHDOG_USEC", "1000")])).unwrap();
        manager.ready("serving");
        assert!(manager.socket.is_none() && manager.watchdog.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn the_watchdog_is_fed_twice_a_period_and_only_for_this_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let named = path.to_str().unwrap();
        let own = std::process::id().to_string();
        for (pid, fed) in [(own.as_str(), true), ("1", false)] {
            let pairs = [("NOTIFY_SOCKET", named), ("WATCHDOG_USEC", "10000000"), ("WATCHDOG_PID", pid)];
            let manager = ServiceManager::from_environment(&environment(&pairs)).unwrap();
            let feeding = tokio::time::timeout(Duration::from_secs(11), manager.keep_watchdog()).await;
            assert_eq!(feeding.is_err(), fed, "it goes on only where there is something to feed");
            for _ in 0..if fed { 3 } else { 0 } {
                assert_eq!(heard(&socket), "WATCHDOG=1");
            }
        }
        socket.set_nonblocking(true).unwrap();
        assert!(socket.recv(&mut [0; 8]).is_err());
    }
}
