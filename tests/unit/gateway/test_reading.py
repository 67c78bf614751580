"""Times and columns of readings."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import Reading, first_millisecond, instant, milliseconds
from gateway.series import series_of

BERLIN_SUMMER = timezone(timedelta(hours=2))


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_survives_the_way_through_milliseconds(moment: datetime) -> None:
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    assert instant(milliseconds(whole)) == whole


def test_the_zone_of_an_instant_does_not_matter() -> None:
    assert milliseconds(datetime(1970, 1, 1, 2, 0, 1, tzinfo=BERLIN_SUMMER)) == 1000


@given(st.datetimes(timezones=st.just(UTC), max_value=datetime(9999, 12, 31)))  # noqa: DTZ001 - the zone is added
def test_the_first_millisecond_is_never_before_its_moment_and_less_than_one_after(moment: datetime) -> None:
    after = instant(first_millisecond(moment)) - moment

    assert timedelta() <= after < timedelta(milliseconds=1)


@pytest.mark.parametrize("convert", [milliseconds, first_millisecond])
def test_a_naive_time_is_refused(convert: object) -> None:
    with pytest.raises(ValueError, match="naive"):
        convert(datetime(2026, 1, 1))  # type: ignore[operator]  # noqa: DTZ001 - the mistake in question


def test_a_reading_knows_its_instant() -> None:
    assert Reading("gs-strom", "volume", 1_000, 1.5).time == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_a_series_is_sorted_by_time() -> None:
    series = series_of([Reading("a", "volume", 2, 20), Reading("a", "volume", 1, 10.5)])

    assert series.time_ms.tolist() == [1, 2]
    assert series.value.tolist() == [10.5, 20.0]
    assert len(series) == 2
