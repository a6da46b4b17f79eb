"""Routes that accept phishing-resistant second factors only, behind every proxy."""

from collections.abc import Iterator

import pytest

from harness.chain import KINDS, Chain, build
from harness.person import Person
from rules.conftest import eventually

ROUTES = [
    {"path": "/vault/*", "access": "full", "factor": "phishing-resistant"},
    {"path": "/safe/*", "access": "fresh(5m)", "factor": "phishing-resistant"},
]


@pytest.fixture(scope="module", params=KINDS)
def guarded(request, home, shared_recorder, module_gateways, people) -> Iterator[Chain]:
    """Every chain, with these routes."""
    part = build(request.param, home, shared_recorder, module_gateways, people, route=ROUTES)
    shared_recorder.clear()
    yield part
    part.stop()


def verify_with_a_passkey(chain: Chain, person: Person, minutes_ago: int = 0) -> None:
    """Has the session of a person as a passkey would leave it. The ceremony itself is tested in the browser."""
    user = person.me()["id"]
    chain.gateway.database.sql(
        "INSERT INTO postern.passkeys (id, user_id, factor_id, credential, public_key, counter, backup_eligible, backed_up, "
        "name, created_at) SELECT f.id, f.user_id, f.id, decode(replace(f.id::text, '-', ''), 'hex'), decode('00', 'hex'), 0, "
        "false, false, 'Key', now() FROM user_2fa_settings f WHERE f.user_id = %s ON CONFLICT DO NOTHING", user)
    chain.gateway.database.sql(
        "UPDATE postern.sessions s SET second_factor = 'passkey', second_factor_passkey = s.second_factor_id, second_factor_at = "
        "(now() AT TIME ZONE 'UTC') - make_interval(mins => %s), version = version + 1 WHERE s.user_id = %s", minutes_ago, user)


def test_a_passkey_opens_what_a_code_does_not(guarded):
    person = guarded.verified()
    assert person.fetch("GET", "/x").status == 200
    for target in ("/vault/x?a=1", "/safe/x"):
        refused = person.fetch("GET", target)
        assert (refused.status, refused.code) == (401, "PASSKEY_REQUIRED") or guarded.kind == "nginx", refused
        page = person.navigate(target)
        assert page.status == 302 and "/postern/verify?factor=phishing-resistant&rd=" in page.location, page
    asked = person.navigate(person.navigate("/vault/x?a=1").location.removeprefix(guarded.origin))
    assert asked.status == 200 and "Add a passkey to continue" in asked.text, asked

    verify_with_a_passkey(guarded, person)
    eventually(lambda: person.fetch("GET", "/vault/x").status == 200)
    assert person.fetch("GET", "/safe/x").status == 200
    assert guarded.recorder.last.one("x-auth-methods") == "google swk"

    verify_with_a_passkey(guarded, person, minutes_ago=6)
    eventually(lambda: person.fetch("GET", "/safe/x").status == 401)
    assert person.fetch("GET", "/vault/x").status == 200
