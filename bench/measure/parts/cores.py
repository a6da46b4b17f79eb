"""Scaling from one core to two."""

import os
import statistics
from pathlib import Path

from ..bench import Bench
from ..gateway import CHECK
from ..load import Load
from ..processes import LOAD_CORE, SERVER_CORE
from ..rounds import Setup
from ..section import Goal, Section

TEXT = """
A load generator needs about as much CPU time as what it measures, so two cores of server cannot be kept busy from a third on a machine of two. Instead the
same mix runs on a machine of one core and on one of two: server with a worker a core, load generator with a thread and 32 connections a core, all of them
sharing the cores. The *system* scales by what its requests per second do. The load generator's threads share nothing, so this flatters the server; what the
*server* alone scales by is 2 × (CPU time of a request on one core) ÷ (on two) × the share of time that the two cores were not idle, which is what waiting
for locks would show in. The bare server has two listeners and two runtimes and shares nothing but its map: what it scales by is what the machine has to give.
"""
COLUMNS = ["set-up", "req/s, 1 core", "req/s, 2 cores", "system scales", "µs/req, 1 core", "µs/req, 2 cores", "idle, 2 cores", "server scales"]
BOTH = f"{SERVER_CORE},{LOAD_CORE}"


def run(bench: Bench) -> Section:
    os.sched_setaffinity(0, {int(SERVER_CORE), int(LOAD_CORE)})
    try:
        return measure(bench)
    finally:
        os.sched_setaffinity(0, {int(LOAD_CORE)})


def measure(bench: Bench) -> Section:
    machines = ((SERVER_CORE, 1), (BOTH, 2))
    gateways = []
    for cores, workers in machines:
        gateway, (token,) = bench.gateway(f"cores-{workers}")
        gateways.append((gateway.start(cores, workers), token, cores, workers))
    setups = []
    for kind in ("bare hyper check", "Postern check"):
        for gateway, token, cores, workers in gateways:
            load = Load(CHECK, gateway.check_headers(token), connections=32 * workers, threads=workers, cores=cores)
            program, port = gateway.program, gateway.port
            if kind.startswith("bare"):
                headers = gateway.identity(token, gateway.home / "headers.json")
                program, port = bench.bare("check", gateway, headers, cores=cores, workers=workers)
            setups.append(IdleSetup(kind, port, [program], load))
    bench.interleave(setups)
    pairs = [(setups[0], setups[1]), (setups[2], setups[3])]
    section = Section("A second core", TEXT, COLUMNS, [row(*pair) for pair in pairs])
    section.goals.append(Goal.at_least("two cores to one, server alone", scales(*pairs[1]), 1.8))
    return section


class IdleSetup(Setup):
    """Records the idle share of the cores in each round."""

    def measure(self, seconds: float) -> dict:
        before = idle(self.load.cores)
        round_ = super().measure(seconds)
        passed = round_["seconds"] * len(self.load.cores.split(","))
        return round_ | {"idle": min(1.0, (idle(self.load.cores) - before) / passed)}


def idle(cores: str) -> float:
    """Idle seconds of these cores."""
    lines = dict(line.split(maxsplit=1) for line in Path("/proc/stat").read_text().splitlines() if line.startswith("cpu"))
    return sum(sum(map(int, lines[f"cpu{core}"].split()[3:5])) for core in cores.split(",")) / os.sysconf("SC_CLK_TCK")


def scales(one: Setup, two: Setup) -> float:
    return statistics.median(2 * a / b * (1 - lost) for a, b, lost in zip(one.values("us"), two.values("us"), two.values("idle")))


def row(one: Setup, two: Setup) -> list[str]:
    system = statistics.median(b / a for a, b in zip(one.values("rate"), two.values("rate")))
    return [one.name, f"{one.median('rate'):.0f}", f"{two.median('rate'):.0f}", f"{system:.2f}", f"{one.median('us'):.2f}",
            f"{two.median('us'):.2f}", f"{two.median('idle'):.1%}", f"{scales(one, two):.2f}"]
