"""A dashboard on another site than the gateway's, both over https, under `session.same_site = "none"`. The browser takes
names for the loopback address; the two registrable domains are what makes them two sites."""

import json
import shutil
from urllib.parse import urlsplit

import pytest
from conftest import CHROMIUM
from pages import choose_account

from harness.backend import Backend

DASHBOARD = "dashboard_before_2fa.html"
HERE, THERE, ELSEWHERE = "https://api.shared.test", "https://app.dashboard.example", "https://evil.example"


@pytest.fixture(scope="module")
def gateway(home, authority, module_gateways):
    backend = Backend(home, THERE, second_factor=False)
    yield module_gateways.start(
        backend.url, authority=authority, origin=HERE,
        session={"same_site": "none"}, cors={"origins": [THERE]},
        legacy={"second_factor": "pages", "flask_secret_key": backend.secret_key, "frontend_url": THERE})
    backend.stop()


@pytest.fixture
def page(chromium, authority, gateway, serve_dashboard, tmp_path):
    """Finds the gateway at one site, and the same dashboard at two others. The profile is on disk and allows cookies of other
    sites, which private windows and Debian's Chromium block as they come."""
    preferences = tmp_path / "profile" / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(json.dumps({"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}))
    served = urlsplit(serve_dashboard(authority.issue("localhost"))).port
    ports = {HERE: gateway.port, THERE: served, ELSEWHERE: served}
    rules = ", ".join(f"MAP {urlsplit(origin).netloc}:443 127.0.0.1:{port}" for origin, port in ports.items())
    context = chromium.browser_type.launch_persistent_context(
        tmp_path / "profile", executable_path=shutil.which("chromium"), ignore_https_errors=True,
        args=[*CHROMIUM, f"--host-resolver-rules={rules}"])
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def test_it_signs_in_works_and_signs_out_and_a_third_site_can_do_nothing(page, gateway, people):
    person = people(gateway, email="far@example.com")
    page.goto(f"{THERE}/#api={HERE}")
    page.get_by_text("please sign in").wait_for()
    page.get_by_role("button", name="Sign in with Google").click()
    choose_account(page, person.subject)
    page.get_by_role("button", name="Get started").click()
    page.locator("summary").click()
    person.learn(page.locator("#key").inner_text().replace(" ", ""))
    page.locator("#code").fill(person.code())
    page.get_by_role("button", name="Confirm").click()
    page.locator("#codes li").first.wait_for()
    person.keep_codes(page.locator("#codes li").all_inner_texts())
    page.get_by_role("button", name="I have saved them").click()

    # `/me` and the router id were read by scripts of the other site.
    page.get_by_text("router").wait_for()
    assert page.url.startswith(THERE)
    assert "signed in as far@example.com" in page.evaluate("log")
    [cookie] = [cookie for cookie in page.context.cookies(HERE) if cookie["name"].endswith("postern")]
    assert (cookie["sameSite"], cookie["secure"], cookie["httpOnly"]) == ("None", True, True)

    page.goto(f"{ELSEWHERE}/#api={HERE}")
    for call in ("me()", "logout()"):
        assert "Failed to fetch" in page.evaluate(f"{call}.then(() => 'read', (error) => error.message)"), call
    # The browser sends the cookie with a form of any site; the gateway looks at its Origin.
    with page.expect_navigation() as refused:
        page.evaluate(f"""() => {{
            document.body.innerHTML = '<form method="post" action="{HERE}/postern/sign-out"></form>';
            document.forms[0].submit();
        }}""")
    assert (refused.value.status, page.url) == (403, f"{HERE}/postern/sign-out")

    page.goto(f"{THERE}/#api={HERE}")
    page.get_by_text("router").wait_for()
    page.evaluate("logout()")
    page.reload()
    page.get_by_text("please sign in").wait_for()
