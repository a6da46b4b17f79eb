"""docs/scripts.md: a script's call goes on after a sign-in or a code in a window of its own, and the page keeps what was typed."""

import re

import pytest
from documents.blocks import held_by
from pages import DESKTOP, choose_account

PAGE = """<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,"><main><h1>The application</h1>
<label>Name <input id="name"></label><p id="told"></p></main>%s"""
CALL, = (block.text for block in held_by(__file__, "html") if "postern.fetch" in block.text)
BEFORE, = (block.text for block in held_by(__file__, "js"))
FRESH = {"path": "/api/devices", "access": "fresh(5m)"}


def served(text: str) -> bytes:
    body = text.encode()
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture
def app(recorder, gateways, people, window):
    """The application's page in the window of a person with a full session, and their gateway."""
    loaded = CALL.split("\n", 1)[0]
    recorder.answers["/"] = served(PAGE % loaded)
    gateway = gateways.start(recorder.url, route=[FRESH], session={"revocation_bound": "1s"})
    person = people(gateway)
    person.sign_in()
    person.enrol()
    visit = window(person, "scripts", viewport=DESKTOP)
    visit.open("/")
    visit.sign_in()
    visit.enter(person.code())
    visit.page.wait_for_url(f"{gateway.origin}/")
    visit.page.locator("#name").fill("router-7")
    return visit, gateway, person


def age(gateway, person, column: str, by: str) -> None:
    """Makes a time of the person's sessions older, and waits until the gateway knows."""
    user = person.me()["id"]
    before = person.fetch("GET", "/api/devices").status
    gateway.database.sql(f"UPDATE postern.sessions SET {column} = {column} - interval '{by}' WHERE user_id = %s", user)
    gateway.process.wait_until(lambda: person.fetch("GET", "/api/devices").status == 401 or before == 401, timeout=5)


def call(visit) -> None:
    """Makes the call of the page in the documents, and writes what it got into the page."""
    inner = re.search(r"postern\.fetch\((.*)\);", CALL)[1]
    visit.page.evaluate(f"""() => {{ postern.fetch({inner}).then(
        async answer => {{ document.getElementById("told").textContent = `${{answer.status}} ${{await answer.text()}}`; }}); }}""")


def go_on(visit):
    """Continues in the new window; returns it."""
    with visit.page.expect_popup() as opened:
        visit.page.get_by_role("button", name="Continue in a new window").click()
    opened.value.wait_for_load_state()
    return opened.value


def test_a_call_that_needs_a_fresh_code_goes_on_after_it(app, recorder):
    visit, gateway, person = app
    age(gateway, person, "second_factor_at", "10 minutes")
    recorder.clear()
    call(visit)
    visit.page.get_by_role("dialog").wait_for()
    visit.accessible()
    assert recorder.count == 0
    popup = go_on(visit)
    popup.locator("#code").fill(person.code())
    popup.get_by_role("button", name="Verify").click()
    visit.sees("200 ")
    sent, = [request for request in recorder.requests if request.target == "/api/devices"]
    assert (sent.method, sent.body) == ("POST", b'{"name":"router-7"}'), sent
    assert visit.page.locator("#name").input_value() == "router-7"
    assert not visit.page.get_by_role("dialog").count()


def test_a_call_without_a_session_goes_on_after_the_sign_in(app, recorder):
    visit, gateway, person = app
    gateway.database.sql("UPDATE postern.sessions SET first_factor_at = first_factor_at - interval '30 days'")
    gateway.process.wait_until(lambda: person.fetch("GET", "/api/devices").status == 401, timeout=5)
    recorder.clear()
    call(visit)
    popup = go_on(visit)
    popup.get_by_role("button", name=re.compile("Continue with")).click()
    choose_account(popup, person.subject)
    popup.wait_for_url(re.compile("/postern/verify"))
    popup.locator("#code").fill(person.code())
    popup.get_by_role("button", name="Verify").click()
    visit.sees("200 ")
    assert visit.page.locator("#name").input_value() == "router-7"


def test_who_does_not_want_to_gets_the_refusal(app, recorder):
    visit, gateway, person = app
    age(gateway, person, "second_factor_at", "10 minutes")
    recorder.clear()
    call(visit)
    visit.page.get_by_role("button", name="Not now").click()
    visit.sees("401 ")
    assert recorder.count == 0 and not visit.page.get_by_role("dialog").count()


def test_two_calls_share_one_dialog(app, recorder):
    visit, gateway, person = app
    age(gateway, person, "second_factor_at", "10 minutes")
    recorder.clear()
    visit.page.evaluate("""() => { Promise.all([1, 2].map(n => postern.fetch(`/api/devices?${n}`))).then(
        both => { document.getElementById("told").textContent = both.map(one => one.status).join(" "); }); }""")
    visit.page.get_by_role("dialog").wait_for()
    assert visit.page.get_by_role("dialog").count() == 1
    popup = go_on(visit)
    popup.locator("#code").fill(person.code())
    popup.get_by_role("button", name="Verify").click()
    visit.sees("200 200")


def test_a_page_is_told_before_its_session_ends(app):
    visit, gateway, person = app
    # The second factor counts for eight hours: four minutes are left.
    gateway.database.sql("UPDATE postern.sessions SET second_factor_at = second_factor_at - interval '7 hours 56 minutes', "
                         "first_factor_at = first_factor_at - interval '7 hours 56 minutes'")
    gateway.process.wait_until(lambda: person.fetch("GET", "/api/devices").status == 401, timeout=5)
    visit.page.evaluate(f"() => {{ window.saveDraft = () => {{ document.getElementById('told').textContent = 'kept'; }};\n{BEFORE} }}")
    visit.sees("kept")
    popup = go_on(visit)
    assert re.search("/postern/(verify|sign-in)", popup.url), popup.url


def test_calls_that_are_not_refused_for_a_step_are_left_alone(app, recorder):
    visit, _, _ = app
    recorder.answers["/api/own"] = (b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 58\r\n\r\n"
                                    b'{"error": {"details": {"url": "https://evil.example/x"}}} ')
    status = visit.page.evaluate("async () => (await postern.fetch('/api/own')).status")
    assert status == 401 and not visit.page.get_by_role("dialog").count()
