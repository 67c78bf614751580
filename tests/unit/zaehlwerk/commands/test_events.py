"""`events`, `event` and `exchange`: what people decide and record about a meter."""

import json
from pathlib import Path

import pytest

from tests.unit.gateway.pictures import jpeg
from tests.unit.zaehlwerk.commands.calls import CSV, call, events, imported


def test_a_rejected_replacement_puts_the_former_value_back_and_undoing_that_the_new_one(house: Path) -> None:
    imported(house)
    imported(house, CSV.replace("124.5", "125"))
    (event,) = events("strom", "duplicate_conflict")

    def stored() -> list[float]:
        found = json.loads(call("readings", "strom", "--start", "2024-01-01", "--json").stdout)["readings"]
        return [one["value"] for one in found]

    before = stored()
    assert call("event", "reject", event["id"]).exit_code == 0
    assert [one for one in stored() if one not in before] == [124.5]
    assert [one["state"] for one in events("strom", "duplicate_conflict")] == ["rejected"]
    assert call("event", "undo", event["id"]).exit_code == 0
    assert stored() == before
    assert [one["state"] for one in events("strom", "duplicate_conflict")] == ["proposed"]


FALL = "time,value\n" + "".join(
    f"2024-03-{day:02}T00:00+01:00,{value}\n" for day, value in enumerate((900, 910, 5, 15, 25), 1)
)


def test_an_event_is_decided_from_the_command_line_and_taken_back(house: Path) -> None:
    imported(house, FALL)
    found = json.loads(call("events", "strom", "--json").stdout)["events"]
    (fell,) = (one for one in found if one["kind"] == "exchange_suspected")
    span = ("consumption", "strom", "--start", "2024-03-01", "--end", "2024-03-05", "--json")
    assert json.loads(call(*span).stdout)["total"] == 30
    answer = call("event", "accept", fell["id"], "--old-end", "915", "--new-start", "0", "--comment", "getauscht")
    assert (answer.exit_code, answer.stderr.strip()) == (0, f"accepted: {fell['id']}, now an exchange")
    assert json.loads(call(*span).stdout)["total"] == 35 + 5
    assert call("event", "reject", fell["id"]).exit_code == 1
    assert call("event", "undo", fell["id"]).exit_code == 0
    assert json.loads(call(*span).stdout)["total"] == 30
    assert call("event", "reject", fell["id"]).exit_code == 0


def test_an_event_that_is_none_is_a_wrong_call(house: Path) -> None:
    imported(house, FALL)
    for step in ("accept", "reject", "undo"):
        assert call("event", step, "strom:gap:1").exit_code == 2


def test_an_exchange_outside_of_these_readings_is_a_wrong_call(house: Path) -> None:
    imported(house, FALL)
    found = json.loads(call("events", "strom", "--json").stdout)["events"]
    (fell,) = (one["id"] for one in found if one["kind"] == "exchange_suspected")
    assert call("event", "accept", fell, "--at", "2024-01-01").exit_code == 2


def test_an_exchange_with_an_unexpected_end_needs_a_reason_and_takes_photos(house: Path) -> None:
    imported(house, FALL)
    photo = house / "alt.jpg"
    photo.write_bytes(jpeg())
    told = ["exchange", "strom", "--at", "2024-03-02T12:00", "--old-end", "800", "--new-start", "0"]
    refused = call(*told)
    assert refused.exit_code == 2
    assert "expected end of the old device: at least 910.0 kWh" in refused.stderr
    assert call(*told, "--reason", "verschmutzt", "--photo-old", str(photo)).exit_code == 0
    events = json.loads(call("events", "strom", "--json").stdout)["events"]
    (event,) = (one for one in events if one["kind"] == "exchange")
    assert [one["shows"] for one in event["photos"]] == ["old"]
    assert len([path for path in (house / "state" / "photos").rglob("*") if path.is_file()]) == 1
    assert call(*told, "--reason", "doch", "--corrects", event["id"], "--old-end", "915").exit_code == 0


def test_an_exchange_lets_consumption_go_on(house: Path) -> None:
    imported(house, "time,value\n2024-03-01T00:00+01:00,990\n2024-03-02T00:00+01:00,1000\n2024-03-04T00:00+01:00,8\n")
    exchange = ("exchange", "strom", "--at", "2024-03-02T12:00", "--old-end", "1004", "--new-start", "2")
    assert call(*exchange).exit_code == 0
    document = json.loads(
        call("consumption", "strom", "--start", "2024-03-01", "--end", "2024-03-04", "--json").stdout
    )
    assert document["total"] == 20
    events = json.loads(call("events", "strom", "--json").stdout)["events"]
    assert ("exchange", "recorded") in {(event["kind"], event["state"]) for event in events}
    assert "old end 1004 kWh, new start 2 kWh" in call("events", "strom").stdout


@pytest.mark.parametrize(
    "wrong",
    [
        ("--digits", "60"),
        ("--factor", "-3"),
        ("--factor", "1e99"),
        ("--factor", "1.000"),
        ("--old-end", "-5"),
        ("--old-end", "1e999999"),
        ("--at", "2199-01-01"),
    ],
)
def test_an_exchange_that_cannot_be_is_not_recorded(wrong: tuple[str, str]) -> None:
    given = {"--at": "2024-03-02T12:00", "--old-end": "1004", "--new-start": "2"} | dict([wrong])
    answer = call("exchange", "strom", *(word for option in given.items() for word in option))
    assert answer.exit_code == 2
    assert json.loads(call("events", "strom", "--json").stdout)["events"] == []
