"""Bodies of a gibibyte are streamed, with backpressure, and not buffered in the gateway's memory.

A transfer may add `MOST` to the gateway's memory: enough for the buffers of one connection on both sides.
"""

import re
import socket
import threading
import time
from pathlib import Path

import pytest

from harness import raw
from harness.http2 import Http2
from harness.peer import Peer

GIB, MIB = 1 << 30, 1 << 20
MOST = 8 * MIB
# The most that kernel and proxies may hold of an unread body: socket buffers of three hops.
UNDER_WAY = 48 * MIB


def resident(pid: int) -> int:
    """The resident memory of a process, in bytes."""
    return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) << 10


class Watched:
    """The peak memory of a gateway during a transfer."""

    def __init__(self, pid: int):
        self._pid, self._done = pid, threading.Event()
        self._before = self._peak = resident(pid)
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._done.wait(0.02):
            self._peak = max(self._peak, resident(self._pid))

    def __enter__(self) -> "Watched":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._done.set()
        self._thread.join()

    @property
    def added(self) -> int:
        return self._peak - self._before


@pytest.fixture(scope="module", params=["http1", "http2"])
def peer(request, home):
    part = Peer(home, request.param)
    yield part
    part.stop()


@pytest.fixture
def deployment(deploy, peer):
    deployment = deploy(peer.upstream(), listen={"h2c": True})
    # The first request opens the connections that all others use.
    assert deployment.person.fetch("GET", "/echo").status == 200
    return deployment


def state(deployment) -> dict:
    return deployment.person.fetch("GET", "/state").json()


def settled(read, timeout: float = 20.0) -> int:
    """Waits until a growing number stays constant for a while; returns it."""
    deadline, last, since = time.monotonic() + timeout, -1, time.monotonic()
    while time.monotonic() - since < 1.0:
        assert time.monotonic() < deadline, f"still growing: {last}"
        now = read()
        if now != last:
            last, since = now, time.monotonic()
        time.sleep(0.05)
    return last


def head(deployment, line: str, *more: str) -> bytes:
    lines = [f"{line} HTTP/1.1", f"Host: {deployment.authority}", f"Origin: {deployment.gateway.origin}",
             f"Cookie: {'='.join(deployment.person.session_cookie)}", *more, "", ""]
    return "\r\n".join(lines).encode()


@pytest.mark.timeout(300)
def test_a_gibibyte_down_to_a_slow_reader(deployment):
    with Watched(deployment.gateway.process.pid) as watched, \
            socket.create_connection(("127.0.0.1", deployment.gateway.port), timeout=30) as connection:
        connection.sendall(head(deployment, f"GET /large?bytes={GIB}", "Connection: close"))
        start = connection.recv(4096)
        assert start.startswith(b"HTTP/1.1 200"), start
        # The client does not read: the upstream must stop.
        sent = settled(lambda: state(deployment)["sent"])
        assert sent < UNDER_WAY, f"{sent >> 20} MiB were taken from the upstream, and nobody wanted them"
        read = len(start.partition(b"\r\n\r\n")[2])
        buffer = bytearray(MIB)
        while count := connection.recv_into(buffer):
            read += count
        assert read == GIB
    assert watched.added < MOST, f"{watched.added >> 20} MiB more in the gateway"


@pytest.mark.timeout(300)
def test_a_gibibyte_up_to_a_slow_reader(deployment):
    piece, taken = bytes(MIB), 0
    with Watched(deployment.gateway.process.pid) as watched, \
            socket.create_connection(("127.0.0.1", deployment.gateway.port), timeout=30) as connection:
        connection.sendall(head(deployment, "POST /held", f"Content-Length: {GIB}", "Connection: close"))

        def push() -> None:
            nonlocal taken
            while taken < GIB:
                taken += connection.send(piece[:min(MIB, GIB - taken)])
        pushing = threading.Thread(target=push, daemon=True)
        pushing.start()
        deployment.gateway.process.wait_until(lambda: state(deployment)["held"] == 1, timeout=10)
        stuck = settled(lambda: taken)
        assert stuck < UNDER_WAY, f"{stuck >> 20} MiB were taken from the client, and nobody wanted them"
        assert deployment.person.fetch("GET", "/release").status == 200
        received = b""
        while data := connection.recv(65536):
            received += data
        pushing.join(5)
        assert raw.statuses(received) == [200]
        assert b'{"bytes":%d}' % GIB in received
    assert watched.added < MOST, f"{watched.added >> 20} MiB more in the gateway"


def test_a_stream_that_nobody_reads_holds_none_of_its_neighbours(deployment):
    """Over HTTP/2 many streams share a connection, and each has a window of its own."""
    with Watched(deployment.gateway.process.pid) as watched, \
            Http2(deployment.gateway.port, deployment.authority) as connection:
        connection.lazy.add(idle := connection.begin("GET", f"/large?bytes={256 * MIB}", [deployment.cookie]))
        connection.wait(lambda: connection.stream(idle).headers)
        for _ in range(20):
            assert connection.request("GET", "/echo", [deployment.cookie]).status == 200
        assert settled(lambda: state(deployment)["sent"]) < UNDER_WAY
        assert len(connection.stream(idle).body) < UNDER_WAY
    assert watched.added < MOST
