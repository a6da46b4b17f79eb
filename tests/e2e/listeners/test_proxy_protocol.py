"""Behind load balancers that send the PROXY protocol."""

from harness import raw
from harness.person import SCRIPT

INSIDE, OUTSIDE = "127.0.0.2", "127.0.0.3"
ROUTES = [{"path": "/open", "access": "public"}, {"path": "/office", "access": "public", "networks": [INSIDE]}]


def ask(gateway, target: str, source: str, *headers, method: str = "GET", body=None):
    lines = [("Host", f"localhost:{gateway.public_port}"), *SCRIPT, *headers]
    return raw.request(gateway.public_port, method, target, lines, body, source=source)


def test_the_upstream_sees_the_client_and_nothing_that_it_claims(balanced, recorder):
    # The load balancer is in `trusted_proxies` too, as it should not be: its clients are still not trusted.
    gateway = balanced(route=ROUTES, trusted_proxies=["127.0.0.1"])
    for source in (INSIDE, OUTSIDE):
        assert ask(gateway, "/open", source, ("X-Forwarded-For", "192.0.2.99")).status == 200
        assert recorder.last.one("x-forwarded-for") == source
    assert f'"client.address":"{INSIDE}"' in gateway.logged().replace(" ", "")
    assert "connection refused" not in gateway.logged(), "its own checks are fit too"


def test_networks_are_about_the_client(balanced, recorder):
    gateway = balanced(route=ROUTES)
    assert ask(gateway, "/office", INSIDE).status == 200
    assert ask(gateway, "/office", OUTSIDE, ("X-Forwarded-For", INSIDE)).status == 401
    assert recorder.count == 1


def test_limits_count_the_client(balanced):
    gateway = balanced(limits={"requests_per_address": "3/1h"})
    origin = ("Origin", gateway.origin)
    statuses = [ask(gateway, "/postern/verify", INSIDE, origin, method="POST", body=b"").status for _ in range(4)]
    assert statuses[3] == 429 and 429 not in statuses[:3], statuses
    assert ask(gateway, "/postern/verify", OUTSIDE, origin, method="POST", body=b"").status != 429


def test_a_header_of_the_client_s_own_is_no_header(balanced, recorder):
    gateway = balanced(route=ROUTES)
    request = f"GET /open HTTP/1.1\r\nHost: localhost:{gateway.public_port}\r\nConnection: close\r\n\r\n".encode()
    received = raw.exchange(gateway.public_port, b"PROXY TCP4 127.0.0.2 127.0.0.1 1 2\r\n" + request)
    assert raw.statuses(received) in ([], [400]), received
    assert recorder.count == 0
    # A client that sends the header without being the load balancer is refused.
    assert raw.exchange(gateway.port, request) == b""
    assert raw.statuses(raw.exchange(gateway.public_port, request)) == [200]


def test_a_sign_in_goes_through(balanced, people, recorder):
    gateway = balanced()
    person = people(gateway)
    person.sign_in()
    person.enrol()
    assert person.navigate("/app").status == 200
    assert recorder.last.one("x-auth-email")

