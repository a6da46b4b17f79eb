"""Instructions of a request outside the kernel: a number without noise."""

from pathlib import Path

from ..bench import Bench
from ..gateway import CHECK
from ..instructions import SLOW, counted, visit
from ..processes import free_port
from ..section import Section

TEXT = """
Instructions that a request costs outside the kernel, counted by valgrind: the difference between a run with 2 000 requests and one with 12 000, over 32
connections. Runs agree within one per cent, so a change shows that a clock would miss. It is not time: the kernel's share, which is more
than half, is left out, and valgrind's processor has no SHA instructions, which makes the hash of a token dearer than it is, for the bare servers too.
"""
COLUMNS = ["request", "instructions", "to bare"]
FEW, MANY = 2_000, 12_000


def run(bench: Bench) -> Section:
    counted_gateway = Counted(bench)
    headers = counted_gateway.captured_headers()
    section = Section("Instructions", TEXT, COLUMNS)
    for name, kind, more in (("check", "check", []), ("proxied request", "proxy", [counted_gateway.upstream])):
        of_bare = counted_gateway.bare(name, kind, more, headers)
        of_gateway = counted_gateway.postern(name)
        section.rows += [[f"bare hyper {name}", f"{of_bare:.0f}", "1.00"],
                         [f"Postern {name}", f"{of_gateway:.0f}", f"{of_gateway / of_bare:.2f}"]]
        bench.say(f"{name}: {of_gateway:.0f} instructions, a bare server {of_bare:.0f}")
    return section


class Counted:
    """A gateway with one session and an upstream that answers 1 KiB, whose requests are counted."""

    def __init__(self, bench: Bench):
        self.bench, self.upstream = bench, bench.upstream()
        self.gateway, (self.token,) = bench.gateway("instructions", upstream=self.upstream)
        self.requests = {
            "check": (CHECK, self.gateway.check_headers("@")),
            "proxied request": ("/api/devices?page=2", self.gateway.browser_headers("@")),
        }

    def captured_headers(self) -> Path:
        """The identity headers of a check, for the bare servers."""
        headers = self.gateway.start().identity(self.token, self.gateway.home / "headers.json")
        self.gateway.stop()
        return headers

    def postern(self, name: str) -> float:
        """Instructions of one such request to the gateway."""
        return self._each(name, [self.bench.bins / "postern", "serve", "--config", self.gateway.config], self.gateway.port)

    def bare(self, name: str, kind: str, more: list, headers: Path) -> float:
        """Instructions of one such request to a bare server."""
        port = free_port()
        return self._each(name, [self.bench.bins / "postern-bench", kind, port, *more, headers, self.gateway.tokens], port)

    def _each(self, name: str, command: list, port: int) -> float:
        path, headers = self.requests[name]

        def run(times: int) -> int:
            def requests(program) -> None:
                program.answers(port, patience=SLOW)
                visit(self.bench, port, path, headers, self.gateway.tokens, times)
            return counted(self.bench, command, requests)
        few = run(FEW)
        return (run(MANY) - few) / (MANY - FEW)
