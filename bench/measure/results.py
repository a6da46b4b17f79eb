"""RESULTS.md: figures, machine, versions, and whether the goals are met."""

import os
import platform
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

from .section import Section, table

ROOT = Path(__file__).resolve().parents[2]


def page(sections: list[Section], arguments, rounds: int, seconds: int, took: float) -> str:
    return f"""# Results

{date.today()}, {machine()}. `bench/run`: {rounds} interleaved rounds of {seconds} s, {took / 60:.0f} minutes in all. What is measured runs on
core 0, wrk (one thread, 32 connections) and the upstream on core 1. µs/req is user and system CPU time of all processes of a set-up, from `/proc`, per
request; ratios are medians of the rounds' own ratios. [README.md](README.md) says how each number comes about.

{verdict(sections)}
{"".join(section.markdown() + chr(10) for section in sections)}## Versions

{table(["program", "version"], [[name, version] for name, version in versions(arguments.bins).items()])}"""


def verdict(sections: list[Section]) -> str:
    rows = [[goal.what, goal.bound, goal.measured, "yes" if goal.met else "**no**"] for section in sections for goal in section.goals]
    return "## Goals\n\n" + table(["goal", "bound", "measured", "met"], rows)


def machine() -> str:
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    system = re.search(r'PRETTY_NAME="(.+)"', Path("/etc/os-release").read_text())
    virtual = "a virtual machine, " if "hypervisor" in Path("/proc/cpuinfo").read_text() else ""
    return (f"{os.cpu_count()} cores of {model.group(1).strip() if model else platform.machine()} ({virtual}"
            f"{system.group(1) if system else platform.system()}, Linux {platform.release().split('-')[0]})")


#: The version command of each program.
COMMANDS = {
    "Rust": ["rustc", "--version"],
    "wrk": ["wrk", "-v"],
    "h2load": ["h2load", "--version"],
    "nginx": ["nginx", "-v"],
    "HAProxy": ["haproxy", "-v"],
    "Apache": ["apache2", "-v"],
    "mod_auth_openidc": ["dpkg-query", "-W", "-f", "${Version}", "libapache2-mod-auth-openidc"],
    "valgrind": ["valgrind", "--version"],
}


def versions(bins: Path) -> dict[str, str]:
    found = {}
    for name, command in {"Postern": [bins / "postern", "--version"], **COMMANDS}.items():
        program = shutil.which(command[0], path=f"{os.environ['PATH']}:/usr/sbin")
        if program:
            ended = subprocess.run([program, *command[1:]], capture_output=True, text=True)
            number = re.search(r"\d+\.\d+[.\w+~-]*", ended.stdout + ended.stderr)
            found[name] = number.group(0) if number else "?"
    found |= dict(re.findall(r"^([\w-]+)==(.+)$", (ROOT / "bench" / "requirements.txt").read_text(), re.MULTILINE))
    lock = (ROOT / "Cargo.lock").read_text()
    for crate in ("hyper", "tokio", "mimalloc"):
        found[crate] = re.search(rf'name = "{crate}"\nversion = "([^"]+)"', lock).group(1)
    return found
