"""One sample district for the whole room: making it takes half a second."""

from datetime import UTC, datetime

import pytest

from config.portfolio.portfolio import Portfolio
from zaehlwerk.demo.district import sample_portfolio
from zaehlwerk.demo.history.counters import History, history_until

NOW = datetime(2026, 3, 12, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def district() -> Portfolio:
    """The sample district in 2026."""
    return sample_portfolio(2026)


@pytest.fixture(scope="session")
def history(district: Portfolio) -> History:
    """Its history until `NOW`, made at `NOW`."""
    return history_until(NOW, portfolio=district, anchor=NOW)
