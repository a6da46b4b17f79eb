"""HTTP/2 frames that no well-behaved client would send, and their outcome: response, reset, or closed connection."""

import socket
from dataclasses import dataclass
from typing import Literal

import hpack
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    RstStreamFrame,
    SettingsFrame,
)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
Fields = list[tuple[bytes, bytes]]


@dataclass
class Outcome:
    """The outcome of a stream: its status, a reset, or the end of the connection."""

    what: Literal["answered", "reset", "ended"]
    status: int = 0
    body: bytes = b""

    @property
    def refused(self) -> bool:
        return self.what != "answered" or 400 <= self.status < 500


def latin(*fields: tuple[str, str]) -> Fields:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]


def request(method: str, path: str, host: str, *more: tuple[str, str]) -> Fields:
    """A valid request with further fields."""
    return latin((":method", method), (":scheme", "http"), (":authority", host), (":path", path), *more)


class Connection:
    """An HTTP/2 connection by prior knowledge that checks nothing."""

    def __init__(self, port: int, timeout: float = 5.0, source: str | None = None):
        options = {"timeout": timeout, "source_address": (source, 0) if source else None}
        self._socket = socket.create_connection(("127.0.0.1", port), **options)
        self._encoder, self._decoder, self._buffer = hpack.Encoder(), hpack.Decoder(), b""
        self._socket.sendall(PREFACE + SettingsFrame(0).serialize())

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, stream: int, fields: Fields, body: bytes | None = None, pieces: int = 1) -> None:
        """Sends a request, its head in this many frames."""
        block = self._encoder.encode([hpack.HeaderTuple(*field) for field in fields], huffman=False)
        size = -(-len(block) // pieces)
        parts = [block[at:at + size] for at in range(0, len(block), size)]
        frames: list[Frame] = [HeadersFrame(stream, parts[0]), *(ContinuationFrame(stream, part) for part in parts[1:])]
        frames[-1].flags.add("END_HEADERS")
        if body is None:
            frames[0].flags.add("END_STREAM")
        else:
            frames.append(DataFrame(stream, body, flags=["END_STREAM"]))
        self._socket.sendall(b"".join(frame.serialize() for frame in frames))

    def send_frames(self, *frames: Frame) -> None:
        """Sends frames unchanged."""
        self._socket.sendall(b"".join(frame.serialize() for frame in frames))

    def receive(self, stream: int) -> Outcome:
        """Waits for the outcome of a stream."""
        status, body = 0, b""
        while (frame := self._frame()) is not None:
            if isinstance(frame, HeadersFrame):
                fields = dict(self._decoder.decode(frame.data))
                if frame.stream_id == stream and fields.get(":status", "100") >= "200":
                    status = int(fields[":status"])
            if isinstance(frame, GoAwayFrame) and frame.error_code:
                return Outcome("ended")
            if frame.stream_id != stream:
                continue
            if isinstance(frame, RstStreamFrame):
                # A response may be complete before the rest of the request is refused.
                return Outcome("answered" if status else "reset", status, body)
            if isinstance(frame, DataFrame):
                body += frame.data
            if "END_STREAM" in frame.flags:
                return Outcome("answered", status, body)
        return Outcome("ended")

    def _frame(self) -> Frame | None:
        head = self._take(9)
        if head is None:
            return None
        frame, length = Frame.parse_frame_header(memoryview(head))
        payload = self._take(length)
        if payload is None:
            return None
        frame.parse_body(memoryview(payload))
        return frame

    def _take(self, count: int) -> bytes | None:
        while len(self._buffer) < count:
            try:
                data = self._socket.recv(65536)
            except OSError:
                return None
            if not data:
                return None
            self._buffer += data
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken


def ask(port: int, fields: Fields, body: bytes | None = None, pieces: int = 1) -> Outcome:
    """One request on a connection of its own."""
    with Connection(port) as connection:
        try:
            connection.send(1, fields, body, pieces)
        except OSError:
            return Outcome("ended")
        return connection.receive(1)
