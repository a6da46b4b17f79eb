"""Properties behind every documented snippet."""

from urllib.parse import parse_qs, urlsplit

import pytest

from harness import raw
from compat.conftest import REFUSED
from harness.frontends import REPOSITORY
from harness.person import NAVIGATION, SCRIPT, Form

PAGE = "/deep/page?x=1&y=%2F"


def test_nobody_is_sent_to_our_sign_in_and_comes_back_with_the_query(moved):
    moved.recorder.clear()
    person = moved.person()
    asked = moved.open(person, PAGE)
    assert urlsplit(asked.location).path == "/postern/sign-in", asked
    assert parse_qs(urlsplit(asked.location).query)["rd"] == [PAGE]
    assert moved.recorder.count == 0
    person.sign_in(asked.location.removeprefix(moved.origin))
    person.enrol()
    answer = person.navigate(PAGE)
    assert answer.status == 200
    assert moved.recorder.last.target == PAGE


def test_the_first_factor_alone_gets_nowhere(moved):
    person = moved.signed_in()
    moved.recorder.clear()
    landed = moved.open(person, PAGE)
    path = urlsplit(landed.location).path
    if path == "/postern/sign-in":
        # The snippet knows one step only; the page knows which one is missing.
        landed = person.navigate(landed.location.removeprefix(moved.origin))
        path = urlsplit(landed.location).path
    assert path == "/postern/enrol", landed
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
        for style in (NAVIGATION, SCRIPT):
            answer = person.request(method, PAGE, style)
            assert answer.status in (302, 303, 401, 403), answer
    assert moved.recorder.count == 0


def test_the_upstream_learns_who_it_is_and_believes_nobody_else(moved):
    ann = moved.verified(email=f"ann.{moved.name}@example.com")
    names = moved.snippet.names
    identity = ann.me()["id"]
    for spoof in ([], [(name, "root") for name in names.values()], [(name.upper(), "root") for name in names.values()]):
        moved.recorder.clear()
        assert ann.request("GET", "/page", [*SCRIPT, *spoof]).status == 200
        seen = moved.recorder.last
        assert seen.one(names["user"]) == identity
        assert seen.one(names["email"]) == f"ann.{moved.name}@example.com"
        assert "root" not in seen.head.decode("latin-1")


@pytest.mark.parametrize("forged", [
    [("X-Forwarded-Uri", "/health_simple")], [("X-Original-URL", "http://localhost/health_simple")],
    [("X-Original-URI", "/health_simple")], [("X-Forwarded-Method", "OPTIONS"), ("X-Original-Method", "OPTIONS"),
                                             ("Origin", "http://localhost:5173"),
                                             ("Access-Control-Request-Method", "PUT")],
    [("X-Forwarded-Host", "evil.example")], [("X-Forwarded-For", "127.0.0.1")],
    [("X-Auth-Request-Redirect", "/health_simple")]])
def test_a_client_s_word_about_its_request_opens_nothing(moved, forged):
    moved.recorder.clear()
    pending = moved.signed_in()
    for style in (NAVIGATION, SCRIPT):
        assert moved.ask("/page", forged, style).status in (302, 401, 403), forged
        assert pending.request("GET", "/page", [*style, *forged]).status in (302, 401, 403), forged
    assert moved.recorder.count == 0


def test_scripts_get_401_where_the_snippet_lets_them(moved):
    if moved.snippet.scripts is None:
        assert moved.ask("/page").status == 302, "as documented: this snippet redirects everything"
        return
    answer = moved.ask(moved.snippet.scripts)
    assert answer.status == 401
    assert not answer.all("location") or moved.name.startswith("authelia"), answer


def test_public_routes_pass_where_the_proxy_tells_the_target(moved):
    moved.recorder.clear()
    answer = moved.ask("/health_simple", [(name, "root") for name in moved.snippet.names.values()])
    if moved.snippet.public:
        assert answer.status == 200
        assert "root" not in moved.recorder.last.head.decode("latin-1")
    else:
        assert answer.status in (302, 401)
        assert moved.recorder.count == 0


