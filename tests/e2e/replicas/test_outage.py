"""Without the store: no new session gets in, and cached ones live no longer than configured (promise 2)."""

import time

import pytest

from harness.person import Person
from harness.postgres import Postgres


@pytest.fixture
def own_postgres(home, tmp_path):
    server = Postgres(home)
    yield server
    server.close()


def test_an_outage_denies_and_ends(own_postgres, recorder, gateways, people):
    gateway = gateways.start(recorder.url, database=own_postgres.database(),
                             session={"outage_grace": "3s", "revocation_bound": "1s"})
    ann, ben = people(gateway), people(gateway)
    for person in (ann, ben):
        person.sign_in()
        person.enrol()
    assert ann.fetch("GET", "/page").status == 200
    # Until ben's session has left the cache.
    own_postgres.stop()
    began = time.monotonic()
    assert ann.fetch("GET", "/page").status == 200, "cached: lives on for the grace"
    stranger = Person(gateway.origin, ann.subject, gateway.canary)
    stranger.cookies = {ann.session_cookie[0]: ann.session_cookie[1][::-1]}
    recorder.clear()
    answer = stranger.fetch("GET", "/page")
    assert answer.status in (401, 503), answer
    assert stranger.navigate("/page").status in (302, 303, 503)
    assert recorder.count == 0
    while (answer := ann.fetch("GET", "/page")).status == 200:
        assert time.monotonic() - began < 3 + 1 + 2, "the grace is over"
        time.sleep(0.05)
    assert answer.status == 503, answer
    assert answer.code
    assert time.monotonic() - began >= 2, "and it was granted"
    assert ann.fetch("POST", "/api/2fa/verify", {"code": "123456"}).status == 503
    assert gateway.manage("/healthz") == 200, "alive"
    assert gateway.manage("/readyz") == 503, "not ready"
    own_postgres.start()
    gateway.process.wait_until(gateway.ready, timeout=20)
    assert ann.fetch("GET", "/page").status == 200
    assert ben.fetch("GET", "/page").status == 200


def test_a_check_of_a_cached_session_touches_no_store(recorder, gateways, people):
    gateway = gateways.start(recorder.url, session={"revocation_bound": "60s"})
    ann = people(gateway)
    ann.sign_in()
    ann.enrol()
    assert ann.fetch("GET", "/page").status == 200
    statements = "SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database WHERE datname = current_database()"
    activity = "SELECT pid, query_start FROM pg_stat_activity WHERE datname = current_database() " \
               "AND pid <> pg_backend_pid() AND application_name <> 'psql' ORDER BY pid"
    gateway.database.sql(statements)
    before = dict(gateway.database.sql(activity))
    for _ in range(200):
        assert ann.fetch("GET", "/page").status == 200
    after = dict(gateway.database.sql(activity))
    moved = [pid for pid in before if before[pid] != after.get(pid)]
    assert len(moved) <= 1, "at most one batch of last-seen times was written meanwhile"
