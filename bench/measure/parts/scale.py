"""Cost with many routes and many sessions, and the memory of a session."""

import random
import time
from pathlib import Path

from ..bench import Bench
from ..gateway import CHECK, Gateway
from ..instructions import visit
from ..load import HERE, Load
from ..processes import Failed, cpu_between, cpu_times, memory_mib
from ..rounds import Setup, paired
from ..section import Goal, Section

TEXT = """
*Routes*: checks of a path below the last of them. *Sessions*: all are in memory, each of a user of its own; requests are spread at random over as many as the
table says, scattered over all of them, so that none is in a processor's cache. Before every round each of these is asked for once, so that the round holds no
renewals: an assertion is signed anew for a session that is asked for 20 s later, which is not a matter of how many sessions there are, and which the column
*first in 20 s* shows by itself (a request with a renewal, and the last-seen time that is written for it once a minute). The bare server has the same sessions and the
same requests: its difference is what the map itself costs. Store reads are off the path (`session.revocation_bound = "5m"`).
"""
COLUMNS = ["what", "Postern µs/req", "spread", "bare µs/req", "dearer than the first", "the map alone", "first in 20 s µs", "RSS MiB"]
#: Seconds after which an assertion is renewed.
RENEWED_AFTER = 20
#: Seconds after which a session is refreshed in the background: half of the configured bound.
READ_AFTER = 150
#: The longest time of a round and its preparation, in seconds.
ROUND_TAKES = 30
#: Seconds within which due last-seen times are written.
WRITTEN_WITHIN = 6
#: Sessions that requests are spread over; more cannot be visited within 20 s.
ASKED = 100_000
#: The most passes over them until the gateway has read them all.
TURNS = 200
FELL_OUT = "sessions fell out of the cache: the measurement would be one of the store"


def run(bench: Bench) -> Section:
    section = Section("Scale", TEXT, COLUMNS)
    routes(bench, section)
    bench.running.close()
    sessions(bench, section)
    return section


def routes(bench: Bench, section: Section) -> None:
    setups = []
    for count in (1, 1000):
        route = "".join(f'[[route]]\npath = "/app-{number:04}/*"\naccess = "full"\n' for number in range(count))
        gateway, (token,) = bench.gateway(f"routes-{count}", extra=route)
        gateway.start()
        headers = gateway.check_headers(token) | {"X-Forwarded-Uri": f"/app-{count - 1:04}/devices?page=2"}
        setups.append(Setup(f"{grouped(count)} routes", gateway.port, [gateway.program], Load(CHECK, headers)))
    bench.interleave(setups)
    for setup in setups:
        dearer = paired(setup, setups[0], "us")
        section.rows.append(row(setup, f"{dearer:.2f} ×", "–", "–"))
    section.goals.append(Goal.at_most("1 000 routes to 1", dearer, 1.1))


def sessions(bench: Bench, section: Section) -> None:
    counts = (1000, 10_000, 100_000) if bench.quick else (1000, 100_000, 1_000_000)
    memory = {0: resident(bench, 0), 10_000: resident(bench, 10_000)}
    pairs = []
    for count in counts:
        gateway, tokens = held(bench, count)
        memory[count] = memory_mib([gateway.program])
        asked = gateway.home / "asked"
        asked.write_text("\n".join(random.sample(tokens, min(count, ASKED))) + "\n")
        load = Load(CHECK, gateway.check_headers(None), script=HERE / "spread.lua", arguments=(asked,))
        headers = gateway.identity(tokens[0], gateway.home / "headers.json")
        bare_program, bare_port = bench.bare("check", gateway, headers)
        name = f"{grouped(count)} sessions, {grouped(min(count, ASKED))} asked for"
        pairs.append((Setup(name, gateway.port, [gateway.program], load, prepare=renewal(bench, gateway, asked)),
                      Setup(name, bare_port, [bare_program], load)))
    bench.interleave([setup for pair in pairs for setup in pair], rounds=min(bench.rounds, 3))
    first, first_bare = pairs[0]
    for setup, bare in pairs:
        dearer, map_alone = paired(setup, first, "us"), (bare.median("us") - first_bare.median("us")) / first.median("us")
        section.rows.append(row(setup, f"{dearer:.2f} ×", f"{bare.median('us'):.2f}", f"{map_alone:+.2f} ×",
                                f"{setup.median('renewal_us'):.1f}"))
    for count in (0, 10_000):
        section.rows.append([f"{grouped(count)} sessions, at rest", *["–"] * 6, f"{memory[count]:.1f}"])
    most = counts[-1]
    each = lambda one, other: (memory[other] - memory[one]) * 1024 / (other - one)
    section.goals += [
        Goal.at_most(f"{grouped(most)} sessions to 1 000, beyond the map itself", dearer - map_alone, 1.1),
        Goal.at_most("resident memory with 10 000 sessions", memory[10_000], 40, "MiB"),
        Goal.at_most("memory of a session, from 10 000 to 100 000", each(10_000, 100_000), 1, "KiB"),
    ]
    if most > 100_000:
        section.goals.append(Goal.at_most("memory of a session, from 100 000 to 1 000 000", each(100_000, most), 1, "KiB"))


