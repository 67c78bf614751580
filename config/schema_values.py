"""Value types of the portfolio files: durations, periods, dated lists, hours, time stamps."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, PlainValidator

from config.meters import Stamps
from config.mqtt_topics import wildcard_mistake
from config.portfolio import OpeningHours, Period, SpecialUse
from config.schema import show, text, wrong

_DURATION = re.compile(
    r"P(?=\w)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
# The longest a calendar unit can be: who reads monthly is not late on the 31st.
_SECONDS = (366 * 86400, 31 * 86400, 7 * 86400, 86400, 3600, 60, 1)
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_USE = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d)/(\d\d:\d\d)")
_OFFSET = re.compile(r"fixed_offset:([+-])(\d\d):(\d\d)")


def duration(value: object) -> timedelta:
    """Take an ISO 8601 duration; a month counts as 31 days and a year as 366."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    seconds = sum(int(n or 0) * size for n, size in zip(match.groups(), _SECONDS, strict=True)) if match else 0
    if not 0 < seconds <= 100 * _SECONDS[0]:
        raise wrong(f"{show(value)} is no duration", "ISO 8601 such as PT15M, PT1H, P1D, P1M")
    return timedelta(seconds=seconds)


def day(value: object) -> date:
    """Take a calendar date of our time: what lies centuries away is a slip of the pen."""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if not isinstance(found, date) or isinstance(found, datetime):
        raise wrong(f"{show(value)} is no date", "YYYY-MM-DD")
    if not _FIRST_DAY <= found <= _LAST_DAY:
        raise wrong(f"{show(value)} lies centuries away", f"{_FIRST_DAY} to {_LAST_DAY}")
    return found


def clock_time(value: object) -> time:
    """Take a local time of day; in quotes, because YAML reads 06:00 as a number."""
    try:
        return time.fromisoformat(value if isinstance(value, str) and re.fullmatch(r"\d\d:\d\d", value) else "")
    except ValueError:
        raise wrong(f"{show(value)} is no time of day", '"HH:MM" in quotes') from None


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


def stamps(value: object) -> tuple[Stamps, timedelta | None]:
    """Take `start`, `end`, `fixed_offset:+01:00`, or both as in `start fixed_offset:+01:00`."""
    edge, offset = Stamps.END, None
    for word in text(value).split():
        match = _OFFSET.fullmatch(word)
        if match:
            offset = timedelta(hours=int(match[2]), minutes=int(match[3])) * (-1 if match[1] == "-" else 1)
        elif word in set(Stamps):
            edge = Stamps(word)
        else:
            raise wrong(f"unknown stamps {show(word)}", "start, end, fixed_offset:+01:00")
    return edge, offset


def zone(value: object) -> str:
    """Take the name of a time zone."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong(f"unknown time zone {show(name)}", "an IANA name such as Europe/Berlin") from None
    return name


def host(value: object) -> str:
    """Take the name or address of a machine."""
    name = text(value)
    try:
        name.encode("idna")
    except UnicodeError:
        raise wrong(f"{show(name)} is no host", "192.0.2.10, gateway.example.org") from None
    if set(name) & set(" \t/@"):
        raise wrong(f"{show(name)} is no host", "192.0.2.10, gateway.example.org")
    return name


def url_with(*schemes: str) -> PlainValidator:
    """Return the type of URLs with one of the schemes and a host; a password in it is refused."""

    def check(value: object) -> str:
        found = text(value)
        scheme, separator, rest = found.partition("://")
        if "@" in found:  # first of all, so that no password is shown
            raise wrong("user and password do not belong into the address", "username and password_env")
        if not separator or scheme not in schemes or not rest.strip("/"):
            raise wrong(f"{show(found)} is no address", " or ".join(f"{name}://host" for name in schemes))
        try:
            parts = urlsplit(found)
            host(parts.hostname)
            is_usable = parts.port != 0
        except ValueError:
            is_usable = False
        if not is_usable:
            raise wrong(f"{show(found)} names no host and port that can be reached", f"{scheme}://host:1883")
        return found

    return PlainValidator(check)


def email(value: object) -> str:
    """Take a mail address."""
    address = text(value)
    if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", address):
        raise wrong(f"{show(address)} is no mail address", "name@host")
    return address


def topic(value: object) -> str:
    """Take an MQTT topic without wildcards."""
    name = text(value)
    if set("+#\0") & set(name):
        raise wrong(f"{show(name)} is a pattern; a meter needs one topic", "a topic without + and #")
    return name


def topic_pattern(value: object) -> str:
    """Take an MQTT topic, with wildcards or without."""
    name = text(value)
    mistake = wildcard_mistake(name)
    if mistake is not None:
        raise wrong(f"{show(name)} {mistake}", "a/b, a/+/c, a/#")
    return name


def topic_template(value: object) -> str:
    """Take the template of topics: a topic with names in braces."""
    name = text(value)
    if re.search(r"[{}]", re.sub(r"\{\w+\}", "", name)):
        raise wrong(f"{show(name)} has a brace that is not closed", "schulen/{property}/{meter}/state")
    return topic_pattern(name)


def secret_name(value: object) -> str:
    """Take the name of an environment variable that holds a secret, outside the product's own prefix."""
    name = text(value)
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name) or name.startswith("ZAEHLWERK_"):
        raise wrong(
            f"{show(name)} cannot be used", "a variable such as BROKER_PASSWORD, not beginning with ZAEHLWERK_"
        )
    return name


def dated(key: str) -> BeforeValidator:
    """Return the type "one value, or a dated list": a bare value becomes `[{key: value}]`."""
    return BeforeValidator(lambda value: value if isinstance(value, list) else [{key: value}])


def one_or_list(value: object) -> object:
    """Take a single mapping for a list of one."""
    return [value] if isinstance(value, dict) else value


def _plain(check: Callable[[object], object]) -> PlainValidator:
    return PlainValidator(check)


Duration = Annotated[timedelta, _plain(duration)]
Day = Annotated[date, _plain(day)]
ClockTime = Annotated[time, _plain(clock_time)]
Span = Annotated[Period, _plain(period)]
ClosedDays = Annotated[frozenset[date], _plain(closed_days)]
Hours = Annotated[tuple[OpeningHours, ...], _plain(opening_hours)]
Uses = Annotated[tuple[SpecialUse, ...], _plain(special_uses)]
StampRule = Annotated[tuple[Stamps, timedelta | None], _plain(stamps)]
Zone = Annotated[str, _plain(zone)]
Email = Annotated[str, _plain(email)]
Topic = Annotated[str, _plain(topic)]
TopicPattern = Annotated[str, _plain(topic_pattern)]
TopicTemplate = Annotated[str, _plain(topic_template)]
SecretName = Annotated[str, _plain(secret_name)]
Host = Annotated[str, _plain(host)]
