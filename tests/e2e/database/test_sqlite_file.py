"""The file of the SQLite store, opened by other programs while the gateway runs."""

import signal
import sqlite3
from contextlib import closing


def test_another_program_that_opens_and_closes_it_takes_nothing_along(recorder, gateways, people):
    gateway = gateways.start(recorder.url, sqlite=True)
    ann = people(gateway, email="ann@example.com")
    ann.sign_in()
    ann.enrol()
    [file] = gateway.state_dir.glob("*.sqlite3")
    # The last connection to close a database removes its log, unless others hold their locks.
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT count(*) FROM users").fetchone() == (1,)
    bob = people(gateway, email="bob@example.com", subject="bob")
    bob.sign_in()
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT count(*) FROM users").fetchone() == (2,)
    assert gateway.command("sessions", "revoke", "ann@example.com").returncode == 0
    gateway.process.wait_until(lambda: ann.fetch("GET", "/page").status != 200, timeout=10)
    gateway.process.stop(signal.SIGKILL)
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT count(*) FROM users").fetchone() == (2,)
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
