"""A portfolio of two meters and an empty state folder, for every command."""

from pathlib import Path

import pytest

from tests.portfolios import write_portfolio
from tests.unit.zaehlwerk.commands.calls import METERS


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portfolio and a state folder, found through the environment."""
    portfolio = write_portfolio(tmp_path / "portfolio", sources=[], meters=METERS)
    monkeypatch.setenv("ZAEHLWERK_PORTFOLIO", str(portfolio))
    monkeypatch.setenv("ZAEHLWERK_STATE", str(tmp_path / "state"))
    return tmp_path
