"""The result of a part, and its Markdown."""

from dataclasses import dataclass, field

from .rounds import Setup, paired


@dataclass(frozen=True)
class Goal:
    """A bound, and whether the measured value meets it."""

    what: str
    bound: str
    measured: str
    met: bool

    @classmethod
    def at_most(cls, what: str, value: float, bound: float, unit: str = "×") -> "Goal":
        return cls(what, f"≤ {bound:g} {unit}", f"{value:.2f} {unit}", value <= bound)

    @classmethod
    def at_least(cls, what: str, value: float, bound: float, unit: str = "×") -> "Goal":
        return cls(what, f"≥ {bound:g} {unit}", f"{value:.2f} {unit}", value >= bound)


@dataclass
class Section:
    title: str
    text: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)

    def markdown(self) -> str:
        return f"## {self.title}\n\n{self.text.strip()}\n\n" + table(self.columns, self.rows)


def table(columns: list[str], rows: list[list[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


REQUEST_COLUMNS = ["set-up", "µs/req (median)", "spread", "CPU ratio", "req/s", "p50 ms", "p99 ms", "p99 ratio", "RSS MiB"]


def request_rows(setups: list[Setup]) -> list[list[str]]:
    """A row for each set-up; ratios are to the first."""
    return [[
        setup.name, f"{setup.median('us'):.2f}", "{:.2f}–{:.2f}".format(*setup.spread("us")),
        f"{paired(setup, setups[0], 'us'):.2f}", f"{setup.median('rate'):,.0f}".replace(",", " "),
        f"{setup.median('p50'):.2f}", f"{setup.median('p99'):.2f}", f"{paired(setup, setups[0], 'p99'):.2f}",
        f"{setup.memory_mib:.1f}",
    ] for setup in setups]
