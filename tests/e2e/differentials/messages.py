"""The tables of messages that the engine is held to (crates/http/tests/data), and how h11 and llhttp read them."""

import json
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

import h11

DATA = Path(__file__).parents[3] / "crates/http/tests/data"
LLHTTP = Path(__file__).parent / "servers" / "llhttp.mjs"


@dataclass(frozen=True)
class Message:
    """A message as a recipient read it. `complete`: its end was received."""

    method: str
    target: str
    status: int
    body: str
    complete: bool


@dataclass(frozen=True)
class Case:
    """A stream, and what the engine makes of it: it refuses it, or reads these messages."""

    name: str
    sent: bytes
    refused: str | None
    read: list[Message]
    method: str


def cases(kind: str) -> dict[str, Case]:
    """The cases of a kind, `request` or `response`, by name."""
    found = {}
    for file in sorted(DATA.glob("*.toml")):
        for row in tomllib.loads(file.read_text()).get(kind, []):
            read = [Message(message.get("method", ""), message.get("target", ""), message.get("status", 0),
                            message["body"], message.get("complete", True)) for message in row.get("read", [])]
            case = Case(row["name"], row["sent"].encode("latin-1"), row.get("refused"), read, row.get("method", "GET"))
            assert case.name not in found, case.name
            found[case.name] = case
    assert found
    return found


class _Reading:
    """Collects messages from events."""

    def __init__(self):
        self.messages: list[Message] = []
        self._open = None

    def begin(self, method: str = "", target: str = "", status: int = 0) -> None:
        self._open = [method, target, status, b""]

    def data(self, data: bytes) -> None:
        self._open[3] += data

    def end(self, complete: bool) -> None:
        if self._open:
            method, target, status, body = self._open
            self.messages.append(Message(method, target, status, body.decode("latin-1"), complete))
        self._open = None


def h11_requests(sent: bytes) -> list[Message]:
    """The requests that h11 reads, up to one that it refuses."""
    wire, reading = h11.Connection(h11.SERVER), _Reading()
    wire.receive_data(sent)
    wire.receive_data(b"")
    try:
        while True:
            match wire.next_event():
                case h11.Request(method=method, target=target):
                    reading.begin(method.decode(), target.decode("latin-1"))
                case h11.Data(data=data):
                    reading.data(bytes(data))
                case h11.EndOfMessage():
                    reading.end(True)
                    wire.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
                    wire.send(h11.EndOfMessage())
                    if wire.our_state is not h11.DONE or wire.their_state is not h11.DONE:
                        break
                    wire.start_next_cycle()
                case _:
                    break
    except (h11.RemoteProtocolError, h11.LocalProtocolError):
        # It refuses the stream, or `CONNECT` and upgrades end what it reads.
        pass
    reading.end(False)
    return reading.messages


def h11_response(sent: bytes, method: str) -> list[Message]:
    """The final response that h11 reads; none if it refuses it."""
    wire, reading = h11.Connection(h11.CLIENT), _Reading()
    wire.send(h11.Request(method=method, target="/", headers=[("Host", "a")]))
    wire.send(h11.EndOfMessage())
    wire.receive_data(sent)
    wire.receive_data(b"")
    try:
        while True:
            match wire.next_event():
                case h11.Response(status_code=status):
                    reading.begin(status=status)
                case h11.Data(data=data):
                    reading.data(bytes(data))
                case h11.EndOfMessage():
                    reading.end(True)
                    break
                case h11.InformationalResponse():
                    pass
                case _:
                    break
    except h11.RemoteProtocolError:
        pass
    reading.end(False)
    return reading.messages


def llhttp(streams: list[tuple[str, bytes, str]]) -> list[list[Message]]:
    """What llhttp, the parser of Node, reads of each stream: its kind, its bytes, and the method that was asked with."""
    lines = [{"kind": kind, "sent": sent.decode("latin-1"), "method": method} for kind, sent, method in streams]
    run = subprocess.run([shutil.which("node"), "--no-deprecation", LLHTTP], input=json.dumps(lines).encode(),
                         capture_output=True, check=True, timeout=60)
    return [[Message(**message) for message in read] for read in json.loads(run.stdout)]
