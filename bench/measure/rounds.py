"""Interleaved measurement of several set-ups, so that drift of the machine affects all of them alike."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from .load import Load
from .processes import Failed, Program, cpu_between, cpu_times, memory_mib


@dataclass
class Setup:
    """One measured configuration: the programs whose CPU time counts, and their load."""

    name: str
    port: int
    programs: list[Program]
    load: Load
    #: Runs before every round; its figures are added to the round.
    prepare: Callable[[], dict] = dict
    #: Total bytes so far, where the load generator does not count them.
    bytes: Callable[[], int] | None = None
    rounds: list[dict] = field(default_factory=list)
    memory_mib: float = 0.0

    def measure(self, seconds: float) -> dict:
        prepared = self.prepare()
        bytes_before, before = self.bytes() if self.bytes else 0, cpu_times(self.programs)
        round_ = self.load.run(self.port, seconds)
        round_["cpu"] = cpu_between(before, cpu_times(self.programs))
        if self.bytes:
            round_["bytes"] = self.bytes() - bytes_before
        if not round_["bytes"]:
            raise Failed(f"{self.name}: no response within {seconds} s")
        return round_ | prepared

    def values(self, what: str) -> list[float]:
        return [FIGURES[what](round_) if what in FIGURES else round_[what] for round_ in self.rounds]

    def median(self, what: str) -> float:
        return statistics.median(self.values(what))

    def spread(self, what: str) -> tuple[float, float]:
        values = self.values(what)
        return min(values), max(values)


#: The figures of a round.
FIGURES = {
    "us": lambda r: r["cpu"] * 1e6 / max(1, r["requests"]),
    "us_per_mib": lambda r: r["cpu"] * 1e6 / (r["bytes"] / 2**20),
    "rate": lambda r: r["requests"] / r["seconds"],
    "mib": lambda r: r["bytes"] / 2**20 / r["seconds"],
    "p50": lambda r: r["p50_ms"],
    "p99": lambda r: r["p99_ms"],
}


def interleave(setups: list[Setup], rounds: int, seconds: float, say) -> None:
    """Measures the set-ups in turns; each round begins with another one."""
    for setup in setups:
        setup.load.run(setup.port, 1)
    for number in range(rounds):
        for index in range(len(setups)):
            setup = setups[(index + number) % len(setups)]
            setup.rounds.append(setup.measure(seconds))
        say(f"round {number + 1} of {rounds}")
    for setup in setups:
        setup.memory_mib = memory_mib(setup.programs)


def paired(one: Setup, other: Setup, what: str) -> float:
    """The median of the rounds' own ratios, one to other: both halves of a round ran under the same conditions."""
    return statistics.median(a / b for a, b in zip(one.values(what), other.values(what)))
