"""Which functions of the gateway are used from its start on and by requests; they are put together in the program."""

import re
import sys
import tempfile
from collections import Counter
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
            names = listed(bench)
        except Failed as problem:
            print(f"bench/layout: {problem}", file=sys.stderr)
            return 1
    USED.write_text(names)
    print(f"{names.count(chr(10))} functions written to {USED}; build again to have them laid out")
    return 0


def listed(bench: Bench) -> str:
    """The names, a line each. What every request calls comes first, so that a processor finds all of it on few pages."""
    # Some have no name but an address.
    calls = {name: count for name, count in used(bench).items() if re.fullmatch(r"[A-Za-z_][\w.$]*", name)}
    often = sorted({pattern(name) for name, count in calls.items() if count >= TIMES})
    seldom = sorted({pattern(name) for name in calls} - set(often))
    return "".join(f"{name}\n" for name in often + seldom)


def used(bench: Bench) -> Counter[str]:
    """Names of the functions that a gateway executes which starts for the first time, checks, forwards and stops, and how often each is called."""
    gateway, _ = bench.gateway("layout", upstream=bench.upstream())

    def requests(program) -> None:
        program.answers(gateway.management, "/readyz", (200,))
        status_of(gateway.management, "/metrics")
        visit(bench, gateway.port, CHECK, gateway.check_headers("@"), gateway.tokens, TIMES)
        visit(bench, gateway.port, "/api/devices?page=2", gateway.browser_headers("@"), gateway.tokens, TIMES)

    profile = bench.home / "profile"
    counted(bench, [bench.bins / "postern", "serve", "--config", gateway.config], requests, profile, ("--demangle=no",))
    found, known, library, called = set(), {}, False, ""
    counts: Counter[str] = Counter()
    for line in profile.open():
        # Objects and functions have a number, which comes with the name the first time. `cob` and `cfn` are called ones.
        if named := re.match(r"c?(ob|fn)=\((\d+)\)(?: (.*))?$", line):
            key = named.group(1, 2)
            if named.group(3):
                known[key] = named.group(3)
            if line.startswith("ob="):
                library = ".so" in known[key]
            elif line.startswith("fn=") and not library:
                found.add(own(known[key]))
            elif line.startswith("cfn="):
                called = own(known[key])
        elif calls := re.match(r"calls=(\d+) ", line):
            # In a library they are left out, as soon as it is their turn to be read.
            counts[called] += int(calls.group(1))
    return Counter({name: counts[name] for name in found})


def own(name: str) -> str:
    """A function's name without what counts how deep it calls itself."""
    return name.split("'")[0]


def pattern(name: str) -> str:
    """A name without what another compiler, or another version of a library, would call otherwise."""
    name = re.sub(r"(\.llvm)?\.\d+$", "*", name)
    name = re.sub(r"17h[0-9a-f]{16}E", "17h*", name)
    return re.sub(r"Cs[0-9A-Za-z]+_", "Cs*_", name)
