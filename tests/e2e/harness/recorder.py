"""An upstream that records every byte it receives, counts requests, and implements just enough HTTP/1.1 to respond.

It does not rely on the gateway: bytes are recorded as received, before any parsing.
"""

import json
import re
import socket
import threading
import time
from dataclasses import dataclass, field

from websockets.frames import Opcode
from websockets.http11 import Response
from websockets.server import ServerProtocol

from . import ports


@dataclass
class Recorded:
    """One request as it arrived."""

    head: bytes
    body: bytes = b""

    @property
    def line(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode("latin-1")

    @property
    def method(self) -> str:
        return self.line.split(" ")[0]

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Every header line in order, names as spelled."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines if line)]

    def all(self, name: str) -> list[str]:
        """The values of every header that a CGI-like backend reads as `name`: letters and digits count, no other."""
        return [value for other, value in self.headers if folded(other) == folded(name)]

    def one(self, name: str) -> str | None:
        """The value of a header; fails if there are two."""
        values = self.all(name)
        assert len(values) < 2, f"{name} arrived {len(values)} times: {values}"
        return values[0] if values else None

    def cookies(self) -> dict[str, str]:
        pairs = (pair.strip().partition("=") for value in self.all("cookie") for pair in value.split(";"))
        return {name: value for name, _, value in pairs if name}


def folded(name: str) -> str:
    """A header name as CGI, WSGI, PHP and the like see it."""
    return re.sub(r"[^a-z0-9]", "_", name.lower())


@dataclass
class Recorder:
    """The upstream. `answers` maps a path to the raw bytes to answer with; anything else gets 200 and a JSON echo.
    `events` maps a path to what has to be set before the second of its two events comes."""

    requests: list[Recorded] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)
    events: dict[str, threading.Event] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port = ports.free()
        self.url = f"http://127.0.0.1:{self.port}"
        self.raw = bytearray()
        self.sockets_closed = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=256)
        self._listener.settimeout(0.2)
        self._open = True
        threading.Thread(target=self._accept, daemon=True).start()

    def clear(self) -> None:
        with self._lock:
            self.requests.clear()
            self.raw.clear()

    @property
    def count(self) -> int:
        with self._lock:
            return len(self.requests)

    @property
    def last(self) -> Recorded:
        with self._lock:
            assert self.requests, "nothing reached the upstream"
            return self.requests[-1]

    def close(self) -> None:
        self._open = False

    def _accept(self) -> None:
        while self._open:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            connection.settimeout(60)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()
        self._listener.close()

    def _serve(self, connection: socket.socket) -> None:
        wire = _Wire(connection, self.raw, self._lock)
        with connection:
            try:
                while (request := wire.request()) is not None:
                    with self._lock:
                        self.requests.append(request)
                    if "websocket" in ",".join(request.all("upgrade")).lower():
                        self._websocket(connection, request)
                        return
                    if (second := self.events.get(request.target.partition("?")[0])) is not None:
                        self._events(connection, second)
                    else:
                        connection.sendall(self._answer(request))
            except OSError:
                return

    def _answer(self, request: Recorded) -> bytes:
        path = request.target.partition("?")[0]
        if path in self.answers:
            return self.answers[path]
        if path == "/slow":
            time.sleep(float(request.target.partition("seconds=")[2] or 1))
        body = json.dumps({"line": request.line, "headers": request.headers,
                           "body": request.body.decode("latin-1")}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + (b"" if request.method == "HEAD" else body)

    @staticmethod
    def _events(connection: socket.socket, second: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                           b"d\r\ndata: first\n\n\r\n")
        second.wait(30)
        connection.sendall(b"e\r\ndata: second\n\n\r\n0\r\n\r\n")

    def _websocket(self, connection: socket.socket, request: Recorded) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(request.head + b"\r\n\r\n")
        for event in protocol.events_received():
            answer = protocol.accept(event)
            assert isinstance(answer, Response)
            protocol.send_response(answer)
        self._flush(connection, protocol)
        try:
            while data := connection.recv(65536):
                with self._lock:
                    self.raw.extend(data)
                protocol.receive_data(data)
                for frame in protocol.events_received():
                    if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
                        protocol.send_text(b"echo " + bytes(frame.data))
                self._flush(connection, protocol)
                if protocol.close_expected():
                    return
        finally:
            self.sockets_closed += 1

    @staticmethod
    def _flush(connection: socket.socket, protocol: ServerProtocol) -> None:
        for data in protocol.data_to_send():
            if data:
                connection.sendall(data)


class _Wire:
    """Cuts one connection's bytes into requests."""

    def __init__(self, connection: socket.socket, raw: bytearray, lock: threading.Lock):
        self._connection, self._raw, self._lock, self._buffer = connection, raw, lock, bytearray()

    def request(self) -> Recorded | None:
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        request = Recorded(bytes(head[:-4]))
        if request.all("transfer-encoding"):
            request.body = self._chunked()
        elif length := request.all("content-length"):
            request.body = bytes(self._take(int(length[0])))
        return request

    def _chunked(self) -> bytes:
        body = b""
        while size := int((self._until(b"\r\n") or b"0").split(b";")[0], 16):
            body += bytes(self._take(size))
            self._take(2)
        self._until(b"\r\n")
        return body

    def _until(self, mark: bytes) -> bytearray | None:
        while (at := self._buffer.find(mark)) < 0:
            if not self._more():
                return None
        return self._take(at + len(mark))

    def _take(self, count: int) -> bytearray:
        while len(self._buffer) < count and self._more():
            pass
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _more(self) -> bool:
        data = self._connection.recv(65536)
        with self._lock:
            self._raw.extend(data)
        self._buffer.extend(data)
        return bool(data)
