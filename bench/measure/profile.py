"""A profile of the gateway under one of the loads: time (`perf record`) or instructions (valgrind)."""

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from .bench import Bench
from .gateway import CHECK
from .instructions import counted, visit
from .load import HERE, Load, wrk
from .processes import Failed

ROOT = Path(__file__).resolve().parents[2]
MIB = 2**20


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/profile", description=__doc__)
    parser.add_argument("load", choices=("check", "proxy", "upload", "download"))
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--top", type=int, default=40, help="symbols to show")
    parser.add_argument("--callers", action="store_true", help="show who calls them; build with RUSTFLAGS='-C force-frame-pointers=yes'")
    parser.add_argument("--instructions", action="store_true", help="count instructions outside the kernel, with valgrind (check and proxy)")
    parser.add_argument("--bins", type=Path, default=ROOT / "target" / "profiling", help="where the gateway with symbols is")
    parser.add_argument("--bench-bins", type=Path, default=ROOT / "target" / "release", help="where postern-bench is")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    home = Path(tempfile.mkdtemp(prefix="postern-profile-"))
    try:
        with ExitStack() as running:
            say = lambda what: print(what, file=sys.stderr)
            profile(arguments, Bench(arguments.bench_bins, home, 1, arguments.seconds, True, say, running))
    except Failed as problem:
        print(f"bench/profile: {problem}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


def profile(arguments, bench: Bench) -> None:
    gateway, (token,) = bench.gateway("profile", upstream=bench.upstream())
    gateway.bins = arguments.bins
    if arguments.instructions:
        return instructions(arguments, bench, gateway)
    gateway.start()
    proxied = Load("/api/devices?page=2", gateway.browser_headers(token))
    load = {
        "check": Load(CHECK, gateway.check_headers(token)),
        "proxy": proxied,
        "upload": replace(proxied, path="/upload", connections=4, script=HERE / "upload.lua", arguments=(MIB,)),
        "download": replace(proxied, path=f"/bytes/{MIB}", connections=4),
    }[arguments.load]
    wrk(gateway.port, load, 1)
    data = bench.home / "perf.data"
    recorder = subprocess.Popen(["perf", "record", "-q", "-F", "1999", "-g", "-p", str(gateway.program.process.pid), "-o", data,
                                 "--", "sleep", str(arguments.seconds)])
    found = wrk(gateway.port, load, arguments.seconds)
    recorder.wait()
    print(f"{found['requests'] / found['seconds']:.0f} requests a second")
    shape = ["-g", "caller,0.5,callee"] if arguments.callers else ["-g", "none"]
    report = subprocess.run(["perf", "report", "-i", data, "--stdio", "--no-children", "--sort", "dso,symbol", "--percent-limit", "0.3", *shape],
                            capture_output=True, text=True).stdout
    lines = [line for line in report.splitlines() if line and not line.startswith("#")]
    print("\n".join(lines if arguments.callers else lines[:arguments.top]))
    print("\nby place")
    report = subprocess.run(["perf", "report", "-i", data, "--stdio", "--no-children", "--sort", "dso", "-g", "none"],
                            capture_output=True, text=True).stdout
    print("\n".join(line for line in report.splitlines() if line and not line.startswith("#")))


def instructions(arguments, bench: Bench, gateway) -> None:
    path, headers = {
        "check": (CHECK, gateway.check_headers("@")),
        "proxy": ("/api/devices?page=2", gateway.browser_headers("@")),
    }.get(arguments.load, (None, None))
    if path is None:
        raise Failed("instructions are counted under the loads check and proxy")
    data = bench.home / "callgrind.out"

    def requests(program) -> None:
        program.answers(gateway.port)
        visit(bench, gateway.port, path, headers, gateway.tokens, 20_000)
    total = counted(bench, [arguments.bins / "postern", "serve", "--config", gateway.config], requests, data)
    print(f"{total / 20_000:.0f} instructions a request, the start of the gateway among them")
    report = subprocess.run(["callgrind_annotate", "--auto=no", "--threshold=99", data], capture_output=True, text=True).stdout
    lines = [line for line in report.splitlines() if re.match(r"\s*[\d,]+ \(", line)]
    print("\n".join(line[:200] for line in lines[:arguments.top]))
