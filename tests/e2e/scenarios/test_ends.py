"""Access, and WebSockets that the gateway carries, end with the session."""

import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from harness.person import NAVIGATION, SCRIPT, Form

# The configured `session.revocation_bound`, and some time for a busy machine.
BOUND, SLACK = 2.0, 2.0
# Here the gateway carries the connection; elsewhere the proxy asks once, when it opens (deploy/README.md).
CARRIED = ("proxy", "apache")


def socket_of(chain, cookies: dict[str, str]):
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
    return connect(f"ws://localhost:{chain.port}/ws?room=1", origin=chain.origin, open_timeout=10, ping_interval=None,
                   additional_headers={**headers, "Sec-Fetch-Mode": "websocket"})


def sign_out_on_the_page(person) -> None:
    """Signs out with the button of the confirmation page."""
    page = person.navigate("/postern/sign-out")
    form = Form.on(page.text, lambda form: form.method == "post")
    assert person.submit(form.action, form.fields).status in (200, 302, 303)


@pytest.mark.parametrize("way", [sign_out_on_the_page, lambda person: person.sign_out()], ids=["page", "API"])
def test_signing_out_ends_access(chain, way):
    person = chain.verified()
    kept = dict(person.cookies)
    assert person.fetch("GET", "/page").status == 200
    way(person)
    assert "postern" not in person.cookies, "the browser forgets it"
    chain.recorder.clear()
    for cookies in (person.cookies, kept):
        assert person.request("GET", "/page", SCRIPT, cookies=cookies).status == 401
        sent = person.request("GET", "/page?x=1", NAVIGATION, cookies=cookies)
        assert "/postern/sign-in?rd=%2Fpage%3Fx%3D1" in sent.location
        assert person.request("POST", "/page", SCRIPT, b"body", cookies=cookies).status == 401
    assert chain.recorder.count == 0


def test_a_websocket_opens_for_a_full_session_only(chain):
    person, half = chain.verified(), chain.signed_in()
    with socket_of(chain, person.cookies) as socket:
        socket.send("hello")
        assert socket.recv(timeout=5) == "echo hello"
    assert chain.recorder.last.target == "/ws?room=1"
    assert chain.recorder.last.one("x-auth-user") == person.me()["id"]
    chain.recorder.clear()
    for cookies in ({}, half.cookies, {"postern": "A" * 43}):
        with pytest.raises(InvalidStatus) as refused:
            socket_of(chain, cookies)
        assert refused.value.response.status_code == 401
        assert refused.value.response.headers.get("content-type", "").startswith("application/json")
    assert chain.recorder.count == 0


def test_a_websocket_ends_with_its_session(chain):
    person = chain.verified()
    kept = dict(person.cookies)
    with socket_of(chain, kept) as socket:
        socket.send("hello")
        assert socket.recv(timeout=5) == "echo hello"
        person.sign_out()
        ended = time.monotonic()
        if chain.kind in CARRIED:
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=BOUND + SLACK)
            assert time.monotonic() - ended < BOUND + SLACK
    # Wherever it was opened, no other opens.
    with pytest.raises(InvalidStatus):
        socket_of(chain, kept)
