"""The way out for messages: a port, and how a channel says what went wrong."""

from email.message import EmailMessage
from typing import Protocol

from config.errors import Unreachable, ZaehlwerkError


class LoginRefused(Unreachable):
    """The mail server does not take user or password; kept and tried again, because somebody will correct it."""


class Undeliverable(ZaehlwerkError):
    """The server said for good that it will not take this message; trying again would change nothing."""


class Unwritable(Undeliverable):
    """Address or contents make no mail; the server was never asked."""


class Channel(Protocol):
    """Takes a mail to its server. Synchronous; crossed with one `asyncio.to_thread`."""

    @property
    def sender(self) -> str:
        """The address that mails come from."""
        ...

    def send(self, mail: EmailMessage) -> None:
        """Hand over one mail; on return the server has taken it.

        Raises `Unreachable` for what may pass (`LoginRefused` where it is the password), `Undeliverable` for good.
        """
        ...
