"""Loading the sample district's history into a store."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from config.errors import ConfigurationError
from gateway.operations import Operations
from gateway.reading import Reading, Receipt
from gateway.series import Series
from tests.unit.zaehlwerk.conftest import NOW
from zaehlwerk.demo.history.counters import History
from zaehlwerk.demo.history.incidents import EXCHANGED_METER
from zaehlwerk.demo.loading import anchor_of, history_of, load, within


@dataclass
class ListStore:
    """Keeps what it is given, as the embedded store does."""

    series: dict[tuple[str, str], list[Series]] = field(default_factory=dict)

    def append_series(self, meter: str, quantity: str, series: Series) -> Receipt:
        self.series.setdefault((meter, quantity), []).append(series)
        return Receipt(len(series), 0)

    def newest(self) -> dict[tuple[str, str], Reading]:
        return {
            (meter, quantity): Reading(meter, quantity, int(parts[-1].time_ms[-1]), float(parts[-1].value[-1]))
            for (meter, quantity), parts in self.series.items()
        }


def quiet(_share: float, _step: str) -> None:
    """Say nothing."""


def operations(folder: Path) -> Operations:
    """Return an empty operations database."""
    found = Operations(f"sqlite:///{folder / 'operations.sqlite'}")
    found.upgrade()
    return found


def test_everything_is_loaded_once_and_the_second_time_only_what_is_new(history: History, tmp_path: Path) -> None:
    store, books = ListStore(), operations(tmp_path)
    first = load(history, store, books, now=NOW, progress=quiet)
    assert first == sum(len(part) for parts in store.series.values() for part in parts)
    assert 900_000 < first < 1_200_000
    assert load(history, store, books, now=NOW, progress=quiet) == 0
    later = NOW + timedelta(hours=5)
    gone_on = history_of(history.portfolio, anchor=history.anchor, now=later)
    hourly = len(history.totals) - 4  # less what people read, and the dead one
    assert load(gone_on, store, books, now=later, progress=quiet) == 5 * (hourly + 1)


def test_the_exchange_is_recorded_once_with_both_displays(history: History, tmp_path: Path) -> None:
    books = operations(tmp_path)
    for _ in range(2):
        load(history, ListStore(), books, now=NOW, progress=quiet)
    (event,) = books.events.of_meter(EXCHANGED_METER)
    assert (event.kind, event.new_start) == ("exchange", Decimal(0))
    assert event.old_end is not None
    assert event.old_end > 1_000
    assert event.old_end == round(event.old_end, 2)  # as a person reads it off a display


def test_progress_grows_to_one_and_names_what_comes(history: History, tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    load(history, ListStore(), operations(tmp_path), now=NOW, progress=lambda share, step: told.append((share, step)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert any("Grundschule Am Wald" in step for _, step in told)


def test_a_kept_state_remembers_the_day_its_incidents_are_dated_from(tmp_path: Path) -> None:
    later: datetime = NOW + timedelta(days=40)
    assert anchor_of(tmp_path, NOW) == NOW
    assert anchor_of(tmp_path, later) == NOW


def test_the_progress_of_a_part_lies_between_two_shares_of_the_whole() -> None:
    told: list[tuple[float, str]] = []
    part = within(lambda share, step: told.append((share, step)), 0.5, 1.0, title="Tageswerte")
    for share, step in ((0.0, "Strom"), (0.5, "Gas"), (1.0, "")):
        part(share, step)
    assert told == [(0.5, "Tageswerte: Strom"), (0.75, "Tageswerte: Gas"), (1.0, "Tageswerte")]


def test_no_sample_is_loaded_into_a_state_that_is_none_of_a_demo(tmp_path: Path) -> None:
    operations(tmp_path).close()
    with pytest.raises(ConfigurationError, match="the state of no demo"):
        anchor_of(tmp_path, NOW)
    assert [one.suffix for one in tmp_path.iterdir()] == [".sqlite"]
