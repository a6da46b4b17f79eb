"""Loads over TLS: kept connections by h2load, new connections by `postern-bench handshakes`."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .certificate import Certificate
from .load import raw_request
from .processes import LOAD_CORE, Failed


@dataclass(frozen=True)
class KeptConnections:
    """Requests over connections that stay open. `streams` above 1 needs HTTP/2."""

    path: str
    headers: dict
    connections: int
    streams: int = 1
    http2: bool = False

    def run(self, port: int, seconds: float) -> dict:
        """Requests, bytes and seconds of one run of h2load. Fails on any answer that is not a 2xx."""
        command = ["taskset", "-c", LOAD_CORE, "h2load", "--threads=1", f"--clients={self.connections}", f"--duration={max(1, round(seconds))}",
                   f"--max-concurrent-streams={self.streams}", f"--connect-to=127.0.0.1:{port}"]
        if not self.http2:
            command.append("--h1")
        for name, value in self.headers.items():
            if name != "Host":
                command += ["--header", f"{name}: {value}"]
        command.append(f"https://{self.headers['Host']}{self.path}")
        ended = subprocess.run(command, capture_output=True, text=True)
        return parsed(ended.stdout, ended.stderr)


def parsed(report: str, error: str) -> dict:
    """What h2load reports."""
    took = re.search(r"finished in ([\d.]+)(m?s)", report)
    requests = re.search(r"(\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", report)
    statuses = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", report)
    traffic = re.search(r"traffic: \S+ \((\d+)\) total", report)
    if not (took and requests and statuses and traffic):
        raise Failed(f"h2load: {error or report}")
    others = sum(map(int, [*requests.groups()[2:], *statuses.groups()[1:]]))
    if others:
        raise Failed(f"h2load: some answers were not 2xx, or broke off:\n{report}")
    seconds = float(took.group(1)) / (1000 if took.group(2) == "ms" else 1)
    return {"requests": int(statuses.group(1)), "bytes": int(traffic.group(1)), "seconds": seconds}


@dataclass(frozen=True)
class Handshakes:
    """A new connection, a full TLS handshake and one HTTP/1.1 request, over and over."""

    path: str
    headers: dict
    certificate: Certificate
    bins: Path
    home: Path

    def run(self, port: int, seconds: float) -> dict:
        request = self.home / "request-of-handshakes"
        request.write_bytes(raw_request(self.path, self.headers | {"Connection": "close"}))
        command = ["taskset", "-c", LOAD_CORE, self.bins / "postern-bench", "handshakes", port, request, self.certificate.chain,
                   "--seconds", max(1, round(seconds))]
        ended = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if ended.returncode:
            raise Failed(f"postern-bench handshakes: {ended.stderr}")
        return json.loads(ended.stdout)
