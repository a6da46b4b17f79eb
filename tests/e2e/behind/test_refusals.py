"""A refusal of the gateway reaches the client as the gateway made it, by whatever proxy asked."""

import pytest

from harness.frontends import ASKING
from harness.person import NAVIGATION, SCRIPT

BODY = b'{"success":false,"error":{"code":"FORBIDDEN"}}'
REFUSAL = (b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nX-Request-Id: 453a202c60195b4b\r\n"
           b"Access-Control-Allow-Origin: https://dash.example.com\r\nAccess-Control-Allow-Credentials: true\r\n"
           b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY))


@pytest.mark.parametrize("kind", ASKING)
def test_a_refusal_keeps_its_words_its_number_and_its_cors_headers(stage, kind):
    """The number is what people report, and the gateway's log has it (docs/logging.md)."""
    part = stage(kind, REFUSAL)
    for style in (SCRIPT, NAVIGATION):
        answer = part.ask(style=style, headers=[("Origin", "https://dash.example.com")])
        assert (answer.status, answer.body) == (403, BODY), answer
        assert answer.one("x-request-id") == "453a202c60195b4b", answer
        assert answer.one("content-type") == "application/json", answer
        assert answer.one("access-control-allow-origin") == "https://dash.example.com", answer
    assert part.app.count == 0


@pytest.mark.parametrize("kind", ASKING)
def test_a_redirect_to_a_step_keeps_its_location_and_cookie(stage, kind):
    """nginx redirects by X-Auth-Redirect, since `auth_request` knows nothing but yes and no."""
    location = "https://localhost/postern/verify?rd=%2Fpage%3Fx%3D1"
    lines = {"nginx": (b"401 Unauthorized", b"X-Auth-Redirect"), }.get(kind, (b"302 Found", b"Location"))
    part = stage(kind, b"HTTP/1.1 %b\r\n%b: %b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 0\r\n\r\n"
                 % (*lines, location.encode()))
    answer = part.ask("/page?x=1", style=NAVIGATION)
    assert (answer.status, answer.location) == (302, location)
    assert part.app.count == 0


@pytest.mark.parametrize("kind", ASKING)
def test_the_base_path_without_a_slash_is_the_gateway_s_too(stage, kind):
    """Somebody types it: the gateway leads on, or the proxy does, and the application is not asked."""
    part = stage(kind, b"HTTP/1.1 303 See Other\r\nLocation: /postern/\r\nContent-Length: 0\r\n\r\n")
    answer = part.ask("/postern", style=NAVIGATION)
    assert answer.status in (301, 303) and (answer.one("location") or "").endswith("/postern/"), answer
    assert part.app.count == 0