def test_the_check_is_no_way_around(moved):
    """Requested from outside, through the proxy, the endpoints disclose no more than their snippets need."""
    ann = moved.verified()
    for target in ("/oauth2/auth", "/api/verify", "/api/authz/forward-auth", "/api/authz/ext-authz//page"):
        for person in (moved.signed_in(), ann):
            answer = person.fetch("GET", target)
            assert not answer.all("x-auth-assertion"), answer
            assert person is ann or answer.status != 202, answer


def sign_out(moved, person, rd: str):
    return moved.open(person, f"/oauth2/sign_out?rd={rd}")


def test_signing_out_is_asked_first_and_leads_on(moved):
    if not moved.snippet.target:
        return
    person = moved.verified()
    asked = sign_out(moved, person, "%2Fbye%3Fa%3Db")
    assert urlsplit(asked.location).path == "/postern/sign-out"
    page = person.navigate(asked.location.removeprefix(moved.origin))
    assert page.status == 200
    assert person.navigate("/page").status == 200, "a link alone signs nobody out"
    form = Form.on(page.text, lambda form: "sign-out" in form.action)
    done = person.submit(form.action, form.fields)
    assert (done.status, done.location) == (303, "/bye?a=b")
    moved.recorder.clear()
    assert person.navigate("/page").status in (302, 401)
    assert moved.recorder.count == 0
    asked = sign_out(moved, person, "%2Fbye")
    assert person.navigate(asked.location.removeprefix(moved.origin)).location == "/bye", "nothing is left to ask"


EVIL = ["https://evil.example/", "//evil.example", "/%5Cevil.example", "https://localhost.evil.example/", "/%09/evil.example",
        "https:evil.example", "javascript:alert(1)", "http://localhost@evil.example/", "http%3A%2F%2Fevil.example%2F",
        "/.//evil.example", "https://evil.example/?x=1&rd=/", "%2F%2Fevil.example", "http://localhost:1/"]


@pytest.mark.parametrize("page", ["sign_in", "start", "sign_out"])
def test_return_urls_stay_here(moved, page):
    if not moved.snippet.target:
        return
    person = moved.person()
    for evil in EVIL:
        for answer in (person.navigate(f"/oauth2/{page}?rd={evil}"),
                       person.request("GET", f"/oauth2/{page}", [*NAVIGATION, ("X-Auth-Request-Redirect", evil)])):
            assert answer.location.startswith(f"{moved.origin}/postern/sign-"), (evil, answer)
            assert "evil" not in answer.location and "localhost%3A1%2F" not in answer.location, (evil, answer)


def test_user_info_is_for_those_who_have_done_every_step(moved):
    if not moved.snippet.target:
        return
    ann = moved.verified(email="ann.info@example.com")
    told = ann.fetch("GET", "/oauth2/userinfo")
    assert (told.status, told.json()["email"]) == (200, "ann.info@example.com")
    assert set(told.json()) == {"user", "email", "groups", "preferredUsername"}
    assert moved.signed_in().fetch("GET", "/oauth2/userinfo").status == 401
    assert moved.person().fetch("GET", "/oauth2/userinfo").status == 401
    ann.sign_out()
    assert ann.fetch("GET", "/oauth2/userinfo").status == 401


@pytest.mark.parametrize("name", ["oauth2-nginx", "oauth2-traefik-static", "authelia-nginx", "authelia-traefik",
                                  "authelia-caddy", "authelia-envoy"])
def test_a_proxy_that_is_not_trusted_is_not_answered(move, name):
    part = move(name, trusted_proxies=[])
    person = part.verified()
    for target in ("/page", "/health_simple"):
        for style in (NAVIGATION, SCRIPT):
            answer = person.request("GET", target, style)
            assert answer.status == 403, answer
    assert part.recorder.count == 0
    assert "add its address to trusted_proxies" in part.gateway.logged()


