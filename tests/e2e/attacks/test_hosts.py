"""Unconfigured hosts are refused in every spelling, and responses for a configured one never
redirect elsewhere."""

import ada_url
import pytest

from harness import raw
from harness.person import NAVIGATION, SCRIPT

# {p}: the port of the site, which is localhost.
OTHERS = [
    "evil.example", "evil.example:{p}", "localhost.evil.example:{p}", "localhost:{p}.evil.example",
    "localhost:{p}@evil.example", "evil.example@localhost:{p}", "user:password@localhost:{p}", "localhost:{p}/x",
    "localhost:{p}/../evil.example", "localhost:{p}?evil.example", "localhost:{p}#evil.example",
    "localhost:{p}, evil.example", "evil.example, localhost:{p}", "localhost:{p};evil.example",
    "localhost:{p} evil.example", "evil.example\\localhost:{p}", "http://localhost:{p}", "127.0.0.1:{p}", "[::1]:{p}",
    "[::ffff:127.0.0.1]:{p}", "2130706433:{p}", "localhost:{p}:{p}", "localhost:-1", "localhost:99999999", "localhost:{p}x", "localhost:x{p}",
    "localhost%2eevil.example", "localhost%00.evil.example", "%6cocalhost:{p}", "localho\xdft:{p}", "xlocalhost:{p}",
    "*", "*:{p}", ".", "localhost..:{p}", ".localhost:{p}", "_", "evil_example", "localhost:{p}\tx",
]
# A configured host, in a spelling that some servers accept.
OURS = ["LOCALHOST:{p}", "LocalHost:{p}", "localhost.:{p}", "localhost", "localhost:", "localhost:80", "localhost:0{p}"]


def ask(chain, host: str, headers, target: str = "/page") -> raw.Answer:
    return raw.request(chain.port, "GET", target, [("Host", host.replace("{p}", str(chain.port))), *headers])


@pytest.mark.parametrize("host", OTHERS)
def test_another_host_gets_nothing(chain, ann, host):
    chain.recorder.clear()
    cookie = ("Cookie", "=".join(ann.session_cookie))
    for target in ("/page", "/health_simple", "/postern/account", "/me", "/login"):
        for headers in ([*SCRIPT, cookie], [*NAVIGATION, cookie], NAVIGATION):
            answer = ask(chain, host, headers, target)
            assert 400 <= answer.status < 500, (target, answer)
            assert not answer.all("set-cookie") or "max-age=0" in "".join(answer.all("set-cookie")).lower(), answer
    assert chain.recorder.count == 0, chain.recorder.last.head


@pytest.mark.parametrize("host", OURS)
def test_another_spelling_of_ours_is_ours_or_nothing(chain, ann, host):
    chain.recorder.clear()
    cookie = ("Cookie", "=".join(ann.session_cookie))
    served = ask(chain, host, [*SCRIPT, cookie])
    assert served.status == 200 or 400 <= served.status < 500, served
    assert chain.recorder.count == (served.status == 200)
    chain.recorder.clear()
    origins = (chain.origin, ada_url.URL(chain.gateway.config["google"]["issuer"]).origin)
    for target in ("/page", "/login", "/postern/"):
        led = ask(chain, host, NAVIGATION, target)
        assert led.status < 500, (target, led)
        for location in led.all("location"):
            assert ada_url.URL(location, chain.origin).origin in origins, (target, location)
    assert chain.recorder.count == 0


def test_the_right_host_is_served(chain, ann):
    """Control: configured hosts are served."""
    assert ask(chain, chain.host, [*SCRIPT, ("Cookie", "=".join(ann.session_cookie))]).status == 200
