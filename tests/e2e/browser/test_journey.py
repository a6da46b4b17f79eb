"""The whole way of a person, in a real browser: set-up, work, sign-out, return, wrong codes, lockout, backup code. In
light and dark, on phone and desktop, and without scripts."""

import pytest

from pages import DESKTOP, PHONE, choose_account

SHAPES = [("phone", PHONE, "light"), ("phone", PHONE, "dark"), ("desktop", DESKTOP, "light"),
          ("desktop", DESKTOP, "dark")]


@pytest.fixture(scope="module")
def gateway(backend, module_gateways):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key})


@pytest.mark.parametrize(("size", "viewport", "scheme"), SHAPES, ids=[f"{s}-{c}" for s, _, c in SHAPES])
def test_a_person_s_whole_way(gateway, people, window, tmp_path, size, viewport, scheme):
    person = people(gateway, email=f"ada.{size}.{scheme}@example.com", name="Ada Lovelace", given_name="Ada")
    visit = window(person, f"{size}-{scheme}", viewport=viewport, color_scheme=scheme)

    visit.open("/?tab=routers")
    visit.sees("Sign in to")
    visit.looked_at("sign-in")
    visit.sign_in()

    visit.sees("Set up two-factor authentication")
    visit.looked_at("enrol-start")
    visit.begin_enrolment()
    visit.looked_at("enrol-scan")
    secret = visit.scan(tmp_path)
    assert visit.typed_key() == secret, "what is typed is what is scanned"
    visit.shot("enrol-scan-key")
    person.learn(secret)
    visit.scanned()
    visit.enter(person.wrong_code())
    visit.sees("code is")
    visit.looked_at("enrol-wrong")
    visit.enter(person.code())

    visit.sees("Save your backup codes")
    codes = visit.backup_codes()
    assert len(codes) == 8
    person.keep_codes(codes)
    visit.looked_at("codes")
    with visit.page.expect_download() as download:
        visit.click("Download", role="link")
    saved = download.value.path().read_text()
    assert all(code in saved for code in codes)
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.click("^Copy")
    visit.sees("Copied")
    assert visit.page.evaluate("navigator.clipboard.readText()") == "\n".join(codes)
    visit.saved()

    visit.page.wait_for_url("**/?tab=routers")
    visit.sees("NetPilot")
    assert visit.page.locator("#user").inner_text(), "the backend knows who it is"

    visit.page.go_back()
    assert not set(codes) & set(visit.page.inner_text("body").split()), "codes are shown once"

    visit.open("/postern/account")
    visit.sees("Two-factor authentication")
    visit.sees("8 left")
    visit.looked_at("account")

    visit.sign_out()
    visit.sees("signed out")
    visit.looked_at("signed-out")

    visit.open("/")
    visit.sees("Sign in to")
    visit.sign_in()
    visit.sees("Enter your code")
    visit.looked_at("verify")
    visit.enter(person.code())
    visit.sees("NetPilot")
    assert visit.page.url == f"{gateway.origin}/"

    visit.sign_out()
    visit.open("/")
    visit.sign_in()
    visit.enter(person.wrong_code())
    visit.sees("2 attempts")
    visit.looked_at("verify-wrong")
    visit.enter(person.wrong_code())
    visit.sees("1 attempt")
    visit.enter(person.wrong_code())
    visit.sees("locked")
    visit.sees("5 minutes")
    visit.looked_at("locked")
    assert visit.page.request.get(f"{gateway.origin}/api/monitor/echo").status == 401

    visit.use_backup_code()
    visit.looked_at("verify-backup")
    visit.enter(codes[0].lower())
    visit.sees("NetPilot")
    visit.open("/postern/account")
    visit.sees("7 left")


def test_the_whole_way_without_scripts(gateway, people, window, tmp_path):
    person = people(gateway, email="no.script@example.com")
    visit = window(person, "noscript", viewport=DESKTOP, java_script_enabled=False)
    visit.open("/")
    visit.looked_at("sign-in", scripts=False)
    visit.sign_in()
    visit.begin_enrolment()
    person.learn(visit.scan(tmp_path))
    visit.scanned()
    visit.page.locator("#code").fill(person.code())
    visit.click("Confirm")
    person.keep_codes(visit.backup_codes())
    assert len(person.codes) == 8
    visit.looked_at("codes", scripts=False)
    assert visit.page.get_by_role("button", name="Copy").count() == 0, "what needs a script is not shown"
    visit.saved()
    visit.sees("NetPilot")
    visit.sign_out()
    visit.open("/")
    visit.sign_in()
    visit.use_backup_code()
    visit.page.locator("#code").fill(person.codes[0])
    visit.click("Verify")
    visit.sees("NetPilot")


def test_two_tabs_sign_in_without_disturbing_each_other(gateway, people, window):
    person = people(gateway)
    one = window(person, "tabs", viewport=DESKTOP)
    one.open("/?tab=1")
    two = one.page.context.new_page()
    two.goto(f"{gateway.origin}/?tab=2")
    one.sign_in()
    one.sees("Set up")
    two.get_by_role("button", name="Continue with").click()
    choose_account(two, person.subject)
    two.wait_for_url("**/postern/enrol**")
    assert "tab%3D2" in two.url


def test_the_keyboard_alone_is_enough(gateway, people, window):
    visit = window(people(gateway), "keyboard", viewport=DESKTOP)
    visit.open("/")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.className") == "skip", "first the way past the frame"
    order = []
    for _ in range(4):
        visit.page.keyboard.press("Tab")
        order.append(visit.page.evaluate("document.activeElement.innerText || document.activeElement.tagName"))
    assert any("Continue with" in name for name in order), order
    outline = visit.page.evaluate(
        "(() => {document.querySelector('button').focus({focusVisible: true}); const s = "
        "getComputedStyle(document.querySelector('button')); return s.outlineStyle + s.outlineWidth + s.boxShadow})()")
    assert "none0px" not in outline or "rgb" in outline, "what has the focus is seen"


def test_a_backend_page_cannot_read_the_session_cookie(gateway, people, window, tmp_path):
    person = people(gateway)
    visit = window(person, "cookie", viewport=DESKTOP)
    visit.open("/")
    visit.sign_in()
    assert visit.page.evaluate("document.cookie") == ""
    named = {cookie["name"]: cookie for cookie in visit.page.context.cookies()}
    assert named["postern"]["httpOnly"]
    assert named["postern"]["sameSite"] == "Lax"


def test_ending_another_device_s_session(gateway, people, window):
    person = people(gateway)
    person.sign_in()
    person.enrol()
    visit = window(person, "sessions", viewport=DESKTOP)
    visit.open("/")
    visit.sign_in()
    visit.enter(person.code())
    visit.open("/postern/account")
    visit.sees("This device")
    visit.shot("account-two-sessions")
    visit.page.get_by_role("button", name="Sign out ").first.click()
    visit.sees("Signed out|ended")
    assert person.fetch("GET", "/api/whitelist/devices").status == 401
    visit.open("/")
    visit.sees("NetPilot")
