"""Instruction counts as a test: a check and a proxied request against the committed baseline."""

import argparse
import json
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from .bench import Bench
from .parts.instructions import Counted
from .processes import Failed

ROOT = Path(__file__).resolve().parents[2]
BASELINE = ROOT / "bench" / "instructions.json"
#: The largest difference to the baseline, in either direction. Runs of one program differ by less than one per cent.
TOLERANCE = 0.03


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/instructions", description=__doc__)
    parser.add_argument("--bins", type=Path, default=ROOT / "target" / "release", help="folder of the programs to count")
    parser.add_argument("--update", action="store_true", help="write the baseline instead of comparing with it")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    home = Path(tempfile.mkdtemp(prefix="postern-instructions-"))
    try:
        for tool in ("valgrind", "taskset"):
            if not shutil.which(tool):
                raise Failed(f"{tool} is missing: run `make instructions`, which installs it")
        with ExitStack() as running:
            counts = count(Bench(arguments.bins, home, 1, 1, True, lambda what: print(what, file=sys.stderr), running))
        found = {"environment": environment(), "instructions": counts}
        if arguments.update:
            BASELINE.write_text(json.dumps(found, indent=2) + "\n")
            print(f"written to {BASELINE.relative_to(ROOT)}: {counts}")
            return 0
        problems = compare(json.loads(BASELINE.read_text()), found)
    except (Failed, OSError) as problem:
        problems = [str(problem)]
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for problem in problems:
        print(f"bench/instructions: {problem}", file=sys.stderr)
    return 1 if problems else 0


def count(bench: Bench) -> dict[str, int]:
    gateway = Counted(bench)
    return {name: round(gateway.postern(name)) for name in gateway.requests}


def environment() -> dict[str, str]:
    """What the counts depend on besides the source."""
    release = re.search(r"release: (.+)", subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True, cwd=ROOT).stdout)
    return {"architecture": platform.machine(), "rustc": release.group(1)}


def compare(baseline: dict, found: dict) -> list[str]:
    """Prints each count beside its baseline; returns what is wrong."""
    if baseline["environment"] != found["environment"]:
        return [f"the baseline is of {baseline['environment']}, and this is {found['environment']}: counts cannot be compared. "
                "Run `make instructions-update` and commit the new baseline"]
    problems = []
    for name, now in found["instructions"].items():
        before = baseline["instructions"].get(name)
        if before is None:
            problems.append(f"{name}: no baseline; run `make instructions-update`")
            continue
        difference = now / before - 1
        print(f"{name}: {now} instructions, baseline {before}, {difference:+.2%}")
        if difference > TOLERANCE:
            problems.append(f"{name}: {difference:+.2%} instructions, more than {TOLERANCE:.0%} above the baseline. `bench/profile` shows where; "
                            "if the cost is wanted, run `make instructions-update` and give the reason in the commit")
        elif difference < -TOLERANCE:
            problems.append(f"{name}: {difference:+.2%} instructions, more than {TOLERANCE:.0%} below the baseline. Run `make instructions-update`, "
                            "so that the gain is kept")
    return problems
