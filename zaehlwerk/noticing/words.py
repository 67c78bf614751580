"""Numbers, instants and spans in the German texts of events, without Babel: a collector does not bring it along."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

_SPANS = (
    (timedelta(days=730), timedelta(days=365), "Jahre"),
    (timedelta(days=2), timedelta(days=1), "Tage"),
    (timedelta(hours=2), timedelta(hours=1), "Stunden"),
)


def german(value: Decimal) -> str:
    """Return a number with a comma and with points between thousands."""
    return f"{value:,f}".translate(str.maketrans(",.", ".,"))


def local(moment: datetime, zone: ZoneInfo) -> str:
    """Return an instant as 22.11.2026 15:00."""
    return f"{moment.astimezone(zone):%d.%m.%Y %H:%M}"


def about(span: timedelta) -> str:
    """Return a span in the unit that suits it: 70 Minuten, 2 Stunden, 5 Tage, 12 Jahre."""
    for least, unit, word in _SPANS:
        if span >= least - unit / 4:
            return f"{round(span / unit)} {word}"
    return f"{round(span / timedelta(minutes=1))} Minuten"


def shortened(names: list[str], length: int) -> str:
    """Return names with commas between them, cut to a length."""
    text = ", ".join(names)
    return text if len(text) <= length else f"{text[: length - 1]}…"
