"""A session ends on every replica within the configured bound (promise 14).

With notices it takes milliseconds. The replicas of `pair` have a bound of a minute, so that only a notice can end a
session in time; those of `bounded` have one of 2 s, for what happens without notices."""

import time

import pytest

from harness.chain import build
from harness.person import Form

# How long a notice may take on a busy machine.
NOTICE = 10.0
BOUND = 2.0
# Time for polling on a busy machine.
SLACK = 1.0


@pytest.fixture(scope="module")
def pair(home, shared_recorder, module_gateways, people):
    return replicas(home, shared_recorder, module_gateways, people, "60s")


@pytest.fixture(scope="module")
def bounded(home, shared_recorder, module_gateways, people):
    return replicas(home, shared_recorder, module_gateways, people, f"{BOUND:.0f}s")


def replicas(home, shared_recorder, module_gateways, people, bound: str):
    chain = build("proxy", home, shared_recorder, module_gateways, people, second_factor={"policy": "per-user"},
                  session={"revocation_bound": bound})
    chain.other = module_gateways.replica(chain.gateway)
    return chain


def warmed(pair, person) -> dict:
    """The cookies of a session that both replicas have cached."""
    jar = dict(person.cookies)
    for gateway in (pair.gateway, pair.other):
        assert person.fetch("GET", "/page", port=gateway.port, cookies=jar).status == 200
    return jar


def refused_by_notice(pair, person, jar, record_property, code=None) -> None:
    refused_within(NOTICE, pair, person, jar, record_property, code)


def refused_within_bound(pair, person, jar, record_property, code=None) -> None:
    refused_within(BOUND + SLACK, pair, person, jar, record_property, code)


def refused_within(limit, pair, person, jar, record_property, code) -> None:
    began = time.monotonic()
    slowest = 0.0
    for gateway in (pair.gateway, pair.other):
        while (answer := person.fetch("GET", "/page", port=gateway.port, cookies=jar)).status == 200:
            assert time.monotonic() - began < limit, f"still let in by {gateway.log.name}"
            time.sleep(0.02)
        slowest = time.monotonic() - began
        assert answer.status == 401
        assert code is None or answer.code == code
    record_property("seconds", round(slowest, 3))
    print(f"ended everywhere after {slowest:.3f} s")


def test_signing_out(pair, record_property):
    person = pair.verified()
    jar = warmed(pair, person)
    assert person.sign_out().status == 200
    refused_by_notice(pair, person, jar, record_property, "SIGN_IN_REQUIRED")


def test_disabling_the_second_factor(pair, record_property):
    person = pair.verified()
    other = pair.newcomer(pair.gateway, subject=person.subject)
    other.sign_in()
    other.verify(person.codes[0], "backup")
    jar = warmed(pair, other)
    assert person.fetch("POST", "/api/2fa/disable", {"code": person.code()}).status == 200
    refused_by_notice(pair, other, jar, record_property, "SIGN_IN_REQUIRED")


def test_signing_out_everywhere_else(pair, record_property):
    person = pair.verified()
    other = pair.newcomer(pair.gateway, subject=person.subject)
    other.sign_in()
    other.verify(person.codes[0], "backup")
    jar = warmed(pair, other)
    form = Form.on(person.navigate("/postern/account").text, lambda form: form.fields.get("session") == "others")
    assert person.submit("/postern/account/sessions", form.fields).status in (200, 303)
    refused_by_notice(pair, other, jar, record_property, "SIGN_IN_REQUIRED")
    assert person.fetch("GET", "/page").status == 200


@pytest.mark.parametrize(("statement", "code"), [
    ("UPDATE users SET is_active = false WHERE id = %s", "SIGN_IN_REQUIRED"),
    ("DELETE FROM user_2fa_settings WHERE user_id = %s", None),
    ("DELETE FROM postern.sessions WHERE user_id = %s", "SIGN_IN_REQUIRED"),
])
def test_an_administrator_s_sql(pair, record_property, statement, code):
    person = pair.verified()
    jar = warmed(pair, person)
    identifier = person.me()["id"]
    if statement.startswith("DELETE FROM user_2fa"):
        # Without an authenticator the policy demands none, unless the account is required to have one.
        pair.gateway.database.sql("UPDATE users SET requires_2fa = true WHERE id = %s", identifier)
    pair.gateway.database.sql(statement, identifier)
    refused_by_notice(pair, person, jar, record_property, code)


def test_requiring_a_second_factor_by_sql(pair, record_property):
    person = pair.signed_in()
    jar = warmed(pair, person)
    pair.gateway.database.sql("UPDATE users SET requires_2fa = true WHERE id = %s", person.me()["id"])
    refused_by_notice(pair, person, jar, record_property, "ENROLMENT_REQUIRED")


def test_a_rotated_token_is_dead_on_the_other_replica(pair, record_property):
    person = pair.verified()
    jar = warmed(pair, person)
    assert person.verify().status == 200
    refused_by_notice(pair, person, jar, record_property, "SIGN_IN_REQUIRED")
    assert person.fetch("GET", "/page", port=pair.other.port).status == 200


def test_a_lost_notice_is_caught_by_the_bound(bounded, record_property):
    """No notice is sent: the trigger is disabled while the row changes."""
    person = bounded.verified()
    jar = warmed(bounded, person)
    bounded.gateway.database.script(
        "ALTER TABLE users DISABLE TRIGGER USER; "
        f"UPDATE users SET is_active = false WHERE id = '{person.me()['id']}'; "
        "ALTER TABLE users ENABLE TRIGGER USER;")
    refused_within_bound(bounded, person, jar, record_property, "SIGN_IN_REQUIRED")


def test_a_replica_that_was_frozen_knows_soon_after(bounded, record_property):
    person = bounded.verified()
    jar = warmed(bounded, person)
    bounded.other.process.pause()
    try:
        assert person.sign_out().status == 200
    finally:
        bounded.other.process.resume()
    refused_within_bound(bounded, person, jar, record_property, "SIGN_IN_REQUIRED")


def test_killing_its_notice_connection_does_not_blind_a_replica(bounded, record_property):
    person = bounded.verified()
    jar = warmed(bounded, person)
    bounded.gateway.database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                 "WHERE datname = current_database() AND pid <> pg_backend_pid()")
    deadline = time.monotonic() + 5
    while person.sign_out().status == 503:
        assert time.monotonic() < deadline, "the pool does not recover"
    refused_within_bound(bounded, person, jar, record_property, "SIGN_IN_REQUIRED")
