"""The load generator: wrk, one thread, on the other core than the measured program."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .processes import LOAD_CORE, Failed

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Load:
    """One request, sent over and over."""

    path: str = "/"
    headers: dict = None
    connections: int = 32
    threads: int = 1
    cores: str = LOAD_CORE
    #: A wrk script and its arguments; it must include report.lua.
    script: Path = HERE / "report.lua"
    arguments: tuple = ()

    def run(self, port: int, seconds: float) -> dict:
        return wrk(port, self, seconds)


def wrk(port: int, load: Load, seconds: float) -> dict:
    """One run; returns requests, bytes, seconds, p50_ms and p99_ms. Fails on any response that is not a 2xx."""
    command = ["taskset", "-c", load.cores, "wrk", f"-t{load.threads}", f"-c{load.connections}", f"-d{max(1, round(seconds))}s",
               "--timeout", "30s", "-s", load.script]
    for name, value in (load.headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    command += [f"http://127.0.0.1:{port}{load.path}", "--", *load.arguments]
    ended = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    lines = [line for line in ended.stdout.splitlines() if line.startswith("RESULT ")]
    if ended.returncode or not lines:
        raise Failed(f"wrk: {ended.stderr or ended.stdout}")
    result = json.loads(lines[-1].removeprefix("RESULT "))
    if result["failed"]:
        raise Failed(f"some answers were not 2xx, or broke off:\n{ended.stdout}")
    return result


def raw_request(path: str, headers: dict) -> bytes:
    """The bytes of a GET request."""
    return "".join(f"{line}\r\n" for line in (f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "")).encode()
