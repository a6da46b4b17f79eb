"""Attackers over HTTP/1.1. Each takes the port and an event, runs until the event, and returns its count."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterable
from threading import Event

Attack = Callable[[int, "Target", Event], int]
# Connections of one attacker, and its longest run without the event.
CONNECTIONS, LONGEST = 60, 20.0
# Another loopback address, so that the person is not counted among the attackers.
ATTACKER = ("127.0.0.2", 0)


class Target:
    """What attackers have: the host, and first-factor sessions of their own."""

    def __init__(self, host: str, cookies: list[str]):
        self.host, self.cookies = host, cookies


def going_on(stop: Event) -> Iterable[int]:
    """Counts until the event or the longest run."""
    end, count = time.monotonic() + LONGEST, 0
    while not stop.is_set() and time.monotonic() < end:
        yield count
        count += 1


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5, source_address=ATTACKER)


def send(connection: socket.socket, data: bytes) -> bool:
    """Sends; returns False if the gateway has closed."""
    try:
        connection.sendall(data)
    except OSError:
        return False
    return True


def drip(begin: bytes, piece: bytes) -> Attack:
    """Opens connections with `begin`, sends `piece` on each from time to time, and replaces closed ones."""
    def attack(port: int, target: Target, stop: Event) -> int:
        opened, opening = 0, begin.replace(b"{h}", target.host.encode())
        with contextlib.ExitStack() as all_:
            held: list[socket.socket] = []
            for _ in going_on(stop):
                held = [connection for connection in held if send(connection, piece)]
                while len(held) < CONNECTIONS and not stop.is_set():
                    try:
                        held.append(all_.enter_context(connect(port)))
                    except OSError:
                        break
                    opened += send(held[-1], opening)
                stop.wait(0.1)
        return opened
    return attack


def repeat(request: Callable[[Target, int], bytes]) -> Attack:
    """One request after the other, each on a new connection, without reading the response."""
    def attack(port: int, target: Target, stop: Event) -> int:
        sent = 0
        for count in going_on(stop):
            try:
                with connect(port) as connection:
                    sent += send(connection, request(target, count))
                    connection.recv(4096)
            except OSError:
                pass
        return sent
    return attack


def head(target: Target, line: str, *headers: str) -> bytes:
    return "".join(f"{text}\r\n" for text in (line, f"Host: {target.host}", *headers, "")).encode()


def oversize(target: Target, count: int) -> bytes:
    """Heads just within and far beyond the limit."""
    lines = [f"X-{number}: {'y' * 240}" for number in range((100, 2000)[count % 2])]
    return head(target, "GET /page HTTP/1.1", *lines)


def crowd(port: int, _: Target, stop: Event) -> int:
    """As many silent connections as possible."""
    opened = 0
    with contextlib.ExitStack() as all_:
        for _ in going_on(stop):
            if opened < 600:
                with contextlib.suppress(OSError):
                    all_.enter_context(connect(port))
                    opened += 1
            else:
                stop.wait(0.2)
    return opened


def deaf(port: int, target: Target, stop: Event) -> int:
    """Requests large bodies and reads nothing."""
    asked = 0
    request = head(target, "GET /public/large HTTP/1.1") * 4
    with contextlib.ExitStack() as all_:
        for count in going_on(stop):
            # Few: the load is on the upstream, which is not under test.
            if count < CONNECTIONS // 4:
                with contextlib.suppress(OSError):
                    connection = all_.enter_context(connect(port))
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    asked += send(connection, request)
            else:
                stop.wait(0.2)
    return asked


def guess(target: Target, count: int) -> bytes:
    """Invalid backup codes, each of which costs the gateway an Argon2 digest if it is checked."""
    body = '{"code":"%08d","method":"backup"}' % count
    origin = f"Origin: http://{target.host}"
    cookie = f"Cookie: {target.cookies[count % len(target.cookies)]}"
    headers = [cookie, origin, "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close"]
    return head(target, "POST /api/2fa/verify HTTP/1.1", *headers) + body.encode()


def come_back(target: Target, count: int) -> bytes:
    """Callbacks without a sign-in, with forged cookies."""
    cookie = f"Cookie: postern-tx-{count:010x}-{'s' * 12}=pst.{'A' * 200}"
    line = f"GET /authorize?state={'s' * 43}&code=c{count} HTTP/1.1"
    return head(target, line, cookie, "Sec-Fetch-Mode: navigate", "Connection: close")


def fetch_keys(target: Target, _: int) -> bytes:
    return head(target, "GET /postern/jwks.json HTTP/1.1", "Connection: close")


ATTACKS: dict[str, Attack] = {
    "slow heads": drip(b"GET /page HTTP/1.1\r\nHost: {h}\r\nX-", b"a"),
    "slow bodies": drip(b"POST /public/x HTTP/1.1\r\nHost: {h}\r\nContent-Length: 1000000\r\n\r\n", b"a"),
    "slow chunks": drip(b"POST /public/x HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "slow forms": drip(b"POST /postern/verify HTTP/1.1\r\nHost: {h}\r\nOrigin: http://{h}\r\nContent-Type: "
                       b"application/x-www-form-urlencoded\r\nContent-Length: 10000\r\n\r\n", b"a"),
    "clients that do not read": deaf,
    "large heads": repeat(oversize),
    "a crowd": crowd,
    "guesses": repeat(guess),
    "callbacks": repeat(come_back),
    "key sets": repeat(fetch_keys),
}
