"""Cookies: tossed, doubled, huge, malformed. Never a 2xx without a session, never a 5xx for
a client's input."""

import pytest

from harness import raw
from harness.person import NAVIGATION, SCRIPT


def ask(chain, cookie_lines, target="/page"):
    lines = [("Cookie", line) for line in cookie_lines]
    return chain.ask("GET", target, lines)


def test_two_session_cookies_are_nobody_s(chain, ann):
    name, value = ann.session_cookie
    other = chain.verified().session_cookie[1]
    chain.recorder.clear()
    for lines in ([f"{name}={value}; {name}={value}"], [f"{name}={value}; {name}={other}"],
                  [f"{name}={other}", f"{name}={value}"], [f"{name}=x; a=b; {name}={value}"],
                  [f"{name}={value}; a=b; {name}="]):
        answer = ask(chain, lines)
        # nginx cannot expire a cookie, so the response names the sign-in page.
        code = "SIGN_IN_REQUIRED" if chain.kind == "nginx" else "INVALID_SESSION_COOKIE"
        assert (answer.status, answer.code) == (401, code), lines
    assert chain.recorder.count == 0


def test_one_session_cookie_among_others_is_enough(chain, ann):
    name, value = ann.session_cookie
    for lines in ([f"{name}={value}"], [f"a=b; {name}={value}; c=d"], ["a=b", f"{name}={value}"],
                  [f"{name}x=1; x{name}=2; {name}={value}"]):
        # These join lines with a comma, which is not a valid cookie; no client sends two.
        joined = len(lines) > 1 and chain.kind in ("envoy", "apache")
        assert ask(chain, lines).status == (401 if joined else 200), lines


def test_only_ours_is_taken_out_of_what_goes_upstream(chain, ann):
    name, value = ann.session_cookie
    chain.recorder.clear()
    assert ask(chain, [f"theme=dark; {name}={value}; lang=de"]).status == 200
    arrived = chain.recorder.last.cookies()
    if chain.kind == "traefik":
        # It cannot remove a part of a header.
        assert arrived.pop(name) == value
    else:
        assert value.encode() not in chain.recorder.raw
    assert arrived == {"theme": "dark", "lang": "de"}


@pytest.mark.parametrize("mutation", [
    lambda v: v[:-1], lambda v: v + "A", lambda v: v[::-1], lambda v: v.upper(), lambda v: v.lower(), lambda v: "",
    lambda v: f" {v[1:]}", lambda v: f"\"{v}\"", lambda v: v.replace(v[0], "%" + f"{ord(v[0]):02X}", 1),
    lambda v: v + "=", lambda v: v + "==", lambda v: "A" * len(v), lambda v: v + ",x", lambda v: "\t" + v + "x",
    lambda v: "null", lambda v: "undefined", lambda v: "0", lambda v: "../../etc/passwd", lambda v: "' OR 1=1 --",
    lambda v: v + "\x80", lambda v: v[:10] + "\x7f" + v[11:], lambda v: "é" * 20,
])
def test_a_token_that_is_not_exactly_right_is_nobody_s(chain, ann, mutation):
    name, value = ann.session_cookie
    changed = mutation(value)
    chain.recorder.clear()
    answer = ask(chain, [f"{name}={changed}"])
    assert answer.status in (400, 401), answer
    assert chain.recorder.count == 0


@pytest.mark.parametrize("line", [";", "=", "==;", "; ; ;", "postern", "postern=", "=postern", "a", "a=b;=c",
                                  "postern==;x", "$Version=1; postern=x", "postern=x,postern=y", "\x80=\x81",
                                  "postern=" + "a" * 5000, "a=" + "b" * 7000, "postern\x0b=1"])
def test_malformed_cookies_are_survived(chain, line):
    chain.recorder.clear()
    answer = ask(chain, [line])
    assert answer.status in (400, 401, 431), answer
    assert chain.recorder.count == 0
    assert ask(chain, [line], "/postern/sign-in").status in (200, 302, 303, 400, 431)


def test_a_jar_of_64_kilobytes_is_refused_or_ignored(chain, ann):
    name, value = ann.session_cookie
    for lines in ([f"x={'y' * 65_536}; {name}={value}"], [f"x{n}={'y' * 1000}" for n in range(65)]):
        answer = ask(chain, lines)
        assert answer.status in (400, 401, 431), answer


def test_two_hundred_cookies_do_not_hide_the_session(chain, ann):
    name, value = ann.session_cookie
    many = "; ".join(f"c{number}=v" for number in range(200))
    answer = ask(chain, [f"{many}; {name}={value}"])
    assert answer.status in (200, 431), answer
    assert ask(chain, [many]).status in (401, 431)


def test_signing_in_again_and_again_never_piles_cookies_up(chain):
    person = chain.person()
    for _ in range(12):
        person.leave()
    size = sum(len(name) + len(value) for name, value in person.cookies.items())
    assert len(person.cookies) <= 5
    assert size < 6000
    assert person.sign_in().status in (302, 303), "the newest one still works"


def test_subresources_open_no_transactions(chain):
    person = chain.person()
    for headers in ([*SCRIPT], [("Accept", "image/*"), ("Sec-Fetch-Mode", "no-cors")], [("Accept", "*/*")]):
        for target in ("/img.png", "/login"):
            person.request("GET", target, headers)
    assert person.cookies == {}


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(chain):
    person = chain.person()
    line, = [line for line in person.sign_in().all("set-cookie") if line.startswith("postern=")]
    attributes = {part.strip().lower() for part in line.split(";")[1:]}
    assert "httponly" in attributes
    assert "samesite=lax" in attributes
    assert "path=/" in attributes
    assert not any(part.startswith("domain") for part in attributes)


def test_a_page_load_with_a_broken_cookie_starts_over_instead_of_looping(chain):
    person = chain.person()
    person.cookies["postern"] = "broken"
    first = person.navigate("/page")
    if first.status == 401:
        assert "postern" not in person.cookies, "it is taken away"
        first = person.navigate("/page")
    assert "/postern/sign-in" in first.location
    assert person.navigate("/postern/sign-in").status in (200, 302, 303)
    assert person.sign_in().status in (302, 303)
    assert person.enrol().status == 200
    assert person.request("GET", "/page", NAVIGATION).status == 200


def test_a_damaged_session_cookie_traps_nobody(chain):
    """A page load with it is redirected to the sign-in page or expires the cookie."""
    chain.recorder.clear()
    damaged = [("Host", chain.host), *NAVIGATION, ("Cookie", "postern=damaged")]
    answer = raw.request(chain.port, "GET", "/page", damaged)
    led = answer.status == 302 and "/postern/sign-in?rd=" in answer.location
    taken_back = answer.status == 401 and any(cookie.startswith("postern=;") for cookie in answer.all("set-cookie"))
    assert led or taken_back, answer
    assert raw.request(chain.port, "GET", "/postern/sign-in", damaged).status == 200
    assert chain.recorder.count == 0
