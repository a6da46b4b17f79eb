"""A mail server that keeps what it accepts."""

import asyncio
import email
import email.policy
import ssl
import threading
import time
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from . import ports

USER, PASSWORD = "postern@example.com", "mail-server-password-7351"
PATIENCE = 30.0


class Mailbox:
    """An SMTP server on loopback. `certificate` are the files for TLS: from the first byte, or with `starttls` after STARTTLS,
    which is then required, and so is the login. Recipients in `refused` get that reply."""

    def __init__(self, certificate: tuple[Path, Path] | None = None, *, starttls: bool = False, login: bool = False,
                 port: int | None = None):
        self.port = port or ports.free()
        self._running = False
        self.refused: dict[str, str] = {}
        # Seconds that an accepted mail is kept waiting for its answer, and how many wait.
        self.slow, self.waiting = 0.0, 0
        self.logins: list[str] = []
        self._messages: list[EmailMessage] = []
        self._arrived = threading.Condition()
        context = None
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*certificate)
        options = {"auth_required": login, "auth_require_tls": starttls, "authenticator": self._authenticate} if login else {}
        if starttls:
            options |= {"tls_context": context, "require_starttls": True}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10.0,
                                      ssl_context=None if starttls else context, **options)

    def start(self) -> "Mailbox":
        self._controller.start()
        self._running = True
        return self

    def stop(self) -> None:
        """Stops it; once is enough."""
        if self._running:
            self._running = False
            self._controller.stop()

    def messages(self, to: str | None = None) -> list[EmailMessage]:
        """What arrived, for everybody or one recipient."""
        with self._arrived:
            return [message for message in self._messages if to in (None, message["X-Envelope-To"])]

    def wait(self, count: int, to: str | None = None) -> list[EmailMessage]:
        """Waits until so many arrived, and gives them."""
        deadline = time.monotonic() + PATIENCE
        with self._arrived:
            while len(self.messages(to)) < count:
                left = deadline - time.monotonic()
                assert left > 0, [(message["X-Envelope-To"], message["Subject"]) for message in self._messages]
                self._arrived.wait(left)
        return self.messages(to)

    # Called by the server

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        with self._arrived:
            self._messages.append(message)
            self._arrived.notify_all()
        self.waiting += 1
        await asyncio.sleep(self.slow)
        self.waiting -= 1
        return "250 OK"

    def _authenticate(self, server, session, envelope, mechanism, given):
        right = isinstance(given, LoginPassword) and (given.login.decode(), given.password.decode()) == (USER, PASSWORD)
        self.logins.append(given.login.decode() if isinstance(given, LoginPassword) else mechanism)
        return AuthResult(success=right)


def text(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()


def html(message: EmailMessage) -> str:
    return message.get_body(("html",)).get_content()
