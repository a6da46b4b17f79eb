"""Starts the servers, and reads their records."""

import json
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from harness import ports
from harness.frontends import AS_ROOT, program
from harness.processes import Process, listens

HERE = Path(__file__).parent / "servers"
KINDS = ("werkzeug", "node", "nginx", "uvicorn", "go")
PATIENCE = 5.0


@dataclass(frozen=True)
class Read:
    """A request as a server read it. `length` is `None` if the server does not record it."""

    method: str
    target: str
    host: str | None
    length: int | None
    handler: str


class Server:
    """A server that records each request before, or just after, it responds."""

    def __init__(self, kind: str, home: Path):
        self.kind, self.port = kind, ports.free()
        self.url = f"http://127.0.0.1:{self.port}"
        self._home = home / f"{kind}-{self.port}"
        self._home.mkdir()
        self._file, self._seen = self._home / "requests", 0
        self._file.touch()
        self.process = Process(kind, self._command(), self._home / "log")
        self.process.wait_until(lambda: listens(self.port))

    def _command(self) -> list[str | Path]:
        port, file = str(self.port), str(self._file)
        match self.kind:
            case "werkzeug" | "uvicorn":
                return [sys.executable, HERE / "record.py", self.kind, port, file]
            case "node":
                return [shutil.which("node"), HERE / "record.mjs", port, file]
            case "nginx":
                return ["nginx", "-c", self._configured("nginx.conf", AS_ROOT), "-e", self._home / "error.log"]
            case "go":
                return [program("caddy"), "run", "--adapter", "caddyfile", "--config", self._configured("Caddyfile")]
        raise ValueError(self.kind)

    def _configured(self, name: str, before: str = "") -> Path:
        text = (HERE / name).read_text()
        for mark, value in (("PORT", self.port), ("FILE", self._file), ("HOME", self._home)):
            text = text.replace(mark, str(value))
        path = self._home / name
        path.write_text(before + text)
        return path

    def read(self, at_least: int) -> list[Read]:
        """The requests since the last call. Waits for the expected number."""
        deadline = time.monotonic() + PATIENCE
        while True:
            lines = self._file.read_text().splitlines()
            found = [read for line in lines[self._seen:] if (read := self._read(json.loads(line)))]
            if len(found) >= at_least or time.monotonic() > deadline:
                self._seen = len(lines)
                return found
            time.sleep(0.01)

    def _read(self, line: dict) -> Read | None:
        if self.kind == "go":
            # Caddy's access log; its other lines are ignored.
            if "request" not in line:
                return None
            request = line["request"]
            handler = "public" if line.get("resp_headers", {}).get("X-Handler") else "protected"
            return Read(request["method"], request["uri"], request["host"], line["bytes_read"], handler)
        length = line["length"]
        if self.kind == "nginx":
            length = int(length) if length else None
        return Read(line["method"], line["target"], line["host"], length, line["handler"])

    def stop(self) -> None:
        self.process.stop()
