"""The templates, with the words and lights that every page uses."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from alerts.messages.event_steps import next_step
from analysis.german import exact
from api.presentation import event_words, lights, refusal_words, words
from api.presentation.shares import shares_text
from api.presentation.static_files import StaticFiles
from api.presentation.trust_words import trust_light, trust_text
from api.security.callers import caller_or_none
from api.security.permissions import Permission, allows
from api.services import Services
from config.quantities import QUANTITIES

_FOLDER = Path(__file__).parent / "templates"
_NAVIGATION = (
    ("/", "Übersicht"),
    ("/alarme", "Alarme"),
    ("/massnahmen", "Maßnahmen"),
    ("/klimabilanz", "Klimabilanz"),
    ("/daten", "Daten"),
)


@dataclass(frozen=True, slots=True)
class Templates:
    """Renders a page for whoever asks."""

    environment: Environment
    services: Services

    def page(self, request: Request, name: str, content: dict[str, Any], *, status: int = 200) -> Response:
        """Return the rendered page."""
        caller = caller_or_none(request)
        frame = {
            "path": request.url.path,
            "navigation": _NAVIGATION,
            "caller": caller,
            "may_answer": caller is not None and allows(caller.role, Permission.ANSWER_ALERTS),
            "may_read_by_hand": caller is not None and allows(caller.role, Permission.READ_METERS_BY_HAND),
            "may_decide": caller is not None and allows(caller.role, Permission.DECIDE_EVENTS),
            "demo": self.services.demo,
            "district": self.services.books.portfolio.district,
        }
        html = self.environment.get_template(name).render(frame | content)
        return HTMLResponse(html, status)


def build_templates(services: Services, files: StaticFiles) -> Templates:
    """Build the templates with German filters; what a page forgets to give is an error, not an empty place."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= _filters(services.books.zone) | {"named": services.books.portfolio.name_of}
    environment.globals |= {
        "words": words,
        "quantities": QUANTITIES,
        "event_words": event_words,
        "refusal_words": refusal_words,
        "lights": lights,
    }
    environment.globals |= {"trust_light": trust_light, "next_step": next_step, "static": files.url}
    return Templates(environment, services)


def _filters(zone: ZoneInfo) -> dict[str, Callable[..., object]]:
    return {
        "amount": words.amount,
        "digits": words.digits,
        "plain": words.plain,
        "plain_number": exact,
        "typed": words.typed,
        "money": words.money,
        "percent": words.percent,
        "day": words.day,
        "short_day": words.short_day,
        "month": words.month,
        "stamp": lambda value: words.stamp(value, zone),
        "stamp_seconds": lambda value: words.stamp_seconds(value, zone),
        "ago": words.ago,
        "unit": words.unit_text,
        "reason": words.reason_text,
        "behind": behind,
        "shares": shares_text,
        "trust_text": lambda value: trust_text(value, zone),
        "json_block": json_block,
    }


def behind(reference: str | None) -> str:
    """Return what energy is told on (Hs, Hi) as it stands behind its unit; nothing where there is none."""
    return f"{words.THIN}{reference}" if reference else ""


def json_block(content: object) -> Markup:
    """Return JSON for a data block: nothing in it can end the block or begin another."""
    text = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704


def templates_of(request: Request) -> Templates:
    """Return the application's templates."""
    templates = request.app.state.templates
    if not isinstance(templates, Templates):
        raise TypeError("the application was built without templates")
    return templates
