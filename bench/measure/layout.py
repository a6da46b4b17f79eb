"""Which functions of the gateway are used from its start on and by requests; they are put together in the program."""

import bisect
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from .bench import Bench
from .gateway import CHECK
from .instructions import counted, visit
from .processes import Failed, status_of

ROOT = Path(__file__).resolve().parents[2]
USED = ROOT / "crates" / "server" / "used.txt"
#: Requests of each kind: what is done once in a while is to be among what they do.
TIMES = 200


def main() -> int:
    bins = ROOT / "target" / "release"
    with tempfile.TemporaryDirectory(prefix="postern-layout-") as home, ExitStack() as running:
        bench = Bench(bins, Path(home), 1, 1, True, lambda what: print(what, file=sys.stderr), running)
        try:
            addresses = executed(bench)
        except Failed as problem:
            print(f"bench/layout: {problem}", file=sys.stderr)
            return 1
    names = sorted({pattern(name) for name in functions(bins / "postern", addresses)})
    USED.write_text("".join(f"{name}\n" for name in names))
    print(f"{len(names)} functions written to {USED}; build again to have them laid out")
    return 0


def executed(bench: Bench) -> set[int]:
    """Addresses of instructions that a gateway executes which starts, checks, forwards and stops."""
    gateway, _ = bench.gateway("layout", upstream=bench.upstream())
    gateway.start()
    gateway.stop()

    def requests(program) -> None:
        program.answers(gateway.management, "/readyz", (200,))
        status_of(gateway.management, "/metrics")
        visit(bench, gateway.port, CHECK, gateway.check_headers("@"), gateway.tokens, TIMES)
        visit(bench, gateway.port, "/api/devices?page=2", gateway.browser_headers("@"), gateway.tokens, TIMES)

    profile = bench.home / "profile"
    counted(bench, [bench.bins / "postern", "serve", "--config", gateway.config], requests, profile, ("--dump-instr=yes",))
    addresses, at = set(), 0
    for line in profile.open():
        # An address, or how far it is from the one before; the addresses of libraries fit no function of ours.
        if found := re.match(r"(0x[0-9a-f]+|[+-]\d+|\*) ", line):
            said = found.group(1)
            at = int(said, 16) if said.startswith("0x") else at + int(said.replace("*", "0"))
            addresses.add(at)
    return addresses


def functions(program: Path, addresses: set[int]) -> set[str]:
    """The functions of a program that have some of these addresses."""
    listed = subprocess.run(["nm", "-S", program], capture_output=True, text=True, check=True).stdout.splitlines()
    fields = (line.split() for line in listed)
    symbols = sorted((int(place, 16), int(size, 16), name) for place, size, kind, name in (f for f in fields if len(f) == 4)
                     if kind in "tTwW")
    starts, found = [symbol[0] for symbol in symbols], set()
    for address in addresses:
        place, size, name = symbols[bisect.bisect_right(starts, address) - 1]
        if place <= address < place + size:
            found.add(name)
    return found


def pattern(name: str) -> str:
    """A name without what another compiler, or another version of a library, would call otherwise."""
    name = re.sub(r"\.llvm\.\d+$", "*", name)
    name = re.sub(r"17h[0-9a-f]{16}E", "17h*", name)
    return re.sub(r"Cs[0-9A-Za-z]+_", "Cs*_", name)
