"""`session.cookie_domain`: one cookie for all hosts of a domain, behind every proxy and a load balancer that terminates TLS."""

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from harness import ports
from harness.balanced import BALANCED
from harness.chain import KINDS, Chain, build
from harness.person import Form, Person

DOMAIN = "shared.test"
BALANCER = [("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.9")]
# It cannot take one cookie out of several (deploy/traefik/README.md).
KEEPS_COOKIES = {"traefik"}


@pytest.fixture(scope="module", params=[kind for kind in KINDS if kind != "proxy"])
def shared(request, home, shared_recorder, module_gateways, people) -> Iterator[Chain]:
    port = ports.free()
    hosts = (f"a.{DOMAIN}", f"b.{DOMAIN}")
    part = build(request.param, home, shared_recorder, module_gateways, people, hosts=hosts, changes=BALANCED[request.param], port=port,
                 origin=f"https://{hosts[0]}:{port}", session={"cookie_domain": DOMAIN, "revocation_bound": "1s"},
                 route=[{"host": f"{hosts[1]}:{port}", "path": "/*", "access": "full"}])
    shared_recorder.clear()
    yield part
    part.stop()


@pytest.fixture
def ann(shared) -> Person:
    """A person with both factors at the first host."""
    person = shared.person()
    person.balancer = BALANCER
    person.sign_in()
    person.enrol()
    return person


def beside(shared, person: Person) -> Person:
    """The same browser at the second host: what it sends there is the cookie of the domain."""
    other = Person(f"https://b.{DOMAIN}:{shared.port}", person.subject, person.canary, port=shared.port)
    name, value = person.session_cookie
    other.cookies, other.balancer = {name: value}, BALANCER
    return other


def test_the_cookie_is_the_domain_s(shared):
    person = shared.person()
    person.balancer = BALANCER
    answer = person.sign_in()
    line, = (line for line in answer.all("set-cookie") if line.startswith("__Secure-postern="))
    attributes = {part.strip().partition("=")[0].lower(): part.strip().partition("=")[2] for part in line.split(";")[1:]}
    assert attributes["domain"] == DOMAIN
    assert {"secure", "httponly"} <= attributes.keys() and attributes["path"] == "/"


def test_it_opens_every_host_at_once(shared, shared_recorder, ann):
    shared_recorder.clear()
    for person in (ann, beside(shared, ann)):
        assert person.navigate("/page?x=1").status == 200
        seen = shared_recorder.last
        assert seen.one("x-auth-email") == ann.me()["email"]
        assert seen.one("x-forwarded-proto") == "https"
        if shared.kind not in KEEPS_COOKIES:
            assert "__Secure-postern" not in seen.cookies(), seen.headers
        # The marked CHANGEs for the load balancer name the client, to the gateway too.
        assert "203.0.113.9" in (seen.one("x-forwarded-for") or ""), seen.headers
    shared.gateway.process.wait_until(lambda: '"client.address":"203.0.113.9"' in shared.gateway.logged(), timeout=5)
    assert shared_recorder.count == 2


def test_without_it_the_other_host_leads_to_the_sign_in_and_back(shared, shared_recorder):
    stranger = Person(f"https://b.{DOMAIN}:{shared.port}", "", shared.gateway.canary, port=shared.port)
    stranger.balancer = BALANCER
    shared_recorder.clear()
    sent = stranger.navigate("/page?x=1")
    target = urlsplit(sent.location)
    assert (f"{target.scheme}://{target.netloc}", target.path) == (shared.origin, "/postern/sign-in"), sent
    assert parse_qs(target.query)["rd"] == [f"{stranger.origin}/page?x=1"]
    person = shared.person()
    person.balancer = BALANCER
    person.sign_in(f"{target.path}?{target.query}")
    person.enrol()
    assert beside(shared, person).navigate("/page?x=1").status == 200
    assert shared_recorder.count == 1


def test_signing_out_at_one_ends_both(shared, ann):
    other = beside(shared, ann)
    assert other.navigate("/page").status == 200
    page = ann.navigate("/postern/sign-out")
    form = Form.on(page.text, lambda form: "csrf" in form.fields)
    done = ann.submit("/postern/sign-out", form.fields)
    assert done.status == 303
    assert re.search(rf"__Secure-postern=;.*domain={re.escape(DOMAIN)}", "\n".join(done.all("set-cookie")), re.I), done
    until = time.monotonic() + 4
    while other.navigate("/page").status == 200:
        assert time.monotonic() < until
        time.sleep(0.1)
