"""Contradictions and times to come become events of their meters: once, whatever the order, batches and kills."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.evidence import Evidence
from api.former_values import bring_back_former, bring_back_new
from collector.pushing import take
from config.errors import Unreachable
from config.meters import Meter, PushSource
from gateway.embedded import EmbeddedStore
from gateway.operations import MeterEventRow, Operations
from gateway.reading import Reading, Refused, milliseconds
from gateway.replaced import RESTORED
from tests.unit.collector.portfolio import modbus_meter, mqtt_meter, portfolio
from zaehlwerk.noticing.telling import tell

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STROM = Meter("strom", "schule", "electricity_import", "MWh", "active_energy_import", source=PushSource(), decimals=3)
PLACE = portfolio([STROM, modbus_meter("polled", 1, bus="bus-keller"), mqtt_meter("sent", "a/b")])


@dataclass
class District:
    """A store and an operations database on disk, and what carries from one to the other."""

    store: EmbeddedStore
    operations: Operations

    def write(self, *readings: Reading, source: str = "logger.csv") -> None:
        self.store.append(readings, source=source)

    def tell(self, now: datetime = NOW) -> None:
        tell(self.store.beside, PLACE, lambda: self.operations, now=now)

    def events(self, meter: str = "strom") -> list[MeterEventRow]:
        self.tell()
        return self.operations.events.of_meter(meter)

    def evidence(self) -> Evidence:
        def restore(readings: Sequence[Reading]) -> None:
            self.store.append(readings, source=RESTORED)

        services: Any = SimpleNamespace(
            restore=restore, operations=self.operations, books=SimpleNamespace(daily_cache=None)
        )
        return Evidence(services, SimpleNamespace(forget=lambda: None))  # type: ignore[arg-type]

    def value(self, one: Reading) -> float:
        return self.store.standing([one])[one[:3]]


@contextmanager
def opened(folder: Path) -> Iterator[District]:
    store = EmbeddedStore(folder / "readings.sqlite", clock_s=NOW.timestamp)
    operations = Operations(f"sqlite:///{folder / 'operations.sqlite'}", clock=lambda: NOW)
    operations.upgrade()
    yield District(store, operations)
    store.close()
    operations.close()


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """A district without readings."""
    with opened(tmp_path) as one:
        yield one


def reading(hours: float, kwh: float, *, meter: str = "strom", quantity: str = "active_energy_import") -> Reading:
    """A reading so many hours before noon of 22 November 2026."""
    return Reading(meter, quantity, milliseconds(NOW - timedelta(hours=hours)), kwh)


def test_a_replaced_value_is_proposed_in_the_unit_of_the_display_with_both_values_and_who_brought_it(
    district: District,
) -> None:
    old, new = reading(1, 40482.8), reading(1, 40490.0)
    district.write(old)
    district.write(new)

    (event,) = district.events()

    assert (event.kind, event.state, event.time) == ("duplicate_conflict", "proposed", old.time)
    assert (event.old_end, event.new_start) == (Decimal("40.4828"), Decimal("40.49"))
    assert (event.author, event.recorded_at) == ("logger.csv", NOW)
    assert event.detail == "1 Wert ersetzt: 40,4828 → 40,49 MWh"


def test_many_replaced_values_of_a_local_day_are_one_event_and_every_former_value_is_kept(district: District) -> None:
    # From 23:00 UTC on it is the next day in Berlin.
    hours = [1.0, 2.0, 12.75, 13.25, 38.0]
    district.write(*(reading(one, 100.0 + one) for one in hours))
    district.write(*(reading(one, 200.0 + one) for one in hours))

    before, yesterday, today = district.events()

    assert [one.detail.split(":")[0] for one in (before, yesterday, today)] == [
        "1 Wert ersetzt",
        "1 Wert ersetzt",
        "3 Werte ersetzt, der erste",
    ]
    assert today.time == reading(12.75, 0).time
    kept = district.operations.former_values.of_event(today.id)
    assert sorted((row.former, row.value) for row in kept) == [(101, 201), (102, 202), (112.75, 212.75)]


def test_a_rejected_event_brings_the_former_values_back_and_asks_nobody_again(district: District) -> None:
    hours = [1.0, 2.0]
    district.write(*(reading(one, 100.0) for one in hours))
    district.write(*(reading(one, 200.0) for one in hours))
    district.write(reading(1, 300.0))
    (event,) = district.events()

    assert bring_back_former(district.evidence(), event.id) == 2
    district.operations.events.put(replace(event, state="rejected"))

    assert [district.value(reading(one, 0)) for one in hours] == [100.0, 100.0]
    assert [one.state for one in district.events()] == ["rejected"]
    assert bring_back_new(district.evidence(), event.id) == 2
    assert [district.value(reading(one, 0)) for one in hours] == [300.0, 200.0]
    assert [one.state for one in district.events()] == ["rejected"]


def test_what_comes_after_a_decision_is_another_question(district: District) -> None:
    district.write(reading(1, 100.0))
    district.write(reading(1, 200.0))
    (first,) = district.events()
    district.operations.events.put(replace(first, state="accepted"))
    district.write(reading(1, 300.0))

    accepted, proposed = sorted(district.events(), key=lambda one: one.id)

    assert (accepted.state, proposed.state) == ("accepted", "proposed")
    assert (proposed.id, proposed.old_end) == (f"{first.id}:2", Decimal("0.2"))


@pytest.mark.parametrize(
    ("meter", "former", "value"),
    [
        ("strom", 40482.8, 40482.80078125),  # what a float of four bytes makes of it, on a display of three decimals
        ("polled", 40482.8, 40482.80078125),  # the same, where nobody knows the decimals
        ("weather-02486", 3.0, 4.0),
    ],
)
def test_what_nobody_has_to_decide_is_kept_without_an_event(
    district: District, meter: str, former: float, value: float
) -> None:
    old, new = reading(1, former, meter=meter), reading(1, value, meter=meter)
    district.write(old)
    district.write(new)

    assert district.events(meter) == []
    (kept,) = district.operations.former_values.of_reading(*old[:3])
    assert (kept.former, kept.value, kept.event) == (former, value, None)


def test_without_a_name_the_meters_own_source_is_the_author(district: District) -> None:
    for meter in ("strom", "polled", "sent"):
        district.write(reading(1, 1.0, meter=meter), source="")
        district.write(reading(1, 2.0, meter=meter), source="")

    assert [district.events(meter)[0].author for meter in ("strom", "polled", "sent")] == [
        "api",
        "bus-keller",
        "broker",
    ]


def test_another_quantity_than_the_meters_own_is_named(district: District) -> None:
    district.write(reading(1, 230.0, quantity="voltage.L1"))
    district.write(reading(1, 231.5, quantity="voltage.L1"))

    (event,) = district.events()

    assert event.detail == "1 Wert ersetzt: Spannung 230 → 231,5 V"


def test_telling_again_after_a_kill_changes_nothing(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    district.write(*(reading(one, 100.0) for one in range(1, 30)))
    district.write(*(reading(one, 200.0) for one in range(1, 30)))
    refused = Refused(
        "broker", "a/b", "future_time", "", b"{}", milliseconds(NOW), "sent", milliseconds(NOW) + 9_000_000
    )
    district.store.append([], [refused])

    def killed(*_: object) -> None:
        raise Unreachable("killed")

    for method in ("forget_replaced", "tell"):
        with monkeypatch.context() as patched:
            patched.setattr(district.store.beside, method, killed)
            with pytest.raises(Unreachable):
                district.tell()
    before = [district.operations.events.of_meter(meter) for meter in ("strom", "sent")]
    kept = [district.operations.former_values.of_event(one.id) for one in before[0]]

    after = [district.events(meter) for meter in ("strom", "sent")]

    assert [len(events) for events in after] == [2, 1]
    assert after == before
    assert [district.operations.former_values.of_event(one.id) for one in after[0]] == kept
    assert district.store.beside.replaced() == []


Story = list[tuple[int, int, bool]]  # hour, value, told after it


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_order_of_arrival_changes_no_event(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    hours = data.draw(st.lists(st.integers(1, 40), min_size=1, max_size=8, unique=True))
    written: Story = [(hour, 200 + hour, data.draw(st.booleans())) for hour in hours]
    others: Story = [
        (hour, value, data.draw(st.booleans())) for hour, value, _ in data.draw(st.permutations(written))
    ]
    found = []
    for story in (written, others):
        with opened(tmp_path_factory.mktemp("district")) as district:
            district.write(*(reading(hour, 100.0 + hour) for hour in hours))
            for hour, value, is_told in story:
                district.write(reading(hour, float(value)))
                if is_told:
                    district.tell()
            found.append(district.events())

    assert found[0] == found[1]
    assert sum(int(one.detail.split()[0]) for one in found[0]) == len(hours)


def refused_of(now: datetime, ahead: timedelta, meter: str = "strom", source: str = "api") -> Refused:
    claimed_ms = milliseconds(now + ahead)
    return Refused(source, meter, "future_time", "", b"{}", milliseconds(now), meter, claimed_ms)


def test_a_meter_whose_clock_is_ahead_has_one_event_a_day_and_source(district: District) -> None:
    day = timedelta(days=1)
    for number in range(100):
        now = NOW + timedelta(minutes=15 * number)
        district.store.append([], [refused_of(now, timedelta(hours=2))])
        if number % 7 == 0:
            district.tell(now)
    district.store.append([], [refused_of(NOW, day * 5, source="broker")])
    district.tell(NOW + day)

    events = district.operations.events.of_meter("strom")

    assert [(one.kind, one.state, one.author, one.time) for one in events] == [
        ("future_reading", "noticed", "api", NOW),
        ("future_reading", "noticed", "broker", NOW),
        ("future_reading", "noticed", "api", datetime(2026, 11, 22, 23, tzinfo=UTC)),
    ]
    assert events[0].detail == "2 Stunden voraus (Zeitstempel 22.11.2026 15:00), nicht übernommen"


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(minutes=70), "70 Minuten"),
        (timedelta(hours=1, minutes=50), "2 Stunden"),
        (timedelta(days=5), "5 Tage"),
        (timedelta(days=365 * 12), "12 Jahre"),
    ],
)
def test_how_far_a_clock_is_ahead_is_said_in_a_unit_that_suits_it(
    district: District, ahead: timedelta, words: str
) -> None:
    district.store.append([], [refused_of(NOW, ahead)])

    (event,) = district.events()

    assert event.detail.startswith(f"{words} voraus")


@pytest.mark.parametrize("seconds", [-1, 0])
def test_a_pushed_reading_of_the_future_is_an_event_and_one_within_the_slack_none(
    district: District, seconds: int
) -> None:
    limit = NOW + timedelta(hours=1, minutes=5, seconds=1 + seconds)
    pushed = {"meter": "strom", "time": limit, "value": 1}

    result = take([pushed], PLACE, district.store, NOW)

    assert [one.reason for one in result.rejected] == ["future_time"] * (seconds + 1)
    assert [one.kind for one in district.events()] == ["future_reading"] * (seconds + 1)


def test_a_line_of_a_file_may_be_the_future_of_several_meters(district: District) -> None:
    district.store.append([], [refused_of(NOW, timedelta(days=1), meter="strom,polled,nobody", source="file")])

    assert [len(district.events(meter)) for meter in ("strom", "polled", "sent")] == [1, 1, 0]


def test_the_operations_database_is_not_opened_while_there_is_nothing_to_tell(district: District) -> None:
    district.write(reading(1, 1.0))
    opened_by_need: Callable[[], Operations] = lambda: pytest.fail("opened")  # noqa: E731

    assert tell(district.store.beside, PLACE, opened_by_need, now=NOW) == 0
