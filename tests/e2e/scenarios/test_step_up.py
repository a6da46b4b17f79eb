"""`access = "fresh(5m)"`: a second factor that is too old for the route is asked for again, and the person returns to the page."""

from urllib.parse import urljoin, urlsplit

from harness.chain import Chain
from harness.person import NAVIGATION, Form, Person

TARGET = "/vault/keys?x=1&y=%2Fa&z=b+c"


def let_it_age(chain: Chain, person: Person) -> None:
    """Makes the second factor ten minutes older, and waits until the gateway knows."""
    chain.gateway.database.sql(
        "UPDATE postern.sessions SET second_factor_at = second_factor_at - interval '10 minutes' WHERE user_id = %s",
        person.me()["id"])
    chain.gateway.process.wait_until(lambda: person.fetch("GET", "/vault/keys").status == 401, timeout=5)


def test_a_fresh_second_factor_opens_and_a_stale_one_does_not(chain):
    person = chain.verified()
    assert person.fetch("GET", "/vault/keys").status == 200
    let_it_age(chain, person)
    chain.recorder.clear()
    told = person.fetch("GET", TARGET, origin="http://localhost:5173")
    assert (told.status, told.code) == (401, "SECOND_FACTOR_REQUIRED"), told
    assert told.one("access-control-allow-origin") == "http://localhost:5173"
    assert told.json()["error"]["details"]["url"].startswith(f"{chain.origin}/postern/verify?")
    assert person.fetch("POST", TARGET, {"a": 1}).status == 401
    assert chain.recorder.count == 0
    assert person.fetch("GET", "/elsewhere").status == 200, "what asks for no fresh one is open as before"


def test_the_step_leads_back_to_the_address_with_its_query(chain):
    person = chain.verified()
    let_it_age(chain, person)
    before = person.session_cookie
    chain.recorder.clear()
    sent = person.navigate(TARGET)
    page = urlsplit(sent.location)
    assert page.path == "/postern/verify"
    shown = person.navigate(f"{page.path}?{page.query}")
    assert shown.status == 200, shown
    form = Form.on(shown.text, lambda form: form.method == "post")
    back = person.submit(urlsplit(urljoin(chain.origin, form.action)).path, {**form.fields, "code": person.code()})
    assert urljoin(chain.origin, back.location) == chain.origin + TARGET
    assert chain.recorder.count == 0
    assert person.session_cookie != before, "every change of level gives a new token"
    assert person.request("GET", TARGET, NAVIGATION).status == 200
    assert chain.recorder.last.line == f"GET {TARGET} HTTP/1.1"


def test_a_wrong_code_does_not_open(chain):
    person = chain.verified()
    let_it_age(chain, person)
    page = urlsplit(person.navigate(TARGET).location)
    form = Form.on(person.navigate(f"{page.path}?{page.query}").text, lambda form: form.method == "post")
    chain.recorder.clear()
    again = person.submit(form.action, {**form.fields, "code": person.wrong_code()})
    assert not 200 < again.status < 400, again
    assert person.fetch("GET", TARGET).status == 401
    assert chain.recorder.count == 0
