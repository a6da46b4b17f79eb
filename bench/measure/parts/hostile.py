"""The rate of a healthy client while others attack."""

import contextlib
import statistics
import sys
from pathlib import Path

from ..bench import Bench
from ..load import Load
from ..processes import LOAD_CORE, Failed, Program
from ..rounds import Setup, paired
from ..section import Goal, Section

TEXT = """
A session's 1 KiB answers through the full check, undisturbed and while an attacker from another address holds 100 connections, sends on each twenty times a
second, and opens another for each that is closed, up to a hundred a second (`measure/hostile.py`). The attacker runs on the core of the load generator and takes
time from that. *Rate* is what the client got by what it got undisturbed; *CPU left* is the share of the gateway's time that went to the client: the undisturbed
CPU time of a request by the gateway's whole CPU time for each request answered under attack. Only where both are low is the gateway at fault.
"""
ATTACKS = ("slow-heads", "slow-bodies", "large-heads", "rapid-reset", "continuation", "pings", "silence")
COLUMNS = ["attack", "req/s", "rate", "µs/req of the gateway", "CPU left", "p99 ms", "RSS MiB"]
LISTEN = "[limits]\nconnections_per_address = 128\n"


def run(bench: Bench) -> Section:
    upstream = bench.upstream()
    gateway, (token,) = bench.gateway("hostile", upstream=upstream, extra=LISTEN, listen="h2c = true\nheader_timeout = \"2s\"\nidle_timeout = \"2s\"")
    gateway.start()
    gateway.identity(token, gateway.home / "headers.json")
    load = Load("/api/devices?page=2", gateway.browser_headers(token))
    calm = Setup("none", gateway.port, [gateway.program], load)
    attacked = [Attacked(kind, gateway.port, [gateway.program], load, home=bench.home) for kind in ATTACKS]
    bench.interleave([calm, *attacked])
    section = Section("Under attack", TEXT, COLUMNS, [row(setup, calm) for setup in (calm, *attacked)])
    worst = min(attacked, key=lambda setup: paired(setup, calm, "rate"))
    section.goals.append(Goal.at_least(f"a client's rate under attack ({worst.name}), to its rate without", paired(worst, calm, "rate"), 0.8))
    return section


class Attacked(Setup):
    """A set-up that is measured under attack."""

    def __init__(self, kind: str, *setup, home: Path):
        super().__init__(kind, *setup)
        self._home = home

    def measure(self, seconds: float) -> dict:
        host = self.load.headers["Host"]
        command = [sys.executable, "-m", "measure.hostile", self.name, self.port, host]
        attacker = Program(command, self._home / "attacker.log", LOAD_CORE, {"PYTHONPATH": str(Path(__file__).parents[2])})
        with contextlib.ExitStack() as running:
            running.callback(attacker.stop)
            round_ = super().measure(seconds)
            if attacker.process.poll() is not None:
                raise Failed(f"the attacker ended: {attacker.tail()}")
        return round_


def row(setup: Setup, calm: Setup) -> list[str]:
    left = statistics.median(a / b for a, b in zip(calm.values("us"), setup.values("us")))
    return [setup.name, f"{setup.median('rate'):.0f}", f"{paired(setup, calm, 'rate'):.2f}", f"{setup.median('us'):.2f}", f"{left:.2f}",
            f"{setup.median('p99'):.2f}", f"{setup.memory_mib:.1f}"]
