"""Mails over a real SMTP connection: TLS, login, a server that is away, refuses, or has the wrong certificate."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.channels.channel import LoginRefused, Undeliverable
from alerts.channels.smtp import SmtpChannel
from alerts.delivery import Delivery
from alerts.inbox import undelivered
from alerts.messages.mail import compose
from config.errors import Unreachable
from gateway.operations import Operations
from tests.servers.smtp import Certificate, SmtpServer
from tests.unit.alerts.mails import ALERT, put, row

NOW = datetime(2026, 3, 2, 10, 20, tzinfo=UTC)
WITHOUT_CHART = ALERT | {"chart": None}


@pytest.fixture
def operations(tmp_path: Path) -> Iterator[Operations]:
    database = Operations(f"sqlite:///{tmp_path}/operations.sqlite", clock=lambda: NOW)
    database.upgrade()
    yield database
    database.close()


def trusting(server: SmtpServer, certificate: Certificate) -> str:
    return f"{server.url}&ca={quote(str(certificate.path), safe='')}"


def deliver(operations: Operations, url: str, now: datetime) -> int:
    return asyncio.run(Delivery(operations, SmtpChannel(url), lambda: now).deliver_due(now))


def test_a_mail_arrives_over_tls_and_login_as_it_was_written(
    secure_smtp_server: SmtpServer, certificate: Certificate
) -> None:
    mail = compose(row(), sender="zaehlwerk@example.org", public_url="https://zaehlwerk.example.org")
    SmtpChannel(trusting(secure_smtp_server, certificate)).send(mail)
    (received,) = secure_smtp_server.wait_for_mails(1)
    assert received.recipients == ("nord@example.org",)
    assert received.message["Subject"] == f"Grundschule Musterdorf: {ALERT['title']}"
    body = received.message.get_body(("html",))
    assert body is not None
    assert "Bitte die Spülkästen prüfen." in body.get_content()
    assert "image/png" in {part.get_content_type() for part in received.message.walk()}


def test_an_unknown_certificate_is_not_trusted(secure_smtp_server: SmtpServer) -> None:
    with pytest.raises(Unreachable, match="certificate of smtp://localhost"):
        SmtpChannel(secure_smtp_server.url).check()


def test_a_server_without_tls_never_sees_the_password(smtp_server: SmtpServer) -> None:
    url = f"smtp://zaehlwerk:geheim@{smtp_server.host}:{smtp_server.port}?starttls=required&from=z@example.org"
    with pytest.raises(Unreachable, match="cannot do what the SMTP URL asks for"):
        SmtpChannel(url).check()


def test_a_wrong_password_is_told_clearly_without_naming_it(
    secure_smtp_server: SmtpServer, certificate: Certificate, operations: Operations
) -> None:
    wrong = trusting(secure_smtp_server, certificate).replace("geheim", "falsch")
    with pytest.raises(LoginRefused, match="refuses the login of 'zaehlwerk'") as caught:
        SmtpChannel(wrong).check()
    assert "falsch" not in str(caught.value)
    put(operations, "a", at=NOW)
    assert deliver(operations, wrong, NOW) == 0
    assert "Benutzer oder Passwort" in undelivered(operations)[0].reason
    right = trusting(secure_smtp_server, certificate)
    assert deliver(operations, right, NOW + timedelta(minutes=1)) == 1


def test_a_server_that_was_away_gets_every_mail_once(smtp_server: SmtpServer, operations: Operations) -> None:
    put(operations, "a", "b", at=NOW)
    smtp_server.stop()
    assert deliver(operations, smtp_server.url, NOW) == 0
    assert deliver(operations, smtp_server.url, NOW) == 0
    smtp_server.start()
    for minutes in (1, 2, 60):
        deliver(operations, smtp_server.url, NOW + timedelta(minutes=minutes))
    mails = smtp_server.wait_for_mails(2)
    assert sorted(mail.message["Message-ID"] for mail in mails) == ["<a@example.org>", "<b@example.org>"]


def test_a_server_that_puts_off_gets_the_mail_later(smtp_server: SmtpServer, operations: Operations) -> None:
    put(operations, "a", at=NOW)
    smtp_server.refusing = True
    assert deliver(operations, smtp_server.url, NOW) == 0
    assert operations.outbox.list()[0].error.startswith("away: smtp://127.0.0.1")
    smtp_server.refusing = False
    assert deliver(operations, smtp_server.url, NOW + timedelta(minutes=1)) == 1
    assert len(smtp_server.mails) == 1


class ChoosySmtpServer(SmtpServer):
    """Knows no mailbox but that of Nord; another one is full for now."""

    async def handle_RCPT(  # noqa: N802 - its name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nord@"):
            envelope.rcpt_tos.append(address)
            return "250 OK"
        return "452 4.2.2 mailbox full" if address.startswith("full@") else "550 5.1.1 no such mailbox"


@pytest.mark.parametrize(
    ("address", "error", "told"),
    [("gone@example.org", Undeliverable, "550 5.1.1"), ("full@example.org", Unreachable, "for now: 452")],
)
def test_a_recipient_refused_for_good_is_told_from_one_refused_for_now(
    address: str, error: type[Exception], told: str
) -> None:
    server = ChoosySmtpServer()
    server.start()
    mail = compose(row(WITHOUT_CHART, address=address), sender="z@example.org", public_url="https://z.example.org")
    try:
        with pytest.raises(error, match=told):
            SmtpChannel(server.url).send(mail)
    finally:
        server.stop()
    assert server.mails == ()


class StrictSmtpServer(SmtpServer):
    """Takes no mails from this sender."""

    async def handle_MAIL(  # noqa: N802 - its name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        return "550 5.7.1 sender not allowed"


def test_a_sender_that_is_not_allowed_is_no_fault_of_the_mail(operations: Operations) -> None:
    server = StrictSmtpServer()
    server.start()
    put(operations, "a", at=NOW)
    try:
        assert deliver(operations, server.url, NOW) == 0
    finally:
        server.stop()
    (waiting,) = undelivered(operations)
    assert not waiting.given_up
    assert "550 5.7.1 sender not allowed" in waiting.detail


class SmtpsServer(SmtpServer):
    """Speaks TLS from the first byte."""

    def _options(self) -> dict[str, Any]:
        assert self.certificate
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.path, self.certificate.key)
        return {"ssl_context": context}


def test_smtps_is_tls_from_the_first_byte(certificate: Certificate) -> None:
    server = SmtpsServer(certificate=certificate)
    server.start()
    url = f"smtps://localhost:{server.port}?from=z@example.org&ca={quote(str(certificate.path), safe='')}"
    mail = compose(row(WITHOUT_CHART), sender="z@example.org", public_url="https://z.example.org")
    try:
        SmtpChannel(url).send(mail)
        assert len(server.wait_for_mails(1)) == 1
    finally:
        server.stop()


def test_a_server_that_says_nothing_is_not_waited_for_endlessly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        channel = SmtpChannel(f"smtp://127.0.0.1:{deaf.getsockname()[1]}?from=z@example.org", timeout_s=0.2)
        with pytest.raises(Unreachable, match="does not answer"):
            channel.check()
