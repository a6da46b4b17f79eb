"""What only nginx's files have to answer for: bodies before the check, 403, TLS, and other sites beside ours."""

import socket
import ssl
import subprocess

import pytest

from harness import ports, raw
from harness.frontends import DEPLOY, Nginx
from harness.person import NAVIGATION, SCRIPT
from harness.recorder import Recorder

from .conftest import yes

REDIRECT = "http://localhost/postern/verify?rd=%2F"


def no(status: str, *lines: str, body: bytes = b"{}") -> bytes:
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines))
    return head.encode() + b"\r\n" + body


STEP = no("401 Unauthorized", f"X-Auth-Redirect: {REDIRECT}", "Content-Type: application/json",
          "Access-Control-Allow-Origin: https://dash.example.com", "Access-Control-Allow-Credentials: true")
FORBIDDEN = no("403 Forbidden", "Content-Type: application/json", "Access-Control-Allow-Origin: https://dash.example.com",
               body=b'{"error":{"code":"FORBIDDEN"}}')
PAGE = no("403 Forbidden", "Content-Type: text/html; charset=utf-8", body=b"<h1>Not yours</h1>")


@pytest.mark.parametrize(("said", "status", "code"), [(STEP, 401, "SECOND_FACTOR_REQUIRED"), (FORBIDDEN, 403, "FORBIDDEN")])
@pytest.mark.parametrize("framing", ["Content-Length: 104857600", "Transfer-Encoding: chunked"])
def test_an_upload_of_somebody_who_may_not_is_refused_before_it_is_sent(stage, said, status, code, framing):
    part = stage("nginx", said)
    with socket.create_connection(("127.0.0.1", part.front.port), timeout=5) as client:
        client.sendall(f"POST /page HTTP/1.1\r\nHost: localhost:{part.front.port}\r\nAccept: application/json\r\n"
                       f"Origin: https://dash.example.com\r\n{framing}\r\n\r\n".encode())
        received = client.recv(65536)
    assert raw.statuses(received) == [status], received
    assert f'"code":"{code}"'.encode() in received
    assert b"Access-Control-Allow-Origin: https://dash.example.com" in received
    assert not list((part.front._home / "client_body").rglob("*")), "nothing was written down"
    assert part.app.count == 0


def test_a_small_body_gets_the_step_to_take(stage):
    part = stage("nginx", STEP)
    answer = part.ask(method="POST", body=b"x" * 100)
    assert (answer.status, answer.code) == (401, "SECOND_FACTOR_REQUIRED")
    assert answer.json()["error"]["details"] == {"url": REDIRECT}


def test_403_is_the_gateway_s_own_answer(stage):
    part = stage("nginx", FORBIDDEN)
    told = part.ask(headers=[("Origin", "https://dash.example.com")])
    assert (told.status, told.code) == (403, "FORBIDDEN")
    assert told.one("access-control-allow-origin") == "https://dash.example.com"
    part = stage("nginx", PAGE)
    page = part.ask(style=NAVIGATION)
    assert (page.status, page.body) == (403, b"<h1>Not yours</h1>")


def test_the_host_that_is_asked_about_is_the_one_whose_server_answers(stage):
    """nginx finds the server by an absolute target, and `Host` may name another one (RFC 9112 §3.2.2 would ignore it)."""
    part = stage("nginx", hosts=("other.localhost",))
    one, other = (f"{host}:{part.front.port}" for host in ("localhost", "other.localhost"))

    def status(target: str, host: str) -> int:
        return raw.request(part.front.port, "GET", target, [("Host", host), *SCRIPT]).status
    for target, host in ((f"http://{one}/page", other), (f"http://{other}/page", one), (f"http://{one}/page", f"{one}@evil.example"),
                         ("/page", f"localhost:@{other}"), ("/page", "localhost|localhost"), (f"http://{one}/page", "localhos"),
                         ("http://evil.example/page", one)):
        assert status(target, host) in (400, 421), (target, host)
        assert part.gateway.count == part.app.count == 0, (target, host)
    for target, host in ((f"http://{other}/page", other), ("/page", one), ("/page", "localhost"), ("/page", one.upper()),
                         ("/page", "localhost."), (f"http://{one.upper()}/page", one)):
        assert status(target, host) == 200, (target, host)
        assert part.gateway.last.one("x-original-url") == f"http://{host}/page"
        assert part.app.last.one("host") == host


