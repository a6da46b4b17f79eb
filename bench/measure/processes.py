"""Programs pinned to a core, and their CPU time and memory from /proc."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

#: The core of the measured program, and the core of everything else.
SERVER_CORE, LOAD_CORE = "0", "1"


class Failed(Exception):
    """The measurement failed; the message says why."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class NotInstalled(Failed):
    """A program is missing; the message says how to install it."""


class Program:
    """A running program, pinned to `cores`, with its output in `log`."""

    def __init__(self, command: list, log: Path, cores: str = SERVER_CORE, env: dict | None = None):
        self.name, self.log, self.exited_with = Path(str(command[0])).name, log, None
        environment = {"PATH": f"{os.environ['PATH']}:/usr/sbin", "HOME": str(log.parent), **(env or {})}
        with log.open("ab") as output:
            self.process = subprocess.Popen(["taskset", "-c", cores, *map(str, command)],
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)

    def answers(self, port: int, path: str = "/", statuses=range(100, 600), headers: dict | None = None,
                patience: float = 20) -> "Program":
        """Waits until it responds with one of the statuses, for at most `patience` seconds."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise Failed(f"{self.name} ended: {self.tail()}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if status_of(port, path, headers) in statuses:
                    return self
            time.sleep(0.02)
        raise Failed(f"{self.name} does not answer on port {port}{path}: {self.tail()}")

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-1000:]

    def stop(self, patience: float = 10) -> None:
        """Ends it; kills it after `patience` seconds."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def family(self) -> list[int]:
        """The ids of its process and of all descendants."""
        children: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                children.setdefault(int(stat.read_text().rsplit(")", 1)[1].split()[1]), []).append(int(stat.parent.name))
        family, open_ = [], [self.process.pid]
        while open_:
            family.append(open_.pop())
            open_ += children.get(family[-1], [])
        return family


def status_of(port: int, path: str, headers: dict | None = None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers=headers or {})
        return connection.getresponse().status
    finally:
        connection.close()


def cpu_times(programs: list[Program]) -> dict[str, float]:
    """User and system CPU time in seconds, by thread. Nanoseconds from schedstat; /proc/*/stat counts hundredths of a second."""
    times = {}
    for program in programs:
        for pid in program.family():
            for schedstat in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                with contextlib.suppress(OSError):
                    times[str(schedstat)] = int(schedstat.read_text().split()[0]) / 1e9
    return times


def cpu_between(before: dict[str, float], after: dict[str, float]) -> float:
    """CPU seconds between two samples. Threads that ended in between are not counted; busy servers end none."""
    return sum(seconds - before.get(thread, 0.0) for thread, seconds in after.items())


def memory_mib(programs: list[Program], field: str = "VmRSS") -> float:
    """Resident memory of all processes of a set-up; `VmHWM` for the peak."""
    total = 0
    for program in programs:
        for pid in program.family():
            with contextlib.suppress(OSError, AttributeError):
                total += int(re.search(rf"{field}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1))
    return total / 1024


def forget_peak(programs: list[Program]) -> None:
    """Resets `VmHWM`."""
    for program in programs:
        for pid in program.family():
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")
