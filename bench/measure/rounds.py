"""Set-ups side by side, measured in turns: what a machine does to one round, it does to all set-ups alike."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from .load import Load
from .processes import Failed, Program, cpu_between, cpu_times, memory_mib


@dataclass
class Setup:
    """Something that is measured: all the programs whose CPU time counts, and what it is asked."""

    name: str
    port: int
    programs: list[Program]
    load: Load
    #: What is done before every round; gives figures to keep with it.
    prepare: Callable[[], dict] = dict
    #: Bytes that count so far, where wrk does not know them.
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
            raise Failed(f"{self.name}: nothing came in {seconds} s")
        return round_ | prepared

    def values(self, what: str) -> list[float]:
        return [FIGURES[what](round_) if what in FIGURES else round_[what] for round_ in self.rounds]

    def median(self, what: str) -> float:
        return statistics.median(self.values(what))

    def spread(self, what: str) -> tuple[float, float]:
        values = self.values(what)
        return min(values), max(values)


#: What a round tells.
FIGURES = {
    "us": lambda r: r["cpu"] * 1e6 / max(1, r["requests"]),
    "us_per_mib": lambda r: r["cpu"] * 1e6 / (r["bytes"] / 2**20),
    "rate": lambda r: r["requests"] / r["seconds"],
    "mib": lambda r: r["bytes"] / 2**20 / r["seconds"],
    "p50": lambda r: r["p50_ms"],
    "p99": lambda r: r["p99_ms"],
}


def interleave(setups: list[Setup], rounds: int, seconds: float, say) -> None:
    """Measures them in turns, beginning with another one each round."""
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
    """How many times the one costs what the other does: the median of the rounds' own ratios, since a round's two halves
    ran under the same weather."""
    return statistics.median(a / b for a, b in zip(one.values(what), other.values(what)))
