"""Meters that are sent and that nobody configured: listed with a proposal, and taken by one command."""

import json
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.edge.wire import decode_batch
from collector.pushing import take
from config.portfolio.files import load_portfolio
from gateway.embedded import EmbeddedStore
from tests.unit.zaehlwerk.test_unassigned import SCHOOL, call, district
from zaehlwerk.intake import READINGS_FILE
from zaehlwerk.unassigned_topics import newest_topics
from zaehlwerk.unknown_meters import newest_meters

__all__ = ["district"]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
POWER = {"meter": "neu", "time": "2026-11-22T11:30:00Z", "value": 5000, "quantity": "active_power"}


def energy(value: float, minute: int) -> dict[str, object]:
    time = f"2026-11-22T12:{minute:02}:00+01:00"
    return {"meter": "neu", "time": time, "value": value, "quantity": "active_energy_import", "unit": "MWh"}


def pushed(folder: Path, *readings: object) -> None:
    (folder / "state").mkdir(exist_ok=True)
    store = EmbeddedStore(folder / "state" / READINGS_FILE)
    take(readings, load_portfolio(folder), store, NOW)
    store.close()


def sent_by_a_box(folder: Path, *readings: object) -> None:
    (folder / "state").mkdir(exist_ok=True)
    store = EmbeddedStore(folder / "state" / READINGS_FILE)
    arrived = decode_batch("keller", json.dumps(readings).encode(), load_portfolio(folder), 1_795_348_800_000)
    store.append(arrived.readings, arrived.refused)
    store.close()


def test_a_meter_that_is_pushed_and_not_configured_is_listed_with_its_last_values_and_the_entry(
    district: Path,
) -> None:
    pushed(district, energy(1.5, 15), POWER, energy(1.75, 30))
    code, output = call(district, "--json")
    (one,) = json.loads(output)
    assert code == 0
    assert (one["source"], one["meter"], one["quantity"], one["unit"]) == (
        "api",
        "neu",
        "active_energy_import",
        "MWh",
    )
    assert one["values"] == [
        {"time": "2026-11-22T11:15:00+00:00", "value": 1.5},
        {"time": "2026-11-22T11:30:00+00:00", "value": 1.75},
    ]
    assert one["yaml"] == "  - {id: neu, medium: electricity_import, unit: MWh, source: {push: true}}"


def test_a_meter_that_a_box_sends_is_listed_with_the_box(district: Path) -> None:
    sent_by_a_box(district, {"sequence": 4}, energy(1.5, 15))
    code, output = call(district)
    assert code == 0
    assert "edge keller" in output
    assert "neu" in output
    assert "stays refused" in output


def test_a_sent_meter_is_taken_by_one_command_and_leaves_the_list(district: Path) -> None:
    pushed(district, energy(1.5, 15))
    (shown,) = newest_meters(load_portfolio(district), district / "state", 10)
    words = shlex.split(shown.command.replace("--property ID", "--property gs-tal"))
    code, output = call(district, *words[2:])
    meter = load_portfolio(district).meter("neu")
    assert code == 0, output
    assert (meter.medium.id, meter.unit, meter.quantity) == ("electricity_import", "MWh", "active_energy_import")
    assert "Restart `collect`, `serve` and `run`" in output
    assert "stays refused" in output
    assert newest_meters(load_portfolio(district), district / "state", 10) == []


@pytest.mark.parametrize("quantity", ["heat_energy", "volume", "active_energy_export", "active_power", None])
def test_a_medium_that_the_quantity_leaves_open_is_asked_for(district: Path, quantity: str | None) -> None:
    pushed(district, {"meter": "neu", "time": "2026-11-22T11:00:00Z", "value": 3, "quantity": quantity})
    (shown,) = newest_meters(load_portfolio(district), district / "state", 10)
    code, output = call(district, "accept", "neu", "--property", "gs-tal")
    assert (shown.medium, shown.command.endswith(" --medium M")) == (None, True)
    assert (code, "--medium" in output, "district_heat" in output) == (2, True, True)
    assert (district / "properties" / "gs-tal.yaml").read_text(encoding="utf-8") == SCHOOL


@pytest.mark.parametrize(
    ("quantity", "medium", "unit"),
    [("heat_energy", "district_heat", "kWh"), ("volume", "water", "m3"), ("active_power", "heat_meter", "kWh")],
)
def test_a_medium_that_is_said_is_taken(district: Path, quantity: str, medium: str, unit: str) -> None:
    pushed(district, {"meter": "neu", "time": "2026-11-22T11:00:00Z", "value": 3, "quantity": quantity})
    code, output = call(district, "accept", "neu", "--property", "gs-tal", "--medium", medium)
    assert code == 0, output
    assert (load_portfolio(district).meter("neu").medium.id, load_portfolio(district).meter("neu").unit) == (
        medium,
        unit,
    )


def test_a_sender_of_much_hides_no_other(district: Path) -> None:
    pushed(district, energy(1.5, 15) | {"meter": "leise"})
    pushed(district, *({**POWER, "meter": "laut", "value": number} for number in range(2000)))
    shown = newest_meters(load_portfolio(district), district / "state", 10)
    assert {one.meter for one in shown} == {"laut", "leise"}


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00", "gestern", None, 7])
def test_whatever_is_sent_can_be_shown(district: Path, time: object) -> None:
    pushed(district, {"meter": "neu", "time": time or "x", "value": ["?"], "quantity": {"a": 1}, "unit": 3})
    (shown,) = newest_meters(load_portfolio(district), district / "state", 10)
    ((moment, value),) = shown.values
    assert (value, 1970 <= moment.year <= 2100) == ("['?']", True)


@pytest.mark.parametrize("meter", ["a\x1b[201~b", "a\nb", "--help"])
def test_no_command_is_shown_for_an_id_that_a_terminal_should_not_be_given(district: Path, meter: str) -> None:
    pushed(district, energy(1.5, 15) | {"meter": meter})
    (shown,) = newest_meters(load_portfolio(district), district / "state", 10)
    assert (shown.meter, shown.command) == (meter, "")


def test_a_topic_needs_the_id_of_its_meter(district: Path) -> None:
    code, output = call(district, "accept", "wmbus", "--property", "gs-tal")
    assert (code, "--meter is missing" in output) == (2, True)


def test_a_damaged_file_of_what_was_refused_takes_no_page_down(district: Path) -> None:
    (district / "state").mkdir()
    (district / "state" / READINGS_FILE).write_bytes(b"this is no database" * 100)
    assert newest_meters(load_portfolio(district), district / "state", 10) == ()
    assert newest_topics(load_portfolio(district), district / "state", 10) == []
