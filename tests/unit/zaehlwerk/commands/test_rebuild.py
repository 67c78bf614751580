"""`rebuild`: days derived again, and what it counts."""

from pathlib import Path

import pytest

from tests.unit.zaehlwerk.commands.calls import call, imported


def test_rebuild_counts_new_days_first_and_then_finds_nothing_changed(house: Path) -> None:
    imported(house)
    first, again = call("rebuild"), call("rebuild", "--meter", "strom", "--from", "2024-03-02")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert first.stdout == "2 meters derived again: 0 days changed, 2 were not derived yet\n"
    assert again.stdout == "1 meters derived again: 0 days changed\n"


def test_rebuild_after_an_import_that_nobody_has_looked_at_yet_counts_no_change(house: Path) -> None:
    imported(house)
    call("rebuild")
    imported(house, "time,value\n2024-03-04T00:00+01:00,190\n")
    assert call("rebuild").stdout == "2 meters derived again: 0 days changed, 1 were not derived yet\n"


@pytest.mark.parametrize("wrong", [("--meter", "stom"), ("--from", "gestern")])
def test_rebuild_of_what_is_not_there_is_a_wrong_call(house: Path, wrong: tuple[str, str]) -> None:
    assert call("rebuild", *wrong).exit_code == 2
