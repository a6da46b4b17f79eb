"""The back button after a sign-out. The browser runs with its back/forward cache, which test browsers switch off."""

import re
import shutil

import pytest
from conftest import CHROMIUM
from pages import Visit


@pytest.fixture(scope="module")
def gateway(backend, module_gateways):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key})


@pytest.fixture(scope="module")
def browser(chromium):
    """Another browser than the shared one, whose pages never enter the cache."""
    browser = chromium.browser_type.launch(
        executable_path=shutil.which("chromium"), args=CHROMIUM, ignore_default_args=["--disable-back-forward-cache"])
    yield browser
    browser.close()


def signed_in(gateway, people, browser, email: str) -> Visit:
    person = people(gateway, email=email)
    visit = Visit(browser.new_context(), person, "history")
    visit.open("/?tab=routers")
    visit.sign_in()
    visit.begin_enrolment()
    person.learn(visit.typed_key())
    visit.scanned()
    visit.enter(person.code())
    visit.saved()
    visit.page.wait_for_url("**/?tab=routers")
    return visit


def navigations(page) -> list[str]:
    """The documents that are asked for from now on. A page that comes back from the cache is not asked for."""
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)
    return asked


def test_the_browser_keeps_pages_for_going_back(gateway, people, browser):
    """What the next test rests on: without a sign-out the application's page comes back without being asked for."""
    visit = signed_in(gateway, people, browser, "keeps@example.com")
    visit.open("/postern/account")
    asked = navigations(visit.page)
    visit.page.evaluate("setTimeout(() => history.back(), 0)")
    visit.page.wait_for_timeout(2000)  # For a request that must not come there is no event to wait for.
    assert asked == []
    visit.page.context.close()


@pytest.mark.parametrize("path", ["/?tab=routers", "/postern/account"])
def test_going_back_after_a_sign_out_shows_nothing_of_the_session(gateway, people, browser, path):
    email = f"back.{len(path)}@example.com"
    visit = signed_in(gateway, people, browser, email)
    visit.open(path)
    visit.sign_out()
    visit.sees("signed out")
    asked = navigations(visit.page)
    for _ in range(2):
        visit.page.go_back()
        visit.page.wait_for_load_state()
    visit.page.wait_for_url(re.compile("/postern/sign-in|signed|tab=routers|account"))
    assert len(asked) >= 2, asked
    body = visit.page.inner_text("body")
    assert email not in body and not visit.page.locator("#user").count(), visit.page.url
    visit.sees("Sign in to")
    visit.page.context.close()
