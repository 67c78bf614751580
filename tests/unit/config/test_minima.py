"""docs/completeness.md tells of every minimum, and of no other."""

import re
from pathlib import Path

from config.minima import MINIMA

DOCS = Path(__file__).parents[3] / "docs" / "completeness.md"


def test_every_minimum_stands_in_the_documented_table_and_nothing_else() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| ([\d.]+) \| (.+) \|$", DOCS.read_text("utf-8"), flags=re.MULTILINE)
    told = {name: (float(whole), float(so_far), below) for name, whole, so_far, below in rows}
    assert told == {name: (one.whole, one.so_far, one.below) for name, one in MINIMA.items()}


def test_a_running_period_never_demands_more_than_one_that_is_over() -> None:
    assert all(0 < one.so_far <= one.whole <= 1 for one in MINIMA.values())
