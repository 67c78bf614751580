"""The newest word of each box in a building."""

from dataclasses import replace
from datetime import timedelta

from gateway.operations import BoxStateRow, Operations
from tests.unit.gateway.operations.rows import NOW

MINUTE = timedelta(minutes=1)
FULL = BoxStateRow("gs", True, "spool_full", NOW, NOW, 9, 100, {"spool_full_gauge": 3})


def test_a_problem_stands_since_it_was_heard_first(operations: Operations) -> None:
    operations.boxes.record([FULL])
    operations.boxes.record([replace(FULL, since=NOW + MINUTE, heard_at=NOW + MINUTE, waiting=10)])
    assert operations.boxes.all() == [replace(FULL, heard_at=NOW + MINUTE, waiting=10)]


def test_an_older_word_of_another_centre_changes_nothing(operations: Operations) -> None:
    well = replace(FULL, problem=None, since=NOW + MINUTE, heard_at=NOW + MINUTE)
    operations.boxes.record([well])
    operations.boxes.record([FULL, replace(FULL, edge="kita")])
    assert operations.boxes.all() == [well, replace(FULL, edge="kita")]
