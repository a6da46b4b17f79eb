"""Redirects stay on configured origins (promise 12). A WHATWG URL parser decides how browsers read a `Location`."""

from urllib.parse import quote, urlsplit

import ada_url
import pytest

from harness import raw
from harness.chain import build
from harness.person import NAVIGATION, Form

FRONTEND = "http://localhost:5173"
EVIL = [
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "/\\/evil.example",
    "https://evil.example", "http://evil.example/", "https:evil.example", "https:/evil.example", "HTTPS://evil.example",
    "//evil.example/%2f..", "/%09/evil.example", "/\t/evil.example", "\t//evil.example", " //evil.example",
    "/\n/evil.example", "\r\n//evil.example", "/%0d%0aLocation:https://evil.example", "/\r\nSet-Cookie: a=b",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x",
    "http://localhost:5173@evil.example", "http://localhost:5173.evil.example", "http://localhost:51730/",
    "http://localhost:5173%2eevil.example", "http://localhost:5173\\@evil.example",
    "http://evil.example#localhost:5173",
    "http://evil.example?http://localhost:5173", "//localhost:5173@evil.example", "http://[::1]/", "http://127.1/",
    "http://localhost。evil.example", "http://ⓔvil.example", "//evil%E3%80%82example", "/.//evil.example",
    "/..//evil.example", "/a/..//evil.example", "/./\\evil.example", "ftp://localhost:5173/", "//", "http://",
    "blob:http://localhost:5173/x", "/" + "a" * 5000, "\x00//evil.example", "http://localhost:5173:80@evil.example/",
    "http:\\\\evil.example", "//evil.example:80\\@localhost", "/@evil.example/../..//evil.example",
]
GOOD = ["/", "/page", "/page?a=b&c=d%2Fe#f", "/a%20b", FRONTEND, f"{FRONTEND}/dash?x=1", "/postern/account"]


@pytest.fixture(scope="module")
def proxy(home, shared_recorder, module_gateways, people):
    """A policy that accepts the first factor, so that the callback itself redirects."""
    return build("proxy", home, shared_recorder, module_gateways, people, second_factor={"policy": "per-user"})


def landing(proxy, base: str, location: str) -> str:
    """The URL that a browser at `base` goes to."""
    return ada_url.URL(location, base).href


def allowed(proxy, url: str) -> bool:
    return ada_url.URL(url).origin in (proxy.origin, FRONTEND)


@pytest.mark.parametrize("rd", EVIL)
def test_a_return_url_never_leads_away(proxy, rd):
    start = f"/postern/sign-in?rd={quote(rd, safe='')}"
    person = proxy.person()
    location = person.sign_in(start).location
    assert allowed(proxy, landing(proxy, f"{proxy.origin}/postern/callback", location)), location
    for path in ("/postern/sign-in", "/postern/enrol", "/postern/verify"):
        answer = person.navigate(f"{path}?rd={quote(rd, safe='')}")
        if answer.status in (302, 303):
            assert allowed(proxy, landing(proxy, proxy.origin + path, answer.location)), (path, answer.location)
        else:
            assert answer.status < 500
            assert "href=\"https://evil" not in answer.text
            assert "href=\"//evil" not in answer.text


@pytest.mark.parametrize("rd", GOOD)
def test_a_good_return_url_is_kept_with_its_query(proxy, rd):
    location = proxy.person().sign_in(f"/postern/sign-in?rd={quote(rd, safe='')}").location
    want = ada_url.URL(rd, proxy.origin).href
    assert landing(proxy, f"{proxy.origin}/postern/callback", location) == want


@pytest.mark.parametrize("rd", EVIL[:20])
def test_a_return_url_hidden_in_a_form_never_leads_away(proxy, rd):
    person = proxy.verified()
    for page in ("verify", "sign-out"):
        form = Form.on(person.navigate(f"/postern/{page}").text)
        code = {"code": person.code()} if page == "verify" and rd in EVIL[:2] else {"code": "x"}
        answer = person.submit(f"/postern/{page}", {**form.fields, **code, "rd": rd})
        if answer.status in (302, 303):
            assert allowed(proxy, landing(proxy, f"{proxy.origin}/postern/{page}", answer.location))


def led(chain, ann, answer) -> str:
    """Follows the redirects of a response with a full session; returns the last URL. No step leaves the allowed origins."""
    url = f"{chain.origin}/"
    for _ in range(4):
        if answer.status not in (301, 302, 303, 307, 308):
            return url
        url = landing(chain, url, answer.one("location") or "")
        assert allowed(chain, url), url
        if not url.startswith(f"{chain.origin}/postern/"):
            return url
        answer = ann.navigate(url.removeprefix(chain.origin))
    raise AssertionError(f"a circle at {url}")


