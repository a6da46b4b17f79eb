"""Child processes: started with a log, ended by their own pid, and never outliving the test run."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

START_TIMEOUT = 60.0
STOP_TIMEOUT = 15.0


class Failed(Exception):
    """A component did not start; the message has the end of its log."""


class Process:
    """A running program. `user` runs it as another user if this process is root."""

    def __init__(self, name: str, command: Sequence[str | Path], log: Path, *, env: dict[str, str] | None = None,
                 user: str | None = None, cwd: Path | None = None, stop_signal: signal.Signals = signal.SIGTERM,
                 pass_fds: Sequence[int] = ()):
        self.name, self.log, self._stop_signal = name, log, stop_signal
        # The kernel ends the child should this process die without cleaning up.
        guard = ["setpriv", f"--pdeathsig={stop_signal.name.removeprefix('SIG')}"]
        if user and os.geteuid() == 0:
            guard += [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        with log.open("ab") as output:
            self._child = subprocess.Popen([*guard, *map(str, command)], stdin=subprocess.DEVNULL, stdout=output,
                                           stderr=subprocess.STDOUT, cwd=cwd, env=clean_environment(env), pass_fds=pass_fds)

    @property
    def pid(self) -> int:
        return self._child.pid

    def running(self) -> bool:
        return self._child.poll() is None

    def wait_until(self, ready: Callable[[], bool], timeout: float = START_TIMEOUT) -> "Process":
        """Waits until `ready()`; raises with the end of the log if the program ends or time is up."""
        deadline = time.monotonic() + timeout
        while not ready():
            if not self.running():
                raise Failed(f"{self.name} ended with status {self._child.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                self.stop()
                raise Failed(f"{self.name} was not ready after {timeout} s:\n{self.log_tail()}")
            time.sleep(0.02)
        return self

    def stop(self, how: signal.Signals | None = None) -> int:
        """Terminates it, kills it after a while, and returns its exit status."""
        if self.running():
            self._child.send_signal(how or self._stop_signal)
            try:
                self._child.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self._child.kill()
        return self._child.wait()

    def pause(self) -> None:
        """Freezes it, as an overloaded machine would."""
        self._child.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._child.send_signal(signal.SIGCONT)

    def log_tail(self, lines: int = 40) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def clean_environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """An environment without variables that could configure a component by accident, such as proxies and keys."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "RUST_BACKTRACE": "1", **(extra or {})}


def listens(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
