"""The unchanged Flask backend behind the gateway: it sees the sessions made for it, and no cookie of the browser."""

import http.client
import time
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect

from harness import toml
from harness.person import SCRIPT

FRONTEND = "http://localhost:5173"


@pytest.fixture(scope="module")
def gateway(backend, module_gateways):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key})


@pytest.fixture(scope="module")
def ann(gateway, people):
    person = people(gateway, email="ann@example.com", name="Ann Example", given_name="Ann")
    person.sign_in()
    person.enrol()
    return person


def echo(person, **options) -> dict:
    answer = person.fetch("GET", "/api/monitor/echo?a=b%2Fc&d=", **options)
    assert answer.status == 200, answer
    return answer.json()


def test_the_backend_accepts_the_minted_session(ann, backend):
    told = echo(ann)
    session = told["session"]
    assert session["user_id"] == ann.me()["id"]
    assert session["_permanent"] is True
    assert session["2fa_verified"] is True
    assert abs((datetime.utcnow() - datetime.fromisoformat(session["2fa_verified_at"])).total_seconds()) < 3600
    assert datetime.fromisoformat(session["2fa_verified_at"]).tzinfo is None
    info = session["user"]["userinfo"]
    assert info["sub"] == ann.subject
    assert info["email"] == "ann@example.com"
    assert info["name"] == "Ann Example"
    assert info["given_name"] == "Ann"
    assert info["picture"].startswith("https://")
    assert told["query"] == "a=b%2Fc&d="


def test_the_minted_cookie_is_one_that_flask_reads_and_the_only_one(gateway, recorder, gateways, people, backend):
    own = gateways.start(recorder.url, legacy={"flask_secret_key": backend.secret_key})
    person = people(own)
    person.sign_in()
    person.enrol()
    forged = backend.forge_session(user_id="somebody else", user={"userinfo": {"sub": "x"}})
    person.request("GET", "/page", [*SCRIPT, ("Cookie", f"session={forged}; theme=dark")])
    cookies = recorder.last.cookies()
    assert set(cookies) == {"session", "theme"}
    assert len(recorder.last.all("cookie")) == 1
    assert cookies["session"] != forged
    assert backend.read_session(cookies["session"])["user_id"] == person.me()["id"]
    own.canary.saw("minted Flask session", cookies["session"])


def test_the_browser_s_own_session_cookie_never_arrives(ann, backend):
    forged = backend.forge_session(user_id="root", user={"userinfo": {"sub": "root"}}, _permanent=True)
    for line in (f"session={forged}", f"session={forged}; session={forged}", f"a=b;session={forged}",
                 f"session ={forged}", f"Session={forged}"):
        told = echo(ann, headers=[("Cookie", line)])
        assert told["session"]["user_id"] == ann.me()["id"], line
        sent = told["environ"]["HTTP_COOKIE"].split("session=")
        assert forged not in told["environ"]["HTTP_COOKIE"] or "Session=" in line
        assert len(sent) == 2 or "Session=" in line


def test_no_session_reaches_the_backend_on_public_routes_or_from_strangers(ann, gateway, people):
    answer = people(gateway).request("GET", "/health_simple", [("Cookie", "session=forged")])
    assert answer.status == 200
    assert answer.all("set-cookie") == []
    assert people(gateway).fetch("GET", "/api/monitor/echo").code == "SIGN_IN_REQUIRED"


def test_the_backend_s_set_cookie_never_leaves(ann):
    for target in ("/api/monitor/echo", "/", "/api/whitelist/devices"):
        answer = ann.fetch("GET", target)
        assert answer.status == 200
        assert not [line for line in answer.all("set-cookie") if line.lower().startswith("session")], answer
    assert "session" not in ann.cookies


def test_other_cookies_of_a_backend_pass(recorder, gateways, people):
    recorder.answers["/page"] = (b"HTTP/1.1 200 OK\r\nSet-Cookie: session=evil; Path=/\r\nSet-Cookie: theme=dark\r\n"
                                 b"Set-Cookie: Session=x\r\nSet-Cookie:session = odd\r\nset-cookie: postern=evil\r\n"
                                 b"Set-Cookie: postern-tx-1-2=evil\r\nContent-Length: 0\r\n\r\n")
    gateway = gateways.start(recorder.url)
    person = people(gateway)
    person.sign_in()
    person.enrol()
    before = dict(person.cookies)
    answer = person.fetch("GET", "/page")
    names = {line.partition("=")[0].strip() for line in answer.all("set-cookie")}
    assert names == {"theme"}
    assert person.session_cookie == next(iter([(n, v) for n, v in before.items() if n == "postern"]))


