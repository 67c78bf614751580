"""What every store says of values that take the place of others; each test runs over every adapter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.beside import Beside, BesideFile
from gateway.embedded import EmbeddedStore
from gateway.influx.store import InfluxStore
from gateway.keeping_writer import KeepingWriter
from gateway.ports import Askable
from gateway.reading import Reading, milliseconds
from gateway.replaced import Replaced
from tests.servers.influx import InfluxServer

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
METER, QUANTITY = "gs-strom", "active_energy_import"


@dataclass
class Keeping:
    """A store as a process writes into it: what it replaces lies beside it."""

    store: EmbeddedStore | InfluxStore
    beside: Beside
    writer: KeepingWriter | None

    def write(self, readings: Sequence[Reading]) -> int:
        """Write and return how many values were replaced."""
        if self.writer is not None:
            return self.writer.written(readings, source="broker").replaced
        assert isinstance(self.store, EmbeddedStore)
        receipt = self.store.append(readings, source="broker")
        assert receipt.replaced is not None
        return receipt.replaced

    def replaced(self) -> list[Replaced]:
        """Return what was replaced, ascending in time."""
        assert self.beside.under_way() == []
        return sorted(one for _, one in self.beside.replaced())


@pytest.fixture(params=["embedded", pytest.param("influx", marks=pytest.mark.real_server)])
def keeping(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Keeping]:
    """An empty store, once per adapter."""
    if request.param == "embedded":
        embedded = EmbeddedStore(tmp_path / "readings.sqlite", clock_s=NOW.timestamp)
        yield Keeping(embedded, embedded.beside, None)
        embedded.close()
        return
    server: InfluxServer = request.getfixturevalue("influx")
    influx = InfluxStore(server.url, server.token, server.org, request.getfixturevalue("influx_bucket"))
    beside = BesideFile(tmp_path / "beside.sqlite")
    yield Keeping(influx, beside, KeepingWriter(influx, beside, now_ms=lambda: milliseconds(NOW)))
    influx.close()
    beside.close()


def reading(before: timedelta, value: float, *, meter: str = METER, quantity: str = QUANTITY) -> Reading:
    return Reading(meter, quantity, milliseconds(NOW - before), value)


def replaced(new: Reading, former: float) -> Replaced:
    return Replaced(*new[:3], former, new.value, "broker", milliseconds(NOW))


def values(store: Askable, *asked: Reading) -> dict[tuple[str, str, int], float]:
    return dict(store.standing(asked))


def test_what_another_value_replaces_is_kept_with_source_and_time(keeping: Keeping) -> None:
    keeping.write([reading(DAY, 100.0), reading(2 * DAY, 99.0)])
    corrected = reading(DAY, 100.5)

    assert keeping.write([corrected, reading(2 * DAY, 99.0)]) == 1

    assert keeping.replaced() == [replaced(corrected, 100.0)]
    assert values(keeping.store, corrected) == {corrected[:3]: 100.5}


def test_the_same_again_and_a_floats_rounding_replace_nothing(keeping: Keeping) -> None:
    written = [reading(DAY, 0.3), reading(2 * DAY, 40482.8), reading(3 * DAY, 123456789.125)]
    keeping.write(written)

    assert keeping.write(written) == 0
    assert keeping.write([reading(DAY, 0.1 + 0.2), reading(2 * DAY, 40482.8 + 1e-11)]) == 0

    assert keeping.replaced() == []


def test_the_smallest_difference_that_a_ledger_sees_is_one(keeping: Keeping) -> None:
    keeping.write([reading(DAY, 40482.8)])

    assert keeping.write([reading(DAY, 40482.800001)]) == 1


def test_of_two_values_in_one_batch_the_later_one_replaces_the_former(keeping: Keeping) -> None:
    first, second = reading(DAY, 1.0), reading(DAY, 2.0)

    assert keeping.write([first, second]) == 1

    assert keeping.replaced() == [replaced(second, 1.0)]
    assert values(keeping.store, second) == {second[:3]: 2.0}


def test_values_of_the_present_minute_that_contradict_each_other_are_seen_too(keeping: Keeping) -> None:
    now = timedelta(0)
    keeping.write([reading(timedelta(seconds=10), 1.0)])
    keeping.write([reading(now, 2.0)])
    corrected = reading(now, 2.5)

    assert keeping.write([corrected]) == 1

    assert keeping.replaced() == [replaced(corrected, 2.0)]


def test_many_replaced_values_are_all_kept(keeping: Keeping) -> None:
    spans = [number * timedelta(minutes=15) for number in range(1, 3_000)]
    keeping.write([reading(span, 1.0, meter=meter) for span in spans for meter in ("a", "b")])
    again = [reading(span, 2.0, meter=meter) for span in spans for meter in ("a", "b")]

    assert keeping.write(again) == len(again)

    assert keeping.replaced() == sorted(replaced(one, 1.0) for one in again)


def test_other_meters_and_quantities_are_nobodys_conflict(keeping: Keeping) -> None:
    keeping.write([reading(DAY, 1.0)])

    assert keeping.write([reading(DAY, 2.0, meter="other"), reading(DAY, 3.0, quantity="active_power")]) == 0


def test_what_stands_is_told_where_something_does(keeping: Keeping) -> None:
    names = ["Zähler, Keller = 3", 'O\'Brien "West"', "a b,c=d", "Wärme 🔥", "; DROP"]
    spans = [timedelta(minutes=1), DAY, 400 * DAY]
    written = [reading(span, float(place), meter=name) for span in spans for place, name in enumerate(names)]
    keeping.write(written)
    never = reading(DAY + timedelta(milliseconds=1), 0.0, meter=names[0])

    found = values(keeping.store, *written, never)

    assert found == {one[:3]: one.value for one in written}


def test_what_stands_is_told_of_many_meters_at_once(keeping: Keeping) -> None:
    written = [reading(timedelta(minutes=place % 5), float(place), meter=f"meter-{place}") for place in range(300)]
    keeping.write(written)

    assert values(keeping.store, *written[:200]) == {one[:3]: one.value for one in written[:200]}
    assert values(keeping.store) == {}
