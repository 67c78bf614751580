"""Value types of the files: durations, days, dated lists, zones, addresses, names of secrets."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, PlainValidator

from config.parsing.schema import show, text, wrong

_DURATION = re.compile(
    r"P(?=\w)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
# The longest a calendar unit can be: who reads monthly is not late on the 31st.
_SECONDS = (366 * 86400, 31 * 86400, 7 * 86400, 86400, 3600, 60, 1)
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)


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
Zone = Annotated[str, _plain(zone)]
Email = Annotated[str, _plain(email)]
SecretName = Annotated[str, _plain(secret_name)]
Host = Annotated[str, _plain(host)]