def held(bench: Bench, count: int) -> tuple[Gateway, list[str]]:
    """A gateway with this many sessions in memory."""
    # The cache is sharded, and sessions are not spread evenly over the shards: spare room, so that all fit.
    extra = f'[session]\ncache_size = {count + count // 5 + 1000}\nrevocation_bound = "5m"\n'
    gateway, tokens = bench.gateway(f"sessions-{count}", count, extra=extra)
    bench.say(f"{count} sessions are written")
    gateway.start()
    begun = time.monotonic()
    if tokens:
        visit(bench, gateway.port, CHECK, gateway.check_headers("@"), gateway.tokens)
        loads = gateway.counter("postern_session_loads_total")
        if not count <= loads <= count + 1000:
            raise Failed(f"the gateway read {loads:.0f} sessions where {count} were asked for")
    #: Begin and end of the last refresh of all sessions.
    gateway.visited = (begun, time.monotonic())
    bench.say(f"{count} sessions are in memory")
    return gateway, tokens


def resident(bench: Bench, count: int) -> float:
    gateway, _ = held(bench, count)
    memory = memory_mib([gateway.program])
    gateway.stop()
    return memory


def renewal(bench: Bench, gateway: Gateway, asked: Path):
    """Visits each session once, waits for the work that this causes, and reports its cost."""
    round_ended = -RENEWED_AFTER
    read = gateway.visited

    def ask() -> tuple[int, float]:
        """Visits each session; returns their number, and how many of them the gateway began to read."""
        loads = gateway.counter("postern_session_loads_total")
        asked_for = visit(bench, gateway.port, CHECK, gateway.check_headers("@"), asked)
        return asked_for, gateway.counter("postern_session_loads_total") - loads

    def once() -> tuple[float, float]:
        before = cpu_times([gateway.program])
        asked_for, loads = ask()
        time.sleep(WRITTEN_WITHIN)
        return cpu_between(before, cpu_times([gateway.program])) * 1e6 / asked_for, loads

    def settle() -> None:
        """Has all of them refreshed: background refreshes are limited, so the rest wait for another visit."""
        for _ in range(TURNS):
            if ask()[1] == 0:
                return
        raise Failed(FELL_OUT)

    def prepare() -> dict:
        nonlocal round_ended, read
        # Refreshes all at once, so that none is due during the round.
        if time.monotonic() > read[0] + READ_AFTER - ROUND_TAKES:
            time.sleep(max(0.0, read[1] + READ_AFTER + 1 - time.monotonic()))
            begun = time.monotonic()
            settle()
            read = (begun, time.monotonic())
            round_ended = read[1]
        # Assertions of the last round are renewed now rather than in the middle of this one.
        time.sleep(max(0.0, round_ended + RENEWED_AFTER - time.monotonic()))
        took, loads = once()
        if loads > 100:
            raise Failed(FELL_OUT)
        round_ended = time.monotonic() + bench.seconds
        return {"renewal_us": took}
    return prepare


def row(setup: Setup, dearer: str, bare: str, map_alone: str, renewed: str = "–") -> list[str]:
    return [setup.name, f"{setup.median('us'):.2f}", "{:.2f}–{:.2f}".format(*setup.spread("us")), bare, dearer, map_alone, renewed,
            f"{setup.memory_mib:.1f}"]


def grouped(number: int) -> str:
    return f"{number:,}".replace(",", " ")
