"""A network namespace for a few processes, as the containers of a Kubernetes pod share one: a loopback of their own,
and one address from outside."""

import contextlib
import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class NotPermitted(Exception):
    """This process may not create network namespaces; the message says why."""


class Pod:
    """A network namespace. `address` is reachable from this side, whose own address is `outside`; `prefix` runs a command
    inside."""

    def __init__(self, number: int):
        self._name, self._link = f"postern-e2e-{os.getpid()}-{number}", f"pe{os.getpid() % 100_000}x{number}"
        # From the benchmarking block (RFC 2544), a network of two addresses for each pod.
        self.outside, self.address = f"198.18.{number}.1", f"198.18.{number}.2"
        self.prefix = ["ip", "netns", "exec", self._name]
        self._open: list[socket.socket] = []
        if os.geteuid() != 0:
            raise NotPermitted("only root may")
        try:
            self._ip("netns", "add", self._name)
        except subprocess.CalledProcessError as failed:
            raise NotPermitted(failed.stderr.decode().strip()) from failed
        try:
            self._ip("link", "add", self._link, "type", "veth", "peer", "name", "eth0", "netns", self._name)
            self._ip("addr", "add", f"{self.outside}/30", "dev", self._link)
            self._ip("link", "set", self._link, "up")
            self._ip("-n", self._name, "addr", "add", f"{self.address}/30", "dev", "eth0")
            for link in ("eth0", "lo"):
                self._ip("-n", self._name, "link", "set", link, "up")
        except subprocess.CalledProcessError as failed:
            self.close()
            raise NotPermitted(failed.stderr.decode().strip()) from failed

    def close(self) -> None:
        for listener in self._open:
            listener.close()
        self._ip("netns", "del", self._name)

    def connect(self, port: int) -> socket.socket:
        """A connection to the pod's loopback, as from one of its processes."""
        inside = self._within(socket.socket)
        inside.settimeout(10)
        inside.connect(("127.0.0.1", port))
        return inside

    def lends(self, port: int) -> None:
        """Forwards a port of the pod's loopback to ours (for a database outside)."""
        self._relay(self._within(lambda: socket.create_server(("127.0.0.1", port))), ("127.0.0.1", port))

    def publishes(self, port: int) -> None:
        """Forwards a port of our loopback to the pod's address, as a service does."""
        self._relay(socket.create_server(("127.0.0.1", port)), (self.address, port))

    def _relay(self, listener: socket.socket, target: tuple[str, int]) -> None:
        self._open.append(listener)
        threading.Thread(target=_accept, args=(listener, target), daemon=True).start()

    def _within(self, make: Callable[[], socket.socket]) -> socket.socket:
        """Creates a socket in the pod: a thread enters the namespace, and the socket stays in it."""
        made: list[socket.socket | OSError] = []

        def inside() -> None:
            with open(f"/run/netns/{self._name}") as namespace:
                if _libc.setns(namespace.fileno(), CLONE_NEWNET):
                    made.append(OSError(ctypes.get_errno(), "setns"))
                else:
                    made.append(make())
        thread = threading.Thread(target=inside)
        thread.start()
        thread.join()
        if not isinstance(made[0], socket.socket):
            raise made[0]
        return made[0]

    @staticmethod
    def _ip(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _accept(listener: socket.socket, target: tuple[str, int]) -> None:
    with contextlib.suppress(OSError):
        while True:
            near, _ = listener.accept()
            try:
                far = socket.create_connection(target, timeout=10)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pipe, args=(source, sink), daemon=True).start()


def _pipe(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
