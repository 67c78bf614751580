"""Mails over SMTP: STARTTLS or SMTPS with the certificate checked, login, and a limit to every wait."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final
from urllib.parse import parse_qs, unquote

from alerts.channels.channel import LoginRefused, Undeliverable
from config.errors import ConfigurationError, Unreachable
from config.parsing.url_parts import url_parts

_PORTS: Final = {"smtp": 587, "smtps": 465}
_ALLOWED: Final = frozenset({"starttls", "from", "ca"})
_STARTTLS: Final = ("required", "never")
_PERMANENT: Final = range(500, 600)


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """Where and how mails are handed over. `starttls` "required" or "never"; `ca` a PEM file to trust beside none."""

    scheme: str
    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: str = "required"
    ca: str | None = None


def parse_smtp_url(url: str) -> SmtpAddress:
    """Read `smtp://user:password@host:587?starttls=required&from=…&ca=…`; raises `ConfigurationError`.

    Without `starttls`, it is required whenever there is a password to protect, and not used on 127.0.0.1 otherwise.
    """
    parts = url_parts(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    _check(parts.scheme, parts.hostname, options)
    host = parts.hostname or ""
    default = "required" if parts.username or host not in {"127.0.0.1", "localhost", "::1"} else "never"
    return SmtpAddress(
        scheme=parts.scheme,
        host=host,
        port=parts.port or _PORTS[parts.scheme],
        sender=options["from"],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        starttls=options.get("starttls", default),
        ca=options.get("ca"),
    )


class SmtpChannel:
    """A `Channel` to one SMTP server; opens a connection per mail, so nothing is left hanging between them."""

    def __init__(self, smtp_url: str, *, timeout_s: float = 20.0) -> None:
        self._address = parse_smtp_url(smtp_url)
        self._timeout_s = timeout_s

    @property
    def sender(self) -> str:
        """The address that mails come from."""
        return self._address.sender

    def send(self, mail: EmailMessage) -> None:
        """Hand over one mail; see `Channel.send`."""
        with self._connected() as server, self._naming_errors():
            refused = server.send_message(mail)
            if refused:
                raise Undeliverable(f"refused recipients: {sorted(refused)}")

    def check(self) -> None:
        """Return if the server answers and takes the login; raises like `send`. Sends nothing."""
        with self._connected() as server, self._naming_errors():
            server.noop()

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        with self._naming_errors():
            server = self._open()
        try:
            with self._naming_errors():
                self._log_in(server)
            yield server
        finally:
            # Once the mail is taken, a server that hangs up without a word of farewell has done its work.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _open(self) -> smtplib.SMTP:
        address = self._address
        if address.scheme == "smtps":
            return smtplib.SMTP_SSL(address.host, address.port, timeout=self._timeout_s, context=self._trust())
        server = smtplib.SMTP(address.host, address.port, timeout=self._timeout_s)
        if address.starttls == "required":
            try:
                server.starttls(context=self._trust())
            except BaseException:
                server.close()
                raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self._address.username is not None:
            server.login(self._address.username, self._address.password or "")

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._address.ca)

    @contextmanager
    def _naming_errors(self) -> Iterator[None]:
        where = f"{self._address.scheme}://{self._address.host}:{self._address.port}"
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            user = self._address.username
            raise LoginRefused(
                f"the mail server {where} refuses the login of {user!r}: user or password of the SMTP URL is wrong"
            ) from error
        except smtplib.SMTPRecipientsRefused as error:
            raise _by_code(f"{where} refuses the recipient", error.recipients.values()) from error
        except smtplib.SMTPDataError as error:
            raise _by_code(f"{where} refuses the mail", [(error.smtp_code, error.smtp_error)]) from error
        except smtplib.SMTPResponseException as error:
            # Greeting or sender refused: no fault of this mail, and somebody can put it right.
            told = f"{error.smtp_code} {_text(error.smtp_error)}"
            raise Unreachable(f"the mail server {where} does not take mails from us: {told}") from error
        except ssl.SSLCertVerificationError as error:
            raise Unreachable(f"the certificate of {where} is not trusted: {error.verify_message}") from error
        except smtplib.SMTPNotSupportedError as error:
            raise Unreachable(f"{where} cannot do what the SMTP URL asks for: {error}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"the mail server {where} does not answer: {error}") from error


def _by_code(what: str, answers: object) -> Unreachable | Undeliverable:
    replies = [(int(code), _text(reply)) for code, reply in answers]  # type: ignore[attr-defined]
    told = "; ".join(f"{code} {reply}" for code, reply in replies)
    permanent = all(code in _PERMANENT for code, _ in replies)
    return Undeliverable(f"{what}: {told}") if permanent else Unreachable(f"{what} for now: {told}")


def _text(reply: bytes | str) -> str:
    return reply.decode(errors="replace") if isinstance(reply, bytes) else reply


def _check(scheme: str, host: str | None, options: dict[str, str]) -> None:
    if scheme not in _PORTS or not host:
        raise ConfigurationError("the SMTP URL has to be smtp://… or smtps://… with a host")
    if options.keys() - _ALLOWED:
        raise ConfigurationError(f"the SMTP URL knows only {sorted(_ALLOWED)} behind its question mark")
    if "@" not in options.get("from", ""):
        raise ConfigurationError("the SMTP URL has to name the sender: …?from=zaehlwerk@example.org")
    if options.get("starttls", "required") not in _STARTTLS:
        raise ConfigurationError(f"starttls in the SMTP URL is one of {_STARTTLS}")
