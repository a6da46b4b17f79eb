"""Programs under valgrind, which counts every instruction that they execute: slow but repeatable, also on a busy machine."""

import re
import subprocess
from pathlib import Path

from .bench import Bench
from .load import raw_request
from .processes import LOAD_CORE, Failed, Program

#: Seconds that a start or a stop may take: valgrind is fifty times slower, and a busy machine more.
SLOW = 180


def visit(bench: Bench, port: int, path: str, headers: dict, tokens: Path, times: int | None = None) -> int:
    """Sends a request with each token of a file over 32 connections, or with the first token `times` times; returns the number of requests.
    `headers` have an `@` in place of the token."""
    request = bench.home / "request"
    request.write_bytes(raw_request(path, {"Host": f"127.0.0.1:{port}"} | headers))
    if times:
        first, tokens = tokens.open().readline(), bench.home / "repeated"
        tokens.write_text(first * times)
    command = ["taskset", "-c", LOAD_CORE, bench.bins / "postern-bench", "visit", port, request, tokens]
    ended = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if ended.returncode:
        raise Failed(f"postern-bench visit: {ended.stderr}")
    return int(ended.stdout)


def counted(bench: Bench, command: list, requests, profile: Path = Path("/dev/null"), options: tuple = ()) -> int:
    """Instructions outside the kernel of a server from start to end. `requests` is called with the running program and sends the requests.
    `options` are callgrind's."""
    log = bench.home / "valgrind.log"
    log.unlink(missing_ok=True)
    program = Program(["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", *options, *command], log,
                      env={"TOKIO_WORKER_THREADS": "1"})
    try:
        requests(program)
    finally:
        program.stop(patience=SLOW)
    found = re.search(r"Collected : (\d+)", log.read_text())
    if not found:
        raise Failed(f"valgrind: {program.tail()}")
    return int(found.group(1))
