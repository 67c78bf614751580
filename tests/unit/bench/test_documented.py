"""The page of the benchmarks names each of them, and nothing that cannot be run."""

import re
from pathlib import Path

import pytest

from bench.__main__ import BENCHMARKS, LONG

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")


def test_every_benchmark_has_a_row_in_the_order_in_which_they_run() -> None:
    assert re.findall(r"^\| `([\w-]+)` \|", PAGE, flags=re.MULTILINE) == [*BENCHMARKS, *LONG]


@pytest.mark.parametrize("module", [*BENCHMARKS.values(), *LONG.values()])
def test_every_benchmark_is_a_module_that_measures(module: str) -> None:
    assert "\ndef measure(" in (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("names", sorted(set(re.findall(r'make bench ARGS="([^"]*)"', PAGE))))
def test_the_commands_of_the_page_name_benchmarks(names: str) -> None:
    named = [word for word in re.sub(r"--\w+ \S+", "", names).split() if not word.startswith("-")]
    assert set(named) <= BENCHMARKS.keys() | LONG.keys()
