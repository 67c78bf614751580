"""From readings to a proposal and back: with the real detectors, store and database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from alerts.doubting import propose_doubts
from analysis.books import Books
from analysis.consumption import consumption
from analysis.figures import How, Resolution
from analysis.ledger.micro import Floats
from gateway.embedded import EmbeddedStore
from gateway.operations import Operations
from gateway.reading import milliseconds
from gateway.series import Series
from tests.unit.alerts.district import NOW, meter, portfolio

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HOURS = 420 * 24
ONE = portfolio(replace(meter("a"), interval=HOUR))
TIMES = np.arange(HOURS, dtype=np.int64) * 3_600_000 + milliseconds(NOW - (HOURS - 1) * HOUR)


def shown(times: float, since: date) -> Floats:
    """A counter whose hours are multiplied since a day."""
    amounts = np.random.default_rng(3).normal(5, 1, HOURS).clip(1)
    begin = np.searchsorted(TIMES, milliseconds(NOW) - (NOW.date() - since).days * 86_400_000)
    amounts[begin:] *= times
    return np.asarray(np.cumsum(amounts).round(1), dtype=np.float64)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    opened = EmbeddedStore(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def test_wrong_readings_are_doubted_and_right_ones_that_come_late_end_the_doubt(
    store: EmbeddedStore, operations: Operations
) -> None:
    changed = NOW.date() - 12 * DAY
    there = Books(ONE, store, operations, {})
    store.append_series("a", "active_energy_import", Series(TIMES, shown(10, changed)))
    assert propose_doubts(there, operations, now=NOW).proposed == 1
    (doubt,) = operations.events.of_meter("a")
    assert (doubt.kind, doubt.state) == ("unit_change_suspected", "proposed")
    assert doubt.time.date() == changed
    week = (changed + DAY, changed + 8 * DAY)
    blocked = consumption(there, "a", *week, Resolution.DAY, now=NOW)
    assert {slot.how for slot in blocked.slots} == {How.FAULTY}

    assert propose_doubts(there, operations, now=NOW + DAY).withdrawn == 0
    store.append_series("a", "active_energy_import", Series(TIMES, shown(1, changed)))
    assert propose_doubts(there, operations, now=NOW + 2 * DAY).withdrawn == 1
    (doubt,) = operations.events.of_meter("a")
    assert doubt.state == "withdrawn"
    booked = consumption(there, "a", *week, Resolution.DAY, now=NOW)
    assert {slot.how for slot in booked.slots} == {How.MEASURED}
    assert [entry.action for entry in operations.audit.newest()] == ["event_withdrawn", "event_proposed"]


def test_accepted_doubt_makes_figures_right_and_stays_settled(store: EmbeddedStore, operations: Operations) -> None:
    changed = NOW.date() - 12 * DAY
    there = Books(ONE, store, operations, {})
    store.append_series("a", "active_energy_import", Series(TIMES, shown(10, changed)))
    propose_doubts(there, operations, now=NOW)
    (doubt,) = operations.events.of_meter("a")
    operations.events.put(replace(doubt, state="accepted", author="Klimaschutz"))
    week = (changed + DAY, changed + 8 * DAY)
    total = consumption(there, "a", *week, Resolution.DAY, now=NOW).total
    assert float(total or 0) == pytest.approx(7 * 24 * 5, rel=0.05)
    summary = propose_doubts(there, operations, now=NOW + DAY)
    assert (summary.proposed, summary.withdrawn, summary.failures) == (0, 0, ())
