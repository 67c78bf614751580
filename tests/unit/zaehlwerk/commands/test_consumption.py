"""`readings` and `consumption`: what is printed, and what a wrong question gets."""

import json
from pathlib import Path

import pytest

from tests.unit.zaehlwerk.commands.calls import call, imported


def test_an_end_alone_is_asked_for_with_the_month_before_it(house: Path) -> None:
    imported(house)
    answer = call("consumption", "strom", "--end", "2024-03-03", "--json")
    assert answer.exit_code == 0
    slots = json.loads(answer.stdout)["slots"]
    assert (slots[0]["start"], slots[-1]["end"]) == ("2024-02-01T00:00:00+01:00", "2024-03-03T00:00:00+01:00")


@pytest.mark.parametrize("command", ["readings", "consumption", "events"])
def test_an_unknown_meter_is_answered_with_the_closest_one(command: str) -> None:
    answer = call(command, "strm")
    assert answer.exit_code == 2
    assert "did you mean 'strom'?" in answer.stderr


def test_a_total_reads_like_the_table_above_it(house: Path) -> None:
    imported(house)
    answer = call("consumption", "strom", "--start", "2024-03-01", "--end", "2024-03-03")
    assert "Summe 50,000 kWh" in answer.stderr
    first = answer.stdout.splitlines()[1]
    assert first.split(maxsplit=4)[:4] == ["◐", "01.03.2024", "24,500", "gemessen"]


def test_table_says_what_of_a_gap_is_measured(house: Path) -> None:
    answer = imported(house) and call("consumption", "strom", "--start", "2024-03-01", "--end", "2024-03-03")
    said = [line for line in answer.stderr.splitlines() if line.startswith("Ersatz")]
    assert said[0] == (
        "Ersatz 01.03.2024, 00:00 Uhr bis 02.03.2024, 00:00 Uhr: gleichmäßig verteilt, die Summe ist gemessen"
    )


def test_consumption_prints_its_slots_as_the_contract_says(house: Path) -> None:
    imported(house)
    answer = call("consumption", "strom", "--start", "2024-03-01", "--end", "2024-03-03", "--json")
    assert answer.exit_code == 0
    document = json.loads(answer.stdout)
    assert {key: document[key] for key in ("meter", "unit", "resolution", "time_zone", "total")} == {
        "meter": "strom",
        "unit": "kWh",
        "resolution": "P1D",
        "time_zone": "Europe/Berlin",
        "total": 50,
    }
    first, second = document["slots"]
    assert (first["start"], first["end"], first["value"]) == (
        "2024-03-01T00:00:00+01:00",
        "2024-03-02T00:00:00+01:00",
        24.5,
    )
    assert second["value"] == 25.5


def test_consumption_of_a_time_without_readings_exits_3() -> None:
    answer = call("consumption", "strom", "--start", "2020-01-01", "--end", "2020-01-03", "--json")
    assert answer.exit_code == 3
    assert [slot["value"] for slot in json.loads(answer.stdout)["slots"]] == [None, None]


def test_a_wrong_date_is_no_traceback() -> None:
    answer = call("consumption", "strom", "--start", "gestern")
    assert answer.exit_code == 2
    assert "allowed: 2026-03-01" in answer.stderr


def test_consumption_as_csv_leaves_a_gap_empty(house: Path) -> None:
    imported(house)
    answer = call("consumption", "strom", "--start", "2024-03-02", "--end", "2024-03-04", "--csv")
    assert answer.stdout.splitlines() == [
        "start,end,value_kWh,quality,coverage",
        "2024-03-02T00:00:00+01:00,2024-03-03T00:00:00+01:00,25.500000,measured,0.0",
        "2024-03-03T00:00:00+01:00,2024-03-04T00:00:00+01:00,,missing,0.0",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        ("kpis", "99999"),
        ("kpis", "0"),
        ("export", "balance", "9999"),
        ("consumption", "strom", "--start", "0001-01-01"),
        ("readings", "strom", "--end", "9999-12-31T23:59:59-14:00"),
        ("evaluate", "--at", "0001-01-01"),
        ("evaluate", "--at", "2199-01-01"),
    ],
)
def test_a_time_out_of_this_world_is_a_wrong_call(wrong: tuple[str, ...]) -> None:
    assert call(*wrong).exit_code == 2