def test_the_backend_s_preflight_answer_arrives(gateway, people):
    person = people(gateway)
    answer = person.request("OPTIONS", "/api/settings/upload", [
        ("Origin", FRONTEND), ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type")])
    assert answer.status == 200
    assert answer.one("access-control-allow-origin") == FRONTEND
    assert answer.one("access-control-allow-credentials") == "true"
    assert "POST" in answer.one("access-control-allow-methods")


def test_the_backend_s_cors_headers_arrive_once(ann):
    answer = ann.fetch("GET", "/api/whitelist/devices", origin=FRONTEND)
    assert answer.status == 200
    assert answer.all("access-control-allow-origin") == [FRONTEND]


def test_its_own_login_is_never_reached(ann, gateway, people):
    for person in (ann, people(gateway)):
        for method, path in [("GET", "/me"), ("GET", "/login"), ("GET", "/authorize"), ("GET", "/logout")]:
            answer = person.fetch(method, path)
            assert "legacy" not in answer.text, path


def test_its_open_door_is_never_reached(ann):
    for target in ("/dev/create-session/1", "/dev//create-session/1", "//dev/create-session/1", "/DEV/create-session/1",
                   "/%64ev/create-session/1", "/dev/create-session%2f1", "/x/../dev/create-session/1"):
        answer = ann.fetch("GET", target)
        assert answer.status in (400, 403, 404), target
        assert "session made" not in answer.text


def test_a_slow_scan_is_waited_for(ann):
    began = time.monotonic()
    answer = ann.fetch("GET", "/api/network/scan?seconds=3")
    assert answer.status == 200
    assert answer.json()["data"] == {"devices": 3}
    assert time.monotonic() - began >= 3


def test_the_backend_s_limit_of_time_is_the_configured_one(backend, gateways, people):
    gateway = gateways.prepare(backend.url, legacy={"flask_secret_key": backend.secret_key})
    gateway.config["upstream"][0]["timeout"] = "1s"
    gateway.config_file.write_text(toml.dumps(gateway.config))
    gateway.start()
    person = people(gateway)
    person.sign_in()
    person.enrol()
    assert person.fetch("GET", "/api/network/scan?seconds=5").status == 504
    assert person.fetch("GET", "/api/network/scan?seconds=0").status == 200


def test_an_answer_is_streamed_as_it_comes(ann, gateway):
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
    connection.request("GET", "/api/network/stream?lines=4&pause=0.4", headers={
        "Host": urlsplit(gateway.origin).netloc, "Cookie": "=".join(ann.session_cookie)})
    response = connection.getresponse()
    arrivals = []
    while line := response.readline():
        arrivals.append((time.monotonic(), line))
    assert [line for _, line in arrivals] == [f"line {number}\n".encode() for number in range(4)]
    assert arrivals[-1][0] - arrivals[0][0] > 0.9, "the first line did not wait for the last"


def test_an_upload_is_streamed_and_arrives_whole(ann, gateway):
    size = 30 * 1024 * 1024
    pieces = (b"x" * 65_536 for _ in range(size // 65_536))
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    connection.request("POST", "/api/settings/upload", body=pieces, headers={
        "Host": urlsplit(gateway.origin).netloc, "Cookie": "=".join(ann.session_cookie), "Content-Length": str(size),
        "Origin": gateway.origin})
    assert f'"received":{size}'.encode() in connection.getresponse().read().replace(b" ", b"")


def test_an_upload_of_unknown_length_arrives_too(recorder, gateways, people):
    gateway = gateways.start(recorder.url)
    person = people(gateway)
    person.sign_in()
    person.enrol()
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    connection.request("POST", "/up", body=iter([b"abc", b"defg"]), encode_chunked=True, headers={
        "Host": urlsplit(gateway.origin).netloc, "Cookie": "=".join(person.session_cookie),
        "Transfer-Encoding": "chunked", "Origin": gateway.origin})
    assert connection.getresponse().status == 200
    assert recorder.last.body == b"abcdefg"


def test_a_backend_that_is_away_is_502_and_says_nothing_of_itself(gateways, people):
    gateway = gateways.start("http://127.0.0.1:9")
    person = people(gateway)
    person.sign_in()
    person.enrol()
    answer = person.fetch("GET", "/page")
    assert answer.status == 502
    assert "127.0.0.1:9" not in answer.text


@pytest.mark.parametrize("broken", [
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"rubbish\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2_000_000 + b"\r\n\r\n",
], ids=["both lengths", "rubbish", "two lengths", "a huge head"])
def test_a_backend_that_speaks_nonsense_is_a_502(recorder, gateways, people, broken):
    recorder.answers["/page"] = broken
    gateway = gateways.start(recorder.url, sqlite=True)
    person = people(gateway)
    person.sign_in()
    person.enrol()
    answer = person.fetch("GET", "/page")
    assert answer.status == 502, answer


def test_a_websocket_works_and_closes_when_the_session_ends(recorder, gateways, people):
    gateway = gateways.start(recorder.url)
    person = people(gateway)
    person.sign_in()
    person.enrol()
    headers = {"Cookie": "=".join(person.session_cookie)}
    with connect(f"ws://localhost:{gateway.port}/ws?room=1", origin=gateway.origin, additional_headers=headers,
                 ping_interval=None) as socket:
        socket.send("hello")
        assert socket.recv(timeout=5) == "echo hello"
        assert recorder.last.target == "/ws?room=1"
        assert recorder.last.one("x-auth-user") == person.me()["id"]
        big = "x" * 200_000
        socket.send(big)
        assert socket.recv(timeout=10) == f"echo {big}"
        person.sign_out()
        began = time.monotonic()
        with pytest.raises(Exception, match="close|EOF|reset"):
            socket.recv(timeout=10)
        assert time.monotonic() - began < 4, "closed within the revocation bound"


def test_a_plain_http_client_may_reuse_its_connection(ann, gateway):
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    headers = {"Host": urlsplit(gateway.origin).netloc}
    seen = []
    for cookie in ("=".join(ann.session_cookie), "", "=".join(ann.session_cookie)):
        sent = {**headers, "Cookie": cookie} if cookie else headers
        connection.request("GET", "/api/whitelist/devices", headers=sent)
        response = connection.getresponse()
        response.read()
        seen.append(response.status)
    assert seen == [200, 401, 200], "nothing of one request sticks to the next on the same connection"
