"""Numbers, instants and durations as a German or an English reader expects them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from math import floor, log10
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from alerts.findings import Words
from analysis.german import unit_text

DEFAULT: Final = "de"
LANGUAGES: Final = ("de", "en")
_LOCALES: Final = {"de": "de_DE", "en": "en_GB"}
_SIGNIFICANT: Final = 3
_PULSES: Final = {"de": "Impulse", "en": "pulses"}
_DURATIONS: Final = {
    "de": {"minutes": "{} Minuten", "hours": "{} Stunden", "days": "{} Tagen", "each_days": "{} Tage"},
    "en": {"minutes": "{} minutes", "hours": "{} hours", "days": "{} days", "each_days": "{} days"},
}


def known(language: str) -> str:
    """Return the language if there are texts in it, else German."""
    return language if language in LANGUAGES else DEFAULT


def number(value: float | Decimal, language: str) -> str:
    """Write a number with three significant digits."""
    exact = float(value)
    places = 0 if exact == 0 else _SIGNIFICANT - 1 - floor(log10(abs(exact)))
    pattern = "#,##0." + "#" * max(0, places)
    return format_decimal(round(exact, places), format=pattern, locale=_LOCALES[language])


def percent(value: float, language: str) -> str:
    """Write a share in percent, to a tenth: what is measured here is not known better."""
    return f"{format_decimal(value, format='#,##0.#', locale=_LOCALES[language])}\u202f%"


def counter(value: float, language: str, *, decimals: int | None = None) -> str:
    """Write a register's value with as many decimals as its display has; None: as many as it needs, three at most."""
    places = "###" if decimals is None else "0" * decimals
    return format_decimal(value, format=f"#,##0.{places}".rstrip("."), locale=_LOCALES[language])


def quantity(value: float, unit: str, language: str) -> str:
    """Write a value with its unit behind a thin space."""
    return f"{number(value, language)}\u202f{unit_in(unit, language)}"


def unit_in(unit: str, language: str) -> str:
    """Return a unit as people write it; what has none counts pulses."""
    return _PULSES[language] if unit == "1" else unit_text(unit)


def euros(value: float, language: str) -> str:
    """Write an estimated amount: cents below ten euros, then whole euros, from a thousand on three digits."""
    rounded = round(value, 2 - floor(log10(abs(value)))) if abs(value) >= 1000 else value
    written = format_decimal(rounded, format="#,##0" if abs(value) >= 9.995 else "0.00", locale=_LOCALES[language])
    return f"{written}\u202f€" if language == DEFAULT else f"€{written}"


def moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Write a local date and time."""
    pattern = "dd.MM.yyyy, HH:mm 'Uhr'" if language == DEFAULT else "d MMM yyyy, HH:mm"
    return format_datetime(at.astimezone(zone), pattern, locale=_LOCALES[language])


def day(on: date, language: str) -> str:
    """Write a local date."""
    return format_date(on, "dd.MM.yyyy" if language == DEFAULT else "d MMM yyyy", locale=_LOCALES[language])


def lasting(span: timedelta, language: str, *, every: bool = False) -> str:
    """Write a duration in the unit that a person would use; German in the dative after "seit", save with `every`."""
    minutes = span.total_seconds() / 60
    unit, value = ("minutes", minutes) if minutes < 120 else ("hours", minutes / 60)
    if span >= timedelta(days=3):
        unit, value = ("each_days" if every else "days"), minutes / 1440
    return _DURATIONS[language][unit].format(number(floor(value), language))


def filled(texts: dict[str, Words], facts: dict[str, dict[str, Any]]) -> dict[str, Words]:
    """Put each language's facts into its four sentences."""
    return {
        language: Words(
            title=words.title.format(**facts[language]),
            observed=words.observed.format(**facts[language]),
            cause=words.cause.format(**facts[language]),
            next_step=words.next_step.format(**facts[language]),
        )
        for language, words in texts.items()
    }
