"""Whatever stands in a portfolio file, the answer is a portfolio or a list of problems, never a traceback."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.errors import ConfigurationError
from config.portfolio.files import load_portfolio

DISTRICT = Path(__file__).parent / "district"
FILES = ("district.yaml", "properties/gs-talheim.yaml")
ORIGINAL = {name: yaml.safe_load((DISTRICT / name).read_text(encoding="utf-8")) for name in FILES}
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=12),
    st.dates(),
    st.sampled_from(
        ["2024-01-01/2023-01-01", "PT0S", "P1M", "gs-talheim-strom", "a - a", "kWh", "broker", "25:00-26:00"]
    ),
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=6), inner, max_size=2)
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything inside a value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [place for key in keys for place in ((*path, key), *places(value[key], (*path, key)))]


PLACES = [(name, place) for name in FILES for place in places(ORIGINAL[name])]


def with_changes(changes: dict[tuple[str, tuple[Any, ...]], Any]) -> dict[str, Any]:
    """The valid portfolio with other values at some places."""
    files = copy.deepcopy(ORIGINAL)
    for (name, place), value in changes.items():
        inside = files[name]
        for key in place[:-1]:
            if not isinstance(inside, dict | list) or (isinstance(inside, list) and key not in range(len(inside))):
                break
            inside = inside[key] if not isinstance(inside, dict) else inside.get(key)
        else:
            if isinstance(inside, dict) or (isinstance(inside, list) and place[-1] in range(len(inside))):
                inside[place[-1]] = value
    return files


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@example(changes={("properties/gs-talheim.yaml", ("meters", 2, "source", "from")): []})
@given(changes=st.dictionaries(st.sampled_from(PLACES), ANYTHING, min_size=1, max_size=3))
def test_a_changed_portfolio_loads_or_says_what_is_wrong(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[tuple[str, tuple[Any, ...]], Any]
) -> None:
    folder = tmp_path_factory.mktemp("portfolio")
    (folder / "properties").mkdir()
    for name, value in with_changes(changes).items():
        (folder / name).write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8")
    assert all(problem.line >= 1 and problem.message for problem in problems_of(folder))


def problems_of(folder: Path) -> list[Any]:
    """The problems of a portfolio; none where it loads."""
    try:
        load_portfolio(folder)
    except ConfigurationError as error:
        return list(error.problems)
    return []


def test_the_portfolio_that_the_changes_begin_with_is_right() -> None:
    assert problems_of(DISTRICT) == []
