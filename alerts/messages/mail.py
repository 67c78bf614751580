"""The mail: subject, plain text, HTML and the chart, all saying the same."""

import logging
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, Final, Literal
from urllib.parse import quote

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError, select_autoescape

from alerts.channels.channel import Unwritable
from alerts.messages.phrases import PHRASES, Phrases
from gateway.operations import OutboxRow

log = logging.getLogger(__name__)

_CHART_ID: Final = "chart@zaehlwerk"
# Drawn narrow, so that its letters can be read on a phone, and in enough points for a large screen.
_CHART_SIZE: Final = {"width": 480, "height": 240}
_CHART_SCALE: Final = 2.5
_CHART_LOCALES: Final[dict[str, Literal["de-DE", "en-GB"]]] = {"de": "de-DE", "en": "en-GB"}


def compose(row: OutboxRow, *, sender: str, public_url: str) -> EmailMessage:
    """Make the mail of an outbox row. The same row gives the same Message-ID, so a second copy is recognised.

    Raises `Unwritable` where address or contents make no mail.
    """
    try:
        return _compose(row, sender, public_url)
    except (KeyError, TypeError, AttributeError, ValueError, MessageError, TemplateError) as error:
        raise Unwritable(f"message {row.key} cannot be written: {error!r}") from error


def _compose(row: OutboxRow, sender: str, public_url: str) -> EmailMessage:
    content = row.content
    phrases = PHRASES[content["language"]]
    png = _png(content.get("chart"), content["language"])
    facts: dict[str, Any] = {
        "message": content,
        "phrases": phrases,
        "links": _links(content, phrases, public_url),
        "chart_id": _CHART_ID if png else None,
    }
    mail = EmailMessage()
    mail["Subject"] = _subject(content, phrases)
    mail["From"] = Address("Zählwerk", addr_spec=sender)
    mail["To"] = Address(_plain(content["person"]), addr_spec=row.address)
    mail["Date"] = format_datetime(row.created_at)
    mail["Message-ID"] = f"<{quote(row.key, safe='-')}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = content["language"]
    mail.set_content(_render(f"{content['kind']}.txt.j2", facts))
    mail.add_alternative(_render(f"{content['kind']}.html.j2", facts), subtype="html")
    if png:
        _attach(mail, png, phrases)
    return mail


def _subject(content: dict[str, Any], phrases: Phrases) -> str:
    if content["kind"] == "storm":
        return _plain(content["title"])
    prefix = phrases.prefixes.get(content["occasion"], "")
    return _plain(f"{prefix}{content['property']}: {content['title']}")


def _plain(text: str) -> str:
    """Names come from files that people write: a line break in a header would end it."""
    return " ".join(text.split())


def _links(content: dict[str, Any], phrases: Phrases, public_url: str) -> dict[str, Any]:
    if content["kind"] == "storm":
        return {"all": f"{public_url}/alarme"}
    alert = f"{public_url}/alarme/{content['alert']}"
    return {
        "alert": alert,
        "answers": [(title, f"{alert}?antwort={answer}") for answer, title in phrases.answers],
        "later": f"{alert}?antwort=spaeter",
    }


def _png(chart: dict[str, Any] | None, language: str) -> bytes | None:
    """Draw the chart; a mail without its picture is better than none."""
    if chart is None:
        return None
    try:
        drawn: bytes = vl_convert.vegalite_to_png(
            vl_spec=chart | _CHART_SIZE,
            scale=_CHART_SCALE,
            config={"axisX": {"labelOverlap": True}},
            allowed_base_urls=[],
            format_locale=_CHART_LOCALES[language],
            time_format_locale=_CHART_LOCALES[language],
        )
    except ValueError as error:
        log.error("a chart cannot be drawn: %s", error)
        return None
    return drawn


def _attach(mail: EmailMessage, png: bytes, phrases: Phrases) -> None:
    _plain_part, html = mail.iter_parts()
    html.add_related(
        png,
        maintype="image",
        subtype="png",
        cid=f"<{_CHART_ID}>",
        filename=phrases.chart_file,
        disposition="inline",
    )


def _render(template: str, facts: dict[str, Any]) -> str:
    return _environment().get_template(template).render(facts)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("alerts.messages"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
