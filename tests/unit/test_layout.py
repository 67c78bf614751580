"""Our packages have plain names, so nothing that is installed beside them may claim one."""

import sys
from importlib.metadata import packages_distributions

OURS = ("alerts", "analysis", "api", "collector", "config", "gateway", "zaehlwerk")


def test_no_dependency_ships_a_package_named_like_ours() -> None:
    shipped_by = packages_distributions()
    strangers = {name: set(shipped_by.get(name, ())) - {"zaehlwerk"} for name in OURS}
    assert strangers == {name: set() for name in OURS}


def test_no_package_of_ours_hides_one_of_the_standard_library() -> None:
    assert set(OURS) & sys.stdlib_module_names == set()
