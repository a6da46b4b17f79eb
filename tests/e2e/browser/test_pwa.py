"""docs/pwa.md: an installable web app behind the gateway, with the routes and the service worker of the page."""

import json
import tomllib

import pytest
from documents.blocks import blocks, held_by
from pages import Visit

WORKER, = (block.text for block in held_by(__file__, "js"))
ROUTES, = (tomllib.loads(block.text)["route"] for block in blocks("docs/pwa.md") if block.language == "toml")
MANIFEST = json.dumps({"name": "App", "start_url": "/", "display": "standalone", "icons": [
    {"src": "/icons/app.svg", "sizes": "any", "type": "image/svg+xml"}]})
ICON = '<svg xmlns="http://www.w3.org/2000/svg" width="192" height="192"><rect width="192" height="192"/></svg>'
PAGE = """<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,">
<link rel="manifest" href="/manifest.webmanifest"{attribute}><h1>The application</h1>"""
# What docs/pwa.md warns of.
SHELL = """addEventListener("activate", event => event.waitUntil(clients.claim()));
addEventListener("fetch", event => {
  if (event.request.mode === "navigate") {
    event.respondWith(new Response("<h1>The shell</h1>", { headers: { "Content-Type": "text/html" } }));
  }
});"""
CLAIM = 'addEventListener("activate", event => event.waitUntil(clients.claim()));\n'
REGISTER = """async () => {
  await navigator.serviceWorker.register("/sw.js");
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller)
    await new Promise(resolve => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
}"""
UPDATE = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/");
  try { await registration.update(); return "updated"; } catch (error) { return error.name; }
}"""


def served(kind: str, text: str) -> bytes:
    body = text.encode()
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture
def app(recorder, gateways, people, chromium):
    """`app(routes, worker, attribute)` is the application's page in the window of a person with a full session."""
    opened = []

    def start(route=ROUTES, worker: str = CLAIM + WORKER, attribute: str = "") -> Visit:
        recorder.answers |= {
            "/": served("text/html", PAGE.format(attribute=attribute)), "/sw.js": served("text/javascript", worker),
            "/manifest.webmanifest": served("application/manifest+json", MANIFEST), "/icons/app.svg": served("image/svg+xml", ICON)}
        gateway = gateways.start(recorder.url, sqlite=True, route=route, session={"revocation_bound": "1s"})
        person = people(gateway)
        person.sign_in()
        person.enrol()
        context = chromium.new_context()
        opened.append(context)
        name, value = person.session_cookie
        context.add_cookies([{"name": name, "value": value, "url": gateway.origin}])
        visit = Visit(context, person, "pwa")
        visit.open("/")
        assert visit.heading == "The application"
        return visit

    yield start
    for context in opened:
        context.close()


def manifest(visit: Visit) -> dict:
    """The manifest as the browser has it for an installation."""
    session = visit.page.context.new_cdp_session(visit.page)
    found = session.send("Page.getAppManifest")
    return json.loads(found["data"]) if found.get("data") else {}


def test_the_manifest_comes_without_the_session(app, recorder):
    visit = app()
    recorder.clear()
    assert manifest(visit)["name"] == "App"
    asked = [request for request in recorder.requests if request.target == "/manifest.webmanifest"]
    assert asked and not [request for request in asked if request.all("cookie") or request.one("x-auth-user")]


def test_without_a_public_route_it_takes_credentials(app):
    assert manifest(app(route=[])) == {}
    assert manifest(app(route=[], attribute=' crossorigin="use-credentials"'))["name"] == "App"


def test_the_manifest_the_icons_and_the_worker_are_public_and_nothing_else_is(app):
    stranger = app().person
    stranger.cookies.clear()
    for path in ("/manifest.webmanifest", "/sw.js", "/icons/app.svg"):
        assert stranger.request("GET", path).status == 200, path
    for path in ("/", "/sw.js/x", "/api/data", "/icons", "/manifest.webmanifest.bak"):
        assert stranger.request("GET", path).status == 401, path


def test_the_worker_leaves_the_gateway_s_pages_alone_and_forgets_at_the_end(app):
    visit = app()
    visit.page.evaluate(REGISTER)
    assert visit.page.evaluate("async () => (await (await fetch('/api/data')).json()).line") == "GET /api/data HTTP/1.1"
    visit.page.evaluate("async () => (await caches.open('kept')).put('/api/data', new Response('of a person'))")
    tab = Visit(visit.page.context, visit.person, "pwa")
    tab.sign_out()
    tab.sees("signed out")
    assert visit.page.evaluate("async () => (await fetch('/api/data')).status") == 401
    assert visit.page.evaluate("() => caches.keys()") == [], "the worker deleted what was kept for the session"
    visit.open("/")
    visit.sees("Sign in to")
    assert visit.page.evaluate("() => Boolean(navigator.serviceWorker.controller)"), "all this was with the worker"


@pytest.mark.parametrize(("route", "expected"), [(ROUTES, "updated"), ([], "TypeError")], ids=["public", "not public"])
def test_a_corrected_worker_reaches_browsers_whose_session_ended_by_its_public_route(app, route, expected):
    visit = app(route=route)
    visit.page.evaluate(REGISTER)
    visit.sign_out()
    visit.sees("signed out")
    assert visit.page.evaluate(UPDATE) == expected


def test_a_worker_that_answers_every_page_load_hides_the_gateway_s_pages(app):
    """The control of the advice: the browser gives the gateway no say in it."""
    visit = app(worker=SHELL)
    visit.page.evaluate(REGISTER)
    visit.open("/postern/sign-out")
    assert visit.heading == "The shell"
