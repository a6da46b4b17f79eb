"""One sign-in for every host: the hand-over, its refusals, and sign-out."""

import time
from urllib.parse import parse_qs, urlencode, urlsplit

from harness.person import Form
from hosts.conftest import OTHER

BOUND = 4


def reaches(browser, recorder, url: str) -> None:
    recorder.clear()
    landed, answer = browser.follow(url)
    assert (landed, answer.status) == (url, 200), (landed, answer)
    assert recorder.count == 1


def test_a_session_reaches_the_other_host(two_hosts, shared_recorder, browser, ann):
    url = f"{browser.other}/page?x=1%2F2"
    reaches(browser, shared_recorder, url)
    assert browser.jars[OTHER]["postern"].startswith("h.")
    assert shared_recorder.last.one("x-auth-email") == ann.me()["email"]
    # At once from now on.
    assert browser.open(url).status == 200
    # The token of one host is good for nothing at the other.
    stolen = [("Cookie", f"postern={browser.jars[OTHER]['postern']}")]
    browser.jars["localhost"] = {}
    assert browser.open(f"{two_hosts.origin}/page", headers=stolen).status in (302, 303)


def test_somebody_who_is_not_signed_in_comes_to_the_public_host_and_back(two_hosts, shared_recorder, browser):
    url = f"{browser.other}/page"
    landed, page = browser.follow(url)
    assert landed.startswith(f"{two_hosts.origin}/postern/sign-in?"), landed
    assert parse_qs(urlsplit(landed).query)["rd"] == [url]
    person = two_hosts.person()
    provider = person.leave(urlsplit(landed).path + "?" + urlsplit(landed).query)
    back = person.come_back(provider)
    assert "/postern/enrol" in back.location and OTHER in back.location, back
    person.enrol()
    browser.jars["localhost"] = person.cookies
    reaches(browser, shared_recorder, url)


def test_a_code_is_good_once_and_in_one_browser(browser, ann):
    code = browser.code()
    other = type(browser)(browser.chain)
    other.open(f"{browser.other}/postern/hand-over?rd=/page")
    for stranger, said in ((other, "HAND_OVER_OTHER_BROWSER"), (browser, "HAND_OVER_USED")):
        refused = stranger.open(code)
        assert (refused.status, refused.all("location")) == (400, []), refused
        assert said in refused.text
        assert "postern" not in stranger.jars[OTHER]
    code = browser.code()
    assert browser.open(code).location == f"{browser.other}/page"
    assert "HAND_OVER_USED" in browser.open(code).text
    without = type(browser)(browser.chain)
    assert "HAND_OVER_NO_BINDING" in without.open(browser.code()).text


def test_blocked_cookies_end_on_a_page(browser, ann):
    browser.blocks = True
    landed, page = browser.follow(f"{browser.other}/page")
    assert landed.startswith(f"{browser.other}/postern/hand-over?code="), landed
    assert page.status == 400 and "keeps no cookies" in page.text


def sign_out(browser, origin: str) -> None:
    form = Form.on(browser.open(f"{origin}/postern/sign-out").text, lambda form: "csrf" in form.fields)
    body = urlencode(form.fields).encode()
    headers = [("Origin", origin), ("Content-Type", "application/x-www-form-urlencoded")]
    answer = browser.open(f"{origin}/postern/sign-out", "POST", headers, body)
    assert answer.status == 303, answer


def test_signing_out_at_one_host_ends_the_other(two_hosts, shared_recorder, browser, ann):
    for ours, others in ((browser.other, two_hosts.origin), (two_hosts.origin, browser.other)):
        person = two_hosts.verified()
        browser.jars = {"localhost": person.cookies}
        reaches(browser, shared_recorder, f"{browser.other}/page")
        assert browser.open(f"{two_hosts.origin}/page").status == 200
        sign_out(browser, ours)
        until = time.monotonic() + BOUND
        while browser.open(f"{others}/page").status == 200:
            assert time.monotonic() < until
            time.sleep(0.1)
        landed, _ = browser.follow(f"{browser.other}/page")
        assert landed.startswith(f"{two_hosts.origin}/postern/sign-in"), landed


def test_a_fresh_code_at_the_public_host_hands_the_session_over_again(two_hosts, shared_recorder, browser, ann):
    url = f"{browser.other}/page"
    reaches(browser, shared_recorder, url)
    before = browser.jars[OTHER]["postern"]
    assert ann.verify().status == 200
    until = time.monotonic() + BOUND
    while browser.open(url).status == 200:
        assert time.monotonic() < until
        time.sleep(0.1)
    reaches(browser, shared_recorder, url)
    assert browser.jars[OTHER]["postern"] != before


def test_other_pages_lead_to_the_public_host(two_hosts, browser, ann):
    landed, page = browser.follow(f"{browser.other}/postern/account")
    assert (landed, page.status) == (f"{two_hosts.origin}/postern/account", 200)
