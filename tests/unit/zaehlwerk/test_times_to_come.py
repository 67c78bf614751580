"""Readings of the future become events of their meters: one per day and source."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.pushing import take
from gateway.operations import Operations
from tests.unit.zaehlwerk.telling_district import NOW, PLACE, District, Telling, opened, reading, refused_of
from zaehlwerk.noticing.telling import tell


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """A district without readings."""
    with opened(tmp_path) as one:
        yield one


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


@pytest.mark.parametrize("stamp", ["9999-12-31T23:30:00Z", "9999-12-31T23:59:59-14:00"])
def test_a_stamp_at_the_end_of_the_calendar_stops_no_telling(district: District, stamp: str) -> None:
    pushed = take([{"meter": "strom", "time": stamp, "value": 5}], PLACE, district.store, NOW)
    assert [one.reason for one in pushed.rejected] == ["future_time"]

    (event,) = district.events()

    assert event.detail.startswith("7978 Jahre voraus (Zeitstempel 30.12.9999")


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

    assert tell(Telling(district.store.beside, opened_by_need, district.forgotten.append), now=NOW) == 0
