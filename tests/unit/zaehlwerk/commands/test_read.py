"""`read`: a display typed by hand."""

import json
from pathlib import Path

from tests.unit.zaehlwerk.commands.calls import call, events, imported


def test_a_hand_reading_of_the_future_is_refused_and_an_event_of_the_meter() -> None:
    assert call("read", "wasser", "90", "--at", "2199-05-20T08:00").exit_code == 2

    assert len(events("wasser", "future_reading")) == 1


def test_a_hand_reading_is_stored_unless_it_cannot_be(house: Path) -> None:
    imported(house, "time,value\n2024-03-01T08:00,100\n2024-04-01T08:00,130\n", meter="wasser")
    assert call("read", "wasser", "155,5", "--at", "2024-05-01T08:00").exit_code == 0
    refused = call("read", "wasser", "90", "--at", "2024-05-20T08:00")
    assert refused.exit_code == 2
    assert "155.5" in refused.stderr
    forced = call("read", "wasser", "90", "--at", "2024-05-20T08:00", "--force", "Zähler getauscht")
    assert forced.exit_code == 0
    stored = json.loads(call("readings", "wasser", "--start", "2024-05-01", "--end", "2024-06-01", "--json").stdout)
    assert [one["value"] for one in stored["readings"]] == [155.5, 90.0]


def test_the_expected_range_is_said_before_a_reading_is_taken(house: Path) -> None:
    imported(house, "time,value\n2024-03-01T08:00,100\n2024-04-01T08:00,130\n", meter="wasser")
    answer = call("read", "wasser", "135", "--at", "2024-04-02T08:00")
    assert answer.stderr.startswith("expected: 130.0 to ")
    assert call("read", "wasser", "136", "--at", "2024-04-02T08:00").exit_code == 2
    corrected = call("read", "wasser", "136", "--at", "2024-04-02T08:00", "--force", "Zahlendreher")
    assert corrected.exit_code == 0
