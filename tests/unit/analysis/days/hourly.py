"""Seventy days of hourly readings, and what differs between two states of the ledger."""

from datetime import date, datetime, timedelta

from tests.unit.analysis.evidence import counter, utc
from tests.unit.analysis.ledger_district import Tables

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURLY = counter(utc(2024, 12, 31, 23), HOUR, [1, 2, 3, 2] * 6 * 70)


def until(end: datetime, start: datetime | None = None) -> dict[datetime, float]:
    return {at: value for at, value in HOURLY.items() if (start is None or start <= at) and at <= end}


def differing(before: Tables, after: Tables) -> set[date]:
    return {row.day for row in set(before[0]) ^ set(after[0])}
