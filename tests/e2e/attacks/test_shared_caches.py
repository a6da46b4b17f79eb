"""A cache between browsers and the gateway never serves one person's page to another (cache poisoning)."""

import pytest

from harness import ports
from harness.frontends import AS_ROOT
from harness.person import Person
from harness.processes import Process, listens

CACHING = """
daemon off;
{user}worker_processes 1;
pid {home}/pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
    proxy_cache_path {home}/cache keys_zone=pages:1m;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{gateway};
            proxy_set_header Host $http_host;
            proxy_cache pages;
            proxy_cache_valid 200 302 401 403 404 10m;
            add_header X-Cache $upstream_cache_status always;
        }}
    }}
}}
"""


@pytest.fixture
def cached(home, recorder, gateways):
    """A gateway behind an nginx that caches everything that headers allow."""
    port = ports.free()
    gateway = gateways.start(recorder.url, public_port=port)
    folder = home / f"cache-{port}"
    folder.mkdir()
    (folder / "nginx.conf").write_text(CACHING.format(user=AS_ROOT, home=folder, port=port, gateway=gateway.port))
    nginx = Process("nginx", ["nginx", "-c", folder / "nginx.conf", "-e", folder / "error.log"], folder / "error.log")
    nginx.wait_until(lambda: listens(port))
    yield gateway
    nginx.stop()


@pytest.mark.parametrize("headers", [b"", b"Cache-Control: max-age=600\r\n", b"Vary: Accept\r\n"])
def test_no_page_is_served_to_somebody_else(cached, recorder, people, headers):
    recorder.answers["/page"] = b"HTTP/1.1 200 OK\r\n" + headers + b"Content-Length: 6\r\n\r\nsecret"
    ann, ben = people(cached), people(cached)
    for person in (ann, ben):
        person.sign_in()
        person.enrol()
    stranger = Person(cached.origin, "nobody", cached.canary)
    assert ann.fetch("GET", "/page").body == b"secret"
    assert ann.fetch("GET", "/page").body == b"secret"
    answer = stranger.fetch("GET", "/page")
    if headers.startswith(b"Cache-Control: max-age"):
        # The backend allows public caching; the gateway must still separate sessions.
        assert answer.one("x-cache") != "HIT" or answer.status == 401
    assert answer.status == 401, answer
    recorder.clear()
    assert ben.fetch("GET", "/page").body == b"secret"
    assert recorder.count == 1, "ben's own request reached the backend"


def test_nothing_of_ours_is_kept(cached, people):
    person = people(cached)
    for target in ("/postern/sign-in", "/page", "/me", "/login"):
        for _ in range(2):
            assert person.navigate(target).one("x-cache") != "HIT", target
    person.sign_in()
    person.enrol()
    assert person.me()["email"]
    other = people(cached)
    assert other.fetch("GET", "/me").status == 401
