"""What sessions in use cost the database."""

import time

from ..bench import Bench
from ..gateway import CHECK, Gateway
from ..instructions import visit
from ..postgres import Postgres, write_sessions
from ..section import Goal, Section

TEXT = """
A gateway on PostgreSQL at default settings (`session.revocation_bound = "10s"`, `session.idle = "1h"`). Every session is asked for about once a second. The
counts begin when all sessions are in memory: *reads* are the gateway's reads of a session (`postern_session_loads_total`), *writes* updated rows of the table of
sessions and *transactions* all of the database, both as PostgreSQL counts them. What is left with no sessions in use are the heartbeats and the statements of
the readiness check, however many sessions there are.
"""
LOADS = "postern_session_loads_total"
COLUMNS = ["sessions in use", "requests", "reads, each and minute", "writes, each and minute", "transactions a second"]


def run(bench: Bench) -> Section:
    section = Section("Store", TEXT, COLUMNS)
    seconds = 40 if bench.quick else 180
    counts = (20, 200) if bench.quick else (200, 2000)
    postgres = bench.keep(Postgres(bench.folder("postgres")))
    gateway = bench.keep(Gateway(bench.bins, bench.folder("store"), extra=f'[store]\nurl = "{postgres.url}"\n'))
    tokens = write_sessions(gateway, postgres, max(counts))
    gateway.start()
    idle = 0.0
    for count in (0, *counts):
        asked = gateway.home / "asked"
        asked.write_text("\n".join(tokens[:count]) + "\n")
        ask = lambda: visit(bench, gateway.port, CHECK, gateway.check_headers("@"), asked) if count else 0
        ask()
        before, loaded, begun, requests = postgres.counters(), gateway.counter(LOADS), time.monotonic(), 0
        while time.monotonic() < begun + seconds:
            turn = time.monotonic()
            requests += ask()
            time.sleep(max(0.0, turn + 1 - time.monotonic()))
        took, reads, after = time.monotonic() - begun, gateway.counter(LOADS) - loaded, postgres.counters()
        writes, commits = (after[name] - before[name] for name in ("updates", "commits"))
        each = lambda number: number / max(count, 1) / (took / 60)
        section.rows.append([str(count), f"{requests:,}".replace(",", " "), f"{each(reads):.2f}", f"{each(writes):.2f}",
                             f"{commits / took:.2f}"])
        idle = commits / took if not count else idle
        bench.say(f"{count} sessions: {reads:.0f} reads, {writes} writes, {commits} transactions in {took:.0f} s")
    section.goals += [
        Goal.at_most(f"reads of a session in use, {count} in use", each(reads), 0.05, "a minute"),
        Goal.at_most(f"writes of a session in use, {count} in use", each(writes), 1.1, "a minute"),
        Goal.at_most(f"transactions with {count} sessions in use, beyond those with none", commits / took - idle, 1, "a second"),
    ]
    return section
