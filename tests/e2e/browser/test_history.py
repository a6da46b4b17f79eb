"""The back button after a sign-out. The browser runs with its back/forward cache, which test browsers switch off."""

import re
import shutil

import pytest
from playwright.sync_api import sync_playwright

from conftest import CHROMIUM
from pages import Visit


@pytest.fixture(scope="module")
def gateway(backend, module_gateways):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key})


@pytest.fixture(scope="module")
def chromium():
    """In place of the shared one, whose pages never enter the cache."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM,
            ignore_default_args=["--disable-back-forward-cache"])
        yield browser
        browser.close()


def signed_in(gateway, people, chromium, email: str) -> Visit:
    person = people(gateway, email=email)
    visit = Visit(chromium.new_context(), person, "history")
    visit.open("/?tab=routers")
    visit.sign_in()
    visit.begin_enrolment()
    person.learn(visit.typed_key())
    visit.scanned()
    visit.enter(person.code())
    visit.saved()
    visit.page.wait_for_url("**/?tab=routers")
    return visit


def restored(page) -> bool:
    """Whether this page came from the back/forward cache. The listener was added when it was first shown."""
    return page.evaluate("window.restored === true")


def remember(page) -> None:
    page.evaluate("addEventListener('pageshow', (event) => { window.restored = event.persisted })")


def test_the_browser_keeps_pages_for_going_back(gateway, people, chromium):
    """What the next test rests on: without a sign-out the page does come back from the cache."""
    visit = signed_in(gateway, people, chromium, "keeps@example.com")
    remember(visit.page)
    visit.open("/postern/account")
    visit.page.go_back(wait_until="commit")
    visit.page.wait_for_url("**/?tab=routers")
    assert restored(visit.page)
    visit.page.context.close()


@pytest.mark.parametrize("path", ["/?tab=routers", "/postern/account"])
def test_going_back_after_a_sign_out_shows_nothing_of_the_session(gateway, people, chromium, path):
    email = f"back.{len(path)}@example.com"
    visit = signed_in(gateway, people, chromium, email)
    visit.open(path)
    remember(visit.page)
    visit.sign_out()
    visit.sees("signed out")
    for _ in range(2):
        visit.page.go_back()
        visit.page.wait_for_load_state()
    visit.page.wait_for_url(re.compile("/postern/sign-in|signed|tab=routers|account"))
    assert not restored(visit.page)
    body = visit.page.inner_text("body")
    assert email not in body and not visit.page.locator("#user").count(), visit.page.url
    visit.sees("Sign in to")
    visit.page.context.close()
