"""The lock files work with any mirror and pin every file by its hash."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNTIME, DEVELOPMENT = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)


def requirements(lock: Path) -> list[str]:
    """Return one text per package, with its hashes."""
    return re.split(r"\n(?=\S)", lock.read_text().strip())


def versions(lock: Path) -> dict[str, str]:
    return {found["name"]: found["version"] for found in PINNED.finditer(lock.read_text())}


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT], ids=lambda lock: lock.name)
def test_every_package_is_pinned_by_version_and_hash(lock: Path) -> None:
    packages = requirements(lock)
    assert len(packages) > 20
    assert [text for text in packages if not PINNED.match(text) or "--hash=sha256:" not in text] == []


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT], ids=lambda lock: lock.name)
def test_no_lock_file_names_the_address_of_an_index(lock: Path) -> None:
    assert "://" not in lock.read_text()


def test_tools_run_beside_the_very_versions_that_are_shipped() -> None:
    shipped = versions(RUNTIME)
    assert {name: versions(DEVELOPMENT).get(name) for name in shipped} == shipped


def test_every_dependency_of_the_project_is_locked() -> None:
    named = re.findall(r'^    "([a-z0-9-]+)>=', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert set(named) - versions(DEVELOPMENT).keys() == set()
