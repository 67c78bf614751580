"""What the days and hours of a property's calendar must look like."""

import re
from datetime import date, time, timedelta
from typing import Annotated

from pydantic import PlainValidator

from config.parsing.schema import show, wrong
from config.parsing.values import day
from config.portfolio.properties import OpeningHours, Period, SpecialUse

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_USE = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d)/(\d\d:\d\d)")


def period(value: object) -> Period:
    """Take `2024-01-01/2025-01-01`: local days, the end not included."""
    start, slash, end = value.partition("/") if isinstance(value, str) else ("", "", "")
    if not slash:
        raise wrong(f"{show(value)} is no period", "YYYY-MM-DD/YYYY-MM-DD, the end not included")
    found = Period(day(start), day(end))
    if found.end <= found.start:
        raise wrong(f"the end {found.end} is not after the start {found.start}")
    return found


def closed_days(value: object) -> frozenset[date]:
    """Take a list of dates and periods."""
    if not isinstance(value, list):
        raise wrong(f"must be a list of dates, not {show(value)}", "YYYY-MM-DD or YYYY-MM-DD/YYYY-MM-DD")
    return frozenset(found for entry in value for found in _days(entry))


def _days(entry: object) -> list[date]:
    if not (isinstance(entry, str) and "/" in entry):
        return [day(entry)]
    span = period(entry)
    return [span.start + timedelta(days=n) for n in range((span.end - span.start).days)]


def opening_hours(value: object) -> tuple[OpeningHours, ...]:
    """Take `{mon-fri: "07:00-16:00", sat: ["08:00-12:00", "14:00-18:00"]}`; closing at 24:00 is `time(0, 0)`."""
    if not isinstance(value, dict):
        raise wrong(f"must be a mapping of weekdays to hours, not {show(value)}", 'mon-fri: "07:00-16:00"')
    return tuple(_hours(days, span) for days, spans in value.items() for span in _as_list(spans))


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _hours(days: str, span: object) -> OpeningHours:
    match = _HOURS.fullmatch(span) if isinstance(span, str) else None
    minutes = [int(a) * 60 + int(b) for a, b in (match.groups()[:2], match.groups()[2:])] if match else [0, 0]
    if match is None or int(match[2]) > 59 or int(match[4]) > 59 or not minutes[0] < minutes[1] <= 1440:
        raise wrong(f"{show(span)} are no opening hours", '"HH:MM-HH:MM" in quotes, at most until 24:00')
    opens, closes = (time(m // 60 % 24, m % 60) for m in minutes)
    return OpeningHours(_weekdays(days), opens, closes)


def _weekdays(text_: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text_.split(","):
        first, _, last = part.strip().partition("-")
        if first not in _WEEKDAYS or (last or first) not in _WEEKDAYS:
            raise wrong(f"{show(text_)} are no weekdays", f"{', '.join(_WEEKDAYS)}; mon-fri; mon,wed")
        start, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
        found.update(n % 7 for n in range(start, end + 1 if end >= start else end + 8))
    return frozenset(found)


def special_uses(value: object) -> tuple[SpecialUse, ...]:
    """Take a list of `2026-03-02 19:00/22:00`, local time."""
    if not isinstance(value, list):
        raise wrong(f"must be a list, not {show(value)}", '"YYYY-MM-DD HH:MM/HH:MM"')
    return tuple(_special_use(entry) for entry in value)


def _special_use(entry: object) -> SpecialUse:
    match = _USE.fullmatch(entry) if isinstance(entry, str) else None
    try:
        found = match and SpecialUse(day(match[1]), time.fromisoformat(match[2]), time.fromisoformat(match[3]))
    except ValueError:
        found = None
    if not found or found.end <= found.start:
        raise wrong(f"{show(entry)} is no single use", '"YYYY-MM-DD HH:MM/HH:MM", the end after the start')
    return found


Span = Annotated[Period, PlainValidator(period)]
ClosedDays = Annotated[frozenset[date], PlainValidator(closed_days)]
Hours = Annotated[tuple[OpeningHours, ...], PlainValidator(opening_hours)]
Uses = Annotated[tuple[SpecialUse, ...], PlainValidator(special_uses)]
