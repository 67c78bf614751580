"""A ledger with one electricity meter."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.analysis.evidence import meter
from tests.unit.analysis.ledger_district import World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as opened:
        yield opened.declare(meter())
