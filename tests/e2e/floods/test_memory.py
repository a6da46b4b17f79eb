"""The memory of idle connections: what a connection used for its request is given back."""

import re
import socket
from pathlib import Path

CONNECTIONS = 2000
# For the debug build, which takes about 4.1 KiB; a connection that keeps the future of its request takes 5.
MOST = 4.75 * 1024


def resident(pid: int) -> int:
    """Resident memory of a process, in bytes."""
    return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def kept(port: int, request: bytes) -> socket.socket:
    """A connection after its first request."""
    client = socket.create_connection(("127.0.0.1", port), timeout=20)
    client.sendall(request)
    response = b""
    while b"\r\n\r\n" not in response:
        response += client.recv(65536)
    assert response.startswith(b"HTTP/1.1 200"), response
    return client


def test_an_idle_connection_costs_little(shared_recorder, gateways):
    gateway = gateways.start(shared_recorder.url, sqlite=True, route=[{"path": "/public/*", "access": "public"}],
                             limits={"connections_per_address": "off"}, log={"level": "info"})
    host = gateway.origin.removeprefix("http://")
    request = f"GET /public/x HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nX-Some: {'x' * 700}\r\n\r\n".encode()
    # What the first connections make the process allocate stays.
    warm = [kept(gateway.port, request) for _ in range(200)]
    before = resident(gateway.process.pid)
    idle = [kept(gateway.port, request) for _ in range(CONNECTIONS)]
    each = (resident(gateway.process.pid) - before) / CONNECTIONS
    for client in [*warm, *idle]:
        client.close()
    print(f"{each:.0f} bytes for each of {CONNECTIONS} idle connections")
    assert each <= MOST, each
