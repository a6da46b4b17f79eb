"""The callback of the provider: login CSRF, fixation, replay, parallel tabs."""

from urllib.parse import urlencode, urlsplit

import pytest

from harness.person import NAVIGATION
from signin.test_sign_in import callback, query, refused, users


def test_a_callback_works_once(chain):
    person = chain.person()
    target = callback(person)
    jar = dict(person.cookies)
    assert person.navigate(target, site="cross-site").status in (302, 303)
    session = person.session_cookie
    # Reloading the address in the browser that is signed in by now leads on and signs nobody in again.
    reloaded = person.navigate(target, site="cross-site")
    assert reloaded.status == 303 and "code=" not in reloaded.one("location"), reloaded
    replayed = person.navigate(target, site="cross-site", cookies=jar)
    assert replayed.status in (400, 403), replayed
    for answer in (reloaded, replayed):
        assert not [line for line in answer.all("set-cookie") if line.startswith("postern=")]
    assert person.session_cookie == session
    assert person.me()["email"]


def test_another_browser_s_callback_signs_nobody_in(chain):
    attacker, victim = chain.person(), chain.person()
    victim.leave()
    target = callback(attacker)
    refused(victim, victim.navigate(target, site="cross-site"), "another browser")


@pytest.mark.parametrize("change", [
    lambda q: {**q, "state": q["state"][::-1]}, lambda q: {**q, "state": ""},
    lambda q: {k: v for k, v in q.items() if k != "state"}, lambda q: {**q, "state": "x" * 5000},
    lambda q: {k: v for k, v in q.items() if k != "code"}, lambda q: {**q, "code": "made-up"},
    lambda q: {**q, "code": ""},
    lambda q: {**q, "iss": "https://evil.example"}, lambda q: {**q, "iss": ""},
    lambda q: {"state": q["state"], "error": "server_error"}, lambda q: {}, lambda q: {"error": "access_denied"},
    lambda q: {**q, "code": "\x00"}, lambda q: {**q, "state": "../../x"},
])
def test_a_callback_that_is_not_whole_changes_nothing(chain, change):
    person = chain.person()
    target = callback(person)
    before = users(chain)
    changed = f"{urlsplit(target).path}?{urlencode(change(query(target)))}"
    refused(person, person.navigate(changed, site="cross-site"))
    assert users(chain) == before


@pytest.mark.parametrize("double", ["state", "code"])
def test_a_doubled_parameter_is_refused(chain, double):
    person = chain.person()
    target = callback(person)
    refused(person, person.navigate(f"{target}&{double}=other", site="cross-site"))


def test_parallel_tabs_do_not_disturb_one_another(chain):
    person = chain.person()
    urls = [person.leave(f"/postern/sign-in?rd=/tab{tab}") for tab in range(4)]
    backs = [person.visit_provider(url) for url in urls]
    for tab in (2, 0, 3, 1):
        back = urlsplit(backs[tab])
        answer = person.navigate(f"{back.path}?{back.query}", site="cross-site")
        assert answer.status in (302, 303), f"tab {tab}: {answer}"
        assert f"tab{tab}" in answer.location


def test_a_planted_session_is_not_kept(chain):
    attacker = chain.signed_in()
    name, planted = attacker.session_cookie
    victim = chain.person()
    victim.cookies[name] = planted
    victim.sign_in()
    assert victim.session_cookie[1] != planted
    victim.enrol()
    assert attacker.fetch("GET", "/me").status == 401 or attacker.me()["id"] != victim.me()["id"]
    assert attacker.fetch("GET", "/page").status == 401


def test_head_and_post_do_not_finish_a_sign_in(chain):
    person = chain.person()
    target = callback(person)
    for method in ("HEAD", "POST", "PUT"):
        answer = person.request(method, target, NAVIGATION)
        assert answer.status in (400, 403, 404, 405), (method, answer)
    assert person.navigate(target, site="cross-site").status in (302, 303)
