"""Every folder of `scenarios` is a promise of the ledger, told so that a stranger can read it."""

from pathlib import Path

import pytest

from tests.unit.analysis.scenario import STEPS, Scenario, expected_of, opened, replaces

SCENARIOS = sorted(folder for folder in (Path(__file__).parent / "scenarios").iterdir() if folder.is_dir())
# Where a later value replaces an earlier one of the same instant, the order is the point.
IN_ANY_ORDER = [folder for folder in SCENARIOS if not replaces(folder)]


def check(scenario: Scenario, step: str) -> None:
    for question in expected_of(scenario.folder).get(step, []):
        assert scenario.answer(question) == question["expected"], question


@pytest.mark.parametrize("folder", SCENARIOS, ids=[folder.name for folder in SCENARIOS])
def test_the_ledger_says_what_the_scenario_expects(folder: Path, tmp_path: Path) -> None:
    with opened(folder, tmp_path) as scenario:
        scenario.arrive("readings.csv")
        check(scenario, "expected")
        if (folder / "late.csv").exists():
            scenario.arrive("late.csv")
            check(scenario, "after_late")


@pytest.mark.parametrize("folder", IN_ANY_ORDER, ids=[folder.name for folder in IN_ANY_ORDER])
def test_it_makes_no_difference_in_which_order_readings_arrived(folder: Path, tmp_path: Path) -> None:
    last = "after_late" if (folder / "late.csv").exists() else "expected"
    with opened(folder, tmp_path) as scenario:
        for name in reversed(STEPS):
            if (folder / name).exists():
                scenario.arrive(name)
        check(scenario, last)


def test_every_scenario_has_its_story_and_asks_something() -> None:
    assert len(SCENARIOS) >= 30
    for folder in SCENARIOS:
        expected = expected_of(folder)
        assert expected["story"].endswith("."), folder.name
        assert expected["expected"], folder.name
        assert (folder / "late.csv").exists() == ("after_late" in expected), folder.name
