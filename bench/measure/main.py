"""The command `bench/run`: runs the chosen parts, prints their sections and writes RESULTS.md."""

import argparse
import importlib
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from . import results
from .bench import Bench
from .processes import LOAD_CORE, Failed

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("check", "proxy", "tls", "bodies", "scale", "alloc", "instructions", "store", "start", "cores", "hostile", "peers")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {','.join(PARTS)}")
    parser.add_argument("--rounds", type=int, help="rounds of each set-up (25; quick: 3)")
    parser.add_argument("--seconds", type=int, help="seconds of each round (1)")
    parser.add_argument("--bins", type=Path, default=ROOT / "target" / "release", help="folder of the programs to measure")
    parser.add_argument("--quick", action="store_true", help="short rounds, small numbers: for a first look")
    parser.add_argument("--out", type=Path, help="where to write the page (bench/RESULTS.md, if everything runs)")
    arguments = parser.parse_args()
    parts = [part.strip() for part in arguments.only.split(",")]
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    for tool in ("wrk", "taskset", "nginx", "haproxy", "valgrind", "h2load", "openssl"):
        if not shutil.which(tool, path=f"{os.environ['PATH']}:/usr/sbin"):
            sys.exit(f"{tool} is missing: run `make bench`, which installs it")
    if os.cpu_count() < 2:
        sys.exit("two cores are needed: one for what is measured, one for the load")
    # Exits by an exception, so that running programs are stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Keeps this process off the core of the measured program.
    os.sched_setaffinity(0, {int(LOAD_CORE)})

    rounds = arguments.rounds or (3 if arguments.quick else 25)
    seconds = arguments.seconds or 1
    home, begun, sections = Path(tempfile.mkdtemp(prefix="postern-bench-")), time.monotonic(), []
    try:
        for part in parts:
            say = lambda what: print(f"{time.monotonic() - begun:5.0f} s  {part}: {what}", file=sys.stderr)
            with ExitStack() as running:
                bench = Bench(arguments.bins, home, rounds, seconds, arguments.quick, say, running)
                section = importlib.import_module(f".parts.{part}", __package__).run(bench)
            sections.append(section)
            print(f"\n{section.markdown()}", flush=True)
    except Failed as problem:
        print(f"bench/run: {problem}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(home, ignore_errors=True)
    page = results.page(sections, arguments, rounds, seconds, time.monotonic() - begun)
    print(results.verdict(sections))
    out = arguments.out or (ROOT / "bench" / "RESULTS.md" if set(parts) == set(PARTS) and not arguments.quick else None)
    if out:
        out.write_text(page)
        print(f"written to {out}")
    return 0