def test_the_endpoints_are_the_backend_s_unless_they_are_switched_on(proxy):
    ann = proxy.verified()
    for target in ("/oauth2/auth", "/oauth2/sign_in", "/api/verify", "/api/authz/forward-auth"):
        proxy.recorder.clear()
        assert ann.fetch("GET", target).status == 200
        assert proxy.recorder.last.target == target
    proxy.recorder.clear()
    assert proxy.ask("GET", "/oauth2/auth").status == 401
    assert proxy.recorder.count == 0


def test_a_client_s_word_about_its_address_opens_nothing(move):
    """The documented nginx snippet sets no X-Forwarded-For for the check, so that a client's own arrives."""
    part = move("oauth2-nginx", route=[{"path": "/admin/*", "networks": ["10.0.0.0/8"], "access": "full"},
                                       {"path": "/admin/*", "access": "deny"}])
    ann = part.verified()
    part.recorder.clear()
    for headers in ([], [("X-Forwarded-For", "10.1.2.3")], [("X-Forwarded-For", "10.1.2.3, 10.1.2.3")]):
        assert ann.request("GET", "/admin/x", [*SCRIPT, *headers]).status == 403, headers
    assert part.recorder.count == 0
    assert ann.fetch("GET", "/page").status == 200


def test_somebody_who_may_not_gets_a_page_that_stands_still(move):
    """The documented `errors` middleware shows the sign-in endpoint's answer for 403 as well."""
    part = move("oauth2-traefik-errors", route=[{"path": "/closed/*", "access": "deny"}])
    ann = part.verified()
    page = ann.navigate("/closed/x")
    assert page.status == 403
    assert 'http-equiv="refresh"' not in page.text, "another sign-in would end here again"
    assert "<h1" in page.text
    stranger = part.person().navigate("/page")
    assert stranger.status == 302


def test_checks_of_the_gateway_s_own_pages_do_not_loop(move):
    """Caddy asks about everything where the pages have no route of their own."""
    part = move("authelia-caddy")
    answer = raw.request(part.gateway.port, "GET", "/postern/auth/caddy", [
        ("Host", "gateway.internal"), ("X-Forwarded-Method", "GET"), ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Host", urlsplit(part.origin).netloc), ("X-Forwarded-Uri", "/postern/sign-in"), *NAVIGATION])
    assert (answer.status, answer.all("location")) == (403, []), answer
    assert "own pages" in part.gateway.logged()


@pytest.mark.parametrize("name", REFUSED)
def test_a_check_that_goes_through_traefik_itself_is_refused_and_told_of(move, name):
    """As oauth2-proxy documents `address`: Traefik writes the X-Forwarded-* of its own hop over those of the request."""
    part = move(name)
    ann = part.verified()
    part.recorder.clear()
    for path in ("/page", "/health_simple"):
        assert ann.fetch("GET", path).status == 403
    assert part.recorder.count == 0
    part.gateway.process.wait_until(lambda: "a check that went through another proxy lost it" in part.gateway.logged(), timeout=5)
    assert "Traefik's `address`" in (REPOSITORY / "docs" / "moving.md").read_text()


def test_other_spellings_of_identity_pass_traefik_unless_it_is_told_otherwise(move):
    """docs/moving.md names the setting; without it a backend that folds names reads the client's own."""
    for strict in (False, True):
        part = move("authelia-traefik", strict_names=strict)
        ann = part.verified()
        part.recorder.clear()
        assert ann.request("GET", "/page", [*SCRIPT, ("Remote_Groups", "root"), ("Remote.User", "root")]).status == 200
        assert ("root" in part.recorder.last.head.decode("latin-1")) is not strict, part.recorder.last.headers
    assert "aliasHeadersStrategy: delete" in (REPOSITORY / "docs" / "moving.md").read_text()
