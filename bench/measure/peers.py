"""nginx and HAProxy with the least configuration: one worker, kept connections on both sides, no access log."""

import os
from pathlib import Path

from .certificate import Certificate
from .processes import Program, free_port

#: Started by root, nginx drops its privileges to a user that cannot enter the folder.
AS_ROOT = "user root;\n" if os.geteuid() == 0 else ""


def nginx(home: Path, server: str, upstreams: dict[str, int], certificate: Certificate | None = None) -> tuple[Program, int]:
    """nginx with `server` inside its `server` block, and named upstreams. With a certificate it serves HTTP/1.1 and HTTP/2 over TLS,
    without session resumption."""
    port = free_port()
    home = home / f"nginx-{port}"
    home.mkdir()
    temporary = "".join(f"{kind}_temp_path {home}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    groups = "".join(f"upstream {name} {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 100000000; }}\n"
                     for name, upstream in upstreams.items())
    listen = f"listen 127.0.0.1:{port};"
    if certificate:
        listen = (f"listen 127.0.0.1:{port} ssl http2; ssl_certificate {certificate.chain}; ssl_certificate_key {certificate.key};"
                  "ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off; ssl_session_tickets off;")
    (home / "nginx.conf").write_text(f"""
daemon off; {AS_ROOT} worker_processes 1; pid {home}/pid; error_log {home}/error.log;
events {{ worker_connections 1024; }}
http {{
{temporary} access_log off; keepalive_requests 100000000; client_max_body_size 0;
{groups}
server {{ {listen}
{server}
}} }}
""")
    return Program(["nginx", "-c", home / "nginx.conf", "-e", home / "error.log"], home / "log"), port


RETURN_204 = "location / { return 204; }"

#: Forwards the request unchanged.
PROXY_PASS = """location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; }"""

#: Forwards after a check, with the identity headers of its response.
AUTH_REQUEST = """
location / {
    auth_request /check;
    auth_request_set $user $upstream_http_x_auth_user;
    auth_request_set $assertion $upstream_http_x_auth_assertion;
    proxy_set_header X-Auth-User $user;
    proxy_set_header X-Auth-Assertion $assertion;
    proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
}
location = /check {
    internal;
    rewrite ^ /postern/auth/nginx? break;
    proxy_pass http://auth; proxy_method GET; proxy_http_version 1.1;
    proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Original-URL http://$http_host$request_uri;
    proxy_set_header X-Original-Method $request_method;
    proxy_set_header X-Forwarded-For $remote_addr;
}"""


def haproxy(home: Path, upstream: int) -> tuple[Program, int]:
    """HAProxy that forwards everything."""
    port = free_port()
    config = home / f"haproxy-{port}.cfg"
    config.write_text(f"""
global
    nbthread 1
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    http-reuse always
frontend web
    bind 127.0.0.1:{port}
    default_backend app
backend app
    server app 127.0.0.1:{upstream}
""")
    return Program(["haproxy", "-db", "-f", config], home / f"haproxy-{port}.log"), port
