"""A real SMTP server that keeps the mails it took, and may be away, refuse, or ask for TLS and a login."""

import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.search import LOOPBACK, free_port, required_program

SENDER = "zaehlwerk@example.org"


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One mail as the server took it; `sender` and `recipients` are those of the envelope."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


@dataclass(frozen=True, slots=True)
class Login:
    """The one account that a server with login knows."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-made certificate of `localhost` and 127.0.0.1; `path` is what a client has to trust."""

    path: Path
    key: Path


class SmtpServer:
    """Listens on one port from `start` to `stop`, and on the same one again later.

    `listen` is an address of this machine: loopback, or the one that containers reach it by.
    """

    def __init__(
        self, *, certificate: Certificate | None = None, login: Login | None = None, listen: str = LOOPBACK
    ) -> None:
        self.host = "localhost" if certificate else listen
        self._listen = listen
        self.port = free_port()
        self.certificate = certificate
        self.login = login
        self.refusing = False
        self._mails: list[ReceivedMail] = []
        self._arrived = threading.Condition()
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """The address as `ZAEHLWERK_SMTP_URL` takes it."""
        account = f"{quote(self.login.username)}:{quote(self.login.password, safe='')}@" if self.login else ""
        tls = "starttls=required&" if self.certificate else ""
        return f"smtp://{account}{self.host}:{self.port}?{tls}from={SENDER}"

    @property
    def mails(self) -> tuple[ReceivedMail, ...]:
        """What was taken so far, oldest first; mails taken before a stop are kept."""
        with self._arrived:
            return tuple(self._mails)

    def wait_for_mails(self, count: int, *, timeout_s: float = 20.0) -> tuple[ReceivedMail, ...]:
        """Return all mails once there are at least `count`; raises `TimeoutError`."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self._mails) >= count, timeout=timeout_s):
                raise TimeoutError(f"{len(self._mails)} of {count} mails after {timeout_s} s")
            return tuple(self._mails)

    def start(self) -> None:
        """Listen; nothing happens if it does already."""
        if self._controller is None:
            self._controller = Controller(self, hostname=self._listen, port=self.port, **self._options())
            self._controller.start()

    def stop(self) -> None:
        """Be away: connections are refused until the next `start`."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Take a mail, or put it off while `refusing`; called by aiosmtpd in its own thread."""
        if self.refusing:
            return "451 4.3.0 come back later"
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        mail = ReceivedMail(envelope.mail_from or "", tuple(envelope.rcpt_tos), message)
        with self._arrived:
            self._mails.append(mail)
            self._arrived.notify_all()
        return "250 OK"

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate.path, self.certificate.key)
            options |= {"tls_context": context, "require_starttls": True}
        if self.login:
            options |= {"authenticator": self._authenticate, "auth_required": True}
        return options

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        known = self.login and (self.login.username.encode(), self.login.password.encode())
        given = isinstance(data, LoginPassword) and (data.login, data.password)
        return AuthResult(success=bool(known) and given == known, handled=False)


def _quoted(text: str) -> str:
    return quote(text, safe="")


def self_made_certificate(folder: Path) -> Certificate:
    """Make a certificate that nobody but the test trusts; skips or fails the test where openssl is missing."""
    certificate = Certificate(folder / "smtp.pem", folder / "smtp.key")
    command = [str(required_program("openssl")), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-keyout", str(certificate.key), "-out", str(certificate.path), "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    return certificate
