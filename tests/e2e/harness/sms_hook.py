"""A hook for SMS that keeps what is posted to it."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import ports

TOKEN = "sms-hook-token-5816"
PATIENCE = 30.0


class SmsHook:
    """An HTTP server on loopback. It answers with `status`, once `answers` is set."""

    def __init__(self):
        self.status = 204
        self.answers = threading.Event()
        self.answers.set()
        self.headers: list[dict[str, str]] = []
        self._messages: list[dict[str, str]] = []
        self._arrived = threading.Condition()
        self.port = ports.free()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self.url = f"http://127.0.0.1:{self.port}/send"

    def start(self) -> "SmsHook":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        self.answers.set()
        self._server.shutdown()
        self._server.server_close()

    def messages(self, to: str | None = None) -> list[dict[str, str]]:
        """What arrived, for everybody or one number."""
        with self._arrived:
            return [message for message in self._messages if to in (None, message["to"])]

    def wait(self, count: int, to: str | None = None) -> list[dict[str, str]]:
        """What arrived, once that is `count` messages."""
        until = time.monotonic() + PATIENCE
        with self._arrived:
            while len(found := [message for message in self._messages if to in (None, message["to"])]) < count:
                assert self._arrived.wait(until - time.monotonic()), f"{len(found)} of {count} messages"
        return found

    def _handler(self):
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with hook._arrived:
                    hook._messages.append(json.loads(body))
                    hook.headers.append({name.lower(): value for name, value in self.headers.items()})
                    hook._arrived.notify_all()
                hook.answers.wait(PATIENCE)
                try:
                    self.send_response(hook.status)
                    # What it says may repeat what it was given.
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        return Handler
