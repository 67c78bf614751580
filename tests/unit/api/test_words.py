"""German numbers and words."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analysis.figures import EVENT_KINDS
from analysis.german import exact
from api.presentation import event_words, refusal_words, words
from api.presentation.lights import coverage_light


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        (0, "0"),
        (0.0421, "0,0421"),
        (0.42, "0,420"),
        (10.94, "10,9"),
        (99.96, "100,0"),
        (154, "154"),
        (1234.5, "1.230"),
        (-12.34, "−12,3"),
        (-0.00001, "0,0000"),
    ],
)
def test_three_significant_digits_with_german_separators(value: float | None, expected: str) -> None:
    assert words.digits(value) == expected


def test_a_number_that_somebody_set_has_no_more_digits_than_it_was_given() -> None:
    assert [words.plain(value) for value in (14.0, 0.07, 22.5, 100)] == ["14", "0,07", "22,5", "100"]


def test_large_energies_are_given_in_megawatt_hours() -> None:
    assert words.amount(9999, "kWh") == "10.000\u202fkWh"
    assert words.amount(65345, "kWh") == "65,3\u202fMWh"
    assert words.amount(0.2741, "m3/m2") == "0,274\u202fm³/m²"


def test_a_register_is_shown_with_all_of_its_digits() -> None:
    assert [words.register(value, "m3") for value in (2651.0, 917.3, 0.0)] == [
        "2.651\u202fm³",
        "917,3\u202fm³",
        "0\u202fm³",
    ]
    assert words.register(12.5, "") == "12,5"


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        (88.0, 100.0, "12\u202f% weniger als im Vorjahr"),
        (103.0, 100.0, "3,0\u202f% mehr als im Vorjahr"),
        (100.2, 100.0, "wie im Vorjahr"),
        (1.0, 0.0, "Vergleich nicht möglich"),
        (None, 5.0, "Vergleich nicht möglich"),
    ],
)
def test_a_change_is_said_in_words(new: float | None, old: float | None, expected: str) -> None:
    assert words.change(new, old) == expected


def test_instants_are_told_in_local_time() -> None:
    moment = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert words.stamp(moment, ZoneInfo("Europe/Berlin")) == "02.07.2026, 00:30 Uhr"
    assert words.month(moment) == "Juli 2026"


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(seconds=5), "gerade eben"),
        (timedelta(minutes=5), "vor 5 Minuten"),
        (timedelta(days=3), "vor 3 Tagen"),
    ],
)
def test_ages_are_told_in_words(age: timedelta, expected: str) -> None:
    assert words.ago(age) == expected


@pytest.mark.parametrize(
    ("coverage", "level"), [(None, "unknown"), (0, "unknown"), (0.5, "act"), (0.9, "look"), (0.95, "ok"), (1, "ok")]
)
def test_the_light_of_coverage(coverage: float | None, level: str) -> None:
    assert coverage_light(coverage).level == level


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1234.5", "1.234,5"),
        ("-0.000001", "−0,000001"),
        ("9.2e18", "9.200.000.000.000.000.000"),
        ("1e22", "10" + ".000" * 7),
    ],
)
def test_a_number_of_any_size_is_written_with_all_its_digits(value: str, expected: str) -> None:
    assert exact(Decimal(value)) == expected


def test_every_reason_to_refuse_a_reading_has_german_words() -> None:
    project = Path(__file__).parents[3]
    sources = [
        file.read_text("utf-8") for room in ("collector", "gateway", "api") for file in (project / room).rglob("*.py")
    ]
    reasons = {reason for text in sources for reason in re.findall(r'InvalidReading\(\s*"(\w+)"', text)}
    assert {"not_json", "out_of_range", "not_encodable"} <= reasons
    assert reasons <= refusal_words.REFUSALS.keys()


def test_what_a_broken_register_says_can_be_written_too() -> None:
    assert words.digits(3.4028e38, 1) == "3,40e+38"
    assert words.digits(-1.7e308) == "-1,70e+308"


def test_every_event_and_its_state_has_a_german_name() -> None:
    assert set(event_words.EVENTS) == set(EVENT_KINDS)
    assert {"noticed", "proposed", "accepted", "rejected", "recorded", "withdrawn"} == set(event_words.EVENT_STATES)


@pytest.mark.parametrize(
    ("share", "decimals", "shown"),
    [
        (None, 0, "–"),
        (1.0, 0, "100\u202f%"),
        (0.996, 0, "99\u202f%"),
        (0.9996, 1, "99,9\u202f%"),
        (1.2, 0, "120\u202f%"),
    ],
)
def test_what_is_not_whole_never_reads_a_hundred_percent(share: float | None, decimals: int, shown: str) -> None:
    assert words.percent(share, decimals) == shown
