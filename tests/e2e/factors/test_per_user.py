"""The policy `per-user`: a second factor for people who want one or are required to have one."""

import pytest

from harness.chain import build
from harness.person import NAVIGATION, Form


@pytest.fixture(scope="module")
def proxy(home, shared_recorder, module_gateways, people):
    return build("proxy", home, shared_recorder, module_gateways, people, second_factor={"policy": "per-user"})


def sql(proxy, statement, person):
    proxy.gateway.database.sql(statement, person.subject)


def test_the_first_factor_is_enough_for_who_has_no_second(proxy):
    person = proxy.person()
    assert "postern" not in person.sign_in("/postern/sign-in?rd=/page").location
    assert person.fetch("GET", "/page").status == 200
    assert proxy.recorder.last.one("x-auth-methods") == "google"
    assert person.me()["requires_2fa"] is False


def test_who_enrols_is_asked_from_then_on(proxy):
    person = proxy.verified()
    other = proxy.newcomer(proxy.gateway, subject=person.subject)
    other.sign_in()
    assert other.fetch("GET", "/page").code == "SECOND_FACTOR_REQUIRED"


def test_disabling_needs_a_fresh_code_ends_other_sessions_and_kills_the_old_token(proxy):
    person = proxy.verified()
    other = proxy.newcomer(proxy.gateway, subject=person.subject)
    other.sign_in()
    assert other.verify(person.codes[0], "backup").status == 200
    assert person.fetch("POST", "/api/2fa/disable", {}).code == "MISSING_CODE"
    assert person.fetch("POST", "/api/2fa/disable", {"code": person.wrong_code()}).code == "INVALID_CODE"
    old = dict(person.cookies)
    answer = person.fetch("POST", "/api/2fa/disable", {"code": person.code()})
    assert answer.status == 200, answer
    assert person.fetch("GET", "/me", cookies=old).status == 401
    assert other.fetch("GET", "/page").status == 401
    assert person.fetch("GET", "/page").status == 200, "the policy lets the first factor through"
    assert person.me()["has_2fa_enabled"] is False
    assert person.fetch("POST", "/api/2fa/disable", {"code": "123456"}).code == "2FA_NOT_ENABLED"


def test_reset_of_a_factor_needs_a_code_of_its_own(proxy):
    person = proxy.verified()
    thief = proxy.newcomer(proxy.gateway, subject=person.subject)
    thief.sign_in()
    assert thief.fetch("POST", "/api/2fa/reset").status in (401, 403)
    answer = person.fetch("POST", "/api/2fa/reset")
    assert answer.status == 403, answer
    assert person.fetch("POST", "/api/2fa/reset", {"code": person.wrong_code()}).code == "INVALID_CODE"
    assert person.me()["has_2fa_enabled"] is True
    assert person.fetch("POST", "/api/2fa/reset", {"code": person.code()}).status == 200
    assert person.me()["has_2fa_enabled"] is False


@pytest.mark.parametrize("statement", [
    "UPDATE users SET requires_2fa = true WHERE google_id = %s",
    "UPDATE users SET requires_2fa = true, twofa_enforced_at = now() WHERE google_id = %s",
])
def test_an_administrator_s_sql_is_respected(proxy, statement):
    person = proxy.signed_in()
    assert person.fetch("GET", "/page").status == 200
    sql(proxy, statement, person)
    proxy.gateway.process.wait_until(lambda: person.fetch("GET", "/page").status == 401, timeout=4)
    assert person.fetch("GET", "/page").code == "ENROLMENT_REQUIRED"
    person.enrol()
    assert person.fetch("GET", "/page").status == 200


def test_who_is_enforced_cannot_switch_it_off(proxy):
    person = proxy.verified()
    sql(proxy, "UPDATE users SET requires_2fa = true, twofa_enforced_at = now() WHERE google_id = %s", person)
    answer = person.fetch("POST", "/api/2fa/disable", {"code": person.code()})
    assert answer.status == 403, answer
    assert person.fetch("POST", "/api/2fa/reset").status == 403
    assert person.me()["has_2fa_enabled"] is True


def test_set_up_may_be_skipped_only_by_who_may(proxy):
    free = proxy.signed_in()
    page = free.navigate("/postern/enrol?rd=/page")
    assert "Skip for now" in page.text
    held = proxy.signed_in()
    sql(proxy, "UPDATE users SET requires_2fa = true WHERE google_id = %s", held)
    proxy.gateway.process.wait_until(
        lambda: "Skip for now" not in held.request("GET", "/postern/enrol?rd=/page", NAVIGATION).text, timeout=4)
    assert Form.on(page.text).fields["csrf"]
