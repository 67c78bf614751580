"""`read`: a display typed by hand."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from config.errors import Unreachable
from gateway.operations import Operations
from tests.unit.zaehlwerk.commands.calls import call, events, imported


def test_a_hand_reading_of_the_future_is_refused_and_an_event_of_the_meter() -> None:
    assert call("read", "wasser", "90", "--at", "2199-05-20T08:00").exit_code == 2

    (event,) = events("wasser", "future_reading")
    assert event["author"] == "hand"


def test_a_hand_reading_is_stored_unless_it_cannot_be(house: Path) -> None:
    imported(house, "time,value\n2024-03-01T08:00,100\n2024-04-01T08:00,130\n", meter="wasser")
    assert call("read", "wasser", "155,5", "--at", "2024-05-01T08:00").exit_code == 0
    refused = call("read", "wasser", "90", "--at", "2024-05-20T08:00")
    assert refused.exit_code == 2
    assert "155.5" in refused.stderr
    forced = call("read", "wasser", "90", "--at", "2024-05-20T08:00", "--force", "Zähler getauscht")
    assert forced.exit_code == 0
    assert "it is below what is known" in forced.stderr
    stored = json.loads(call("readings", "wasser", "--start", "2024-05-01", "--end", "2024-06-01", "--json").stdout)
    assert [one["value"] for one in stored["readings"]] == [155.5, 90.0]


def test_the_expected_range_is_said_before_a_reading_is_taken(house: Path) -> None:
    imported(house, "time,value\n2024-03-01T08:00,100\n2024-04-01T08:00,130\n", meter="wasser")
    answer = call("read", "wasser", "135", "--at", "2024-04-02T08:00")
    assert answer.stderr.startswith("expected: between 130.0 and ")
    assert call("read", "wasser", "136", "--at", "2024-04-02T08:00").exit_code == 2
    corrected = call("read", "wasser", "136", "--at", "2024-04-02T08:00", "--force", "Zahlendreher")
    assert corrected.exit_code == 0


def test_what_is_typed_is_read_back_without_zeros_that_look_like_thousands(house: Path) -> None:
    imported(house, "time,value\n2024-03-01T08:00,100\n2024-04-01T08:00,130\n", meter="wasser")
    refused = call("read", "wasser", "1,400", "--at", "2024-04-02T08:00")
    assert "1.4 m3 is not between 130.0 and " in refused.stderr


def test_first_reading_has_no_upper_bound_and_none_is_made_up(house: Path) -> None:
    assert call("read", "wasser", "100", "--at", "2024-04-02T08:00").stderr.startswith("expected: at least 0.0 m3\n")


def test_a_value_below_zero_is_no_unknown_option(house: Path) -> None:
    refused = call("read", "wasser", "-5", "--at", "2024-04-02T08:00")
    assert (refused.exit_code, "below zero" in refused.stderr) == (2, True)
    assert call("read", "wasser", "5", "--foce", "weil").exit_code == 2


def test_a_reading_whose_note_found_no_room_gets_it_when_it_is_typed_again(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise Unreachable("the disk is full")

    typed = ("read", "wasser", "12", "--at", "2026-03-02")
    with monkeypatch.context() as full:
        full.setattr("api.entries.hand_readings.keep_trail", no_room)
        assert call(*typed).exit_code == 1
    for _ in range(2):
        assert call(*typed).exit_code == 0

    with closing(Operations(f"sqlite:///{house}/state/operations.sqlite")) as operations:
        assert [one.how for one in operations.notes.of_meter("wasser", "volume")] == ["read_by_hand"]
        assert [one.action for one in operations.audit.of_subject("wasser")] == ["hand_reading"]
