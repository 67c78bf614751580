from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.operations import Operations
from tests.unit.alerts.district import NOW


@pytest.fixture
def operations(tmp_path: Path) -> Iterator[Operations]:
    database = Operations(f"sqlite:///{tmp_path}/operations.sqlite", clock=lambda: NOW)
    database.upgrade()
    yield database
    database.close()
