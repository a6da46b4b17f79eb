"""The backend's own session, made by the gateway, reaches it behind every proxy that asks: the `CHANGE` of `check.cookies`."""

import secrets

import flask
import pytest
from flask.sessions import SecureCookieSessionInterface

from harness.chain import build
from harness.frontends import ASKING

from .conftest import yes

CARRIED = {
    "nginx": {"proxy_set_header Cookie $postern_cookies;": "proxy_set_header Cookie $postern_carried;"},
    "traefik": {"# - Cookie": "- Cookie"},
    "caddy": {"# copy_headers Cookie": "copy_headers Cookie"},
    "envoy": {"# - { exact: cookie }": "- { exact: cookie }"},
    "haproxy": {'-- "cookie",': '"cookie",'},
}


def says(cookies: str) -> bytes:
    return yes().replace(b"\r\n\r\n", f"\r\nCookie: {cookies}\r\n\r\n".encode())


@pytest.mark.parametrize("kind", ASKING)
def test_the_backend_gets_the_cookies_that_the_gateway_names(stage, kind):
    part = stage(kind, says("session=made-here; a=1"), changes=CARRIED[kind])
    assert part.ask(headers=[("Cookie", "postern=secret; session=evil; a=1")]).status == 200
    assert part.app.last.cookies() == {"session": "made-here", "a": "1"}
    assert len(part.app.last.all("cookie")) == 1


@pytest.mark.parametrize("kind", ASKING)
def test_the_backend_gets_no_cookie_where_the_gateway_names_none(stage, kind):
    part = stage(kind, says(""), changes=CARRIED[kind])
    assert part.ask(headers=[("Cookie", "postern=secret; session=evil")]).status == 200
    assert part.app.last.cookies() == {}, part.app.last.headers


@pytest.mark.parametrize("kind", ASKING)
def test_flask_reads_the_session_of_a_full_session_and_none_below(home, recorder, gateways, people, kind):
    key = secrets.token_urlsafe(40)
    part = build(kind, home, recorder, gateways, people, changes=CARRIED[kind], legacy={"flask_secret_key": key}, upstream=[], route=[
        {"path": "/health_simple", "access": "public"}])
    ann = part.verified()
    ann.cookies["session"] = "evil"
    assert ann.fetch("GET", "/page").status == 200
    app = flask.Flask("reader")
    app.secret_key = key
    cookies = recorder.last.cookies()
    assert set(cookies) == {"session"}, "and the gateway's own stays away"
    content = SecureCookieSessionInterface().get_signing_serializer(app).loads(cookies["session"])
    assert content["user_id"] == ann.me()["id"] and content["2fa_verified"] is True
    recorder.clear()
    assert part.ask("GET", "/health_simple", [("Cookie", "session=evil; b=2")]).status == 200
    assert recorder.last.cookies() == {"b": "2"}
    part.stop()
