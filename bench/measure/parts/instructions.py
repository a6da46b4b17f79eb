"""Instructions of a request outside the kernel: a number without noise."""

from ..bench import Bench
from ..gateway import CHECK
from ..instructions import counted, visit
from ..processes import free_port
from ..section import Section

TEXT = """
Instructions that a request costs outside the kernel, counted by valgrind: the difference between a run with 2 000 requests and one with 12 000, over 32
connections. The same to within a hundredth every time, so a change shows that a clock would miss. It is not time: the kernel's share, which is more
than half, is left out, and valgrind's processor has no SHA instructions, which makes the hash of a token dearer than it is, for the bare servers too.
"""
COLUMNS = ["request", "instructions", "to bare"]
FEW, MANY = 2_000, 12_000


def run(bench: Bench) -> Section:
    upstream = bench.upstream()
    gateway, (token,) = bench.gateway("instructions", upstream=upstream)
    headers = gateway.start().identity(token, gateway.home / "headers.json")
    gateway.stop()
    section = Section("Instructions", TEXT, COLUMNS)
    serve = [bench.bins / "postern", "serve", "--config", gateway.config]
    for name, path, asked, kind, more in (
        ("check", CHECK, gateway.check_headers("@"), "check", []),
        ("proxied request, 1 KiB", "/api/devices?page=2", gateway.browser_headers("@"), "proxy", [upstream]),
    ):
        port = free_port()
        bare = [bench.bins / "postern-bench", kind, port, *more, headers, gateway.tokens]
        of_bare = each(bench, gateway, bare, port, path, asked)
        of_gateway = each(bench, gateway, serve, gateway.port, path, asked)
        section.rows += [[f"bare hyper {name}", f"{of_bare:.0f}", "1.00"],
                         [f"Postern {name}", f"{of_gateway:.0f}", f"{of_gateway / of_bare:.2f}"]]
        bench.say(f"{name}: {of_gateway:.0f} instructions, a bare server {of_bare:.0f}")
    return section


def each(bench: Bench, gateway, command: list, port: int, path: str, headers: dict) -> float:
    def run(times: int) -> int:
        def requests(program) -> None:
            program.answers(port)
            visit(bench, port, path, headers, gateway.tokens, times)
        return counted(bench, command, requests)
    few = run(FEW)
    return (run(MANY) - few) / (MANY - FEW)
