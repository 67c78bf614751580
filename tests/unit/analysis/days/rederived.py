"""What becomes of a ledger that was derived once: which days came out otherwise, which blocks were derived for it."""

from datetime import date, datetime, timedelta
from typing import Any

from gateway.operations import MeterEventRow
from gateway.reading import milliseconds
from tests.unit.analysis.evidence import counter, event, utc
from tests.unit.analysis.ledger_district import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = utc(2025, 4, 20, 1)
HOURLY = counter(utc(2024, 12, 31, 23), HOUR, [1, 2, 3, 2] * 6 * 109)
AT = utc(2025, 2, 14, 12)
AROUND = [date(2025, 2, 1), date(2025, 2, 11)]  # the first has read it to know that nothing was pending


def settled(world: World, firsts: list[date], shown: dict[datetime, float] | None = None) -> dict[str, str]:
    world.arrive({at: value for at, value in (shown or HOURLY).items() if at <= NOW})
    world.derive()
    firsts.clear()
    return world.days()


def days(first: date, last: date) -> set[str]:
    return {str(first + number * DAY) for number in range((last - first).days + 1)}


def changed(before: dict[str, str], world: World, firsts: list[date]) -> set[str]:
    """The days that came out otherwise; a rebuild finds nothing to put right, and the changes name them."""
    world.derive()
    after = world.days()
    differing = {day for day in before.keys() | after.keys() if before.get(day) != after.get(day)}
    tables, blocks = world.tables(), list(firsts)
    assert world.rebuild().changed_days == 0
    assert world.tables() == tables
    firsts[:] = blocks
    told = [days(change.first, change.last) for change in world.operations.ledger.not_judged()]
    assert differing <= set().union(*told)
    return differing


def put(world: World, kind: str, at: datetime, **more: Any) -> MeterEventRow:
    row = event(kind, at, id=f"strom:{kind}:{milliseconds(at)}", **more)
    world.operations.events.put(row)
    return row


def middle(firsts: list[date]) -> list[date]:
    """The blocks but for those at the end that are derived with every pass."""
    return [first for first in firsts if first < date(2025, 4, 11)]
