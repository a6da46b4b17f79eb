"""What the log says of a proxy that is set up in a way that does harm."""

from harness import raw
from harness.person import NAVIGATION

SAID = "trusted proxy sends no X-Forwarded-For"


def test_a_proxy_that_names_no_client_is_noticed_once(gateways, recorder):
    gateway = gateways.start(recorder.url, sqlite=True, trusted_proxies=["127.0.0.1/32"])
    host = ("Host", gateway.origin.partition("://")[2])
    raw.request(gateway.port, "GET", "/postern/sign-in", [host, *NAVIGATION, ("X-Forwarded-For", "203.0.113.9")])
    assert SAID not in gateway.logged()
    for _ in range(3):
        raw.request(gateway.port, "GET", "/postern/sign-in", [host, *NAVIGATION])
    assert gateway.logged().count(SAID) == 1
