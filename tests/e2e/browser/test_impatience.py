"""Impatient people: double clicks, Enter twice, reloads and lost responses, over a slow line, with and without script."""

import re

import pytest

from pages import DESKTOP

SLOW = {"offline": False, "latency": 120, "downloadThroughput": -1, "uploadThroughput": -1}


@pytest.fixture(scope="module")
def gateway(backend, module_gateways):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key})


def slow_down(page) -> None:
    """Gives the page's connection 120 ms of latency."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)


@pytest.mark.parametrize("script", [True, False])
def test_a_double_click_on_verify_signs_in_once(gateway, people, window, script):
    person = people(gateway, email=f"twice.{script}@example.com")
    person.sign_in()
    person.enrol()
    visit = window(person, f"twice-{script}", viewport=DESKTOP, java_script_enabled=script)
    visit.open("/?tab=routers")
    visit.sign_in()
    slow_down(visit.page)
    visit.page.locator("#code").fill(person.code())
    visit.page.get_by_role("button", name="Verify").dblclick()
    visit.page.wait_for_url("**/?tab=routers")
    visit.open("/postern/account")
    visit.sees("Two-factor authentication")


@pytest.mark.parametrize("script", [True, False])
def test_codes_survive_a_double_click_and_a_reload(gateway, people, window, script):
    person = people(gateway, email=f"codes.{script}@example.com")
    visit = window(person, f"codes-{script}", viewport=DESKTOP, java_script_enabled=script)
    visit.open("/")
    visit.sign_in()
    visit.begin_enrolment()
    person.learn(re.search(r"secret=([A-Z2-7]+)", visit.page.locator("a[href^='otpauth']").first.get_attribute("href"))[1])
    slow_down(visit.page)
    visit.page.locator("#code").fill(person.code())
    visit.page.get_by_role("button", name="Confirm").dblclick()
    visit.page.wait_for_url("**/postern/codes**")
    codes = visit.backup_codes()
    assert len(codes) == 8
    visit.page.reload()
    assert visit.backup_codes() == codes
    with visit.page.expect_navigation(url=lambda url: "/postern/codes" not in url):
        visit.saved()
    visit.page.go_back()
    visit.page.wait_for_load_state()
    assert not visit.page.locator("#codes").count(), "saved codes are not shown again"