def test_over_tls_foreign_names_get_nothing(home, authority):
    gateway, app = Recorder(answers={"/postern/auth/nginx": yes()}), Recorder()
    certificate, key = authority.issue("localhost")
    nginx = Nginx(home, gateway.port, app.port, tls=(certificate, key))
    trust = authority.trust()

    def ask(host: str) -> int:
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as plain, \
                trust.wrap_socket(plain, server_hostname="localhost") as client:
            client.sendall(f"GET /page HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            received = b""
            while piece := client.recv(65536):
                received += piece
        return raw.statuses(received)[0]
    assert ask(f"localhost:{nginx.port}") == 200
    assert app.last.one("x-forwarded-proto") == "https"
    assert gateway.last.one("x-original-url") == f"https://localhost:{nginx.port}/page"
    # Another name in the handshake, none, and another one in the request.
    for name in ("evil.example", None):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as client, pytest.raises(ssl.SSLError):
            context.wrap_socket(client, server_hostname=name)
    assert ask("evil.example") == 421
    moved = raw.request(nginx.plain_port, "GET", "/page?x=1", [("Host", "localhost"), *SCRIPT])
    assert (moved.status, moved.one("location")) == (308, "https://localhost/page?x=1")
    assert raw.request(nginx.plain_port, "GET", "/page", [("Host", "evil.example"), *SCRIPT]).status == 421
    assert app.count == 1
    nginx.stop()


DEFAULT_SITE = """server {
    listen PORT default_server;
    listen [::1]:PORT default_server;
    root /var/www/html;
    server_name _;
}
"""


def syntax(folder, http: str) -> str:
    """What `nginx -t` says of a main file with this `http` block."""
    main = folder / "nginx.conf"
    main.write_text(f"pid {folder}/pid;\nevents {{}}\nhttp {{\n{http}\n}}\n")
    done = subprocess.run(["nginx", "-t", "-c", main, "-e", folder / "error.log"], capture_output=True, text=True)
    said = done.stderr + (folder / "error.log").read_text()
    assert done.returncode == 0, said
    return said


@pytest.fixture
def installed(tmp_path, authority):
    """The files where the README has them copied to, with certificate and addresses changed."""
    certificate, key = authority.issue("localhost")
    (tmp_path / "snippets").mkdir()
    for snippet in (DEPLOY / "nginx" / "snippets").iterdir():
        (tmp_path / "snippets" / snippet.name).write_text(snippet.read_text())
    plain, tls = ports.free(), ports.free()
    site = (DEPLOY / "nginx" / "site.conf").read_text()
    for old, new in {"/etc/letsencrypt/live/netpilot.example.com/fullchain.pem": certificate,
                     "/etc/letsencrypt/live/netpilot.example.com/privkey.pem": key, "/var/log/nginx/": f"{tmp_path}/",
                     "listen 80;": f"listen {plain};", "listen [::]:80;": f"listen [::1]:{plain};",
                     "listen 443 ": f"listen {tls} ", "listen [::]:443 ": f"listen [::1]:{tls} "}.items():
        site = site.replace(old, str(new))
    return tmp_path, (DEPLOY / "nginx" / "postern.conf").read_text(), site, plain


def test_it_stands_beside_debian_s_default_site(installed):
    folder, postern, site, plain = installed
    said = syntax(folder, postern + DEFAULT_SITE.replace("PORT", str(plain)) + site)
    assert "[warn]" not in said, said


def test_the_documented_way_in_says_who_the_client_is():
    """Without it clients write their own address, or all share one limit."""
    for name in ("docs/moving.md", "deploy/nginx/snippets/postern-upstream.conf"):
        assert "proxy_set_header X-Forwarded-For $remote_addr;" in (DEPLOY.parent / name).read_text(), name
