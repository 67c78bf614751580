from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.periods import HOURS_CAUGHT_UP, due_hours, due_months, due_nights, night_of

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_an_hour_is_due_once_it_is_over() -> None:
    assert [period.start for period in due_hours(None, at("2026-03-02T10:00:00Z"))] == [at("2026-03-02T09:00:00Z")]
    assert due_hours(at("2026-03-02T09:00:00Z"), at("2026-03-02T10:59:59Z")) == []


def test_hours_are_caught_up_for_a_week_at_most() -> None:
    now = at("2026-03-02T10:00:00Z")
    periods = due_hours(now - timedelta(days=90), now)
    assert len(periods) == HOURS_CAUGHT_UP / timedelta(hours=1)
    assert periods[-1].end == now


def test_a_night_is_judged_at_half_past_six_local() -> None:
    assert night_of(due_nights(BERLIN, None, at("2026-03-02T05:29:00Z"))[0], BERLIN) == date(2026, 3, 1)
    assert night_of(due_nights(BERLIN, None, at("2026-03-02T05:30:00Z"))[0], BERLIN) == date(2026, 3, 2)


def test_missed_nights_are_caught_up_in_order() -> None:
    first = due_nights(BERLIN, None, at("2026-03-02T12:00:00Z"))[0]
    missed = due_nights(BERLIN, first.start, at("2026-03-04T12:00:00Z"))
    assert [night_of(period, BERLIN) for period in missed] == [date(2026, 3, 3), date(2026, 3, 4)]


def test_the_night_of_the_clock_change_is_due_at_the_local_half_past_six() -> None:
    (night,) = due_nights(BERLIN, None, at("2026-03-29T12:00:00Z"))
    assert night.due == datetime(2026, 3, 29, 4, 30, tzinfo=UTC)
    assert night.start == datetime(2026, 3, 28, 23, tzinfo=UTC)


def test_only_whole_months_after_the_works_are_judged() -> None:
    now = at("2026-01-15T12:00:00Z")
    months = due_months(BERLIN, date(2025, 9, 10), at("2020-01-01T00:00:00Z"), now)
    assert [period.start.astimezone(BERLIN).date() for period in months] == [
        date(2025, 10, 1),
        date(2025, 11, 1),
        date(2025, 12, 1),
    ]
    assert due_months(BERLIN, date(2025, 12, 10), None, now) == []


def test_a_month_waits_for_late_readings_until_the_third() -> None:
    assert due_months(BERLIN, date(2025, 12, 1), None, at("2026-01-03T05:29:00Z")) == []
    assert len(due_months(BERLIN, date(2025, 12, 1), None, at("2026-01-03T05:30:00Z"))) == 1
