"""The hand-over in Chromium, from the first page of the other host to sign-out."""

import pytest

from browser.conftest import window  # noqa: F401 - a fixture
from hosts.conftest import OTHER
from pages import DESKTOP


@pytest.mark.parametrize("two_hosts", ["proxy", "nginx", "apache"], indirect=True)
def test_one_sign_in_serves_both_hosts(two_hosts, shared_recorder, window, tmp_path):  # noqa: F811
    shared_recorder.clear()
    person = two_hosts.person()
    visit = window(person, f"hosts-{two_hosts.kind}", viewport=DESKTOP)
    other = f"http://{OTHER}:{two_hosts.gateway.public_port}"
    page = visit.page
    page.goto(f"{other}/page?x=1#part")
    assert page.url.startswith(f"{two_hosts.origin}/postern/sign-in"), page.url
    visit.sign_in()
    visit.begin_enrolment()
    person.learn(visit.scan(tmp_path))
    visit.scanned()
    visit.enter(person.code())
    visit.saved()
    page.wait_for_url(f"{other}/page?x=1**", timeout=15_000)
    assert shared_recorder.last.one("x-auth-user")
    assert page.goto(f"{two_hosts.origin}/other").status == 200, "the first host has its own cookie"
    assert page.goto(f"{other}/deeper").status == 200
    page.goto(f"{other}/postern/sign-out")
    visit.click("Sign out")
    page.wait_for_load_state()
    landed = f"{two_hosts.origin}/postern/sign-in"
    two_hosts.gateway.process.wait_until(lambda: page.goto(f"{two_hosts.origin}/other").url.startswith(landed), timeout=5)
