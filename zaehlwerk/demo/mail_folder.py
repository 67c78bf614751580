"""Mails into a folder instead of a mail server, to be opened with any mail program."""

import re
from email.message import EmailMessage
from pathlib import Path

_SENDER = "zaehlwerk@example.org"


class MailFolder:
    """A `Channel` that writes every mail as an `.eml` file; the same mail again replaces its file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    @property
    def sender(self) -> str:
        """The address that mails come from."""
        return _SENDER

    def send(self, mail: EmailMessage) -> None:
        """Write one mail."""
        name = re.sub(r"[^A-Za-z0-9-]+", "-", mail["Message-ID"].partition("@")[0]).strip("-")
        (self._folder / f"{name}.eml").write_bytes(mail.as_bytes())
