"""A dashboard on an origin of its own, the backend behind it, and a page of Chromium."""

import ssl
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from harness import ports
from harness.backend import Backend

HERE = Path(__file__).parent


class SinglePage(SimpleHTTPRequestHandler):
    """Serves one file at every path, as a development server does for a single-page application."""

    def __init__(self, *args, file: str, **kwargs):
        self.file = file
        super().__init__(*args, **kwargs)

    def do_GET(self):
        if not self.path.startswith("/favicon"):
            self.path = f"/{self.file}"
        super().do_GET()

    def log_message(self, *_):
        """Suppresses the log."""


@pytest.fixture(scope="module")
def serve_dashboard(request):
    """Starts a server of the test module's `DASHBOARD`, with the files of a certificate over TLS; returns its origin."""
    servers = []

    def start(certificate: tuple[Path, Path] | None = None) -> str:
        port = ports.free()
        handler = partial(SinglePage, file=request.module.DASHBOARD, directory=HERE)
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"{'https' if certificate else 'http'}://localhost:{port}"

    yield start
    for server in servers:
        server.shutdown()


@pytest.fixture(scope="module")
def frontend(serve_dashboard):
    return serve_dashboard()


@pytest.fixture(scope="module")
def legacy(home, frontend):
    """NetPilot before its own second factor: it trusts `user` and `user_id` of the session."""
    part = Backend(home, frontend, second_factor=False)
    yield part
    part.stop()


@pytest.fixture
def page(chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()
