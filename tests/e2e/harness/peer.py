"""Runs the upstream of every protocol (`parts/peer.mjs`)."""

from pathlib import Path

from . import ports
from .authority import Authority
from .pod import Pod
from .processes import Process

E2E = Path(__file__).resolve().parent.parent


class Peer:
    """A running upstream, over `http1` or `http2`. With an `authority` it serves TLS under that `name`; with `mutual`
    it requires client certificates of the same authority. With `unix` it listens there, with a `pod` it
    runs there."""

    def __init__(self, logs: Path, protocol: str = "http1", *, authority: Authority | None = None,
                 name: str = "localhost", mutual: bool = False, unix: Path | None = None, port: int | None = None,
                 pod: Pod | None = None):
        self.port = port or ports.free()
        self.protocol = protocol
        self._command: list = [*(pod.prefix if pod else []), "node", E2E / "parts" / "peer.mjs", unix or self.port, protocol]
        if authority:
            self._command += [*authority.issue(name), *([authority.ca] if mutual else [])]
        self.url = f"unix:{unix}" if unix else f"{'https' if authority else 'http'}://127.0.0.1:{self.port}"
        self._log = logs / f"peer-{self.port}.log"
        self.start()

    def start(self) -> None:
        """Starts it, at first or again after `stop`."""
        seen = self._log.stat().st_size if self._log.exists() else 0
        self.process = Process("peer", self._command, self._log)
        self.process.wait_until(lambda: b"ready" in self._log.read_bytes()[seen:])

    def stop(self) -> None:
        self.process.stop()

    def upstream(self, **keys) -> dict:
        """Its `[[upstream]]`."""
        return {"name": "app", "url": self.url, "protocol": self.protocol, **keys}
