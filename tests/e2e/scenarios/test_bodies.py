"""The body of a request without the required session is not forwarded, in any framing."""

import json
import socket

import pytest

from harness import raw
from harness.person import NAVIGATION, SCRIPT

MARK = b"this-body-must-stay-outside-"
BODY = MARK * 6000


def asks_first(port: int, head: bytes, body: bytes) -> bytes:
    """Sends the body after `100 Continue`; returns everything received."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head)
        received = connection.recv(65536)
        try:
            if raw.statuses(received) == [100]:
                connection.sendall(body)
            while piece := connection.recv(65536):
                received += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
        return received


@pytest.mark.parametrize("framing", ["length", "chunks", "asks first"])
@pytest.mark.parametrize("style", ["script", "form"])
@pytest.mark.parametrize("who", ["stranger", "first factor"])
def test_a_post_with_a_step_missing_leaves_its_body_outside(chain, who, style, framing):
    person = chain.signed_in() if who == "first factor" else chain.person()
    code, page = ("ENROLMENT_REQUIRED", "enrol") if who == "first factor" else ("SIGN_IN_REQUIRED", "sign-in")
    cookie = f"Cookie: {'='.join(person.session_cookie)}\r\n" if who == "first factor" else ""
    headers = "".join(f"{name}: {value}\r\n" for name, value in (SCRIPT if style == "script" else NAVIGATION))
    head = (f"POST /api/settings/profile?a=b%2Fc HTTP/1.1\r\nHost: {chain.host}\r\nOrigin: {chain.origin}\r\n"
            f"{cookie}{headers}Connection: close\r\n").encode()
    measured = head + b"Content-Length: %d\r\n" % len(BODY)
    chain.recorder.clear()
    if framing == "asks first":
        received = asks_first(chain.port, measured + b"Expect: 100-continue\r\n\r\n", BODY)
    elif framing == "chunks":
        chunked = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
        received = raw.exchange(chain.port, head + chunked, timeout=3)
    else:
        received = raw.exchange(chain.port, measured + b"\r\n" + BODY, timeout=3)
    assert chain.recorder.count == 0
    assert MARK not in bytes(chain.recorder.raw)
    statuses = raw.statuses(received)
    assert statuses, "the answer comes, though the body was not read"
    if chain.kind == "proxy":
        assert 100 not in statuses, "who may not send it is not asked for it"
    if style == "form":
        # A page is on its way back, so the browser must not send the form there again.
        assert statuses[-1] in (302, 303), received[:500]
        assert f"/postern/{page}?".encode() in received
    else:
        assert statuses[-1] == 401, received[:500]
        assert code.encode() in received


def test_the_body_of_who_may_arrives(chain):
    """Control: with a full session the body arrives."""
    person = chain.verified()
    chain.recorder.clear()
    answer = person.fetch("POST", "/api/settings/profile", {"text": MARK.decode()})
    assert answer.status == 200
    assert json.loads(chain.recorder.last.body) == {"text": MARK.decode()}
