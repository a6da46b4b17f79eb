"""HTTP/2 with the `h2` package, for trailers, extended CONNECT and other things that clients hide."""

import socket
import ssl
import time
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (DataReceived, InformationalResponseReceived, RemoteSettingsChanged, ResponseReceived, StreamEnded,
                       StreamReset, TrailersReceived)
from h2.settings import SettingCodes

TIMEOUT = 30.0


@dataclass
class Stream:
    """What was received on one stream so far."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    informational: list[str] = field(default_factory=list)
    body: bytes = b""
    trailers: list[tuple[str, str]] = field(default_factory=list)
    ended: bool = False
    reset: int | None = None

    @property
    def status(self) -> int:
        return int(dict(self.headers)[":status"])

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name)


def text(headers: list[tuple[bytes | str, bytes | str]]) -> list[tuple[str, str]]:
    return [tuple(part.decode() if isinstance(part, bytes) else part for part in pair) for pair in headers]


class Http2:
    """One connection, over TLS with ALPN if `tls` is given, else by prior knowledge."""

    def __init__(self, port: int, authority: str, tls: ssl.SSLContext | None = None):
        self._authority, self._scheme = authority, "https" if tls else "http"
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        if tls:
            self._socket = tls.wrap_socket(self._socket, server_hostname="localhost")
            assert self._socket.selected_alpn_protocol() == "h2", self._socket.selected_alpn_protocol()
        self._connection = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self._connection.initiate_connection()
        self._streams: dict[int, Stream] = {}
        # Streams whose window is not updated.
        self.lazy: set[int] = set()
        self._settled = False
        self._flush()
        self.wait(lambda: self._settled)

    def __enter__(self) -> "Http2":
        return self

    def __exit__(self, *_) -> None:
        self._socket.close()

    def takes_extended_connect(self) -> bool:
        return self._connection.remote_settings.get(SettingCodes.ENABLE_CONNECT_PROTOCOL, 0) == 1

    def begin(self, method: str, path: str, headers: list[tuple[str, str]] = (), *, ends: bool = True,
              protocol: str | None = None) -> int:
        """Opens a stream with a head; returns its number."""
        number = self._connection.get_next_available_stream_id()
        pseudo = [(":method", method), (":scheme", self._scheme), (":authority", self._authority), (":path", path)]
        if protocol:
            pseudo.append((":protocol", protocol))
        self._streams[number] = Stream()
        self._connection.send_headers(number, [*pseudo, *headers], end_stream=ends)
        self._flush()
        return number

    def send(self, number: int, data: bytes, *, ends: bool = False) -> None:
        """Sends a part of a body, as far as the windows allow."""
        while data or ends:
            room = min(self._connection.local_flow_control_window(number), self._connection.max_outbound_frame_size)
            if data and not room:
                self._receive()
                continue
            piece, data = data[:room], data[room:]
            self._connection.send_data(number, piece, end_stream=ends and not data)
            self._flush()
            if not data:
                return

    def send_trailers(self, number: int, trailers: list[tuple[str, str]]) -> None:
        self._connection.send_headers(number, trailers, end_stream=True)
        self._flush()

    def stream(self, number: int) -> Stream:
        return self._streams[number]

    def finish(self, number: int, timeout: float = TIMEOUT) -> Stream:
        """Waits for the end of a stream."""
        stream = self._streams[number]
        self.wait(lambda: stream.ended or stream.reset is not None, timeout)
        return stream

    def request(self, method: str, path: str, headers: list[tuple[str, str]] = (), body: bytes = b"") -> Stream:
        number = self.begin(method, path, headers, ends=not body)
        if body:
            self.send(number, body, ends=True)
        return self.finish(number)

    def wait(self, until, timeout: float = TIMEOUT) -> None:
        """Reads until a condition holds; raises `TimeoutError`."""
        deadline = time.monotonic() + timeout
        while not until():
            self._socket.settimeout(max(0.01, deadline - time.monotonic()))
            if time.monotonic() > deadline:
                raise TimeoutError("nothing of the kind came")
            self._receive()

    def _receive(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            for stream in self._streams.values():
                stream.ended = True
            raise ConnectionError("the connection was closed")
        for event in self._connection.receive_data(data):
            self._take(event)
        self._flush()

    def _take(self, event) -> None:
        stream = self._streams.get(getattr(event, "stream_id", None) or 0)
        if isinstance(event, RemoteSettingsChanged):
            self._settled = True
        elif stream is None:
            return
        elif isinstance(event, InformationalResponseReceived):
            stream.informational.append(dict(text(event.headers))[":status"])
        elif isinstance(event, ResponseReceived):
            stream.headers = text(event.headers)
        elif isinstance(event, DataReceived):
            stream.body += event.data
            if event.stream_id in self.lazy:
                self._connection.increment_flow_control_window(event.flow_controlled_length)
            else:
                self._connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, TrailersReceived):
            stream.trailers = text(event.headers)
        elif isinstance(event, StreamReset):
            stream.reset = event.error_code
        elif isinstance(event, StreamEnded):
            stream.ended = True

    def _flush(self) -> None:
        if data := self._connection.data_to_send():
            self._socket.sendall(data)