@pytest.mark.parametrize("page", ["sign-in", "enrol", "verify"])
def test_no_front_has_a_return_url_lead_away(chain, ann, page):
    for rd in EVIL:
        answer = ann.navigate(f"/postern/{page}?rd={quote(rd, safe='')}")
        assert answer.status < 500, (rd, answer)
        led(chain, ann, answer)
        assert "href=\"https://evil" not in answer.text and "href=\"//evil" not in answer.text, rd


def test_every_front_keeps_a_good_return_url(chain, ann):
    for rd in GOOD:
        answer = ann.navigate(f"/postern/sign-in?rd={quote(rd, safe='')}")
        assert landing(chain, chain.origin, answer.location) == ada_url.URL(rd, chain.origin).href


@pytest.mark.parametrize("rd", [EVIL[0], EVIL[5], EVIL[22], "/page?a=b"])
def test_the_whole_way_through_the_provider_leads_back_here(chain, rd):
    person = chain.person()
    step = urlsplit(led(chain, person, person.sign_in(f"/postern/sign-in?rd={quote(rd, safe='')}")))
    assert step.path == "/postern/enrol"
    person.enrol()
    back = led(chain, person, person.navigate(f"/postern/sign-in?{step.query}"))
    assert back == (f"{FRONTEND}/" if rd in EVIL else f"{chain.origin}{rd}")


TARGETS = ["//evil.example", "//evil.example/page", "///evil.example", "/\\evil.example", "/%5cevil.example",
           "/%5c%5cevil.example", "/.//evil.example", "/..//evil.example", "/@evil.example", "/;//evil.example",
           "/%2f/evil.example", "/%2fevil.example", "/%09/evil.example", "/%0d%0aLocation:%20https://evil.example",
           "/page?rd=https://evil.example", "/page?//evil.example", "/page?x=%0d%0aLocation:https://evil.example",
           "http://evil.example/page", "https://evil.example/", "/postern/sign-in/..//evil.example",
           "/postern//evil.example", "//evil.example/postern/sign-in", "/login//evil.example", "/https://evil.example"]


def test_no_page_load_leads_away(chain, ann):
    """Not the redirect to the missing step, nor the return from it, nor what fronts do to paths."""
    chain.recorder.clear()
    for target in TARGETS:
        answer = raw.request(chain.port, "GET", target, [("Host", chain.host), *NAVIGATION])
        assert answer.status < 500, (target, answer)
        assert not 200 <= answer.status < 300 or target.startswith("/postern"), (target, answer)
        led(chain, ann, answer)
    assert chain.recorder.count == 0
    assert led(chain, ann, chain.person().navigate("/page?x=1")) == f"{chain.origin}/page?x=1"


FORGED = [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Uri", "//evil.example"),
          ("X-Original-URL", "https://evil.example/"), ("X-Rewrite-URL", "//evil.example"), ("X-Forwarded-Port", "666"),
          ("X-Forwarded-Prefix", "//evil.example"), ("X-Auth-Redirect", "https://evil.example/"),
          ("X-Auth-Request-Redirect", "https://evil.example/"), ("Forwarded", "host=evil.example;proto=https"),
          ("Referer", "https://evil.example/"), ("Origin", "https://evil.example")]


def test_no_forged_header_leads_away(chain, ann):
    for header in FORGED:
        for target in ("/page", "/login", "/postern/sign-in", "/postern/"):
            answer = raw.request(chain.port, "GET", target, [("Host", chain.host), *NAVIGATION, header])
            assert answer.status < 500, (header, answer)
            assert "evil" not in "".join(answer.all("location")) + answer.text, (header, target, answer)
            if target == "/page" and answer.status == 302:
                assert led(chain, ann, answer) == f"{chain.origin}/page", header


def test_a_forged_host_does_not_move_the_redirect_uri(chain):
    person = chain.person()
    url = person.leave()
    assert f"redirect_uri={quote(chain.origin + '/authorize', safe='')}" in url
    for headers in ([("X-Forwarded-Host", "evil.example")], [("X-Forwarded-Proto", "https")],
                    [("Forwarded", "host=evil.example")]):
        answer = person.request("GET", "/login", [("Accept", "text/html"), ("Sec-Fetch-Mode", "navigate"), *headers])
        assert "evil" not in answer.location
        assert quote(chain.origin, safe="") in answer.location
